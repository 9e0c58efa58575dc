"""Pictures of training: curves over the epochs, weights as images, what went flat."""

import numpy as np
import pytest
import torch
from torch import nn

from helpers.data.loaders import Batches
from helpers.metrics import batch_accuracy, mnist_loss
from helpers.pictures.curves import (
    draw_bands,
    draw_curves,
    draw_function,
    draw_functions,
    draw_learning_rate,
    draw_together,
    draw_towards_one,
    draw_weights,
    linear_curve,
    towards_one,
)
from helpers.training.by_hand import BasicOptim, train_model
from helpers.training.muon import EXACT, FAST, orthogonalize


@pytest.fixture
def dl():
    x = torch.rand(40, 784, generator=torch.Generator().manual_seed(0))
    return Batches(x, (x[:, :392].sum(1) > x[:, 392:].sum(1)).long().unsqueeze(1), 16)


def test_functions_are_drawn_number_by_number():
    axis = draw_functions({"a": torch.relu, "b": lambda x: 2 * x}, (-1, 1), "in", "out").axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("in", "out")
    for line, f in zip(axis.lines, (lambda x: max(x, 0), lambda x: 2 * x), strict=True):
        assert line.get_ydata() == pytest.approx([f(x) for x in line.get_xdata()])
    assert [line.get_linestyle() for line in axis.lines] == ["-", "--"]
    assert axis.get_legend() and not draw_functions({"a": abs}, (0, 1), "", "").axes[0].get_legend()


@pytest.mark.parametrize(("functions", "span"), [({}, (0, 1)), ({"a": abs}, (1, 1))])
def test_functions_need_a_name_and_a_span(functions, span):
    with pytest.raises(ValueError, match="draw_functions: expected one function"):
        draw_functions(functions, span, "in", "out")


def test_curves_hold_the_numbers_over_the_epochs():
    runs = {"a": [0.5, 0.7, 0.9], "b": [0.6, 0.8]}
    axis = draw_curves(runs, ylabel="loss").axes[0]
    for line, (name, run) in zip(axis.lines, runs.items(), strict=True):
        assert line.get_label() == name
        assert line.get_xdata().tolist() == list(range(1, len(run) + 1))
        assert list(line.get_ydata()) == run
    assert axis.get_xlabel() == "epoch" and axis.get_ylabel() == "loss"


def test_bands_go_from_the_least_to_the_largest_around_the_mean():
    axis = draw_bands({"a": [[0.25, 0.75], [0.75, 1.25]], "b": [[0.5]]}, "loss").axes[0]
    first, second = axis.lines
    assert list(first.get_ydata()) == [0.5, 1.0] and list(first.get_xdata()) == [1, 2]
    assert list(second.get_ydata()) == [0.5] and len(axis.collections) == 1
    corners = axis.collections[0].get_paths()[0].vertices
    assert (corners[:, 1].min(), corners[:, 1].max()) == (0.25, 1.25)
    looks = [(line.get_linestyle(), line.get_marker()) for line in axis.lines]
    assert looks == [("-", "o"), ("--", "^")] and axis.get_ylabel() == "loss"
    (line,) = draw_bands({"a": [[0.5, 0.25]]}, every=3).axes[0].lines
    assert list(line.get_xdata()) == [3, 6]


@pytest.mark.parametrize("runs", [{}, {"a": []}, {"a": [[]]}, {"a": [[1.0], [1.0, 2.0]]}])
def test_bands_need_lists_of_one_length(runs):
    with pytest.raises(ValueError, match="draw_bands: expected .* got lengths"):
        draw_bands(runs)


def test_equal_curves_can_be_told_apart():
    axis = draw_curves({name: [0.5, 0.9] for name in "abcd"}).axes[0]
    widths = [line.get_linewidth() for line in axis.lines]
    assert all(wide > narrow for wide, narrow in zip(widths, widths[1:]))
    assert len({line.get_linestyle() for line in axis.lines}) == 4


