"""What a class has achieved: one result a learner, from which each format is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpers.course.grading.marking import MISSING, RIGHT, WORDS
from helpers.course.grading.table import Row
from helpers.course.grading.verdict import EXERCISES


@dataclass(frozen=True)
class Task:
    """An exercise of a learner, or what there is to say about a notebook as a whole.

    Attributes:
        row: of the table.
        most: points that can be had, 1 or 0.
    """

    row: Row
    most: int

    @property
    def score(self) -> int:
        """The points: all for what is right, else none."""
        return self.most if self.row.result == RIGHT else 0

    @property
    def name(self) -> str:
        """For people; no other task of the learner has it.

        Example:
            >>> Task(Row("ann", "a.ipynb", "2.1", "right", ""), 1).name
            'Exercise 2.1'
        """
        return f"Exercise {self.row.exercise}" if self.row.exercise else self.row.notebook or "All"


@dataclass(frozen=True)
class Result:
    """All that a learner has handed in.

    Attributes:
        tasks: each exercise once, in order; then notebooks as a whole.
    """

    learner: str
    tasks: tuple[Task, ...]

    @property
    def score(self) -> int:
        """Points."""
        return sum(task.score for task in self.tasks)

    @property
    def most(self) -> int:
        """Points that can be had, at least 1: nothing readable is never full marks."""
        return sum(task.most for task in self.tasks)


def results_of(rows: Iterable[Row], lessons: Sequence[int] = ()) -> list[Result]:
    """One result a learner, in the order of the table.

    An exercise gives one point. Where a learner has handed it in twice, the better one counts.

    Args:
        lessons: what was to be handed in: of these each exercise counts, and no other. Without
            them those count that are there.

    Raises:
        ValueError: when there is no such lesson.

    Example:
        >>> [one] = results_of([Row("ann", "a.ipynb", "2.1", "right", "")], lessons=[2])
        >>> one.learner, one.score, one.most
        ('ann', 1, 5)
    """
    wanted = exercises_of(lessons)
    of_learner: dict[str, list[Row]] = {}
    for row in rows:
        of_learner.setdefault(row.learner, []).append(row)
    return [Result(learner, _tasks(its, wanted)) for learner, its in of_learner.items()]


def exercises_of(lessons: Sequence[int]) -> list[str]:
    """The numbers of all exercises of some lessons, in order; a ValueError where one has none.

    Example:
        >>> exercises_of([2])
        ['2.1', '2.2', '2.3', '2.4', '2.5']
    """
    known = {int(number.split(".")[0]) for number in EXERCISES}
    for lesson in lessons:
        if lesson not in known:
            raise ValueError(
                f"there is no lesson {lesson} with exercises: expected one of "
                f"{', '.join(map(str, sorted(known)))}"
            )
    return [number for number in EXERCISES if int(number.split(".")[0]) in lessons]


def _tasks(rows: list[Row], wanted: list[str]) -> tuple[Task, ...]:
    best: dict[str, Row] = {}
    for row in rows:
        held = best.get(row.exercise)
        if row.exercise and (held is None or WORDS.index(row.result) < WORDS.index(held.result)):
            best[row.exercise] = row
    for number in wanted:
        says = "was not handed in"
        best.setdefault(number, Row(rows[0].learner, "", number, MISSING, says))
    order = [number for number in EXERCISES if number in best and number in (wanted or best)]
    whole = [row for row in rows if not row.exercise]
    points = 0 if order else 1  # of the first, when there is nothing else
    return (
        *(Task(best[number], 1) for number in order),
        *(Task(row, 0 if place else points) for place, row in enumerate(whole)),
    )
