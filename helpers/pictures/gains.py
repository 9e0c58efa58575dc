"""A picture of what the parts of a recipe are worth: a dot for each, with its interval."""

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers.pictures.canvas import BLUE, GREY, RED

if TYPE_CHECKING:  # see helpers.pictures.canvas
    import pandas as pd

COLOURS = {"proved": BLUE, "harmful": RED}
MARKERS = {"proved": "o", "harmful": "X"}  # told apart without colours, too


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
