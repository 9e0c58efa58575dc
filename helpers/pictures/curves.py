"""Pictures of training: curves over the epochs, weights as images, what went flat."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import nn

from helpers.metrics import batch_accuracy, mnist_loss
from helpers.pictures.canvas import BLUE, GREEN, GREY, ORANGE, PINK, RED, weights_grid
from helpers.training.by_hand import BasicOptim, Loader, train_model
from helpers.training.muon import EXACT, FAST


def draw_curves(runs: Mapping[str, Sequence[float]], ylabel: str = "accuracy") -> Figure:
    """Draw one curve a run over the epochs, so that curves on top of each other can be told apart.

    The first curve is the widest and each later one narrower, with another pattern.

    Args:
        runs: for each name one number an epoch; the runs may differ in length.
    """
    lengths = {name: len(run) for name, run in runs.items()}
    if not lengths or 0 in lengths.values():
        raise ValueError(
            f"draw_curves: expected at least one run, each with at least one number, got {lengths}"
        )
    figure, axis = plt.subplots()
    widths = torch.linspace(5, 1.5, len(runs)) if len(runs) > 1 else [2.0]
    for place, (name, run) in enumerate(runs.items()):
        epochs = range(1, len(run) + 1)
        pattern = ("-", "--", "-.", ":")[place % 4]
        axis.plot(epochs, run, pattern, linewidth=float(widths[place]), label=name)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set(xlabel="epoch", ylabel=ylabel)
    axis.legend()
    return figure


def draw_bands(
    runs: Mapping[str, Sequence[Sequence[float]]], ylabel: str = "accuracy", every: int = 1
) -> Figure:
    """Draw repeated trainings over the epochs: a line for their mean, a band from least to largest.

    Lines differ in dashes and markers as well as in colour. Of a single training there is no band.

    Args:
        runs: for each name one list an attempt; the attempts of a name have the same length.
        every: how many epochs lie between two numbers, and before the first.
    """
    lengths = {name: {len(run) for run in tries} for name, tries in runs.items()}
    if not lengths or any(len(found) != 1 or 0 in found for found in lengths.values()):
        raise ValueError(
            "draw_bands: expected for each name one or more lists of one length, 1 or more; "
            f"got lengths {lengths}"
        )
    figure, axis = plt.subplots(figsize=(6.4, 3.4))
    looks = itertools.cycle(zip((BLUE, ORANGE, GREEN, PINK), ("o-", "^--", "s-.", "D:")))
    for (name, tries), (colour, line) in zip(runs.items(), looks):
        numbers = torch.tensor(tries, dtype=torch.float64)
        epochs = range(every, every * numbers.shape[1] + 1, every)
        axis.plot(epochs, numbers.mean(0), line, color=colour, linewidth=2, label=name)
        if len(numbers) > 1:
            axis.fill_between(epochs, numbers.amin(0), numbers.amax(0), color=colour, alpha=0.25)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set(xlabel="epoch", ylabel=ylabel)
    axis.legend()
    return figure


def draw_functions(
    functions: Mapping[str, Callable[[torch.Tensor], torch.Tensor]],
    span: tuple[float, float],
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Draw functions of one number, each with a pattern of its own.

    Args:
        functions: for each name a function from a number to a number, both 0-dimensional.
        span: the least and the largest number that goes in.
    """
    if not functions or span[0] >= span[1]:
        raise ValueError(
            "draw_functions: expected one function or more and a span (least, largest), "
            f"got {len(functions)} and {span}"
        )
    figure, axis = plt.subplots(figsize=(6, 2.8))
    x = torch.linspace(span[0], span[1], 121)
    for place, (name, function) in enumerate(functions.items()):
        with torch.no_grad():
            y = [function(number).item() for number in x]
        axis.plot(x, y, ("-", "--", "-.", ":")[place % 4], linewidth=2.2, label=name)
    axis.set(xlabel=xlabel, ylabel=ylabel)
    if len(functions) > 1:
        axis.legend()
    return figure


def draw_together(runs: Mapping[str, Sequence[float]], ylabel: str = "accuracy") -> Figure:
    """Draw runs that ought to lie on one curve: each marks other epochs, so that all are seen.

    A thin line goes through every number of every run. The markers of the first run stand at the
    first epoch, then after as many epochs as there are runs, and so on; those of the second begin
    at the second epoch.

    Args:
        runs: for each name one number an epoch; all of one length.
    """
    lengths = {name: len(run) for name, run in runs.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise ValueError(f"draw_together: expected runs of one length, 1 or more, got {lengths}")
    figure, axis = plt.subplots(figsize=(7.2, 3.8))
    marks = zip(runs.items(), itertools.cycle("os^D"), itertools.cycle((BLUE, ORANGE, GREEN, RED)))
    for place, ((name, run), marker, colour) in enumerate(marks):
        epochs = list(range(1, len(run) + 1))
        axis.plot(epochs, run, color=GREY, linewidth=1)
        axis.plot(
            epochs[place :: len(runs)], run[place :: len(runs)], marker, color=colour,
            markersize=9, markeredgecolor="black", label=name,
        )  # fmt: skip
    last = len(next(iter(runs.values())))
    axis.set(xlabel="epoch", ylabel=ylabel, xticks=sorted({1, last, *range(5, last, 5)}))
    axis.legend(loc="lower right")
    return figure


def draw_weights(
    weights: torch.Tensor,
    titles: Sequence[str] | None = None,
    columns: int = 6,
    size: float = 1.5,
    label: str = "weight",
) -> Figure:
    """Draw weights as images of 28×28 pixels: orange is negative, white 0, purple positive.

    All images share one scale, so they can be compared: the weights of one model after several
    epochs, or those of several hidden units.

    Args:
        weights: n images, shape (n, 784) or (n, 28, 28), or one image of 784 weights in any shape;
            may carry a gradient.
        size: width of one image in inches.

    Returns:
        Figure: with a colour bar.
    """
    if weights.numel() == 0 or weights.numel() % 784:
        raise ValueError(
            "draw_weights: expected images of 28 x 28 = 784 weights, shape (n, 784), "
            f"got {tuple(weights.shape)}"
        )
    if weights.ndim == 2 and weights.shape[0] == 784 and weights.shape[1] > 1:
        raise ValueError(
            f"draw_weights: expected one row an image, shape (n, 784), got {tuple(weights.shape)}; "
            "turn it over: weights.T"
        )
    images = weights.detach().cpu().reshape(-1, 28, 28)
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"draw_weights: got {len(images)} images but {len(titles)} titles")
    return weights_grid(images, titles, columns, (size, 1.15 * size), label=label)


