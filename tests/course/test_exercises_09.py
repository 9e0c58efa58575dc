"""What is particular to the exercises of lesson 09, beside what holds for all."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers.course.exercises import RIGHT, WRONG, find


@pytest.mark.parametrize(("inputs", "outputs", "size", "side"), [(3, 8, 3, 10), (4, 2, 5, 9)])
def test_the_work_is_what_torch_counts(inputs, outputs, size, side):
    conv, x = nn.Conv2d(inputs, outputs, size, bias=False), torch.zeros(1, inputs, side, side)
    with FlopCounterMode(display=False) as counter:
        y = conv(x)
    solution = find("9.1").solution
    assert solution(inputs, outputs, size, *y.shape[2:]) == counter.get_total_flops()


@given(st.floats(0.05, 0.95), st.floats(0, 1))
def test_the_triangle_has_its_corners_and_straight_sides(peak, part):
    triangle = find("9.2").solution
    assert triangle(0.0, peak) == 0 and triangle(1.0, peak) == 0
    assert triangle(peak, peak) == pytest.approx(1)
    assert triangle(part * peak * 0.999, peak) == pytest.approx(part * 0.999)
    assert triangle(peak + part * (1 - peak), peak) == pytest.approx(1 - part)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_smooth_labels_give_the_loss_of_torch(smoothing):
    torch.manual_seed(0)
    logits, labels = torch.randn(6, 5), torch.randint(0, 5, (6,))
    targets = find("9.3").solution(labels, 5, smoothing)
    torch.testing.assert_close(
        F.cross_entropy(logits, targets), F.cross_entropy(logits, labels, label_smoothing=smoothing)
    )
    by_mean = lambda y, n, s: torch.eye(n)[y] * (1 - s) + s * torch.ones(n) / n  # noqa: E731
    assert find("9.3").judge(by_mean)[0] == RIGHT


def test_labels_smoothed_in_place_are_right_too():
    def in_place(labels, classes, smoothing):
        targets = torch.full((len(labels), classes), smoothing / classes)
        targets[torch.arange(len(labels)), labels] += 1 - smoothing
        return targets

    assert find("9.3").judge(in_place)[0] == RIGHT


def test_normalising_is_what_torch_does_in_eval_mode():
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(3).requires_grad_(False)
    for values in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
        values.uniform_(0.5, 2)
    x = torch.randn(4, 3, 5, 5)
    values = (norm.running_mean, norm.running_var, norm.weight, norm.bias)
    ours = find("9.4").solution(x, *(v.view(-1, 1, 1) for v in values), norm.eps)
    torch.testing.assert_close(ours, norm.eval()(x))


def test_the_verdict_is_that_of_the_interval_by_hand():
    verdict, d = find("9.5").solution, torch.tensor([1.0, 2.0, 3.0])  # standard error 0.577
    assert [verdict(d - m, 2.0) for m in (0.8, 1.0, 3.2)] == ["proved", "not proved", "harmful"]


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("9.1", lambda inputs, outputs, size, height, width: inputs + outputs),
        ("9.2", lambda done, peak: 0.123),
        ("9.3", lambda labels, classes, smoothing: torch.zeros(len(labels), classes)),
        ("9.4", lambda x, mean, var, weight, bias, eps: x),
        ("9.5", lambda differences, factor: "perhaps"),
    ],
)
def test_an_unforeseen_wrong_answer_is_wrong_and_shown(number, answer):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and "expected" in said
    assert said not in [mistake.says for mistake in find(number).mistakes]


def test_a_way_without_return_is_shown_by_its_arguments():
    def triangle(done, peak):
        if done < peak:
            return done / peak
        if done > peak:
            return (1 - done) / (1 - peak)

    assert find("9.2").judge(triangle)[1].endswith("The arguments were: 0.25, 0.25.")
