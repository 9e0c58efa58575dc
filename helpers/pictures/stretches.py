"""Pictures of what a matrix does to a circle, of clouds of points, and of a training's course."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.pictures.canvas import BLUE, GREY, RED
from helpers.training.schedule import linear_decay


def draw_stretch(a: float, b: float, c: float, d: float) -> Figure:
    """Draw a circle, and the ellipse that a matrix makes of it; for a slider.

    The two lines in the circle are those that become the half axes of the ellipse: the solid one
    the long half axis, the dashed one the short one.

    Args:
        a, b: the first row of the matrix.
        c, d: its second row.

    Returns:
        Figure: circle and ellipse side by side, on equal axes; the stretches in the title.
    """
    matrix = torch.tensor([[a, b], [c, d]], dtype=torch.float64)
    ends, stretches, begins = torch.linalg.svd(matrix)
    signs = begins.sum(1).sign() + (begins.sum(1) == 0)  # of two opposite lines that to the right
    begins, ends = begins * signs[:, None], ends * signs
    circle = _circle()
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.5))
    reach = 1.15 * max(1.0, stretches[0].item())
    for axis, curve, lines in (
        (left, circle, begins),
        (right, matrix @ circle, (ends * stretches).T),
    ):
        axis.plot(*curve, color=GREY, linewidth=2)
        for end, color, pattern in ((lines[0], RED, "-"), (lines[1], BLUE, "--")):
            axis.plot([0, end[0]], [0, end[1]], pattern, color=color, linewidth=2.5)
            axis.plot(*end, "o" if pattern == "-" else "s", color=color, markersize=8)
        axis.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
        axis.grid(alpha=0.3)
    left.set_title("before", fontsize=11)
    right.set_title(f"after: stretched by {stretches[0]:.2f} and {stretches[1]:.2f}", fontsize=11)
    return figure


def draw_clouds(clouds: Mapping[str, torch.Tensor], reach: float = 4.0) -> Figure:
    """Draw clouds of points side by side, all on the same equal axes, each with its ellipse.

    The ellipse lies two spreads from the mean in each direction, as their covariance says.

    Args:
        clouds: for each title points of shape (n, 2).
        reach: how far the axes go in each direction.
    """
    for name, points in clouds.items():
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(
                f"draw_clouds: expected points of shape (n, 2) as {name!r}, "
                f"got {tuple(points.shape)}"
            )
    if not clouds:
        raise ValueError("draw_clouds: expected at least one cloud, got none")
    figure, axes = plt.subplots(1, len(clouds), figsize=(3.5 * len(clouds), 3.6), squeeze=False)
    for axis, (name, points) in zip(axes[0], clouds.items()):
        axis.scatter(*points.T.cpu(), s=7, alpha=0.5, color=BLUE, edgecolor="none")
        variances, directions = torch.linalg.eigh(points.T.cpu().double().cov())
        half_axes = directions * 2 * variances.clamp(min=0).sqrt()
        centre = points.cpu().double().mean(0)[:, None]
        axis.plot(*(centre + half_axes @ _circle()), color="black", linewidth=2)
        axis.axhline(0, color=GREY, linewidth=0.8)
        axis.axvline(0, color=GREY, linewidth=0.8)
        axis.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
        axis.set_title(name, fontsize=11)
    return figure


def draw_course(pixels: Sequence[tuple[float, int]], frozen: float) -> Figure:
    """Draw what changes in the course of a training: learning rate, pixels, the first bias.

    Args:
        pixels: up to which share of the training images have how many pixels a side.
        frozen: from which share on the bias of the first layer stays as it is.

    Returns:
        Figure: three lanes over the share of the training that is done.
    """
    if not pixels or pixels[-1][0] != 1:
        raise ValueError(f"draw_course: expected stages that end at 1, got {list(pixels)}")
    figure, lanes = plt.subplots(
        3, 1, figsize=(6.8, 3.6), sharex=True, gridspec_kw={"height_ratios": [2, 1, 1]}
    )
    rate, sizes, bias = lanes
    rate.fill_between([0, 1], [linear_decay(0), linear_decay(1)], color=BLUE, alpha=0.35)
    rate.plot([0, 1], [linear_decay(0), linear_decay(1)], color=BLUE, linewidth=2)
    rate.set(ylim=(0, 1.1), yticks=(0, 1))
    begin = 0.0
    for place, (until, side) in enumerate(pixels):
        _band(sizes, begin, until, f"{side} × {side} pixels", 0.2 + 0.4 * place / len(pixels))
        begin = until
    _band(bias, 0, frozen, "", 0.6)
    _band(bias, frozen, 1, "frozen", 0.1)
    for axis, name in zip(lanes, ("learning rates", "images", "bias of the\nfirst layer")):
        axis.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10)
    bias.set(xlim=(0, 1), xlabel="share of the time that is over")
    return figure


def _circle() -> torch.Tensor:
    turns = torch.linspace(0, 2 * torch.pi, 121, dtype=torch.float64)
    return torch.stack([turns.cos(), turns.sin()])


def _band(axis: Axes, begin: float, end: float, words: str, alpha: float) -> None:
    axis.axvspan(begin, end, color=BLUE, alpha=alpha, linewidth=0)
    axis.axvline(end, color=GREY, linewidth=1)
    axis.text((begin + end) / 2, 0.5, words, ha="center", va="center", fontsize=10)
    axis.set(ylim=(0, 1), yticks=())
