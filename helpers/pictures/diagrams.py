"""Diagrams that explain: how shapes line up, and how a cycle of steps goes round."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

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


def draw_cycle(steps: Sequence[str], before: str = "", after: str = "") -> Figure:
    """Draw steps that follow one another in a circle, clockwise from the top left.

    Args:
        steps: the names of the steps, at least two.
        before: what comes once, ahead of the first step.
        after: what comes once, when the cycle ends after the last step.
    """
    if len(steps) < 2:
        raise ValueError(f"draw_cycle: a cycle needs at least two steps, got {len(steps)}")
    figure, axis = plt.subplots(figsize=(6.8, 3.4))
    axis.axis("off")
    axis.set_xlim(-3.6, 3.6)
    axis.set_ylim(-1.6, 1.6)
    angles = [math.radians(135 - 360 * n / len(steps)) for n in range(len(steps))]
    places = [(1.7 * math.cos(angle), 1.35 * math.sin(angle)) for angle in angles]
    links = list(zip(places, places[1:] + places[:1]))
    labels = list(zip(steps, places, [BLUE] * len(steps)))
    if before:
        place = (places[0][0] - 2.0, places[0][1])
        links.append((place, places[0]))
        labels.append((before, place, GREY))
    if after:
        place = (places[-1][0] - 2.0, places[-1][1])
        links.append((places[-1], place))
        labels.append((after, place, GREY))
    for start, end in links:
        axis.add_patch(
            FancyArrowPatch(
                start, end, arrowstyle="-|>", mutation_scale=16, shrinkA=34, shrinkB=34, color=GREY
            )
        )
    for text, (x, y), colour in labels:
        box = {"boxstyle": "round,pad=0.5", "facecolor": colour, "edgecolor": "none"}
        axis.text(x, y, text, ha="center", va="center", color="white", bbox=box)
    return figure
