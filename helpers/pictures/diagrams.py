"""Diagrams that explain: how a cycle of steps goes round."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from helpers.pictures.canvas import BLUE, GREY


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
