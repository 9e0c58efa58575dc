"""What is particular to the exercises of lesson 10, beside what holds for all."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.course.exercises import RIGHT, WRONG, find
from helpers.models.fastnet import whitening_matrix
from helpers.training.muon import EXACT, orthogonalize
from helpers.training.views import look_twice


@pytest.mark.slow
@given(st.floats(0, 6.2))
def test_a_whitened_cloud_may_be_turned(angle):
    whiten = find("10.1").solution
    cos, sin = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cos, -sin], [sin, cos]])
    assert find("10.1").judge(lambda points: whiten(points) @ turn)[0] == RIGHT
    assert find("10.1").judge(lambda points: 1.1 * whiten(points) @ turn)[0] == WRONG


def test_the_matrix_of_the_lesson_whitens_as_well():
    assert find("10.1").judge(lambda points: points @ whitening_matrix(points).T)[0] == RIGHT
    centred = lambda points: find("10.1").solution(points - points.mean(0))  # noqa: E731
    assert find("10.1").judge(centred)[0] == RIGHT


def test_a_cloud_of_another_shape_is_told():
    verdict, said = find("10.1").judge(lambda points: points[:, :1])
    assert verdict == WRONG and said == "expected points of shape (60, 2), got (60, 1)."


def test_one_step_is_that_of_orthogonalize():
    torch.manual_seed(0)
    x = torch.randn(3, 5)
    torch.testing.assert_close(
        find("10.2").solution(x / x.norm()), orthogonalize(x, 1, EXACT), atol=1e-6, rtol=1e-5
    )


def test_the_doubtful_are_those_that_look_twice_looks_at_again():
    """A model that answers otherwise to moved images shows which of them were moved."""
    torch.manual_seed(0)
    images = torch.rand(10, 1, 1, 5).round(decimals=2)
    images = images + images.flip(-1)  # both sides alike: the first two views agree
    logits = images.flatten(1)
    changed = (look_twice(lambda x: x.flatten(1), images, 0.4) - logits).abs().amax(1) > 1e-6
    assert set(find("10.3").solution(logits, 4).tolist()) == set(
        changed.nonzero().flatten().tolist()
    )


def test_luck_by_hand():
    luck = find("10.4").solution(torch.tensor([0.8, 0.8, 0.86]))
    # A difference of 0.04 between numbers that float32 rounds by 6e-8, times a hundred.
    assert luck.item() == pytest.approx(4.0, abs=1e-4)


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("10.1", lambda points: points * 0.3),
        ("10.2", lambda x: x * 0.123),
        ("10.3", lambda logits, count: torch.zeros(count, dtype=torch.long)),
        ("10.4", lambda accuracies: torch.tensor(1.0)),
    ],
)
def test_an_unforeseen_wrong_answer_is_wrong_and_shown(number, answer):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and "expected" in said
    assert said not in [mistake.says for mistake in find(number).mistakes]
