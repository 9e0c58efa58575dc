"""Diagrams that explain: boxes in a row, and how a cycle of steps goes round."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers.pictures.canvas import BLUE, GREY

ARROW: dict = {"arrowstyle": "-|>", "mutation_scale": 16, "linewidth": 2}


def draw_box(axis: Axes, place: int, name: str, height: float, colour: str = BLUE) -> None:
    """Draw a box of a row with its name, and the arrow from the one before, if there is one.

    Args:
        axis: where to draw.
        place: the box's number in the row, and its middle, from 0.
        name: what stands in it.
        height: of the box; it is 0.72 wide.
        colour: of the box.
    """
    corner = (place - 0.36, -height / 2)
    axis.add_patch(FancyBboxPatch(corner, 0.72, height, "round,pad=0.03", color=colour))
    axis.text(place, 0, name, ha="center", va="center", color="white")
    if place:
        ends = (place - 0.61, 0), (place - 0.39, 0)
        axis.add_patch(FancyArrowPatch(*ends, shrinkA=0, shrinkB=0, color=GREY, **ARROW))


def draw_cycle(
    steps: Sequence[str], before: str = "", after: str = "", again: str = "again"
) -> Figure:
    """Draw steps in a row, and an arrow that leads from the last of them back to the first.

    Args:
        steps: the names of the steps, at least two.
        before: what comes once, ahead of the first step.
        after: what comes once, when the cycle has ended.
        again: what the arrow back is called.
    """
    if len(steps) < 2:
        raise ValueError(f"draw_cycle: a cycle needs at least two steps, got {len(steps)}")
    names = [*([before] if before else []), *steps, *([after] if after else [])]
    figure, axis = plt.subplots(figsize=(8, 1.9))
    axis.axis("off")
    axis.set(xlim=(-0.5, len(names) - 0.5), ylim=(-1.05, 0.4))
    for place, name in enumerate(names):
        draw_box(axis, place, name, 0.44, BLUE if name in steps else GREY)
    first = 1 if before else 0
    last = first + len(steps) - 1
    down, up = (last, -0.24), (first, -0.24)
    bend = "bar,fraction=-0.12"
    axis.add_patch(FancyArrowPatch(down, up, connectionstyle=bend, color=BLUE, **ARROW))
    axis.text((first + last) / 2, -0.88, again, ha="center", va="center", color=BLUE)
    return figure
