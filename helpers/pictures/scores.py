"""The scoreboard of all methods, and the race of lesson 10."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers.pictures.canvas import BLUE, GREY

if TYPE_CHECKING:  # see helpers.pictures.canvas
    import pandas as pd


class Score(NamedTuple):
    """What one method has reached.

    Attributes:
        lesson: number of the lesson.
        method: what to call it in a few words.
        parameters: how many numbers it has learnt, 0 or more.
        accuracy: share of the validation images that it gets right, 0 to 1.
        seconds: how long it took to train.

    Example:
        >>> Score(lesson=3, method="linear", parameters=785, accuracy=0.978, seconds=0.2).method
        'linear'
    """

    lesson: int
    method: str
    parameters: int
    accuracy: float
    seconds: float


def scoreboard(scores: Iterable[Score]) -> "pd.DataFrame":
    """Show scores as a table.

    Returns:
        DataFrame: one row a score, with the attributes of ``Score`` as columns.

    Example:
        >>> scoreboard([Score(3, "linear", 785, 0.978, 0.2)])
           lesson  method  parameters  accuracy  seconds
        0       3  linear         785     0.978      0.2
    """
    import pandas as pd

    scores = list(scores)
    _check(scores)
    return pd.DataFrame(scores, columns=Score._fields)


def draw_scoreboard(scores: Iterable[Score]) -> Figure:
    """Draw accuracy against learnt parameters, one named point a method.

    Parameters stand on a logarithmic axis, with a place for 0, and so do the errors: the step from
    0.98 to 0.99 halves the errors and is drawn as wide as that from 0.90 to 0.95.
    """
    scores = list(scores)
    _check(scores)
    figure, axis = plt.subplots(figsize=(6.4, 4.0))
    errors = [max(1 - score.accuracy, _NO_ERROR) for score in scores]
    for score, error, marker in zip(scores, errors, itertools.cycle("os^DvP*X")):
        axis.plot(score.parameters, error, marker, markersize=9)
        few = score.parameters < 1000  # then there is more room for the name on the right
        axis.annotate(
            score.method, (score.parameters, error), (10 if few else -10, 0),
            textcoords="offset points", ha="left" if few else "right", va="center",
        )  # fmt: skip
    worst, best = max(errors) * 1.6, min(errors) / 1.6
    axis.set_xscale("symlog", linthresh=100)
    axis.set_xlim(-20, max(score.parameters for score in scores) * 4 + 100)
    axis.set_yscale("log")
    axis.set_ylim(worst, best)  # fewer errors are higher
    ticks = [error for error in _ERRORS if best <= error <= worst]
    axis.set_yticks(ticks, [f"{1 - error:g}" for error in ticks])
    axis.minorticks_off()
    axis.set(xlabel="learnt parameters (logarithmic)", ylabel="accuracy (logarithmic in mistakes)")
    return figure


_NO_ERROR = 1e-4  # where a perfect score is drawn on an axis that has no 0
_ERRORS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0001)


def _check(scores: Sequence[Score]) -> None:
    if not scores:
        raise ValueError("scoreboard: expected at least one Score, got none")
    for score in scores:
        if not 0 <= score.accuracy <= 1:
            raise ValueError(
                f"{score.method}: accuracy is a share from 0 to 1, got {score.accuracy}; "
                "divide a percentage by 100"
            )
        if score.parameters < 0 or score.seconds < 0:
            raise ValueError(
                f"{score.method}: parameters and seconds must be 0 or more, "
                f"got {score.parameters} and {score.seconds}"
            )
    names = [(score.lesson, score.method) for score in scores]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"scoreboard: lesson {name[0]} has {name[1]!r} twice; was a cell run again? "
                "Build the list anew instead of appending to it"
            )


def draw_race(
    results: Mapping[str, tuple[float, float]], guess: float, ahead: Sequence[str] = ()
) -> Figure:
    """Draw accuracy and seconds (logarithmic) side by side, a dot for each method.

    Args:
        results: for each method its seconds, more than 0, and its accuracy, a share from 0 to 1;
            the first one comes on top.
        guess: the accuracy of guessing, for a dotted line.
        ahead: names of methods that stand out.

    Example:
        ``draw_race({"linear model": (2, 0.36), "lean network": (9, 0.55)}, guess=0.1)``
    """
    if not results:
        raise ValueError("draw_race: expected at least one method, got none")
    for name, (seconds, accuracy) in results.items():
        if not (0 <= accuracy <= 1 and seconds > 0):
            raise ValueError(
                "draw_race: expected seconds above 0 and an accuracy from 0 to 1, "
                f"got {seconds} and {accuracy} for {name!r}"
            )
    if unknown := [name for name in ahead if name not in results]:
        raise ValueError(f"draw_race: no method {unknown[0]!r}; there are {', '.join(results)}")
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 1.0 + 0.38 * len(results)), sharey=True)
    left.axvline(guess, color=GREY, linestyle=":", linewidth=1.5)
    for place, (name, (seconds, accuracy)) in enumerate(results.items()):
        stands_out = name in ahead
        color, marker = (BLUE, "D") if stands_out else (GREY, "o")
        for axis, value, words in (
            (left, accuracy, f"{accuracy:.3f}"),
            (right, seconds, f"{seconds:.1f} s"),
        ):
            axis.plot(value, place, marker, color=color, markersize=8)
            axis.annotate(
                words, (value, place), (9, 0), textcoords="offset points", va="center", fontsize=10
            )
    left.set_yticks(range(len(results)), list(results))
    left.set_ylim(len(results) - 0.5, -0.5)
    best = max(accuracy for _, accuracy in results.values())
    times = [seconds for seconds, _ in results.values()]
    left.set(xlim=(0, best * 1.25), xlabel="accuracy (dotted: guessing)")
    right.set(xscale="log", xlim=(min(times) / 2, max(times) * 8), xlabel="seconds (logarithmic)")
    for axis in (left, right):
        axis.grid(axis="y", alpha=0.3)
    return figure
