"""Diagrams that explain: how shapes line up, and how a cycle of steps goes round."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers.pictures.canvas import BLUE, GREY, ORANGE


def broadcast_rows(left: Sequence[int], right: Sequence[int]) -> list[list[str]]:
    """Line two shapes up at their last axis, as broadcasting does, and say what each axis does.

    Args:
        left: a shape, for example ``(1010, 28, 28)``.
        right: another one, for example ``(28, 28)``.

    Returns:
        list: three rows (left, right, result) of one text an axis. An axis that is missing or of
        length 1 while the other is longer reads ``copied``.

    Example:
        >>> broadcast_rows((1010, 28, 28), (28, 28))[1]
        ['copied', '28', '28']
    """
    try:
        result = torch.broadcast_shapes(tuple(left), tuple(right))
    except RuntimeError as error:
        raise ValueError(
            f"shapes {tuple(left)} and {tuple(right)} do not fit: counted from the last axis, "
            "lengths must be equal, or one of them 1 or missing"
        ) from error

    def row(shape: Sequence[int]) -> list[str]:
        padded = [1] * (len(result) - len(shape)) + list(shape)
        missing = len(result) - len(shape)
        return [
            "copied" if length != whole or place < missing else str(length)
            for place, (length, whole) in enumerate(zip(padded, result))
        ]

    return [row(left), row(right), [str(length) for length in result]]


def draw_broadcast(
    left: Sequence[int], right: Sequence[int], names: tuple[str, str, str]
) -> Figure:
    """Draw how two shapes are broadcast: one row each, and the resulting shape below.

    Args:
        left: the first shape.
        right: the second shape.
        names: what to call the first, the second and the result.

    Raises:
        ValueError: when the shapes do not fit.
    """
    rows = broadcast_rows(left, right)
    figure, axis = plt.subplots(figsize=(6.4, 2.4))
    axis.axis("off")
    axis.set_xlim(-3.4, len(rows[0]) * 1.6)
    axis.set_ylim(-2.6, 0.6)
    for line, (name, row) in enumerate(zip(names, rows)):
        axis.text(-0.9, -line, name, ha="right", va="center")
        for place, text in enumerate(row):
            copied = text == "copied"
            box = {
                "boxstyle": "round,pad=0.5",
                "facecolor": "white" if copied else (BLUE if line < 2 else ORANGE),
                "edgecolor": GREY,
                "linestyle": "dashed" if copied else "solid",
            }
            colour = "black" if copied or line == 2 else "white"
            axis.text(place * 1.6, -line, text, ha="center", va="center", bbox=box, color=colour)
    return figure


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
        colour = BLUE if name in steps else GREY
        corner = (place - 0.36, -0.22)
        axis.add_patch(FancyBboxPatch(corner, 0.72, 0.44, "round,pad=0.03", color=colour))
        axis.text(place, 0, name, ha="center", va="center", color="white")
        if place:
            arrow: dict = {"arrowstyle": "-|>", "mutation_scale": 16, "color": GREY, "linewidth": 2}
            ends = (place - 0.61, 0), (place - 0.39, 0)
            axis.add_patch(FancyArrowPatch(*ends, shrinkA=0, shrinkB=0, **arrow))
    first = 1 if before else 0
    last = first + len(steps) - 1
    down, up = (last, -0.24), (first, -0.24)
    back: dict = {"arrowstyle": "-|>", "mutation_scale": 16, "color": BLUE, "linewidth": 2}
    bend = "bar,fraction=-0.12"
    axis.add_patch(FancyArrowPatch(down, up, connectionstyle=bend, **back))
    axis.text((first + last) / 2, -0.88, again, ha="center", va="center", color=BLUE)
    return figure
