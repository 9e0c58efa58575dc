"""Diagrams that explain: a cycle of steps, an image's road through tools, softmax in steps."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers.pictures.canvas import BLUE, GREY

ARROW: dict = {"arrowstyle": "-|>", "mutation_scale": 16, "linewidth": 2}


def draw_box(axis: Axes, place: int, name: str, height: float, colour: str = BLUE) -> None:
    """Draw a box of a row with its name, and the arrow from the one before, if there is one.

    Args:
        place: the box's number in the row, and its middle, from 0.
        height: of the box; it is 0.72 wide.
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


def draw_road(stations: Sequence[tuple[str, str]], back: tuple[int, int], again: str) -> Figure:
    """Draw tools in a row, what each hands on below it, and an arrow back from one to another.

    Args:
        stations: for each tool its name and what comes out of it, at least two.
        back: the places of the stations where the arrow back begins and ends.
        again: what that arrow is called.
    """
    last, first = back
    if not 0 <= first < last < len(stations):
        raise ValueError(
            f"draw_road: expected an arrow back between two of {len(stations)} stations, from a "
            f"later one to an earlier one, got {back}"
        )
    figure, axis = plt.subplots(figsize=(8, 2))
    axis.axis("off")
    axis.set(xlim=(-0.5, len(stations) - 0.5), ylim=(-0.65, 0.75))
    for place, (name, result) in enumerate(stations):
        draw_box(axis, place, name, 0.36)
        axis.text(place, -0.32, result, ha="center", va="top", fontsize=10)
    axis.plot([last, last, first], [0.21, 0.5, 0.5], color="black", linestyle="--", linewidth=2)
    down = (first, 0.52), (first, 0.21)
    axis.add_patch(FancyArrowPatch(*down, shrinkA=0, shrinkB=0, color="black", **ARROW))
    axis.text((first + last) / 2, 0.66, again, ha="center", va="center", fontsize=10)
    return figure


def draw_softmax(logits: Sequence[float], right: int) -> Figure:
    """Draw logits, their powers, and the probabilities, with the loss if class ``right`` is true.

    Args:
        logits: one number for each class, at least two.
        right: the number of the true class; its bars are striped.
    """
    if len(logits) < 2 or not 0 <= right < len(logits):
        raise ValueError(
            "draw_softmax: expected two logits or more, and the number of one of them, got "
            f"{len(logits)} and {right}"
        )
    scores = torch.tensor(logits, dtype=torch.float32)
    loss = -scores.log_softmax(dim=0)[right].item()
    panels = {
        "logit z": scores,
        "power: e to the z": scores.exp(),
        f"power / sum: probability\nloss -log({math.exp(-loss):.2g}) = {loss:.2f}": (
            scores.softmax(dim=0)
        ),
    }
    figure, axes = plt.subplots(1, 3, figsize=(8, 2.6), layout="constrained")
    for axis, (title, values) in zip(axes, panels.items()):
        bars = axis.bar(range(len(logits)), values.tolist(), color=GREY, edgecolor="black")
        bars[right].set(facecolor=BLUE, edgecolor="white", hatch="//")
        axis.bar_label(bars, [f"{value:.2f}" for value in values.tolist()], padding=2)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.set(xticks=range(len(logits)), xlabel="class (striped: the true one)")
        axis.set_title(title, fontsize=10)
        axis.margins(y=0.2)
    axes[0].set_ylim(-6, 6)
    axes[2].set_ylim(0, 1.2)
    return figure
