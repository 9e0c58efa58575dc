"""Pictures of training runs: losses, the path of an optimiser, rates, and how sure is right."""

import itertools
import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from helpers.language import say
from helpers.pictures.canvas import BLUE, GREEN, GREY, ORANGE, RED

OPTIMISERS = ("SGD", "momentum", "Adam")
STEEP = 100.0  # how many times as steep the valley is across as along


def draw_patients(
    losses: Mapping[str, Sequence[float]], highest: float = 4.0, classes: int = 10
) -> Figure:
    """Draw the losses of some runs, a panel for each, all with the same axes.

    Args:
        losses: for each name one loss a step.
        highest: the top of the vertical axis; what lies above is cut off.
        classes: how many; a dotted line shows the loss of a model that knows nothing of them.
    """
    if not losses:
        raise ValueError("draw_patients: expected at least one run, got none")
    figure, axes = plt.subplots(
        1, len(losses), figsize=(1.9 * len(losses), 2.7), sharey=True, squeeze=False
    )
    for axis, (name, run) in zip(axes[0], losses.items()):
        axis.axhline(math.log(classes), linestyle=":", color=GREY)
        axis.plot(range(1, len(run) + 1), run, color=BLUE, linewidth=1.5)
        axis.set(title=name, xlabel="step", ylim=(0, highest))
    axes[0, 0].set_ylabel("loss")
    return figure


def valley_path(kind: str, lr: float, steps: int) -> torch.Tensor:
    """The places that an optimiser visits in a long valley, 100 times as steep across as along.

    Args:
        kind: ``"SGD"``, ``"momentum"`` or ``"Adam"``.

    Returns:
        Tensor: shape (steps + 1, 2), the start first.

    Example:
        >>> valley_path("SGD", 0.005, 1)
        tensor([[-9.0000,  1.0000],
                [-8.9550,  0.5000]])
    """
    place = torch.tensor([-9.0, 1.0], requires_grad=True)
    if kind not in OPTIMISERS:
        raise ValueError(f"valley_path: expected one of {', '.join(OPTIMISERS)}, got {kind!r}")
    opt: torch.optim.Optimizer
    if kind == "Adam":
        opt = torch.optim.Adam([place], lr=lr)
    else:
        opt = torch.optim.SGD([place], lr=lr, momentum=0.9 if kind == "momentum" else 0.0)
    path = [place.detach().clone()]
    for _ in range(steps):
        opt.zero_grad()
        (place[0] ** 2 / 2 + STEEP * place[1] ** 2 / 2).backward()
        opt.step()
        path.append(place.detach().clone())
    return torch.stack(path)


def draw_valley(optimiser: str, rate: float, steps: int = 40) -> Figure:
    """Draw the path of an optimiser on the map of a long valley; for a slider.

    Args:
        optimiser: ``"SGD"``, ``"momentum"`` or ``"Adam"``.
    """
    path = valley_path(optimiser, rate, steps)
    figure, axis = plt.subplots(figsize=(6.4, 2.8))
    x, y = torch.linspace(-11, 6, 120), torch.linspace(-2, 2, 80)
    across, along = torch.meshgrid(y, x, indexing="ij")
    loss = along**2 / 2 + STEEP * across**2 / 2
    levels = [0.5, 2, 5, 10, 20, 40, 80, 160]
    axis.contour(x.numpy(), y.numpy(), loss.numpy(), levels, colors=GREY, linewidths=0.7)
    axis.plot(*path.T, "o-", color=RED, markersize=3.5, linewidth=1)
    axis.plot(*path[0], "s", color="none", markeredgecolor="black", markersize=10, label="start")
    axis.plot(0, 0, "*", color="black", markersize=13, label="lowest place")
    axis.set(xlim=(-11, 6), ylim=(-2, 2), xlabel="first parameter", ylabel="second")
    end = path[-1]
    left = float(end[0] ** 2 / 2 + STEEP * end[1] ** 2 / 2)
    axis.set_title(f"{optimiser}, rate {rate:g}: loss {left:.3g} after {steps} steps", fontsize=11)
    axis.legend(loc="upper right", fontsize=9)
    return figure