def test_runs_on_one_curve_take_turns():
    run = [0.1, 0.2, 0.3, 0.4, 0.5]
    axis = draw_together({"a": run, "b": run}).axes[0]
    marked = {
        line.get_label(): line.get_xdata() for line in axis.lines if line.get_marker() != "None"
    }
    assert {name: list(epochs) for name, epochs in marked.items()} == {"a": [1, 3, 5], "b": [2, 4]}
    whole = [line for line in axis.lines if line.get_marker() == "None"]
    assert [list(line.get_ydata()) for line in whole] == [run, run]


@pytest.mark.parametrize("runs", [{}, {"a": []}, {"a": [1.0], "b": [1.0, 2.0]}])
def test_runs_on_one_curve_have_one_length(runs):
    with pytest.raises(ValueError, match="runs of one length"):
        draw_together(runs)


@pytest.mark.parametrize("runs", [{}, {"a": []}, {"a": [1.0], "b": []}])
def test_empty_runs_are_refused(runs):
    with pytest.raises(ValueError, match="at least one run, each with at least one number"):
        draw_curves(runs)


def images(figure):
    return [axis.images[0] for axis in figure.axes if axis.images]


@pytest.mark.parametrize("shape", [(784,), (784, 1), (1, 784), (28, 28)])
def test_one_weight_image_in_any_shape(shape):
    weights = torch.randn(shape, requires_grad=True)
    (drawn,) = images(draw_weights(weights))
    assert np.array_equal(drawn.get_array(), weights.detach().view(28, 28).numpy())


def test_several_images_share_one_scale_around_zero():
    weights = torch.stack([torch.full((784,), 0.1), torch.full((784,), -2.0), torch.zeros(784)])
    figure = draw_weights(weights, titles=["x", "y", "z"], columns=2)
    drawn = images(figure)
    assert len(drawn) == 3 and {image.get_clim() for image in drawn} == {(-2.0, 2.0)}
    assert [image.axes.get_title() for image in drawn] == ["x", "y", "z"]
    low, none, high = (drawn[0].cmap(drawn[0].norm(value))[:3] for value in (-2.0, 0.0, 2.0))
    assert low[0] > low[2] and high[2] > high[1]  # orange below, purple above
    assert min(none) > 0.95  # and white between


def test_zeros_can_be_drawn():
    assert images(draw_weights(torch.zeros(784)))[0].get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("weights", "titles", "message"),
    [
        (torch.zeros(0, 784), None, r"784 weights, shape \(n, 784\), got \(0, 784\)"),
        (torch.zeros(5, 100), None, r"got \(5, 100\)"),
        (torch.zeros(784, 30), None, r"one row an image, .* turn it over: weights.T"),
        (torch.zeros(2, 784), ["one"], "2 images but 1 titles"),
    ],
)
def test_other_weights_are_refused(weights, titles, message):
    with pytest.raises(ValueError, match=message):
        draw_weights(weights, titles)


def test_a_function_from_afar_and_closer():
    figure = draw_function(lambda x: 2 * x, [4, 0.5], "change", "result")
    assert [axis.get_title() for axis in figure.axes] == ["from afar", "8 times closer"]
    for axis, reach in zip(figure.axes, (4, 0.5), strict=True):
        x, y = axis.lines[0].get_data()
        assert (x[0], x[-1]) == (-reach, reach)
        assert np.allclose(y, 2 * np.asarray(x))
        assert (axis.get_xlabel(), axis.get_ylabel()) == ("change", "result")


def test_a_function_drawn_once_has_no_title():
    (axis,) = draw_function(torch.sigmoid, [6], "output", "prediction").axes
    assert axis.get_title() == ""


@pytest.mark.parametrize("reaches", [[], [1, 0], [-2]])
def test_a_function_is_drawn_over_some_reach(reaches):
    with pytest.raises(ValueError, match="reaches above 0"):
        draw_function(torch.sigmoid, reaches, "x", "y")


