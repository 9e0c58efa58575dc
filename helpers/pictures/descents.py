"""Pictures of a walk downhill: one step, several walks, and a map of the loss with the fit."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.metrics import rmse
from helpers.pictures.canvas import BLUE, GREY, RED
from helpers.training.descent import descend, quadratic

LOW, HIGH = -40.0, 110.0  # the speeds that a fit shows
LEVELS = (0, 5, 10, 20, 30, 40, 60, 80, 100, 120, 150, 200)  # of the loss on a map


def draw_step(x: float, lr: float) -> Figure:
    """Draw one step of gradient descent on x²: the slope at a place, and where the step leads.

    Args:
        x: where the step begins.
        lr: learning rate.
    """
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
        axis.plot(places[0], places[0] ** 2, "s", color="none", markeredgecolor="black",
                  markersize=12, markeredgewidth=2, label="start")  # fmt: skip
        axis.set(title=f"lr = {lr:g}", xlabel="x")
    axes[0, 0].set_ylabel("value")
    axes[0, 0].legend(loc="upper center")
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

    The map is that of the c at which the walk ends: every place is a pair of a and b, and lines
    join places of equal ``rmse``. A star marks the lowest place of this map, a diamond a and b of
    the least-squares solution, which needs a c of its own. Long first steps are numbered.

    Args:
        t: inputs, shape (n,).
        targets: measured values, shape (n,).
        start: the first a, b and c, shape (3,).
        lr: learning rate.
        steps: how many steps.
        seconds: where to draw the measured values, when ``t`` is not the time itself; shape (n,).

    Returns:
        Figure: three panels. The frame of the map depends on the data and the start alone, so it
        stays while a slider is moved.
    """
    path = descend(t, targets, start, lr, steps)
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


def lowest(t: torch.Tensor, targets: torch.Tensor, c: float | None = None) -> torch.Tensor:
    """The a, b and c with the smallest ``rmse``, by least squares.

    Args:
        t: inputs, shape (n,).
        targets: measured values, shape (n,).
        c: a value at which c is held, or None.

    Example:
        >>> t = torch.tensor([0.0, 1.0, 2.0, 3.0])
        >>> lowest(t, 2 * t**2 + 3, c=3.0).round().abs()
        tensor([2., 0., 3.])
    """
    columns = [t**2, t] + ([torch.ones_like(t)] if c is None else [])
    left = targets - (c or 0.0)
    inputs = torch.stack(columns, dim=1).double()
    found = torch.linalg.lstsq(inputs, left[:, None].double()).solution[:, 0].to(t.dtype)
    return found if c is None else torch.cat([found, torch.tensor([c], dtype=t.dtype)])


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
    best, c = lowest(t, targets), path[-1, 2].item()
    here = lowest(t, targets, c)
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
    axis.contour(*grid, levels=LEVELS, colors="white", linewidths=1)
    axis.plot(path[:, 0], path[:, 1], "o-", color=RED, markersize=5, markeredgecolor="white",
              markeredgewidth=0.5, label="walk")  # fmt: skip
    axis.plot(*path[0, :2].tolist(), "s", color="black", markersize=8, label="start")
    low = f"lowest on this map: {_loss(t, targets, here):.1f}"
    axis.plot(*here[:2].tolist(), "*", color="yellow", markeredgecolor="black", markersize=15,
              label=low)  # fmt: skip
    axis.plot(*best[:2].tolist(), "D", color="none", markeredgecolor="black", markersize=9,
              markeredgewidth=2, label=f"best of all, at c = {best[2]:.0f}")  # fmt: skip
    axis.set(
        xlim=grid[0][[0, -1]], ylim=grid[1][[0, -1]], xlabel=f"a   (map at c = {c:.1f})", ylabel="b"
    )
    _name_levels(axis, t, targets, here, torch.stack([wide, tall]))
    _number_steps(axis, path[:4, :2] / torch.stack([wide, tall]), path)
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, fontsize=9)


def _name_levels(
    axis: Axes, t: torch.Tensor, targets: torch.Tensor, here: torch.Tensor, frame: torch.Tensor
) -> None:
    """Write the losses of the lines along a ray from the lowest place to the lower left."""
    last = 0.0
    for far in torch.linspace(0, 2, 401)[1:].tolist():
        place = here.clone()
        place[:2] -= far * frame * 0.7
        before = here.clone()
        before[:2] -= (far - 0.005) * frame * 0.7
        low, high = _loss(t, targets, before), _loss(t, targets, place)
        level = next((level for level in LEVELS if low < level <= high), None)
        if level is not None and far - last > 0.11:
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}
            axis.text(place[0].item(), place[1].item(), str(level), fontsize=8, ha="center",
                      va="center", bbox=box, clip_on=True)  # fmt: skip
            last = far


def _number_steps(axis: Axes, places: torch.Tensor, path: torch.Tensor) -> None:
    """Number the first steps of a walk, where they are long enough to be told apart."""
    for number in range(1, len(places)):
        if (places[number] - places[number - 1]).norm() > 0.3:
            place = path[number, 0].item(), path[number, 1].item()
            axis.annotate(str(number), place, xytext=(0, 9 * number - 4), weight="bold",
                          textcoords="offset points", ha="center")  # fmt: skip
