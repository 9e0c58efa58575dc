"""The exercises of lesson 02: walk downhill."""

from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake, gradient


def _mse(preds: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return ((preds - targets) ** 2).mean()


def _slope(f: Callable, x: float, h: float) -> float:
    return (f(x + h) - f(x - h)) / (2 * h)


def _sgd_step(params: torch.Tensor, lr: float) -> torch.Tensor:
    with torch.no_grad():
        params -= lr * gradient(params)
    params.grad = None
    return params


def _line_gradient(x: torch.Tensor, y: torch.Tensor, w: float) -> torch.Tensor:
    return (2 * (w * x - y) * x).mean()


def _predictions() -> list[tuple]:
    return [
        (torch.tensor([1.0, 2.0, 6.0]), torch.tensor([1.0, 4.0, 3.0])),
        (torch.tensor([[0.5], [3.0]]), torch.tensor([[0.0], [1.0]])),
    ]


def _curves() -> list[tuple]:
    return [(lambda x: x**3, 2.0, 0.1), (lambda x: 5 * x, -1.0, 0.01), (lambda x: x**2, 3.0, 0.5)]


def _walkers() -> list[tuple]:
    return [(_Walker([1.0, -2.0, 3.0]), 0.1), (_Walker([0.5]), 0.01)]


def _points() -> list[tuple]:
    x = torch.tensor([1.0, 2.0, 4.0])
    return [(x, torch.tensor([2.0, 3.0, 9.0]), 0.5), (x, 2 * x, 2.0)]


class _Walker:
    """Makes parameters that carry a gradient, so that every try starts from the same place."""

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def params(self) -> torch.Tensor:
        params = torch.tensor(self.values, requires_grad=True)
        (params**2).sum().backward()
        return params


def _after_step(step: Callable) -> Callable:
    """Judge a step by what it leaves behind: the same tensor, moved, its gradient cleared.

    The result lists the new values, then 1 or 0 for: the same tensor was changed, its gradient
    was cleared, it still asks for gradients.
    """

    def look(walker: _Walker, lr: float) -> torch.Tensor | None:
        params = walker.params()
        before = params.detach().clone()
        returned = step(params, lr)
        if returned is None and torch.equal(params.detach(), before) and params.grad is not None:
            return None
        cleared = params.grad is None or not params.grad.any()
        flags = torch.tensor([returned is params, cleared, params.requires_grad]).float()
        return torch.cat([params.detach(), flags])

    return look


def _step_uphill(params: torch.Tensor, lr: float) -> torch.Tensor:
    with torch.no_grad():
        params += lr * gradient(params)
    params.grad = None
    return params


def _step_without_lr(params: torch.Tensor, lr: float) -> torch.Tensor:
    with torch.no_grad():
        params -= gradient(params)
    params.grad = None
    return params


def _step_keeping_gradient(params: torch.Tensor, lr: float) -> torch.Tensor:
    with torch.no_grad():
        params -= lr * gradient(params)
    return params


def _step_on_a_copy(params: torch.Tensor, lr: float) -> torch.Tensor:
    moved = params - lr * gradient(params)
    params.grad = None
    return moved


def _step_returning_nothing(params: torch.Tensor, lr: float) -> None:
    _sgd_step(params, lr)


def _step_on_a_copy_keeping_gradient(params: torch.Tensor, lr: float) -> torch.Tensor:
    return params - lr * gradient(params)


_NOT_IN_PLACE = (
    "value: `params - ...` makes a new tensor and leaves params where it was. "
    "Change it in place: `params -= ...` under torch.no_grad()."
)

EXERCISES = {
    "2.1": Exercise(
        solution=_mse,
        inputs=_predictions,
        mistakes=(
            Mistake(
                lambda p, t: ((p - t) ** 2).mean().sqrt(),
                "value: this takes the root, so it is the RMSE - the slip of the source notes.",
            ),
            Mistake(
                lambda p, t: (p - t).mean() ** 2,
                "value: square each error first, then average; here errors cancel out.",
            ),
            Mistake(
                lambda p, t: ((p - t) ** 2).sum(),
                "value: this is the sum of squares; take the mean.",
            ),
            Mistake(
                lambda p, t: ((p - t) ** 2).sum() / 20,
                "value: there need not be twenty examples. Use .mean().",
            ),
            Mistake(
                lambda p, t: (p - t).abs().mean(), "value: this is the mean absolute error (L1)."
            ),
            Mistake(
                lambda p, t: (p - t) ** 2,
                "shape: one square an example. A loss is one number: take the mean.",
            ),
        ),
        praise="it is what F.mse_loss computes.",
    ),
    "2.2": Exercise(
        solution=_slope,
        inputs=_curves,
        mistakes=(
            Mistake(
                lambda f, x, h: (f(x + h) - f(x)) / h,
                "value: this looks to one side only. Take one step to each side: x + h and x - h.",
            ),
            Mistake(
                lambda f, x, h: (f(x + h) - f(x - h)) / h,
                "value: twice too large: from x - h to x + h the distance is 2 * h.",
            ),
            Mistake(
                lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h,
                "value: `/ 2 * h` divides by 2 and then multiplies by h. Write / (2 * h).",
            ),
            Mistake(
                lambda f, x, h: f(x + h) - f(x - h),
                "value: this is the rise. The slope is rise over run: divide by 2 * h.",
            ),
            Mistake(
                lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h),
                "value: right size, wrong sign: which of the two values comes first?",
            ),
        ),
        praise="a slope measured from both sides is much nearer to the truth than from one side.",
        tolerance=1e-6,
    ),
    "2.3": Exercise(
        solution=_sgd_step,
        inputs=_walkers,
        observe=_after_step,
        mistakes=(
            Mistake(_step_uphill, "value: this walks uphill. The gradient points up: subtract it."),
            Mistake(_step_without_lr, "value: the learning rate is missing: lr * params.grad."),
            Mistake(
                _step_keeping_gradient,
                "gradient: the step is right, but the old gradient is still there, and the next "
                "one would be added to it. Set params.grad = None.",
            ),
            Mistake(_step_on_a_copy, _NOT_IN_PLACE),
            Mistake(_step_on_a_copy_keeping_gradient, _NOT_IN_PLACE),
            Mistake(
                _step_returning_nothing,
                "value: the step is right. Now end with `return params`.",
            ),
        ),
        praise="moved downhill in place, gradient cleared: this is what an optimiser does.",
    ),
    "2.4": Exercise(
        solution=_line_gradient,
        inputs=_points,
        mistakes=(
            Mistake(
                lambda x, y, w: ((w * x - y) * x).mean(),
                "value: half of it. The square brings a factor 2 down.",
            ),
            Mistake(
                lambda x, y, w: (2 * (w * x - y)).mean(),
                "gradient: by the chain rule the inner derivative is still missing: times x.",
            ),
            Mistake(
                lambda x, y, w: (2 * (y - w * x) * x).mean(),
                "value: right size, wrong sign: the error is w * x - y, and its own slope is +x.",
            ),
            Mistake(
                lambda x, y, w: (2 * (w * x - y) * w).mean(),
                "gradient: the slope for w is asked, so the inner derivative is x, not w.",
            ),
            Mistake(
                lambda x, y, w: ((w * x - y) ** 2).mean(),
                "value: this is the loss itself, not its gradient.",
            ),
            Mistake(
                lambda x, y, w: (2 * (w * x - y) * x).sum(),
                "value: the loss is a mean, so its gradient is a mean too.",
            ),
        ),
        praise="the same number that autograd finds, and now you know where it comes from.",
    ),
}
