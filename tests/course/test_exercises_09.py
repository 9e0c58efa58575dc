"""What is particular to the exercises of lesson 09, beside what holds for all."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers.course.exercises import RIGHT, WRONG, find
from helpers.training.views import look_twice


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


def test_the_doubtful_are_those_that_look_twice_looks_at_again():
    """A model that answers otherwise to moved images shows which of them were moved."""
    torch.manual_seed(0)
    images = torch.rand(10, 1, 1, 5).round(decimals=2)
    images = images + images.flip(-1)  # both sides alike: the first two views agree
    logits = images.flatten(1)
    changed = (look_twice(lambda x: x.flatten(1), images, 0.4) - logits).abs().amax(1) > 1e-6
    assert set(find("9.4").solution(logits, 4).tolist()) == set(
        changed.nonzero().flatten().tolist()
    )


def test_worth_by_hand():
    worth = find("9.5").solution(torch.tensor([0.9, 0.8]), torch.tensor([0.8, 0.8, 0.8]))
    # A difference of 0.05 between numbers that float32 rounds by 6e-8, times a hundred.
    assert worth.item() == pytest.approx(5.0, abs=1e-4)


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("9.1", lambda inputs, outputs, size, height, width: inputs + outputs),
        ("9.2", lambda done, peak: 0.123),
        ("9.3", lambda labels, classes, smoothing: torch.zeros(len(labels), classes)),
        ("9.4", lambda logits, count: torch.zeros(count, dtype=torch.long)),
        ("9.5", lambda with_it, without_it: torch.tensor(1.0)),
    ],
)
def test_an_unforeseen_wrong_answer_is_wrong_and_shown(number, answer):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and "expected" in said
    assert said not in [mistake.says for mistake in find(number).mistakes]
