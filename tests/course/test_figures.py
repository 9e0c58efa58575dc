import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.course import figures as module
from helpers.course.figures import expect


@pytest.fixture
def practice(monkeypatch):
    monkeypatch.setattr(module, "practice_in_use", lambda: True)


@pytest.mark.parametrize(
    ("value", "target", "tolerance", "line"),
    [
        (0.95112, 0.9511, 0.0005, "x: 0.9511 (expected 0.9511 ± 0.0005)"),
        (torch.tensor(0.95112), 0.9511, 0.0005, "x: 0.9511 (expected 0.9511 ± 0.0005)"),
        (6131, 6131, 0, "x: 6131 (expected 6131 ± 0)"),
        (25.66, 25.7, 0.1, "x: 25.7 (expected 25.7 ± 0.1)"),
        (178.4, 180, 5, "x: 178 (expected 180 ± 5)"),
        (0.97841, 0.9785, 0.0015, "x: 0.9784 (expected 0.9785 ± 0.0015)"),
        (0.11462, 0.1146, 0.00005, "x: 0.11462 (expected 0.1146 ± 5e-05)"),
    ],
)
def test_says_figure_and_expectation(capsys, value, target, tolerance, line):
    expect("x", value, target, tolerance)
    assert capsys.readouterr().out == line + "\n"


@given(target=st.floats(-1e3, 1e3), tolerance=st.floats(1e-6, 10), share=st.floats(-3, 3))
@settings(max_examples=100, deadline=None)
def test_fails_exactly_when_too_far_off(target, tolerance, share):
    value = target + share * tolerance
    if abs(value - target) <= tolerance:
        expect("x", value, target, tolerance)
    else:
        with pytest.raises(AssertionError, match="Restart and Run All"):
            expect("x", value, target, tolerance)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_fails(value):
    with pytest.raises(AssertionError):
        expect("x", value, 1.0, tolerance=0.1)


def test_on_practice_data_it_only_reports(capsys, practice):
    expect("accuracy", 0.7, 0.9511, tolerance=0.0005)
    line = "accuracy: 0.7000 on the practice data (on the real data 0.9511 ± 0.0005)\n"
    assert capsys.readouterr().out == line


def test_a_figure_that_does_not_come_from_images_is_checked_everywhere(capsys, practice):
    expect("a third", 1 / 3, 0.3333, tolerance=0.0001, everywhere=True)
    assert capsys.readouterr().out == "a third: 0.3333 (expected 0.3333 ± 0.0001)\n"
    with pytest.raises(AssertionError):
        expect("a third", 0.4, 0.3333, tolerance=0.0001, everywhere=True)


def test_names_what_is_not_one_number():
    with pytest.raises(TypeError, match=r"got a tensor of shape \(2,\)"):
        expect("x", torch.zeros(2), 0, tolerance=1)
    with pytest.raises(TypeError, match="got str"):
        expect("x", "0.5", 0, tolerance=1)
    for tolerance in (-1, math.nan):
        with pytest.raises(ValueError, match="tolerance must be 0 or more"):
            expect("x", 0.5, 0, tolerance=tolerance)
