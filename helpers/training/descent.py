"""Gradient descent on a quadratic with three parameters, small enough to watch."""

from collections.abc import Callable

import torch

from helpers.metrics import rmse


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
        params -= lr * params.grad  # type: ignore[operator]  # backward has left one
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
