"""Pictures of small networks: their units and lines, what bends can make, runs from many seeds."""

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from helpers import checks
from helpers.pictures.canvas import BLUE, GREY, ORANGE


def draw_network(
    columns: Sequence[Sequence[str] | torch.Tensor],
    titles: Sequence[str],
    weights: Sequence[torch.Tensor] = (),
    closed: Sequence[tuple[int, int]] = (),
) -> Figure:
    """Draw a network: a column of circles a layer, and a line for each weight.

    Args:
        columns: for each layer, from the inputs on, what stands in its circles: words, of which
            "..." is drawn as dots without a circle or a line, or a tensor of numbers.
        weights: for each pair of neighbouring columns the numbers on the lines, shape (left,
            right); without them the lines carry nothing.
        closed: pairs (column, place) of circles that are drawn dashed and grey.
    """
    if len(columns) < 2 or len(titles) != len(columns):
        raise ValueError(
            "draw_network: expected two columns or more and a title for each, "
            f"got {len(columns)} and {len(titles)}"
        )
    named = [
        [_short(v) for v in c.flatten().tolist()] if isinstance(c, torch.Tensor) else list(c)
        for c in columns
    ]
    figure, axis = plt.subplots(figsize=(2.5 * len(columns), 3.4))
    axis.axis("off")
    axis.set_aspect("equal")
    tallest = max(map(len, named))
    gap, step = 3.2, 1.45
    axis.set(
        xlim=(-0.9, gap * (len(columns) - 1) + 0.9),
        ylim=(-step * tallest / 2, step * tallest / 2 + 0.7),
    )

    def place(column: int, row: int) -> tuple[float, float]:
        return gap * column, step * ((len(named[column]) - 1) / 2 - row)

    for c, (left, right) in enumerate(zip(named, named[1:])):
        for i, start in enumerate(left):
            for j, end in enumerate(right):
                if "..." in (start, end):
                    continue
                shut = (c, i) in closed or (c + 1, j) in closed
                (x0, y0), (x1, y1) = place(c, i), place(c + 1, j)
                line = ":" if shut else "-"
                axis.plot([x0, x1], [y0, y1], line, color=GREY, linewidth=1.2, zorder=1)
                if weights:
                    share = 0.3
                    number = _short(weights[c][i, j].item())
                    axis.text(
                        x0 + share * (x1 - x0), y0 + share * (y1 - y0), number,
                        ha="center", va="center", fontsize=10, zorder=2,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
                    )  # fmt: skip
    for c, column in enumerate(named):
        for row, text in enumerate(column):
            if text != "...":
                shut = (c, row) in closed
                axis.add_patch(Circle(
                    place(c, row), 0.55, facecolor="white", edgecolor=GREY if shut else BLUE,
                    linestyle="--" if shut else "-", linewidth=2, zorder=3,
                ))  # fmt: skip
            axis.text(*place(c, row), text, ha="center", va="center", fontsize=9, zorder=4)
        axis.text(gap * c, step * tallest / 2 + 0.3, titles[c], ha="center", fontsize=11)
    return figure


def _short(number: float) -> str:
    """Two decimals at most, and no minus before a zero."""
    return f"{round(number, 2) + 0.0:g}"


def draw_seeds(results: Mapping[str, Sequence[float]]) -> Figure:
    """Draw the mistakes of runs from several seeds: a row for each method, a ring for each run.

    Args:
        results: for each name the accuracies of its runs, 0 to 1.
    """
    if not results or any(len(runs) == 0 for runs in results.values()):
        raise ValueError("draw_seeds: expected at least one method, each with at least one run")
    checks.shares(results)
    figure, axis = plt.subplots(figsize=(6.4, 0.7 + 0.36 * len(results)))
    for name, runs in results.items():
        mistakes = [max(100 * (1 - accuracy), 0.05) for accuracy in runs]
        axis.plot(mistakes, [name] * len(runs), "-", color=GREY, linewidth=1)
        axis.plot(mistakes, [name] * len(runs), "o", color=BLUE, markerfacecolor="none",
                  markersize=9, markeredgewidth=1.8)  # fmt: skip
    everyone = [100 * (1 - a) for runs in results.values() for a in runs]
    ticks = [t for t in (0.2, 0.5, 1, 1.5, 2, 5, 10, 20, 50) if min(everyone) / 1.5 <= t]
    ticks = [t for t in ticks if t <= max(everyone) * 1.5]
    axis.set_xscale("log")
    axis.set_xticks(ticks, [f"{t:g} %" for t in ticks])
    axis.minorticks_off()
    axis.set_xlabel("mistakes (logarithmic: equal steps are equal factors)")
    axis.grid(axis="x", alpha=0.4)
    axis.margins(y=0.3 / len(results))  # room for the rings of the first and the last row
    axis.invert_yaxis()
    return figure


def bent_curve(bends: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A wavy curve, and a two-layer network that meets it, without training, between its bends.

    Each hidden unit bends the line at one place; its weight in the second layer is the change of
    slope there.

    Args:
        bends: how many hidden units, 1 or more.

    Returns:
        tuple: places from 0 to 10, the curve there, and what the network gives, each (401,).

    Example:
        >>> x, curve, made = bent_curve(4)
        >>> (curve - made)[[0, 100, 200, 300, 400]].abs().max() < 1e-4
        tensor(True)
    """
    checks.whole(1, bends=bends)
    places, knots = torch.linspace(0, 10, 401), torch.linspace(0, 10, bends + 1)
    heights = _wave(knots)
    slopes = heights.diff() / knots.diff()
    second = torch.cat([slopes[:1], slopes.diff()])
    hidden = (places[:, None] - knots[:-1]).relu()
    return places, _wave(places), hidden @ second + heights[0]


def _wave(x: torch.Tensor) -> torch.Tensor:
    return x.sin() + (2.3 * x).cos() / 2


def draw_bends(hidden_units: int) -> Figure:
    """Draw ``bent_curve``: the curve, and the line with so many bends on top; for a slider."""
    places, curve, made = bent_curve(hidden_units)
    figure, axis = plt.subplots(figsize=(6.4, 2.8))
    axis.plot(places, curve, color=GREY, linewidth=4, alpha=0.6, label="curve")
    axis.plot(places, made, "--", color=ORANGE, linewidth=2, label="network")
    gap = math.ceil(100 * (curve - made).abs().max().item()) / 100
    axis.set(xlabel="input", ylabel="output", ylim=(-2, 2.2))
    axis.set_title(f"{hidden_units} hidden units: nowhere more than {gap:.2f} apart", fontsize=11)
    axis.legend(loc="lower right", ncols=2)
    return figure
