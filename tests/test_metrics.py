import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.metrics import (
    accuracy,
    batch_accuracy,
    confusion_matrix,
    mnist_loss,
    most_confused,
    rmse,
)
from helpers.pictures.answers import draw_confusion
from helpers.pictures.canvas import png

MATRIX = torch.tensor([[50, 4, 0], [7, 30, 4], [0, 1, 20]])
NAMES = ("ant", "bee", "cat")


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_accuracy_is_that_of_scikit_learn(cells):
    from sklearn.metrics import accuracy_score  # slow to import

    labels, predicted = torch.tensor(cells).unbind(1)
    logits = torch.nn.functional.one_hot(predicted, 4) - 0.5  # the largest is the predicted one
    share = accuracy(logits, labels)
    assert share.shape == () and share.dtype == torch.float32
    assert share.item() == pytest.approx(accuracy_score(labels, predicted), abs=1e-6)


def test_losses_and_shares_of_one_batch_by_hand():
    outputs, targets = torch.tensor([[0.0], [4.0], [-4.0]]), torch.tensor([[1], [1], [0]])
    far = 1 / (1 + math.e**4)  # sigmoid(-4): how far a 4 is from 1, and a -4 from 0
    assert mnist_loss(outputs, targets).item() == pytest.approx((0.5 + far + far) / 3)
    assert batch_accuracy(outputs, targets).item() == pytest.approx(2 / 3)  # 0 is no 3
    assert batch_accuracy(outputs, 1 - targets).item() == pytest.approx(1 / 3)


def test_rmse_is_the_root_of_torch_s_mse():
    preds, targets = torch.randn(2, 7, 3, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.mse_loss(preds, targets).sqrt()
    torch.testing.assert_close(rmse(preds, targets), expected)


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60))
def test_counts_are_those_of_scikit_learn(cells):
    from sklearn.metrics import confusion_matrix as by_sklearn  # slow to import

    labels, predictions = torch.tensor(cells).unbind(1)
    matrix = confusion_matrix(labels, predictions, n_classes=5)
    assert matrix.dtype == torch.int64 and matrix.shape == (5, 5)
    assert matrix.tolist() == by_sklearn(labels, predictions, labels=range(5)).tolist()


def test_rows_are_true_and_columns_predicted():
    matrix = confusion_matrix(torch.tensor([2]), torch.tensor([0]), n_classes=3)
    assert matrix[2, 0] == 1 and matrix.sum() == 1


def test_no_examples_give_zeros():
    none = torch.zeros(0, dtype=torch.int64)
    assert confusion_matrix(none, none, n_classes=2).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("labels", "predictions", "error", "message"),
    [
        (torch.tensor([0, 1]), torch.tensor([0]), ValueError, r"got \(2,\) and \(1,\)"),
        (torch.tensor([0]), torch.zeros(1, 3), ValueError, r"logits.argmax\(1\)"),
        (torch.tensor([0, 3]), torch.tensor([0, 1]), ValueError, "from 0 to 2, got 0 to 3"),
        (torch.tensor([0, 1]), torch.tensor([-1, 1]), ValueError, "predictions must be from 0"),
        (torch.tensor([0.0]), torch.tensor([0]), TypeError, "labels must be int64, got torch.flo"),
    ],
)
def test_what_is_no_class_is_refused(labels, predictions, error, message):
    with pytest.raises(error, match=message):
        confusion_matrix(labels, predictions, n_classes=3)


def test_the_most_frequent_mistakes_come_first_and_ties_in_order():
    assert most_confused(MATRIX, NAMES, n=9) == [
        ("bee", "ant", 7),
        ("ant", "bee", 4),
        ("bee", "cat", 4),
        ("cat", "bee", 1),
    ]
    assert most_confused(MATRIX, NAMES, n=2) == [("bee", "ant", 7), ("ant", "bee", 4)]
    assert most_confused(torch.eye(3).long(), NAMES, n=2) == []


def test_the_drawing_colours_mistakes_only_and_names_its_axes():
    figure = draw_confusion(MATRIX, NAMES)
    axis = figure.axes[0]
    painted = axis.images[0].get_array()
    assert painted.tolist() == [[0, 4, 0], [7, 0, 4], [0, 1, 0]]
    assert axis.images[0].get_clim() == (0, 7)
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("predicted class", "true class")
    assert [tick.get_text() for tick in axis.get_yticklabels()] == list(NAMES)
    texts = {(t.get_position()): t.get_text() for t in axis.texts}
    assert texts == {
        (0, 0): "50", (1, 0): "4", (0, 1): "7", (1, 1): "30", (2, 1): "4", (1, 2): "1", (2, 2): "20"
    }  # fmt: skip
    white = [t.get_text() for t in axis.texts if t.get_color() == "white"]
    assert white == ["7"]  # the one on dark ground
    assert MATRIX[0, 0] == 50  # the matrix itself is left alone
    assert png(figure)[:4] == b"\x89PNG"


def test_long_names_are_turned():
    turned = draw_confusion(MATRIX, ("airplane", "bird", "cat")).axes[0].get_xticklabels()
    assert {label.get_rotation() for label in turned} == {45}


@pytest.mark.parametrize("function", [lambda m, c: most_confused(m, c, 3), draw_confusion])
@pytest.mark.parametrize(
    ("matrix", "names"),
    [(MATRIX, NAMES[:2]), (MATRIX[:2], NAMES[:2]), (torch.zeros(0, 0), ())],
)
def test_names_that_do_not_fit_are_refused(function, matrix, names):
    with pytest.raises(ValueError, match="expected a matrix of shape"):
        function(matrix, names)


def test_classes_may_be_numbers():
    labels = draw_confusion(MATRIX, range(3)).axes[0].get_xticklabels()
    assert [label.get_text() for label in labels] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("preds", "error", "words"),
    [
        (torch.ones(3, 1), ValueError, r"rmse: predictions have shape \(3, 1\) but targets \(3,\)"),
        (torch.ones(3).long(), TypeError, r"rmse: expected floats.*use preds.float\(\)"),
    ],
)
def test_errors_that_would_be_broadcast_or_are_no_floats_are_refused(preds, error, words):
    with pytest.raises(error, match=words):
        rmse(preds, torch.ones(3))


@pytest.mark.parametrize("function", [mnist_loss, batch_accuracy])
def test_digits_are_no_targets(function):
    outputs, digits = torch.tensor([[1.0], [-1.0]]), torch.tensor([[3], [7]])
    with pytest.raises(ValueError, match=r"found 3; digits become such targets by \(\w+ == 3\)"):
        function(outputs, digits)
    assert 0 <= function(outputs, (digits == 3).float()) <= 1
