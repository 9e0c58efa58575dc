"""Pictures of chance: runs that differ in their seed alone, what a change gains, how seeds help."""

from collections.abc import Mapping, Sequence
from math import erf, exp, pi, sqrt
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers import checks
from helpers.pictures.canvas import BLUE, GREY, ORANGE, RED

if TYPE_CHECKING:  # see helpers.pictures.canvas
    import pandas as pd

COLOURS = {"proved": BLUE, "harmful": RED}
MARKERS = {"proved": "o", "harmful": "X"}  # told apart without colours, too


def draw_trials(trials: Mapping[str, Sequence[float]], pairs: bool = False) -> Figure:
    """Draw the accuracies of runs: a row for each recipe, a ring for each seed, a line: the mean.

    Args:
        trials: for each recipe one accuracy a seed, shares from 0 to 1.
        pairs: whether to join the runs of one seed, which stand at the same place of each recipe.
    """
    if pairs and len({len(runs) for runs in trials.values()}) > 1:
        counts = ", ".join(str(len(runs)) for runs in trials.values())
        raise ValueError(f"draw_trials: pairs need one run a seed of every recipe, got {counts}")
    if not trials or any(len(runs) == 0 for runs in trials.values()):
        raise ValueError("draw_trials: expected at least one recipe, each with at least one run")
    checks.shares(trials)
    figure, axis = plt.subplots(figsize=(7.2, 1.1 + 0.5 * len(trials)))
    for one_seed in zip(*trials.values()) if pairs else ():
        shares = [100 * share for share in one_seed]
        axis.plot(shares, range(len(trials)), color=GREY, linewidth=1, zorder=1)
    for row, runs in enumerate(trials.values()):
        axis.plot(100 * _mean(runs), row, "|", color="black", markersize=24, markeredgewidth=2)
        axis.plot([100 * run for run in runs], [row] * len(runs), "o", color=BLUE,
                  markerfacecolor="none", markersize=10, markeredgewidth=1.8)  # fmt: skip
    axis.set_yticks(range(len(trials)), list(trials))
    axis.set_ylim(len(trials) - 0.5, -0.5)
    axis.set_xlabel("% of the validation images right (a ring: one run; a line: the mean)")
    axis.grid(axis="x", alpha=0.4)
    return figure


def draw_gains(gains: Mapping[str, tuple[float, float, float]]) -> Figure:
    """Draw what changes are worth: a mean for each, and the interval that holds the true one.

    A filled mark stands where the whole interval lies on one side of 0.

    Args:
        gains: for each change its mean, and the two ends of the interval, in percentage points.
    """
    if not gains:
        raise ValueError("draw_gains: expected at least one change, got none")
    figure, axis = plt.subplots(figsize=(7.2, 1.2 + 0.45 * len(gains)))
    axis.axvline(0, color=GREY, linestyle="--", linewidth=1.5)
    for row, (name, (mean, low, high)) in enumerate(gains.items()):
        if not low <= mean <= high:
            raise ValueError(f"draw_gains: {name}: {mean} is not between {low} and {high}")
        clear = low > 0 or high < 0
        axis.plot([low, high], [row, row], "-", color=BLUE if clear else GREY, linewidth=3)
        axis.plot(mean, row, "o", color="black", markersize=9,
                  markerfacecolor="black" if clear else "white")  # fmt: skip
    axis.set_yticks(range(len(gains)), list(gains))
    axis.set_ylim(len(gains) - 0.5, -0.5)
    axis.set_xlabel("gain in percentage points (filled: all on one side of 0)")
    axis.grid(axis="x", alpha=0.4)
    return figure


def draw_worth(table: "pd.DataFrame") -> Figure:
    """Draw gains with their 95 % intervals, one line a question, beside a line at 0.

    Filled dots are proved, crosses harmful, hollow squares neither. A gain from a single pair has
    no interval; a question without trials has its name and nothing else.

    Args:
        table: columns ``question``, ``gain``, ``low``, ``high`` (in percentage points) and
            ``verdict``, as ``helpers.course.trials.gains`` gives them; the first row comes on top.

    Example:
        ``draw_worth(gains(["whitening", "flip"], "part"))``
    """
    if not len(table):
        raise ValueError("draw_worth: expected at least one question, got an empty table")
    figure, axis = plt.subplots(figsize=(7.2, 0.9 + 0.34 * len(table)))
    axis.axvline(0, color="black", linewidth=1)
    for place, row in enumerate(table.itertuples()):
        colour = COLOURS.get(row.verdict, GREY)
        # An infinite interval is left out: it would make the axis as long.
        if row.high - row.low < float("inf"):
            axis.plot([row.low, row.high], [place, place], color=colour, linewidth=2)
        axis.plot(
            row.gain, place, MARKERS.get(row.verdict, "s"), color=colour, markersize=8,
            markerfacecolor=colour if row.verdict in COLOURS else "white",
        )  # fmt: skip
    axis.set_yticks(range(len(table)), [name.replace("_", " ") for name in table.question])
    axis.set_ylim(len(table) - 0.5, -0.5)
    axis.grid(axis="x", alpha=0.3)
    axis.set_xlabel("gain in percentage points, with its 95 % interval")
    return figure


def misled(gain: float, seeds: int, spread: float = 1.0) -> float:
    """How often the better of two recipes has the smaller mean.

    Args:
        gain: how much better it is, in points.
        seeds: how many runs of each.
        spread: standard deviation of single runs, in points.

    Example:
        >>> misled(0.0, seeds=5), round(misled(1.0, seeds=1), 2)
        (0.5, 0.24)
    """
    if seeds < 1 or not spread > 0:
        raise ValueError(f"expected at least 1 seed and a spread above 0, got {seeds}, {spread}")
    return (1 - erf(gain / (2 * spread / sqrt(seeds)))) / 2


def draw_luck(gain: float, seeds: int) -> Figure:
    """Draw how far the means of two recipes scatter if runs scatter by a point; gain in points."""
    wrong = misled(gain, seeds)
    figure, axis = plt.subplots(figsize=(7.2, 3.0))
    width = 1 / sqrt(seeds)
    places = [-3 + 0.02 * k for k in range(451)]
    better = f"B, {gain:g} point{'' if gain == 1 else 's'} better"
    looks = (("A", 0.0, "--", ORANGE), (better, gain, "-", BLUE))
    for name, middle, pattern, colour in looks:
        heights = [_bell(place, middle, width) for place in places]
        axis.fill_between(places, heights, color=colour, alpha=0.2)
        axis.plot(places, heights, pattern, color=colour, linewidth=2.5, label=name)
    axis.set(yticks=[], xlim=(-3, 6), xlabel="mean over the runs, in points (A's true mean is 0)")
    axis.set_ylabel("how often")
    axis.legend(loc="upper right")
    runs = "one run each" if seeds == 1 else f"means of {seeds} runs each"
    axis.set_title(f"{runs}: B looks worse in {100 * wrong:.0f} of 100 comparisons")
    return figure


def _mean(runs: Sequence[float]) -> float:
    return sum(runs) / len(runs)


def _bell(place: float, middle: float, width: float) -> float:
    return exp(-(((place - middle) / width) ** 2) / 2) / (width * sqrt(2 * pi))
