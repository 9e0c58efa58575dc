"""What is particular to the exercises of lessons 03 and 04, beside what holds for all."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.course.exercises import RIGHT, UNTRIED, WRONG, Exercise, Mistake, find
from helpers.course.exercises.lesson03 import GOAL, try_rate
from helpers.models.layers import count_parameters


def said(number, answer):
    return find(number).judge(answer)[1]


def test_loss_may_be_written_with_where():
    def mnist_loss(predictions, targets):
        predictions = predictions.sigmoid()
        return torch.where(targets == 1, 1 - predictions, predictions).mean()

    assert find("3.1").judge(mnist_loss)[0] == RIGHT


def test_loss_that_cuts_the_gradient_is_not_right():
    def mnist_loss(predictions, targets):
        return (predictions.detach().sigmoid() - targets).abs().mean()

    assert "gradient" in said("3.1", mnist_loss)


def test_training_step_may_clear_first_or_use_zero():
    def training_step(xb, yb, model, loss_func, params, lr):
        for p in params:
            if p.grad is not None:
                p.grad.zero_()
        loss_func(model(xb), yb).backward()
        with torch.no_grad():
            for p in params:
                p -= p.grad * lr

    assert find("3.2").judge(training_step)[0] == RIGHT


def test_training_step_may_use_an_optimiser():
    def training_step(xb, yb, model, loss_func, params, lr):
        opt = torch.optim.SGD(params, lr)
        opt.zero_grad()
        loss_func(model(xb), yb).backward()
        opt.step()

    assert find("3.2").judge(training_step)[0] == RIGHT


def test_training_step_may_ask_the_model_to_clear():
    def training_step(xb, yb, model, loss_func, params, lr):
        model.zero_grad()
        loss_func(model(xb), yb).backward()
        with torch.no_grad():
            for p in params:
                p -= p.grad * lr

    assert find("3.2").judge(training_step)[0] == RIGHT


def test_training_step_with_two_backward_calls_is_told_in_words_of_the_step():
    def training_step(xb, yb, model, loss_func, params, lr):
        for _ in range(2):
            loss_func(model(xb), yb).backward()
        with torch.no_grad():
            for p in params:
                p -= p.grad * lr
                p.grad = None

    assert "the check took three steps" in said("3.2", training_step)


def test_a_list_has_no_gradient():
    def training_step(xb, yb, model, loss_func, params, lr):
        loss_func(model(xb), yb).backward()
        params.grad = None

    assert "take its members one by one" in said("3.2", training_step)


def test_training_step_without_no_grad_is_reported():
    def training_step(xb, yb, model, loss_func, params, lr):
        loss_func(model(xb), yb).backward()
        for p in params:
            p -= p.grad * lr

    verdict, sentence = find("3.2").judge(training_step)
    assert verdict == WRONG and "RuntimeError" in sentence and "leaf" in sentence
    assert "new tensor" not in sentence  # that would be the next error


@pytest.mark.parametrize("lr", [5, 7.5, 10, 15])
def test_several_learning_rates_are_right(lr):
    assert try_rate(lr) < GOAL
    assert find("3.3").judge(lr)[0] == RIGHT


@pytest.mark.parametrize(
    ("lr", "word"),
    [(50, "stuck"), (1e-3, "crawls"), (2, "crawls"), (0.0, "nothing ever moves"), (-0.5, "uphill")],
)
def test_wrong_learning_rates_are_told_apart(lr, word):
    verdict, sentence = find("3.3").judge(lr)
    assert verdict == WRONG and word in sentence


@pytest.mark.parametrize("lr", [math.nan, math.inf])
def test_a_rate_that_breaks_the_training_is_reported(lr):
    verdict, sentence = find("3.3").judge(lr)
    assert verdict == WRONG and "FloatingPointError: the loss became nan at step 2" in sentence


def test_a_rate_that_is_no_number_is_named():
    assert said("3.3", "large") == "expected a number, got 'large' (str)."
    assert said("3.3", True) == "expected a number, got True (bool)."


def test_try_rate_is_repeatable_and_leaves_the_random_numbers_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    assert try_rate(1.0) == try_rate(1.0)
    assert torch.equal(before, torch.get_rng_state())
    assert try_rate(0.0) == 0.5


def test_momentum_is_that_of_torch():
    p = torch.tensor([1.0, -3.0], requires_grad=True)
    opt = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    mine, velocity = p.detach().clone(), torch.zeros(2)
    for _ in range(5):
        opt.zero_grad()
        (p**2).sum().backward()
        opt.step()
        mine, velocity = find("3.4").solution(mine, 2 * mine, velocity, 0.1, 0.9)
    torch.testing.assert_close(mine, p.detach())


def test_momentum_keeps_lr_out_of_the_velocity():
    def momentum_step(p, grad, velocity, lr, beta):
        velocity = beta * velocity - lr * grad
        return p + velocity, velocity

    verdict, said = find("3.4").judge(momentum_step)
    assert verdict == WRONG and "your velocity contains lr" in said


def test_momentum_must_return_both():
    assert "return p, velocity" in said("3.4", lambda p, grad, velocity, lr, beta: p)


def test_evidence_adds_up_to_the_output():
    images, weights = torch.rand(4, 784), torch.randn(784, 1)
    pictures = find("3.5").solution(images, weights)
    torch.testing.assert_close(pictures.sum((1, 2)), (images @ weights).squeeze())


@pytest.mark.parametrize(
    "relu",
    [F.relu, nn.ReLU(), lambda x: x.max(torch.tensor(0.0)), lambda x: torch.where(x > 0, x, 0)],
)
def test_relu_in_many_ways(relu):
    assert find("4.1").judge(relu)[0] == RIGHT


def clear_below_zero(x):
    for i in range(len(x)):
        if x[i] < 0:
            x[i] = 0
    return x


def clear_without_a_record(x):
    with torch.no_grad():
        x[x < 0] = 0
    return x


@pytest.mark.parametrize(
    "relu", [lambda x: x.clamp_(0), clear_below_zero, clear_without_a_record, lambda x: x.zero_()]
)
def test_a_relu_that_changes_its_input_is_told_so(relu):
    assert "changes the tensor that came in" in said("4.1", relu)


def test_count_agrees_with_torch():
    sizes = [784, 30, 1]
    layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
    counted = count_parameters(p for layer in layers for p in layer.parameters())
    assert find("4.2").solution(sizes) == counted == 23581


def test_a_count_that_is_off_by_one_is_wrong():
    solution = find("4.2").solution
    assert said("4.2", lambda sizes: solution(sizes) + 1).startswith("expected 47, got 48.")


def test_folded_layers_predict_the_same():
    first, second, x = nn.Linear(5, 4), nn.Linear(4, 2), torch.randn(7, 5)
    weights, bias = find("4.3").solution(first.weight.T, first.bias, second.weight.T, second.bias)
    torch.testing.assert_close(x @ weights + bias, second(first(x)))


@pytest.mark.parametrize(
    ("fold", "sentence"),
    [
        (lambda w1, b1, w2, b2: w1 @ w2, "return weights, bias"),
        (lambda w1, b1, w2, b2: (w1 @ w2, (b1 @ w2 + b2)[None]), "a bias with one axis"),
    ],
)
def test_fold_must_return_weights_and_bias(fold, sentence):
    assert sentence in said("4.3", fold)


def test_the_way_back_is_that_of_autograd():
    hidden, w2 = (torch.randn(size, requires_grad=True) for size in ((6, 4), (4, 2)))
    out = hidden @ w2
    d_out = torch.randn(6, 2)
    out.backward(d_out)
    d_w2, d_hidden = find("4.4").solution(hidden.detach(), w2.detach(), d_out)
    torch.testing.assert_close(d_w2, w2.grad)
    torch.testing.assert_close(d_hidden, hidden.grad)


@pytest.mark.parametrize(
    ("way_back", "sentence"),
    [
        (lambda hidden, w2, d_out: hidden.T @ d_out, "return d_w2, d_hidden"),
        (lambda hidden, w2, d_out: (hidden, d_out[:1]), "the shape of what they belong to"),
    ],
)
def test_the_way_back_returns_slopes_of_the_right_shapes(way_back, sentence):
    assert sentence in said("4.4", way_back)


def test_from_zeros_one_parameter_moves():
    net = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1))
    with torch.no_grad():
        for p in net.parameters():
            p.zero_()
    targets = torch.tensor([[1.0], [0.0], [1.0]])
    F.binary_cross_entropy_with_logits(net(torch.rand(3, 784)), targets).backward()
    moved = sum(int((p.grad != 0).sum()) for p in net.parameters())
    assert find("4.5").judge(moved)[0] == RIGHT


# Exercises that ask for a number.

TEN = Exercise(
    solution=10,
    inputs=lambda: [()],
    mistakes=(Mistake(20, "value: twice too much."),),
    praise="ten.",
)


@pytest.mark.parametrize(
    ("answer", "verdict", "sentence"),
    [
        (10, RIGHT, "ten."),
        (10.0, RIGHT, "ten."),
        (20, WRONG, "value: twice too much."),
        (7, WRONG, "value: 7 is not the number that is asked for."),
        ("10", WRONG, "expected a number, got '10' (str)."),
        (True, WRONG, "expected a number, got True (bool)."),
        (..., UNTRIED, "write your answer"),
        (None, UNTRIED, "write your answer"),
    ],
)
def test_numbers_are_judged(answer, verdict, sentence):
    got, said = TEN.judge(answer)
    assert got == verdict and sentence in said
