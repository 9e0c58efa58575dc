"""The verdict on an answer, reached where no code of the learner runs.

A process that ran the answer sends what it gave for each of the exercise's inputs. Here these
values are held against the right ones, exactly as ``check`` does in a notebook. So nothing that an
answer prints, patches or sends makes it right, except the right values.
"""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib import import_module

from helpers.course import exercises
from helpers.course.exercises import RIGHT, UNTRIED, WRONG, Exercise
from helpers.course.grading.wire import unpack
from helpers.language import marked

RESULTS = {RIGHT: marked("right"), WRONG: marked("wrong"), UNTRIED: marked("not tried")}

# All of them are imported here and now, so that nothing is read later that an answer could change.
EXERCISES: dict[str, Exercise] = {
    number: exercise
    for module in pkgutil.iter_modules(exercises.__path__, f"{exercises.__name__}.")
    for number, exercise in getattr(import_module(module.name), "EXERCISES", {}).items()
}


def judge(number: str, gave: object) -> tuple[str, str]:
    """The verdict on what an answer gave.

    Args:
        gave: see ``helpers.course.grading.child.answered``.

    Returns:
        One of ``RESULTS``' values, and the sentence that ``check`` has for it.

    Raises:
        ValueError: when ``gave`` is nothing of that kind.

    Example:
        >>> judge("1.2", {"answer": None})[0]
        'not tried'
    """
    result, sentence, _ = hinted(number, gave)
    return result, sentence


def hinted(number: str, gave: object) -> tuple[str, str, str]:
    """As ``judge``, and the second, stronger hint; empty where there is none.

    Example:
        >>> hinted("2.5", {"answer": 0.5})[2]
        'Go twice as far, to the other side.'
    """
    exercise = EXERCISES[number]
    match gave:
        case {"problem": str(text)}:
            return RESULTS[WRONG], text, ""
        case {"answer": packed}:
            verdict, sentence, more = exercise.hints(unpack(packed))
        case {"outcomes": [{"value": None | {"...": True}}, *_], "stub": True}:
            verdict, sentence, more = exercise.hints(_untouched)
        case {"outcomes": list(outcomes)}:
            settings = {field.name: getattr(exercise, field.name) for field in fields(exercise)}
            verdict, sentence, more = _Replayed(**settings).hints(_Recording(outcomes))
        case _:
            raise ValueError("not what an answer gives")
    return RESULTS[verdict], sentence, more


def is_known(number: str) -> bool:
    """Whether there is an exercise of this number.

    Example:
        >>> is_known("1.2"), is_known("1.99")
        (True, False)
    """
    return number in EXERCISES


def all_of(numbers: list[str]) -> list[str]:
    """All exercises of the lessons that these belong to, in order.

    Example:
        >>> all_of(["1.2"])
        ['1.1', '1.2', '1.3', '1.4', '1.5']
    """
    lessons = {number.split(".")[0] for number in numbers}
    return [number for number in EXERCISES if number.split(".")[0] in lessons]


def _untouched(*arguments: object) -> None: ...  # what a stub looks like


class _Recording:
    """Stands for an answer: each call gives, or raises, what the answer did at that call."""

    def __init__(self, outcomes: list) -> None:
        self._values: Iterator = iter(outcomes)

    def __call__(self) -> object:
        match next(self._values, None):
            case {"value": packed}:
                return unpack(packed)
            case {"error": str(name), "text": str(text)}:
                raise type(name, (Exception,), {})(text)
        raise ValueError("it did not say what came out")


class _Replayed(Exercise):
    """An exercise whose answer has run already; solution and known mistakes run here."""

    def result_of(self, answer: Callable | float, arguments: tuple) -> object:
        if isinstance(answer, _Recording):
            return answer()
        return super().result_of(answer, arguments)
