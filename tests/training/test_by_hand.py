import inspect
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.data.loaders import Batches
from helpers.metrics import batch_accuracy, mnist_loss
from helpers.models.linear import init_params, linear1
from helpers.training.by_hand import BasicOptim, calc_grad, train_epoch, train_model, validate_epoch


def points(n=40, features=4, seed=0):
    """Points on two sides of a plane, and on which side they lie."""
    x = torch.randn(n, features, generator=torch.Generator().manual_seed(seed))
    return x, (x.sum(1, keepdim=True) > 0).long()


def model(features=4, seed=0):
    torch.manual_seed(seed)
    return nn.Linear(features, 1)


def parameters(net):
    return [p.detach().clone() for p in net.parameters()]


# calc_grad


def test_calc_grad_gives_the_gradient_of_autograd():
    x, y = points()
    net = model()
    calc_grad(x, y, net, mnist_loss)
    expected = torch.autograd.grad(mnist_loss(net(x), y), net.parameters())
    for p, gradient in zip(net.parameters(), expected):
        torch.testing.assert_close(p.grad, gradient)


def test_calc_grad_adds_one_equal_part_a_call():
    x, y = points()
    weights, bias = init_params((4, 1)), init_params(1)
    sums = []
    for _ in range(3):
        calc_grad(x, y, partial(linear1, weights=weights, bias=bias), mnist_loss)
        sums.append(weights.grad.clone())
    torch.testing.assert_close(sums[1], 2 * sums[0])
    torch.testing.assert_close(sums[2], 3 * sums[0])


# BasicOptim


@given(lr=st.floats(0.001, 2), start=st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_a_step_goes_against_the_gradient(lr, start):
    p = torch.tensor(start, requires_grad=True)
    opt = BasicOptim([p], lr)
    (p**2).sum().backward()
    opt.step()
    torch.testing.assert_close(p.detach(), torch.tensor(start) * (1 - 2 * lr))
    assert p.requires_grad and p.is_leaf
    opt.zero_grad()
    assert p.grad is None


def test_an_optimiser_takes_a_generator():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    opt = BasicOptim(net.parameters(), lr=0.1)
    assert len(opt.params) == 4
    assert all(mine is theirs for mine, theirs in zip(opt.params, net.parameters()))


def test_an_optimiser_without_parameters_is_refused():
    used_up = model().parameters()
    list(used_up)
    with pytest.raises(ValueError, match=r"expected parameters, got none; model.parameters\(\)"):
        BasicOptim(used_up, lr=0.1)


def test_parameters_without_gradient_are_refused():
    with pytest.raises(ValueError, match="must ask for gradients; make them with init_params"):
        BasicOptim([torch.zeros(3)], lr=0.1)


# train_epoch, validate_epoch, train_model


@pytest.mark.parametrize("make", [BasicOptim, torch.optim.SGD])
def test_training_equals_that_of_torch(make):
    x, y = points()
    mine, theirs = model(), model()
    opt, reference = make(mine.parameters(), lr=0.5), torch.optim.SGD(theirs.parameters(), lr=0.5)
    for _ in range(3):
        train_epoch(mine, Batches(x, y, 16), mnist_loss, opt)
        for start in (0, 16, 32):
            reference.zero_grad()
            mnist_loss(theirs(x[start : start + 16]), y[start : start + 16]).backward()
            reference.step()
    for a, b in zip(mine.parameters(), theirs.parameters()):
        torch.testing.assert_close(a, b)


def test_validation_is_the_mean_over_batches_in_four_digits():
    x = torch.tensor([[1.0], [1.0], [1.0], [-1.0]])
    y = torch.ones(4, 1).long()
    assert validate_epoch(lambda xb: xb, Batches(x, y, 3), batch_accuracy) == 0.5  # (1 + 0) / 2
    assert validate_epoch(lambda xb: xb, Batches(x, y, 4), batch_accuracy) == 0.75
    third = Batches(x[1:], torch.tensor([[1], [0], [1]]), 3)
    assert validate_epoch(lambda xb: xb, third, batch_accuracy) == 0.3333


def test_validation_leaves_no_trace():
    x, y = points()
    net, seen = model(), []

    def metric(preds, targets):
        seen.append(preds.requires_grad)
        return batch_accuracy(preds, targets)

    before = parameters(net)
    validate_epoch(net, Batches(x, y, 16), metric)
    assert seen == [False] * 3 and all(p.grad is None for p in net.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters()))


