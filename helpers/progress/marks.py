"""The exercises of one notebook, each with its result."""

import importlib
from pathlib import Path
from typing import NamedTuple

from helpers.progress.isolate import Ended, run
from helpers.progress.judge import RESULTS, is_known, judge

STOPPED = "stopped"  # ran too long, or ended its process
MISSING = "missing"  # the notebook does not ask for it any more
UNREADABLE = "unreadable"  # no notebook
WORDS = (*RESULTS.values(), STOPPED, MISSING, UNREADABLE)

LARGEST = 100 * 2**20  # bytes of a notebook


class Mark(NamedTuple):
    """The result of one exercise.

    Attributes:
        exercise: its number; empty when the notebook as a whole is meant.
        result: one of ``WORDS``.
        says: what there is to say about it, on one line.
    """

    exercise: str
    result: str
    says: str


def marks(notebook: Path, timeout: float) -> list[Mark]:
    """Judge all exercises of a notebook file; nothing in it can do harm to another's marks.

    Its answers share one process. When one of them ends that process or uses up the time, the
    others are run in a new one.

    Args:
        notebook: the file; it is only read.
        timeout: seconds for the answers in one process.

    Returns:
        A mark for each exercise of the lesson, in order; none when it checks no exercise.
    """
    if notebook.is_symlink() or not notebook.is_file() or notebook.stat().st_size > LARGEST:
        return [Mark("", UNREADABLE, f"is no plain file of up to {LARGEST // 2**20} MB")]
    asked: list[str] | None = None
    found: dict[str, Mark] = {}
    while asked is None or len(found) < len(asked):
        ended = run(notebook, found, timeout)
        if asked is None:
            asked = _asked(ended)
        if asked is None:
            why = [words["unreadable"] for words in ended.said if "unreadable" in words]
            mark = (UNREADABLE, why[0]) if why else (STOPPED, ended.reason)
            return [_mark("", *mark)]
        found |= _judged(ended, [number for number in asked if number not in found])
        left = [number for number in asked if number not in found]
        begun = [words["begins"] for words in ended.said if words.get("begins") in left]
        for number in begun[-1:] or left:
            found[number] = _mark(number, STOPPED, ended.reason)
    return [found.get(number, Mark(number, MISSING, "")) for number in _all_of(asked)]


def _asked(ended: Ended) -> list[str] | None:
    for words in ended.said:
        numbers = words.get("questions")
        if isinstance(numbers, list):
            return [number for number in dict.fromkeys(map(str, numbers)) if is_known(number)]
    return None


def _judged(ended: Ended, numbers: list[str]) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for words in ended.said:
        number = words.get("number")
        if number in numbers and number not in found:
            try:
                found[number] = _mark(number, *judge(number, words.get("gave")))
            except ValueError as error:
                found[number] = _mark(number, STOPPED, f"what it gave cannot be read: {error}")
    return found


def _all_of(numbers: list[str]) -> list[str]:
    """All exercises of the lessons that these belong to."""
    lessons = sorted({int(number.split(".")[0]) for number in numbers})
    modules = [importlib.import_module(f"helpers.exercises.lesson{n:02d}") for n in lessons]
    return [number for module in modules for number in module.EXERCISES]


def _mark(exercise: str, result: str, says: object) -> Mark:
    """A mark on one line, without characters that would steer a terminal."""
    plain = "".join(c if c.isprintable() else " " for c in str(says))
    return Mark(exercise, result, " ".join(plain.split())[:500])
