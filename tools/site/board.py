"""The scoreboards of all lessons as one, a table for each task."""

from collections.abc import Iterable
from dataclasses import dataclass

from tools.site.lessons import Lesson
from tools.site.words import say


@dataclass(frozen=True)
class Row:
    """What one method has reached.

    Attributes:
        lesson: number of the lesson that built it, two digits.
        method: its name.
        parameters: how many numbers it has learnt.
        accuracy: share of right answers, as the lesson prints it.
        mistakes: how many of a thousand images it gets wrong.
        seconds: training time, as the lesson prints it; empty when it does not.
        share: mistakes compared with the worst method of the table, 0 to 1.
    """

    lesson: str
    method: str
    parameters: int
    accuracy: str
    mistakes: int
    seconds: str
    share: float


def boards(lessons: Iterable[Lesson], lang: str = "en") -> dict[str, list[Row]]:
    """Put together what the lessons show.

    A method that is shown again, in a later lesson, has the later figures.

    Args:
        lessons: in their order.
        lang: in which to ask what a method is asked; a data set without a question (see
            ``words``) stands under its own name.

    Returns:
        By question, in the order of the lessons, the methods of its table.

    Example:
        >>> boards([])
        {}
    """
    tasks: dict[str, dict[tuple[int, str], dict[str, str]]] = {}
    for lesson in lessons:
        question = " ".join(say(lang, name) for name in lesson.data)
        for score in lesson.scores:
            methods = tasks.setdefault(question, {})
            methods[int(score["lesson"]), score["method"]] = score
    return {question: _rows(list(methods.values())) for question, methods in tasks.items()}


def _rows(scores: list[dict[str, str]]) -> list[Row]:
    errors = [1 - float(score["accuracy"]) for score in scores]
    worst = max(errors) or 1.0
    return [
        Row(
            lesson=f"{int(score['lesson']):02}",
            method=score["method"],
            parameters=int(score["parameters"]),
            accuracy=score["accuracy"],
            mistakes=round(1000 * error),
            seconds=score.get("seconds", ""),
            share=error / worst,
        )
        for score, error in zip(scores, errors)
    ]