def draw_function(
    function: Callable[[torch.Tensor], torch.Tensor | float],
    reaches: Sequence[float],
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Draw a function of one number around 0, once for each reach: from afar, and closer.

    Args:
        function: from a tensor of one number to one number.
        reaches: how far each picture goes to the left and to the right of 0; one or more.
    """
    if not reaches or min(reaches) <= 0:
        raise ValueError(f"draw_function: expected one or more reaches above 0, got {reaches}")
    figure, axes = plt.subplots(
        1, len(reaches), figsize=(4 * max(len(reaches), 1.4), 2.8), squeeze=False
    )
    for axis, reach in zip(axes.flat, reaches):
        x = torch.linspace(-reach, reach, 201)
        axis.plot(x, [float(function(place)) for place in x], color=BLUE, linewidth=2)
        axis.set(xlabel=xlabel, ylabel=ylabel, xticks=[-reach, -reach / 2, 0, reach / 2, reach])
        axis.ticklabel_format(useOffset=False)
        if len(reaches) > 1:
            closer = max(reaches) / reach
            axis.set_title("from afar" if closer == 1 else f"{closer:g} times closer")
    return figure


def linear_curve(
    lr: float, dl: Loader, valid_dl: Loader, epochs: int = 10, seed: int = 0
) -> list[float]:
    """Train a fresh linear model and return its validation accuracies.

    The global random numbers stay as they were, so that a slider changes nothing around it.

    Args:
        dl: training data, pairs of rows (n, 784) and labels (n, 1).
        seed: of the parameters, and of the order when ``dl`` shuffles.

    Returns:
        list: one accuracy an epoch.

    Example:
        >>> dl = [(torch.rand(4, 784), torch.ones(4, 1))]
        >>> linear_curve(0.1, dl, dl, epochs=3)[-1]
        1.0
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Linear(28 * 28, 1)
        opt = BasicOptim(model.parameters(), lr)
        return train_model(model, epochs, dl, valid_dl, mnist_loss, opt, batch_accuracy)


def draw_learning_rate(
    lr: float, loaders: Mapping[str, Loader], valid_dl: Loader, epochs: int = 10, seed: int = 0
) -> Figure:
    """Draw how well the linear model learns with a learning rate; for a slider.

    Args:
        loaders: the training data in one or more orders, each with a name; pairs of rows (n, 784)
            and labels (n, 1).

    Returns:
        Figure: a curve of ``linear_curve`` for each order, on an axis that stays the same for
        every rate.
    """
    runs = {name: linear_curve(lr, dl, valid_dl, epochs, seed) for name, dl in loaders.items()}
    figure = draw_curves(runs)
    axis = figure.axes[0]
    ends = ", ".join(f"{run[-1]:.4f} {name}" for name, run in runs.items())
    for line in axis.lines:
        line.set_linewidth(3)
    axis.legend(loc="center right")
    axis.set(ylim=(0.4, 1.01), ylabel="validation accuracy")
    axis.set_title(f"rate {lr:g}, after {epochs} epochs: {ends}", fontsize=11)
    return figure


def towards_one(
    x: torch.Tensor, coefficients: tuple[float, float, float], steps: int = 1
) -> torch.Tensor:
    """Apply a x + b x³ + c x⁵ to numbers some times.

    Args:
        x: float, any shape, from 0 to 1.
        coefficients: (a, b, c).
        steps: how often, 0 or more.

    Example:
        >>> towards_one(torch.tensor([0.0, 0.5, 1.0]), EXACT, steps=4).round(decimals=2)
        tensor([0., 1., 1.])

    Built in lesson 10.
    """
    a, b, c = coefficients
    for _ in range(steps):
        x = a * x + b * x**3 + c * x**5
    return x


def draw_towards_one(steps: int) -> Figure:
    """Draw what becomes of the numbers from 0 to 1 after some steps; for a slider.

    Returns:
        Figure: a curve for each of ``EXACT`` and ``FAST``, on axes that stay the same.
    """
    x = torch.linspace(0, 1, 401)
    figure, axis = plt.subplots()
    axis.axhline(1, color=GREY, linewidth=1)
    for name, coefficients, line in (("EXACT", EXACT, "-"), ("FAST", FAST, "--")):
        axis.plot(x, towards_one(x, coefficients, steps), line, label=name)
    axis.set(xlim=(0, 1), ylim=(0, 1.35), xlabel="stretch before", ylabel="stretch after")
    axis.set_title(f"{steps} step{'s' if steps != 1 else ''}", fontsize=11)
    axis.legend(loc="lower right")
    return figure
