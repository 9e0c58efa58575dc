"""The stored trials of ``python -m benchmarks.paired``, for lessons: what is each part worth?

They lie here as two small tables, so that they are there wherever the helpers are installed. Which
questions there are, and what was expected beforehand, says ``asked()``. ``benchmarks.paired write``
makes both files; nothing in them is typed.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from helpers.course.evidence import compare

if TYPE_CHECKING:  # it takes a second to load, and the first cell of a lesson needs none of it
    import pandas as pd

PAIRS = Path(__file__).with_name("trials.csv")
ASKED = Path(__file__).with_name("questions.csv")
COLUMNS = ["question", "scale", "seeds", "without", "gain", "error", "low", "high", "verdict"]


class Asked(NamedTuple):
    """A question as it was asked, before its trials.

    Attributes:
        hypothesis: what was expected.
        judged: by one look ("plain"), by "views", or "views against plain".
        least: the smallest mean difference that matters, in percentage points.
        planned: how many pairs of trials at which scale.
    """

    hypothesis: str
    judged: str
    least: float
    planned: dict[str, int]


def asked() -> dict[str, Asked]:
    """All questions by their names, in the order of their weight.

    Example:
        >>> asked()["whitening"].hypothesis
        'Frozen whitening is worth more than a point over 2x2 filters that learn by SGD.'
    """
    return _asked(ASKED)


def paired(question: str, scale: str = "full") -> "pd.DataFrame":
    """The trials of a question: the same seed with a part of the recipe and without it.

    Args:
        question: its name, one of ``asked()``.
        scale: "full" (45,000 images, five epochs) or "part" (6,144 images, two epochs).

    Returns:
        DataFrame: one row a seed: ``seed``, the accuracies ``with`` and ``without``, shares from 0
        to 1 of 5,000 validation images, and their ``difference`` in percentage points.

    Example:
        ``paired("whitening", "part")`` has the columns seed, with, without and difference.
    """
    import pandas as pd

    _check(question, scale)
    rows = [
        (seed, with_it, without, round(100 * (with_it - without), 6))  # 0.82 - 0.81 is not 0.01
        for seed, (with_it, without) in sorted(_pairs(PAIRS).get((question, scale), {}).items())
    ]
    return pd.DataFrame(rows, columns=["seed", "with", "without", "difference"])


def gains(questions: Iterable[str] | None = None, scale: str = "full") -> "pd.DataFrame":
    """What some parts of the recipe are worth, one row a question.

    Args:
        questions: their names; all that were asked at this scale if None.

    Returns:
        DataFrame: ``question``, ``scale``, ``seeds`` (how many pairs), ``without`` (mean accuracy
        without the part, a share), then in percentage points ``gain`` (the mean difference),
        ``error`` (its standard error), ``low`` and ``high`` (the interval that holds the true mean
        95 times in 100), and the ``verdict`` by the rule of ``helpers.course.evidence``. A question
        without trials has NaN for numbers; an interval from one pair has no ends.

    Example:
        ``gains(["whitening", "flip"], "part")[["question", "gain", "verdict"]]``
    """
    import pandas as pd

    if isinstance(questions, str):
        questions = [questions]
    elif questions is None:
        questions = _asked_at(scale)
    rows = []
    for name in questions:
        _check(name, scale)
        pairs = _pairs(PAIRS).get((name, scale), {})
        with_it, without = ({s: pair[side] for s, pair in pairs.items()} for side in (0, 1))
        result = compare(with_it, without)
        said = result.verdict(asked()[name].least, asked()[name].planned[scale])
        numbers = [float("nan")] * 5
        if pairs:
            mean = sum(without.values()) / len(pairs)
            numbers = [mean, result.mean, result.error, *result.interval()]
        rows.append((name, scale, result.seeds, *numbers, said))
    return pd.DataFrame(rows, columns=COLUMNS)


@cache
def _asked(path: Path) -> dict[str, Asked]:
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["question"]: Asked(
            row["hypothesis"],
            row["judged"],
            float(row["least"]),
            {scale: int(row[scale]) for scale in ("part", "full") if row[scale]},
        )
        for row in rows
    }


@cache
def _pairs(path: Path) -> dict[tuple[str, str], dict[int, tuple[float, float]]]:
    """By question and scale, by seed: the accuracies with the part and without it."""
    found: dict[tuple[str, str], dict[int, tuple[float, float]]] = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pair = float(row["with"]), float(row["without"])
            found.setdefault((row["question"], row["scale"]), {})[int(row["seed"])] = pair
    return found


def _asked_at(scale: str) -> list[str]:
    names = [name for name, one in asked().items() if scale in one.planned]
    if not names:
        raise ValueError(f'expected the scale to be "part" or "full", got {scale!r}')
    return names


def _check(question: str, scale: str) -> None:
    if question not in (names := _asked_at(scale)):
        raise ValueError(
            f"no question {question!r} was asked at scale {scale!r}; these were: {', '.join(names)}"
        )