def test_large_pictures_of_weights_have_signs():
    weights = torch.zeros(28, 28)
    weights[:4, 4:8], weights[20:24, 8:12], weights[13, 13] = 1.0, -0.5, 1.0
    marks = draw_weights(weights, size=2.4).axes[0].texts
    assert [(m.get_text(), m.get_position()) for m in marks] == [
        ("+", (5.5, 1.5)),
        ("\N{MINUS SIGN}", (9.5, 21.5)),
    ]
    assert not draw_weights(weights).axes[0].texts


def test_linear_curve_is_that_of_the_training_loop(dl):
    torch.manual_seed(5)
    model = nn.Linear(784, 1)
    opt = BasicOptim(model.parameters(), 0.001)
    expected = train_model(model, 4, dl, dl, mnist_loss, opt, batch_accuracy)
    assert linear_curve(0.001, dl, dl, epochs=4, seed=5) == expected
    assert linear_curve(0.001, dl, dl, epochs=4, seed=6) != expected


def test_linear_curve_leaves_the_random_numbers_alone(dl):
    before = torch.get_rng_state()
    shuffled = Batches(dl.x, dl.y, 16, shuffle=True)
    first = linear_curve(0.1, shuffled, dl, epochs=2)
    assert torch.equal(before, torch.get_rng_state())
    assert linear_curve(0.1, shuffled, dl, epochs=2) == first


def test_learning_rate_picture_has_a_curve_for_each_order(dl):
    mixed = Batches(dl.x, dl.y, 16, shuffle=True)
    axis = draw_learning_rate(0.1, {"a": dl, "b": mixed}, dl, epochs=3, seed=1).axes[0]
    runs = [linear_curve(0.1, loader, dl, epochs=3, seed=1) for loader in (dl, mixed)]
    assert [list(line.get_ydata()) for line in axis.lines] == runs
    assert [line.get_label() for line in axis.lines] == ["a", "b"]
    ends = f"{runs[0][-1]:.4f} a, {runs[1][-1]:.4f} b"
    assert axis.get_title() == f"rate 0.1, after 3 epochs: {ends}"
    assert axis.get_ylim() == (0.4, 1.01)


def test_every_weight_picture_says_what_its_colours_mean():
    assert draw_weights(torch.zeros(784), label="change").axes[-1].get_ylabel() == "change"


def test_numbers_by_hand():
    a, b, c = EXACT
    assert towards_one(torch.tensor(0.5), EXACT).item() == pytest.approx(a / 2 + b / 8 + c / 32)
    x = torch.rand(5)
    assert torch.equal(towards_one(x, FAST, steps=0), x)


def test_it_is_what_happens_to_the_singular_values_of_a_matrix():
    torch.manual_seed(0)
    matrix = torch.randn(4, 9)
    before = torch.linalg.svdvals(matrix / matrix.norm())
    for steps, coefficients in ((1, FAST), (4, FAST), (6, EXACT)):
        after = torch.linalg.svdvals(orthogonalize(matrix, steps, coefficients))
        expected = towards_one(before, coefficients, steps).sort(descending=True).values
        # float32 rounds by 6e-8; each step may stretch a small number by 3.4, and four by 140.
        torch.testing.assert_close(after, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("steps", "title"), [(0, "0 steps"), (1, "1 step"), (7, "7 steps")])
def test_the_picture_has_a_curve_for_each_polynomial(steps, title):
    axis = draw_towards_one(steps).axes[0]
    exact, fast = axis.lines[1:]
    x = torch.tensor(exact.get_xdata())
    torch.testing.assert_close(torch.tensor(exact.get_ydata()), towards_one(x, EXACT, steps))
    torch.testing.assert_close(torch.tensor(fast.get_ydata()), towards_one(x, FAST, steps))
    assert axis.get_title() == title and axis.get_xlim() == (0, 1)