def test_train_model_gives_one_accuracy_an_epoch_and_learns(capsys):
    x, y = points()
    x += y - 0.5  # room between the two sides
    net = model()
    dl = Batches(x, y, 8)
    opt = BasicOptim(net.parameters(), lr=2.0)
    accuracies = train_model(net, 20, dl, dl, mnist_loss, opt, batch_accuracy)
    assert len(accuracies) == 20 and all(isinstance(a, float) for a in accuracies)
    assert accuracies[-1] == 1.0
    assert accuracies[-1] == validate_epoch(net, dl, batch_accuracy)
    assert capsys.readouterr().out == ""


def test_no_epochs_change_nothing():
    net = model()
    before, dl = parameters(net), Batches(*points(), 8)
    opt = BasicOptim(net.parameters(), 1.0)
    assert train_model(net, 0, dl, dl, mnist_loss, opt, batch_accuracy) == []
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters()))


def test_a_run_in_two_parts_equals_one_run():
    dl = Batches(*points(), 8)
    whole, parts = model(), model()
    opt = BasicOptim(whole.parameters(), 1.0)
    once = train_model(whole, 5, dl, dl, mnist_loss, opt, batch_accuracy)
    opt = BasicOptim(parts.parameters(), 1.0)
    twice = [train_model(parts, n, dl, dl, mnist_loss, opt, batch_accuracy) for n in (2, 3)]
    assert once == sum(twice, [])


# Mistakes are named, here and in every function that passes them on.


def epoch(net, dl, loss_func=mnist_loss):
    train_epoch(net, dl, loss_func, BasicOptim(net.parameters(), 1.0))


@pytest.mark.parametrize(
    ("xb", "error", "message"),
    [
        (torch.zeros(4, 4, dtype=torch.uint8), TypeError, "floats from 0 to 1, got torch.uint8"),
        (torch.zeros(4, 4, dtype=torch.int64), TypeError, "floats from 0 to 1, got torch.int64"),
        (torch.zeros(4, 5), ValueError, r"expects 4 numbers an example, .* shape \(4, 5\)"),
        (torch.zeros(4, 4, device="meta"), ValueError, r"model is on cpu but the batch on meta"),
    ],
)
@pytest.mark.parametrize("net", [model(), nn.Sequential(model(), nn.ReLU())], ids=["linear", "seq"])
def test_a_batch_that_does_not_fit_is_explained(net, xb, error, message):
    yb = torch.zeros(4, 1)
    with pytest.raises(error, match=message):
        calc_grad(xb, yb, net, mnist_loss)
    with pytest.raises(error, match=message):
        epoch(net, [(xb, yb)])
    with pytest.raises(error, match=message):
        validate_epoch(net, [(xb, yb)], batch_accuracy)


def test_a_model_on_another_device_is_explained():
    net = nn.Linear(4, 1, device="meta")
    with pytest.raises(
        ValueError, match=r"model is on meta but the batch on cpu; .*xb.to\('meta'\)"
    ):
        calc_grad(torch.zeros(2, 4), torch.zeros(2, 1), net, mnist_loss)


def test_whole_numbers_are_explained_for_a_model_of_any_kind():
    weights = init_params((4, 1))
    with pytest.raises(TypeError, match="floats from 0 to 1"):
        calc_grad(torch.zeros(2, 4, dtype=torch.uint8), torch.zeros(2, 1),
                  lambda xb: xb @ weights, mnist_loss)  # fmt: skip


def test_other_errors_of_a_model_pass_unchanged():
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.Linear(31, 1))
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        calc_grad(torch.zeros(2, 28, 28), torch.zeros(2, 1), net, mnist_loss)


def test_targets_without_their_axis_are_refused_before_any_step():
    x, y = points()
    net = model()
    before = parameters(net)
    with pytest.raises(ValueError, match=r"\(8, 1\) but targets \(8,\)"):
        epoch(net, Batches(x, y.squeeze(1), 8))
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters()))


@pytest.mark.parametrize("empty", [[], iter([]), ()], ids=["list", "iterator", "tuple"])
def test_an_empty_loader_is_refused(empty):
    with pytest.raises(ValueError, match="the loader gave no batch"):
        epoch(model(), empty)
    with pytest.raises(ValueError, match="the loader gave no batch"):
        validate_epoch(model(), empty, batch_accuracy)


