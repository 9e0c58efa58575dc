"""The exercises of one notebook, each with its result."""

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from helpers.course.grading.isolate import CannotStart, Ended, Runner
from helpers.course.grading.table import printable
from helpers.course.grading.verdict import RESULTS, all_of, is_known, judge
from helpers.language import marked, say

RIGHT, WRONG, UNTRIED = RESULTS.values()
STOPPED = marked("stopped")  # ran too long, or ended its process
MISSING = marked("missing")  # the notebook does not ask for it any more
UNREADABLE = marked("unreadable")  # no notebook
WORDS = (RIGHT, WRONG, UNTRIED, STOPPED, MISSING, UNREADABLE)

_DIGEST = re.compile("sha256-[0-9a-f]{32}").fullmatch

JUDGING = 10.0  # seconds for the verdict on one answer; a hundredth is what it takes


class Mark(NamedTuple):
    """The result of one exercise.

    Attributes:
        exercise: its number; empty when the notebook as a whole is meant.
        result: one of ``WORDS``.
        says: what there is to say about it, on one line.
        answer: a digest of the code that was judged; empty where there is none.
    """

    exercise: str
    result: str
    says: str
    answer: str = ""


def marks(notebook: bytes, timeout: float, runner: Runner) -> list[Mark]:
    """Judge all exercises of a notebook; nothing in it can do harm to another's marks.

    Its answers share one process. When one of them ends that process or uses up its share of the
    time, the others are run in a new one.

    Args:
        timeout: seconds for all its answers together; each may take an equal share of what is
            left.

    Returns:
        A mark for each exercise of the lesson, in order; none when it checks no exercise.

    Raises:
        CannotStart: when no notebook can be run here.
    """
    try:
        return _marks(notebook, timeout, runner)
    except CannotStart:
        raise
    except Exception as error:  # one notebook's trouble is a line of its own, never another's
        return [
            _mark(
                "",
                STOPPED,
                say("could not be judged: {error}", error=f"{type(error).__name__}: {error}"),
            )
        ]


def missing() -> Mark:
    """The mark of a notebook that asks for nothing."""
    return Mark("", MISSING, say("checks no exercise of a lesson"))


def unreadable(error: Exception) -> list[Mark]:
    """The mark of what could not even be read."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return [_mark("", UNREADABLE, words)]


def _marks(notebook: bytes, timeout: float, runner: Runner) -> list[Mark]:
    asked: list[str] | None = None
    answers: dict[str, str] = {}
    found: dict[str, Mark] = {}
    left = timeout
    while asked is None or len(found) < len(asked):
        if left <= 0:
            late = _mark(
                "", STOPPED, say("the notebook's {timeout:g} seconds were used up", timeout=timeout)
            )
            if asked is None:
                return [late]
            found |= {n: late._replace(exercise=n) for n in asked if n not in found}
            break
        ended = runner.run(notebook, found, left)
        left -= ended.took
        if asked is None:
            asked, answers = _asked(ended)
        if asked is None:
            why = [words["unreadable"] for words in ended.said if "unreadable" in words]
            mark = (UNREADABLE, why[0]) if why else (STOPPED, ended.reason)
            return [_mark("", *mark)]
        found |= _judged(ended, [number for number in asked if number not in found])
        unanswered = [number for number in asked if number not in found]
        begun = [words["begins"] for words in ended.said if words.get("begins") in unanswered]
        for number in begun[-1:] or unanswered:
            found[number] = _mark(number, STOPPED, ended.reason)
    its_marks = [found.get(number, Mark(number, MISSING, "")) for number in all_of(asked)]
    return [mark._replace(answer=answers.get(mark.exercise, "")) for mark in its_marks]


def _asked(ended: Ended) -> tuple[list[str] | None, dict[str, str]]:
    """The exercises and their answers' digests, which are told before any of the answers runs."""
    for words in ended.said:
        numbers, told = words.get("questions"), words.get("answers")
        if isinstance(numbers, list):
            known = [number for number in numbers if isinstance(number, str) and is_known(number)]
            pairs = told.items() if isinstance(told, dict) else ()
            answers = {n: text for n, text in pairs if isinstance(text, str) and _DIGEST(text)}
            return list(dict.fromkeys(known)), answers
    return None, {}


def _judged(ended: Ended, numbers: list[str]) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for words in ended.said:
        number = words.get("number")
        if number in numbers and number not in found:
            try:
                with _at_most(JUDGING):
                    found[number] = _mark(number, *judge(number, words.get("gave")))
            except Exception as error:
                why = say(
                    "what it gave cannot be judged: {error}",
                    error=f"{type(error).__name__}: {error}",
                )
                found[number] = _mark(number, STOPPED, why)
    return found


class _TooLong(BaseException):
    """Not an Exception, which a comparison might take for one of its own."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Judging is bounded in size already; where there are alarms it is in time, too.

    Raises:
        TimeoutError: when the time is over.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() != threading.main_thread():
        yield
        return

    def stop(*signal_and_frame: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _TooLong:
        raise TimeoutError(say("no verdict in {seconds:g} seconds", seconds=seconds)) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _mark(exercise: str, result: str, says: object) -> Mark:
    """A mark on one line, without characters that would steer a terminal."""
    return Mark(exercise, result, printable(" ".join(str(says)[:5000].split()))[:500])
