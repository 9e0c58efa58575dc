"""Pictures of a walk downhill: one step, several walks, and a map of the loss with the fit."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.language import say
from helpers.metrics import rmse
from helpers.pictures.canvas import BLUE, GREY, RED
from helpers.training.descent import descend, least_squares, quadratic

LOW, HIGH = -40.0, 110.0  # the speeds that a fit shows
LEVELS = (0, 5, 10, 20, 30, 40, 60, 80, 100, 120, 150, 200)  # of the loss on a map


def draw_step(x: float, lr: float) -> Figure:
    """Draw one step of gradient descent on x²: the slope at a place, and where the step leads."""
    after = x - lr * 2 * x
    figure, axis = plt.subplots()
    line = torch.linspace(-0.5, x + 1, 60)
    axis.plot(line, line**2, color=GREY, label="value = x squared")
    near = torch.tensor([x - 1.2, x + 0.9])
    axis.plot(near, x**2 + 2 * x * (near - x), "--", color=BLUE, label=f"slope {2 * x:g}")
    axis.plot(x, x**2, "s", color="black", markersize=9, label=f"before: x = {x:g}")
    axis.plot(after, after**2, "o", color=RED, markersize=10, label=f"after: x = {after:g}")
    arrow = {"arrowstyle": "-|>", "color": RED, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    axis.annotate("", (after, -1), (x, -1), arrowprops=arrow)
    axis.text((x + after) / 2, -2, "the step", color=RED, ha="center", va="top")
    for place in (x, after):
        axis.plot([place, place], [-1, place**2], ":", color=GREY, linewidth=1)
    axis.set(xlabel="x", ylabel="value", ylim=(-4, None))
    axis.legend(loc="upper left")
    return figure


def draw_walks(walks: Mapping[float, Sequence[float]]) -> Figure:
    """Draw walks on x², one panel for each learning rate.

    Args:
        walks: for each learning rate the places visited, at least one.
    """
    reach = 1.05 * max(abs(x) for walk in walks.values() for x in walk)
    line = torch.linspace(-reach, reach, 100)
    figure, axes = plt.subplots(1, len(walks), figsize=(8, 3.2), sharey=True, squeeze=False)
    for axis, (lr, walk) in zip(axes[0], walks.items()):
        places = torch.tensor(walk)
        axis.plot(line, line**2, color=GREY, linewidth=1)
        axis.plot(places, places**2, "o-", color=RED, markersize=4)
        beside = (places[0].item(), places[0].item() ** 2)
        arrow = {"arrowstyle": "->", "shrinkB": 6}
        axis.annotate("start", beside, xytext=(-4, -32), textcoords="offset points",
                      arrowprops=arrow, ha="left")  # fmt: skip
        axis.set(title=f"lr = {lr:g}", xlabel="x")
    axes[0, 0].set(ylabel="value", ylim=(-0.25 * reach**2, 1.1 * reach**2))
    return figure


def draw_fit(t: torch.Tensor, targets: torch.Tensor, params: torch.Tensor) -> Figure:
    """Draw measured values, a quadratic, and how far it is from each of them.

    Args:
        t: times, shape (n,).
        targets: measured values, shape (n,).
        params: a, b and c, shape (3,); may carry a gradient.

    Returns:
        Figure: its title says a, b, c and the loss, which is ``rmse``.
    """
    figure, axis = plt.subplots()
    _fit(axis, t, targets, params, t)
    axis.legend(loc="upper center", ncols=3, fontsize=9, frameon=False, handlelength=1.2)
    a, b, c = params.tolist()
    dials = f"a = {a:.2f}, b = {b:.2f}, c = {c:.2f}"
    axis.set_title(f"{dials}: typical error {_loss(t, targets, params):.1f} km/h", fontsize=11)
    return figure


def draw_descent(
    t: torch.Tensor,
    targets: torch.Tensor,
    start: torch.Tensor,
    lr: float,
    steps: int,
    seconds: torch.Tensor | None = None,
) -> Figure:
    """Draw a walk of gradient descent: on a map of the loss, the curve it ends with, its losses.

    The map is that of the c at which the walk ends: every place is a pair of a and b, and each
    line joins places of equal ``rmse``, which is written on it. A star marks the lowest place of
    this map, a diamond a and b of the least-squares solution, which needs a c of its own.

    Args:
        t: inputs, shape (n,).
        targets: measured values, shape (n,).
        start: the first a, b and c, shape (3,).
        seconds: where to draw the measured values, when ``t`` is not the time itself; shape (n,).

    Returns:
        Figure: three panels. The frame of the map depends on the data and the start alone, so it
        stays while a slider is moved.
    """
    path = descend(t, targets, start, lr, steps)
    if not path.isfinite().all():
        raise ValueError(
            say(
                "draw_descent: the walk leaves the numbers that can be drawn (nan or infinite): "
                "are t, targets and start finite, and is the learning rate small enough?"
            )
        )
    figure = plt.figure(figsize=(8.8, 5.6))
    panels = figure.subplot_mosaic([["map", "fit"], ["map", "losses"]], width_ratios=[1.2, 1])
    _map(panels["map"], t, targets, path)
    _fit(panels["fit"], t, targets, path[-1], t if seconds is None else seconds)
    losses = [_loss(t, targets, params) for params in path]
    panels["losses"].plot(losses, "o-" if steps <= 50 else "-", color=RED, markersize=3)
    panels["losses"].set(xlabel="steps taken", ylabel="loss", ylim=(0, None))
    panels["losses"].xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    panels["map"].set_title(f"lr = {lr:g}, {steps} steps", fontsize=11)
    panels["fit"].set_title(f"loss {losses[-1]:.1f}", fontsize=11)
    return figure


def _loss(t: torch.Tensor, targets: torch.Tensor, params: torch.Tensor) -> float:
    return rmse(quadratic(t, params), targets).item()


def _fit(
    axis: Axes, t: torch.Tensor, targets: torch.Tensor, params: torch.Tensor, seconds: torch.Tensor
) -> None:
    """Measured values, the curve, and a line from each value to the curve."""
    preds = quadratic(t, params.detach())
    axis.vlines(seconds, targets, preds, color=GREY, linewidth=1.5, label="error")
    axis.plot(seconds, preds, color=RED, linewidth=2, label="curve")
    axis.plot(seconds, targets, "o", color=BLUE, markersize=5, label="measured")
    axis.set(xlabel="time (s)", ylabel="speed (km/h)", ylim=(LOW, HIGH))
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if preds.min() < LOW:
        words = f"the curve goes on down to {preds.min():.0f}"
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        axis.text(0.98, 0.05, words, transform=axis.transAxes, color=RED, fontsize=9, bbox=box,
                  ha="right")  # fmt: skip


def _map(axis: Axes, t: torch.Tensor, targets: torch.Tensor, path: torch.Tensor) -> None:
    """The loss over a and b at the last c of a path, and the path."""
    best, c = least_squares(t, targets), path[-1, 2].item()
    here = least_squares(t, targets, c)
    middle = (path[0, :2] + best[:2]) / 2
    wide = 0.8 * (path[0, 0] - best[0]).abs().clamp(min=0.5)
    # As much room for b as makes a step across it as high as one across a.
    tall = wide * (t**4).mean().sqrt() / (t**2).mean().sqrt()
    a = torch.linspace(-1, 1, 81) * wide + middle[0]
    b = torch.linspace(-1, 1, 81) * tall + middle[1]
    preds = a[:, None, None] * t**2 + b[None, :, None] * t + c
    losses = ((preds - targets) ** 2).mean(-1).sqrt().T
    grid = (a.numpy(), b.numpy(), losses.numpy())
    axis.contourf(*grid, levels=LEVELS, cmap="Blues_r", alpha=0.7, extend="max")
    lines = axis.contour(*grid, levels=LEVELS, colors="black", linewidths=0.6)
    axis.clabel(lines, fontsize=10)
    axis.plot(path[:, 0], path[:, 1], "o-", color=RED, linewidth=0.8, markersize=5,
              markeredgecolor="white", markeredgewidth=0.5, label="walk")  # fmt: skip
    axis.plot(*path[0, :2].tolist(), "s", color="black", markersize=8, label="start")
    low = f"lowest on this map: {_loss(t, targets, here):.1f}"
    axis.plot(*here[:2].tolist(), "*", color="yellow", markeredgecolor="black", markersize=11,
              label=low)  # fmt: skip
    axis.plot(*best[:2].tolist(), "D", color="none", markeredgecolor="black", markersize=13,
              markeredgewidth=2, label=f"best of all, at c = {best[2]:.0f}")  # fmt: skip
    axis.set(
        xlim=grid[0][[0, -1]], ylim=grid[1][[0, -1]], xlabel=f"a   (map at c = {c:.1f})", ylabel="b"
    )
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, fontsize=9)