def test_an_iterator_that_is_used_up_is_noticed_in_the_second_epoch():
    dl = Batches(*points(), 8)
    net = model()
    opt = BasicOptim(net.parameters(), 1.0)
    with pytest.raises(ValueError, match="used up by an earlier epoch"):
        train_model(net, 2, iter(dl), dl, mnist_loss, opt, batch_accuracy)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (torch.zeros(2, 4), "got Tensor of length 2"),
        ((torch.zeros(2, 4),), "got tuple of length 1"),
        ((torch.zeros(2, 4),) * 3, "got tuple of length 3"),
    ],
)
def test_batches_that_are_no_pairs_are_refused(batch, message):
    with pytest.raises(TypeError, match=message):
        epoch(model(), [batch])
    with pytest.raises(TypeError, match=message):
        validate_epoch(model(), [batch], batch_accuracy)


def test_a_loss_that_is_no_number_stops_at_its_step():
    x, y = points()
    x[17] = torch.inf  # in the third batch of eight
    net = model()
    with pytest.raises(
        FloatingPointError, match=r"nan at step 3\. First suspect: the learning rate"
    ):
        epoch(net, Batches(x, y, 8), lambda preds, targets: (preds - preds.mean()).square().mean())
    assert all(p.isfinite().all() for p in net.parameters())


class Elsewhere(torch.Tensor):
    """A loss that says it is not on the CPU, as one on a GPU does."""

    is_cpu = False


def test_elsewhere_the_step_is_named_at_the_end_of_the_epoch():
    x, y = points()
    x[17] = torch.nan
    seen = []

    def loss_func(preds, targets):
        seen.append(len(preds))
        return mnist_loss(preds, targets).as_subclass(Elsewhere)

    with pytest.raises(FloatingPointError, match="nan at step 3"):
        epoch(model(), Batches(x, y, 8), loss_func)
    assert seen == [8] * 5
    with pytest.raises(FloatingPointError, match="nan at step 1"):
        calc_grad(x, y, model(), loss_func)


def test_a_learning_rate_that_is_too_large_is_suspected():
    x, y = points()
    net = model()
    opt = BasicOptim(net.parameters(), lr=1e20)
    squares = lambda preds, targets: F.mse_loss(preds, targets.float())  # noqa: E731
    dl = Batches(x, y, 8)
    with pytest.raises(FloatingPointError, match="became inf at step 2.*a tenth of it"):
        train_model(net, 5, dl, dl, squares, opt, batch_accuracy)


def test_calc_grad_alone_notices_a_loss_that_is_no_number():
    x, y = points()
    with pytest.raises(FloatingPointError, match="nan at step 1"):
        calc_grad(x, y, model(), lambda preds, targets: preds.mean() * torch.nan)


def test_a_loss_of_many_numbers_is_refused():
    x, y = points()
    with pytest.raises(ValueError, match=r"one number, got shape \(40, 1\); end .* \.mean\(\)"):
        calc_grad(x, y, model(), lambda preds, targets: preds - targets)


def test_training_works_on_another_device():
    with torch.device("meta"):
        net = nn.Linear(4, 1)
        dl = [(torch.zeros(8, 4), torch.zeros(8, 1))]
        epoch(net, dl)
        assert all(p.is_meta and p.grad is None for p in net.parameters())


def test_checks_change_no_result():
    """The functions that learners write, without the checks, give the same numbers."""
    x, y = points()
    checked, bare = model(), model()
    dl = Batches(x, y, 8)
    opt = BasicOptim(checked.parameters(), 1.0)
    got = train_model(checked, 3, dl, dl, mnist_loss, opt, batch_accuracy)
    opt, wanted = BasicOptim(bare.parameters(), 1.0), []
    gradient, validate = inspect.unwrap(calc_grad), inspect.unwrap(validate_epoch)
    assert gradient is not calc_grad and validate is not validate_epoch
    for _ in range(3):
        for xb, yb in dl:
            gradient(xb, yb, bare, inspect.unwrap(mnist_loss))
            opt.step()
            opt.zero_grad()
        wanted.append(validate(bare, dl, inspect.unwrap(batch_accuracy)))
    assert got == wanted
    assert all(torch.equal(a, b) for a, b in zip(checked.parameters(), bare.parameters()))


def test_nothing_is_printed_or_warned(recwarn, capsys):
    dl = Batches(*points(), 8)
    epoch(model(), dl)
    assert not recwarn.list and capsys.readouterr().out == ""


def test_a_single_tensor_is_no_list_of_parameters():
    weights = torch.zeros(3, 1, requires_grad=True)
    with pytest.raises(ValueError, match=r"a part of a tensor.*in a list: \[w\]"):
        BasicOptim(weights, lr=0.1)
