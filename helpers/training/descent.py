"""Gradient descent on a quadratic with three parameters, small enough to watch."""

import torch

from helpers import checks
from helpers.language import say
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


def apply_step(params: torch.Tensor, t: torch.Tensor, targets: torch.Tensor, lr: float) -> float:
    """Take one step of gradient descent on the parameters of ``quadratic``, in place.

    Args:
        params: the three parameters, shape (3,), ``requires_grad=True``; changed in place, and
            their gradient is cleared.
        t: inputs, shape (n,).
        targets: what the curve should give, shape (n,).

    Returns:
        float: the loss (``rmse``) before the step.

    Example:
        >>> params = torch.zeros(3, requires_grad=True)
        >>> t = torch.tensor([0.0, 1.0])
        >>> apply_step(params, t, targets=torch.tensor([1.0, 1.0]), lr=0.1)
        1.0

    Built in lesson 02.
    """
    checks.parameters_to_train([params])
    _check_slope(params, t, targets)
    preds = quadratic(t, params)
    loss = rmse(preds, targets)
    loss.backward()
    with torch.no_grad():
        params -= lr * params.grad  # type: ignore[operator]  # backward has left one
    params.grad = None
    return loss.item()


def _check_slope(params: torch.Tensor, t: torch.Tensor, targets: torch.Tensor) -> None:
    if torch.equal(quadratic(t, params.detach()), targets):
        raise ValueError(
            say(
                "apply_step: the loss is exactly 0 here, and a root has no slope at 0, so there is "
                "no step to take; start elsewhere, for example at start + 0.1"
            )
        )


def descend(
    t: torch.Tensor, targets: torch.Tensor, start: torch.Tensor, lr: float, steps: int
) -> torch.Tensor:
    """Walk downhill by ``apply_step`` and keep every place that was visited.

    Args:
        t: inputs, shape (n,).
        targets: what the curve should give, shape (n,).
        start: the first a, b and c, shape (3,), float, without a gradient; not changed.
        steps: how many steps to take; below 1 none is taken.

    Returns:
        Tensor: the path, shape (steps + 1, 3), ``start`` first.

    Example:
        >>> t, targets = torch.tensor([0.0, 1.0]), torch.tensor([1.0, 1.0])
        >>> descend(t, targets, start=torch.zeros(3), lr=0.1, steps=1)
        tensor([[0.0000, 0.0000, 0.0000],
                [0.0500, 0.0500, 0.1000]])

    Built in lesson 02.
    """
    params = start.clone().requires_grad_()
    path = [start]
    for _ in range(steps):
        apply_step(params, t, targets, lr)
        path.append(params.detach().clone())
    return torch.stack(path)


def least_squares(t: torch.Tensor, targets: torch.Tensor, c: float | None = None) -> torch.Tensor:
    """The a, b and c of ``quadratic`` with the smallest ``rmse``, computed directly.

    Args:
        t: inputs, shape (n,).
        targets: what the curve should give, shape (n,).
        c: a value at which c is held, or None.

    Returns:
        Tensor: a, b and c, shape (3,).

    Example:
        >>> t = torch.tensor([0.0, 1.0, 2.0, 3.0])
        >>> least_squares(t, 2 * t**2 + 3, c=3.0).round().abs()
        tensor([2., 0., 3.])
    """
    checks.floats(t=t)
    checks.same_shape(t, targets)
    columns = [t**2, t] + ([torch.ones_like(t)] if c is None else [])
    left = targets - (c or 0.0)
    inputs = torch.stack(columns, dim=1).double()
    found = torch.linalg.lstsq(inputs, left[:, None].double()).solution[:, 0].to(t.dtype)
    return found if c is None else torch.cat([found, torch.tensor([c], dtype=t.dtype)])
