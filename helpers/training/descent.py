"""Gradient descent on a quadratic with three parameters, small enough to watch."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.pictures.canvas import BLUE, RED


def quadratic(t: torch.Tensor, params: torch.Tensor) -> torch.Tensor:
    """The curve ``a * t**2 + b * t + c``.

    Args:
        t: float, any shape.
        params: the three parameters a, b and c, shape (3,).

    Returns:
        Tensor: the shape of ``t``.

    Example:
        >>> quadratic(torch.tensor([0.0, 2.0]), torch.tensor([1.0, 1.0, 5.0]))
        tensor([ 5., 11.])

    Built in lesson 02.
    """
    a, b, c = params
    return a * t**2 + b * t + c


def rmse(preds: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Root mean squared error: a typical error, in the unit of the targets.

    Args:
        preds: float predictions.
        targets: float targets of the same shape.

    Returns:
        Tensor: 0-dimensional.

    Example:
        >>> rmse(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
        tensor(1.4142)

    Built in lesson 02.
    """
    return ((preds - targets) ** 2).mean().sqrt()


def apply_step(
    params: torch.Tensor, t: torch.Tensor, targets: torch.Tensor, lr: float
) -> torch.Tensor:
    """Take one step of gradient descent on the parameters of ``quadratic``, in place.

    Args:
        params: the three parameters, shape (3,), ``requires_grad=True``; changed in place, and
            their gradient is cleared.
        t: inputs, shape (n,).
        targets: what the curve should give, shape (n,).
        lr: learning rate.

    Returns:
        Tensor: the loss (``rmse``) before the step, 0-dimensional, detached.

    Example:
        >>> params = torch.zeros(3, requires_grad=True)
        >>> t = torch.tensor([0.0, 1.0])
        >>> apply_step(params, t, targets=torch.tensor([1.0, 1.0]), lr=0.1)
        tensor(1.)

    Built in lesson 02.
    """
    loss = rmse(quadratic(t, params), targets)
    loss.backward()
    with torch.no_grad():
        params -= lr * params.grad
    params.grad = None
    return loss.detach()


def descend(
    loss: Callable[[torch.Tensor], torch.Tensor], start: torch.Tensor, lr: float, steps: int
) -> torch.Tensor:
    """Walk downhill and keep every place that was visited.

    Args:
        loss: a function from parameters to a 0-dimensional tensor.
        start: the first parameters, shape (n,), float; not changed.
        lr: learning rate.
        steps: how many steps to take; below 1 none is taken.

    Returns:
        Tensor: the path, shape (steps + 1, n), ``start`` first.

    Example:
        >>> descend(lambda x: (x**2).sum(), torch.tensor([3.0]), lr=0.5, steps=1)
        tensor([[3.],
                [0.]])

    Built in lesson 02.
    """
    place = start.detach().clone().requires_grad_()
    path = [start.detach()]
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(loss(place), place)
        with torch.no_grad():
            place -= lr * gradient
        path.append(place.detach().clone())
    return torch.stack(path)


def draw_fit(
    axis: Axes, t: torch.Tensor, targets: torch.Tensor, preds: torch.Tensor, lowest: float = -350
) -> None:
    """Draw measured values and predictions over time on given axes.

    Args:
        axis: where to draw.
        t: times, shape (n,).
        targets: measured values, shape (n,).
        preds: predictions, shape (n,); may carry a gradient.
        lowest: the lower end of the vertical axis.
    """
    axis.scatter(t.numpy(), targets.numpy(), color=BLUE, label="measured")
    axis.scatter(t.numpy(), preds.detach().numpy(), color=RED, marker="x", label="predicted")
    axis.set(xlabel="time (s)", ylabel="speed (km/h)", ylim=(lowest, 110))
    axis.legend()


def draw_descent(
    t: torch.Tensor, targets: torch.Tensor, start: torch.Tensor, lr: float, steps: int
) -> Figure:
    """Draw a walk of gradient descent: the path on a map of the loss, and the curve it ends with.

    The map shows for each a and b the ``rmse`` with the best possible c; a star marks its lowest
    place, which is the least-squares solution.

    Args:
        t: times, shape (n,).
        targets: measured values, shape (n,).
        start: the first a, b and c, shape (3,).
        lr: learning rate.
        steps: how many steps.

    Returns:
        Figure: two panels.
    """
    path = descend(lambda params: rmse(quadratic(t, params), targets), start, lr, steps)
    inputs = torch.stack([t**2, t, torch.ones_like(t)], dim=1)
    best = torch.linalg.lstsq(inputs, targets[:, None]).solution.squeeze()
    figure, (ground, fit) = plt.subplots(1, 2, figsize=(8.2, 3.6))
    a, b = torch.linspace(-1.2, 1.4, 66), torch.linspace(-20, 12, 65)
    errors = a[:, None, None] * t**2 + b[None, :, None] * t - targets
    losses = errors.std(-1, correction=0)  # what is left when the best c takes away the mean error
    levels = [5, 10, 20, 40, 60, 80, 100, 120, 140]
    lines = ground.contour(a.numpy(), b.numpy(), losses.T.numpy(), levels=levels, cmap="cividis")
    ground.clabel(lines, fontsize=8, colors="black")
    ground.plot(path[:, 0].numpy(), path[:, 1].numpy(), "o-", color=RED, markersize=4, label="walk")
    ground.plot(*path[0, :2].tolist(), "s", color="black", markersize=8, label="start")
    ground.plot(*best[:2].tolist(), "*", color=BLUE, markersize=14, label="best")
    ground.set(xlim=(-1.2, 1.4), ylim=(-20, 12), xlabel="a", ylabel="b")
    ground.set_title(f"lr = {lr:g}, {steps} steps", fontsize=11)
    ground.legend(loc="lower left")
    preds = quadratic(t, path[-1])
    draw_fit(fit, t, targets, preds)
    fit.set_title(f"loss {rmse(preds, targets).item():.1f}", fontsize=11)
    return figure
