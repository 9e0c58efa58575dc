import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.metrics import batch_accuracy, mnist_loss
from helpers.models.linear import init_params, linear1, sigmoid

finite = st.floats(-20, 20, width=32)


@pytest.mark.parametrize(
    ("size", "shape"), [(3, (3,)), ((784, 1), (784, 1)), ((2, 3, 4), (2, 3, 4))]
)
def test_params_have_shape_dtype_and_gradient(size, shape):
    params = init_params(size)
    assert params.shape == shape and params.dtype == torch.float32
    assert params.requires_grad and params.is_leaf


def test_params_are_normal():
    torch.manual_seed(0)
    params = init_params(20_000).detach()
    # Of 20,000 drawn numbers: six times the standard error of a spread (0.5 %), five of a mean.
    assert params.std().item() == pytest.approx(1, rel=0.03)
    assert params.mean().item() == pytest.approx(0, abs=0.035)
    torch.manual_seed(0)
    torch.testing.assert_close(params, torch.randn(20_000))


def test_linear1_by_hand_and_as_torch():
    xb = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
    weights, bias = torch.tensor([[0.5], [2.0]]), torch.tensor([10.0])
    assert linear1(xb, weights, bias).tolist() == [[14.5], [9.5]]
    torch.testing.assert_close(linear1(xb, weights, bias), F.linear(xb, weights.T, bias))


@pytest.mark.parametrize(
    ("xb", "error", "message"),
    [
        (torch.zeros(2, 784, dtype=torch.uint8), TypeError, r"floats from 0 to 1, got torch.uint8"),
        (torch.zeros(2, 784, dtype=torch.int64), TypeError, r"images.float\(\) / 255"),
        (torch.zeros(2, 28, 28), ValueError, r"expects 784 numbers .* shape \(2, 28, 28\); .*view"),
        (torch.zeros(2, 783), ValueError, "expects 784 numbers an example"),
        (
            torch.zeros(2, 784, device="meta"),
            ValueError,
            "the model is on cpu but the batch on meta",
        ),
    ],
)
def test_linear1_names_what_does_not_fit(xb, error, message):
    with pytest.raises(error, match=message):
        linear1(xb, torch.zeros(784, 1), torch.zeros(1))


@given(x=st.lists(finite, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_sigmoid_is_that_of_torch(x):
    x = torch.tensor(x)
    torch.testing.assert_close(sigmoid(x), torch.sigmoid(x))
    torch.testing.assert_close(sigmoid(x) + sigmoid(-x), torch.ones_like(x))


def test_loss_by_hand():
    # logit(p) = log(p / (1 - p)) undoes the sigmoid
    predictions, targets = torch.tensor([0.9, 0.4, 0.2]).logit(), torch.tensor([1, 0, 1])
    assert mnist_loss(predictions, targets).item() == pytest.approx((0.1 + 0.4 + 0.8) / 3)
    better = torch.tensor([0.9, 0.4, 0.8]).logit()
    assert mnist_loss(better, targets).item() == pytest.approx((0.1 + 0.4 + 0.2) / 3)


@given(
    x=st.lists(st.tuples(finite, st.integers(0, 1)), min_size=1, max_size=10),
)
@settings(max_examples=40, deadline=None)
def test_loss_is_the_l1_distance_and_lies_between_0_and_1(x):
    predictions, targets = (torch.tensor(part).unsqueeze(1) for part in zip(*x))
    loss = mnist_loss(predictions, targets)
    torch.testing.assert_close(loss, F.l1_loss(predictions.sigmoid(), targets.float()))
    assert 0 <= loss <= 1
    other_way = mnist_loss(predictions, 1 - targets)
    torch.testing.assert_close(loss + other_way, torch.tensor(1.0))


def test_gradient_of_the_loss_is_that_of_the_formula():
    x = torch.tensor([[2.0], [-1.0]], requires_grad=True)
    mnist_loss(x, torch.tensor([[1], [0]])).backward()
    s = x.detach().sigmoid()
    torch.testing.assert_close(x.grad, s * (1 - s) * torch.tensor([[-1.0], [1.0]]) / 2)


def test_a_saturated_loss_has_no_gradient():
    x = torch.tensor([[120.0]], requires_grad=True)
    mnist_loss(x, torch.tensor([[0]])).backward()
    assert x.grad.item() == 0


def test_accuracy_by_hand():
    preds = torch.tensor([[2.0], [-2.0], [0.1], [-0.1]])
    accuracy = batch_accuracy(preds, torch.tensor([[1], [0], [0], [0]]))
    assert accuracy.item() == 0.75 and accuracy.ndim == 0


@pytest.mark.parametrize("function", [mnist_loss, batch_accuracy])
@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (torch.ones(4), r"\(4, 1\) but targets \(4,\); .* targets.view\(predictions.shape\)"),
        (torch.ones(1, 4), r"\(4, 1\) but targets \(1, 4\)"),
        (torch.ones(3, 1), "one target for each prediction"),
        (torch.tensor(1), "one target for each prediction"),
        (torch.ones(4, 1, device="meta"), "predictions are on cpu and targets on meta; move"),
    ],
)
def test_targets_that_would_be_broadcast_are_refused(function, targets, message):
    with pytest.raises(ValueError, match=f"{function.__name__}: .*{message}"):
        function(torch.zeros(4, 1), targets)


def test_everything_stays_on_the_device_of_the_data():
    with torch.device("meta"):
        weights, bias = init_params((784, 1)), init_params(1)
        preds = linear1(torch.zeros(3, 784), weights, bias)
        assert mnist_loss(sigmoid(preds), torch.zeros(3, 1)).is_meta
        assert batch_accuracy(preds, torch.zeros(3, 1)).is_meta


def test_one_bias_an_example_is_refused():
    with pytest.raises(ValueError, match=r"linear1: expected one bias.*shape \(1,\), got \(4,\)"):
        linear1(torch.ones(4, 3), torch.ones(3, 1), torch.ones(4))
    assert linear1(torch.ones(4, 3), torch.ones(3, 1), torch.tensor(1.0)).shape == (4, 1)
    assert linear1(torch.ones(4, 3), torch.ones(3, 2), torch.ones(2)).shape == (4, 2)