def draw_rates(found: Mapping[str, Mapping[float, Sequence[float]]]) -> Figure:
    """Draw accuracies against learning rates: a dot for each seed, a line through the means.

    Args:
        found: for each optimiser, for each learning rate, one accuracy a seed.
    """
    if not found:
        raise ValueError("draw_rates: expected at least one optimiser, got none")
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    styles = map(itertools.cycle, ("os^DvP*", ("-", "--", ":", "-."), (BLUE, ORANGE, GREEN, RED)))
    looks = zip(found.items(), *styles)
    for (name, by_rate), marker, pattern, colour in looks:
        rates = list(by_rate)
        means = [sum(shares) / len(shares) for shares in by_rate.values()]
        axis.plot(rates, means, pattern, color=colour, linewidth=2)
        for place, rate in enumerate(rates):
            shares = list(by_rate[rate])
            axis.plot(
                [rate] * len(shares), shares, marker, color=colour, markersize=6,
                markeredgecolor="black", linestyle="none", label=None if place else name,
            )  # fmt: skip
    axis.set(xscale="log", xlabel="learning rate (each point ten times the one before)")
    axis.set_ylabel("validation accuracy")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower left")
    return figure


def reliability(
    sure: torch.Tensor, right: torch.Tensor, edges: Sequence[float]
) -> list[tuple[float, float, int]]:
    """Sort answers by how sure the model was, and look how often those of each group are right.

    Args:
        sure: probability that the model gave to its answer, float, shape (n,).
        right: whether the answer was right, bool, shape (n,).
        edges: borders between the groups, rising; a group holds its lower border.

    Returns:
        list: for each group that is not empty the mean of ``sure``, the share that is right, and
        how many answers it holds.

    Example:
        >>> sure, right = torch.tensor([0.5, 0.75, 1.0]), torch.tensor([False, True, True])
        >>> reliability(sure, right, edges=(0.0, 0.7, 1.0))
        [(0.5, 0.0, 1), (0.875, 1.0, 2)]
    """
    if sure.shape != right.shape or sure.ndim != 1 or not len(sure):
        raise ValueError(
            "reliability: expected one probability and one True or False for each answer, both "
            f"of shape (n,), got {tuple(sure.shape)} and {tuple(right.shape)}"
        )
    if list(edges) != sorted(set(edges)) or len(edges) < 2:
        raise ValueError(
            say("reliability: expected two rising edges or more, got {edges}", edges=list(edges))
        )
    least, most = sure.min().item(), sure.max().item()
    if not edges[0] <= least <= most <= edges[-1]:
        raise ValueError(
            say(
                "reliability: some answers lie outside all groups: edges go from {first} to "
                "{last}, the answers from {least:.4g} to {most:.4g}; 0 and 1 hold every one",
                first=edges[0],
                last=edges[-1],
                least=least,
                most=most,
            )
        )
    groups = []
    for place, (low, high) in enumerate(zip(edges, edges[1:])):
        last = place == len(edges) - 2
        here = (sure >= low) & ((sure <= high) if last else (sure < high))
        if here.any():
            share = right[here].float().mean().item()
            groups.append((sure[here].mean().item(), share, int(here.sum())))
    return groups


def draw_reliability(sure: torch.Tensor, right: torch.Tensor, edges: Sequence[float]) -> Figure:
    """Draw how often answers are right against how sure the model was of them.

    Returns:
        Figure: a point for each group, with the number of its answers, and the diagonal on which
        an honest model's points would lie.
    """
    groups = reliability(sure, right, edges)
    means, shares, counts = zip(*groups)
    figure, axis = plt.subplots(figsize=(5.6, 4.2))
    axis.plot([0, 1], [0, 1], "--", color=GREY, label="as sure as it is right")
    axis.plot(means, shares, "o-", color=RED, markersize=8, label="this network")
    for mean, share, count in groups:
        axis.annotate(
            f"{count:,}", (mean, share), (7, -3), textcoords="offset points", va="top", fontsize=9,
        )  # fmt: skip
    low = max(0.0, min(*means, *shares) - 0.15)
    axis.set(xlim=(low, 1.1), ylim=(low, 1.05))
    axis.set(xlabel="how sure it was (mean of the group)", ylabel="share that is right")
    axis.legend(loc="upper left")
    return figure
