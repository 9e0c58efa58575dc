"""Gradient descent on a quadratic with three parameters, small enough to watch."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.plots import BLUE, ORANGE, RED


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
    place, path = start.detach().clone().requires_grad_(), [start.detach().clone()]
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(loss(place), place)
        with torch.no_grad():
            place -= lr * gradient
        path.append(place.detach().clone())
    return torch.stack(path)


def draw_fit(
    axis: Axes, t: torch.Tensor, targets: torch.Tensor, preds: torch.Tensor, lowest: float = -300
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
    axis.set(xlabel="time (s)", ylabel="speed", ylim=(lowest, 110))
    axis.legend()


def draw_descent(
    t: torch.Tensor, targets: torch.Tensor, start: torch.Tensor, lr: float, steps: int
) -> Figure:
    """Draw a walk of gradient descent: the path on the loss surface, and the curve it ends with.

    The surface is the ``rmse`` over the parameters a and b, with c as it is at the end of the walk.

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
    end = path[-1]
    figure, (surface, fit) = plt.subplots(1, 2, figsize=(8.2, 3.4))
    a = torch.linspace(-1.2, 1.2, 61)
    b = torch.linspace(-16, 16, 61)
    curves = a[:, None, None] * t**2 + b[None, :, None] * t + end[2]
    losses = (curves - targets).square().mean(-1).sqrt()
    levels = [5, 10, 20, 40, 80, 120, 160, 200, 240]
    lines = surface.contour(a.numpy(), b.numpy(), losses.T.numpy(), levels=levels, cmap="cividis")
    surface.clabel(lines, fontsize=8, colors="black")
    surface.plot(path[:, 0].numpy(), path[:, 1].numpy(), "o-", color=RED, markersize=4)
    surface.plot(*path[0, :2].tolist(), "s", color=ORANGE, markersize=9, label="start")
    surface.set(xlim=(-1.2, 1.2), ylim=(-16, 16), xlabel="a", ylabel="b")
    surface.set_title(f"lr = {lr:g}, {steps} steps", fontsize=11)
    surface.legend(loc="upper left")
    preds = quadratic(t, end)
    draw_fit(fit, t, targets, preds)
    fit.set_title(f"loss {rmse(preds, targets).item():.1f}", fontsize=11)
    return figure
