"""Every lesson is tried in one way of a pair, and in the other at another commit."""

import doctest

import pytest

from tests import ROOT
from tools.lessons import turns
from tools.lessons.notebook import lessons


def test_the_example_holds(monkeypatch):
    monkeypatch.delenv("LESSONS_TURN", raising=False)
    assert doctest.testmod(turns).failed == 0


@pytest.mark.parametrize("digest", ["40e2", "40e3"])
def test_each_lesson_in_one_of_two_ways(monkeypatch, digest):
    every = lessons(ROOT)
    monkeypatch.setenv("LESSONS_TURN", digest)
    one, other = turns.due(every), turns.due(every, second=True)
    assert sorted(one + other) == every and one and other
    monkeypatch.setenv("LESSONS_TURN", f"{int(digest, 16) + 1:x}")
    assert turns.due(every) == other and turns.due(every, second=True) == one


def test_some_turns_are_enough_for_all(monkeypatch):
    seen = []
    for turn in range(8):
        monkeypatch.setenv("LESSONS_TURN", f"40{turn}")
        seen += turns.due(range(88), of=8)
    assert sorted(seen) == list(range(88))


def test_without_a_digest_all_are_due(monkeypatch):
    monkeypatch.setenv("LESSONS_TURN", "")
    assert turns.due(lessons(ROOT)) == turns.due(lessons(ROOT), second=True) == lessons(ROOT)
