"""The exercises of lesson 02: walk downhill."""

from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake, gradient, rounded

EDGE = 1.0  # on x², a step of lr * 2x then leads from x to -x


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
    return [
        (lambda x: x**3, 2.0, 0.1),
        (lambda x: 5 * x, -1.0, 0.01),
        (lambda x: x**2, -3.0, 0.5),
        (lambda x: x**3, 1.0, 0.3),
    ]


def _walkers() -> list[tuple]:
    return [(_Walker([1.0, -2.0, 3.0]), 0.1), (_Walker([0.5]), 0.01), (_Walker([2.0], 3), 0.1)]


def _points() -> list[tuple]:
    # Errors of both signs, and another number of points: each mistake shows.
    return [
        (torch.tensor([1.0, 2.0, 4.0]), torch.tensor([2.0, 1.0, 3.0]), 0.7),
        (torch.tensor([0.5, -1.5]), torch.tensor([1.0, 2.0]), -1.3),
    ]


class _Walker:
    """Makes parameters that carry a gradient, so that every try starts from the same place."""

    def __init__(self, values: list[float], power: int = 2) -> None:
        self.values, self.power = values, power

    def params(self) -> torch.Tensor:
        params = torch.tensor(self.values, requires_grad=True)
        (params**self.power).sum().backward()
        return params


def _after_step(step: Callable) -> Callable:
    """Judge a step by what it leaves behind: a sentence, which a wrong answer can be told by."""

    def look(walker: _Walker, lr: float) -> str | None:
        params = walker.params()
        before = params.detach().clone()
        try:
            returned = step(params, lr)
        except (RuntimeError, TypeError, AttributeError) as error:
            told = _refusal(error)
            if told is None or told == _NOTHING_TO_STEP_BY and _holds(params.grad):
                raise
            return told
        unmoved = torch.equal(params.detach(), before)
        if returned is None and unmoved and _holds(params.grad):
            return None
        facts = [f"params hold {rounded(params.detach().flatten().tolist())}"]
        if _holds(params.grad):
            facts.append(f"params.grad is {rounded(gradient(params).tolist())}")
        else:
            facts.append("the gradient is cleared")
        if not params.requires_grad:
            facts.append("params no longer ask for gradients")
        if returned is not params:
            what = "another tensor" if isinstance(returned, torch.Tensor) else "something else"
            facts.append(f"{'nothing' if returned is None else what} is returned")
        if not torch.is_grad_enabled():
            facts.append("gradients are left switched off")
        return ", ".join(facts)

    return look


def _holds(grad: torch.Tensor | None) -> bool:
    return grad is not None and bool(grad.any())


_NOTHING_TO_STEP_BY = "there is no gradient to step by"

# What Python and PyTorch say about mistakes that a learner makes here, and what it means.
_REFUSALS = {
    "a leaf Variable that requires grad": "PyTorch refuses a step that it would have to remember",
    "grad can be implicitly created only": "backward() was called on several numbers",
    "'NoneType' object has no attribute 'zero_'": "the new tensor has no gradient to clear",
    "NoneType": _NOTHING_TO_STEP_BY,
    "assigned grad": "params.grad was set to something that is no tensor",
}


def _refusal(error: Exception) -> str | None:
    """What was refused, where it is a mistake that the exercise knows."""
    return next((words for sign, words in _REFUSALS.items() if sign in str(error)), None)


def _step(move: Callable, clear: Callable) -> Callable:
    """A step of two parts that returns the parameters."""

    def step(params: torch.Tensor, lr: float) -> torch.Tensor:
        with torch.no_grad():
            move(params, lr)
        clear(params)
        return params

    return step


def _down(params: torch.Tensor, lr: float) -> None:
    params -= lr * gradient(params)


def _up(params: torch.Tensor, lr: float) -> None:
    params += lr * gradient(params)


def _without_lr(params: torch.Tensor, lr: float) -> None:
    params -= gradient(params)


def _clear(params: torch.Tensor) -> None:
    params.grad = None


def _keep(params: torch.Tensor) -> None:
    pass


def _zero_number(params: torch.Tensor) -> None:
    params.grad = 0  # type: ignore[assignment]  # the mistake itself


def _clear_first(params: torch.Tensor, lr: float) -> torch.Tensor:
    gradient(params).zero_()
    with torch.no_grad():
        params -= lr * gradient(params)
    return params


def _clear_to_none_first(params: torch.Tensor, lr: float) -> torch.Tensor:
    params.grad = None
    with torch.no_grad():
        params -= lr * params.grad  # type: ignore[operator]  # the mistake itself
    return params


def _no_no_grad(params: torch.Tensor, lr: float) -> torch.Tensor:
    params -= lr * gradient(params)
    params.grad = None
    return params


def _backward_again(params: torch.Tensor, lr: float) -> torch.Tensor:
    params.sum().backward()
    return _sgd_step(params, lr)


def _backward_on_params(params: torch.Tensor, lr: float) -> torch.Tensor:
    params.backward()
    return _sgd_step(params, lr)


def _step_on_a_copy(params: torch.Tensor, lr: float) -> torch.Tensor:
    moved = params - lr * gradient(params)
    params.grad = None
    return moved


def _step_on_a_copy_keeping_gradient(params: torch.Tensor, lr: float) -> torch.Tensor:
    return params - lr * gradient(params)


def _clear_that_of_the_copy(params: torch.Tensor, lr: float) -> torch.Tensor:
    with torch.no_grad():
        params = params - lr * gradient(params)
    params.grad.zero_()  # type: ignore[union-attr]  # the mistake itself
    return params


def _step_returning_nothing(params: torch.Tensor, lr: float) -> None:
    _sgd_step(params, lr)


_NOT_IN_PLACE = (
    "value: you computed new numbers, but the tensor params still holds the old ones.",
    "`params - ...` makes a new tensor. Use `-=`, which changes params itself.",
)
_CLEARED_TOO_EARLY = (
    "gradient: params have not moved. Was the gradient cleared before the step, or is there "
    "no step?",
    "First move params by lr times the gradient, then clear params.grad.",
)
_BACKWARD = (
    "gradient: params already carry their gradient. Calling backward() is not your task here.",
    "Take backward() out and use params.grad as it is.",
)

EXERCISES = {
    "2.1": Exercise(
        solution=_mse,
        inputs=_predictions,
        mistakes=(
            Mistake(lambda p, t: ((p - t) ** 2).mean().sqrt(),
                "value: this is the RMSE. Look at the last thing that your function does.",
                "Leave the root out: the MSE ends with the mean."),
            Mistake(lambda p, t: (p - t).mean() ** 2,
                "value: positive and negative errors cancel before they are squared.",
                "Square each error first, then take the mean."),
            Mistake(lambda p, t: (p - t**2).mean(),
                "value: what is squared here? In `p - t**2` it is the target alone.",
                "Put parentheses around the difference: ** comes before -."),
            Mistake(lambda p, t: p - t**2,
                "shape: this is one number for each example, and only the target is squared.",
                "Put parentheses around the difference, square it, and then take the mean."),
            Mistake(lambda p, t: ((p - t) ** 2).sum(),
                "value: this grows with the number of examples.",
                "It is the sum of the squares; take their mean."),
            Mistake(lambda p, t: ((p - t) ** 2).sum() / 20,
                "value: there need not be twenty examples.",
                "Let PyTorch count them: .mean()."),
            Mistake(lambda p, t: (p - t).abs().mean(),
                "value: this is the mean absolute error. Which M, S and E does the name want?",
                "Square the errors where you now take their absolute value."),
            Mistake(lambda p, t: (p - t) ** 2,
                "shape: this is one square for each example. A loss is one number.",
                "Take the mean of the squares."),
        ),
        praise="it is what F.mse_loss computes.",
        do="Three things, in this order: the differences, their squares, the mean.",
    ),
    "2.2": Exercise(
        solution=_slope,
        inputs=_curves,
        mistakes=(
            Mistake(lambda f, x, h: (f(x + h) - f(x)) / h,
                "value: this looks to one side only, to the right of x.",
                "Let the run begin at x - h and end at x + h."),
            Mistake(lambda f, x, h: (f(x) - f(x - h)) / h,
                "value: this looks to one side only, to the left of x.",
                "Let the run begin at x - h and end at x + h."),
            Mistake(lambda f, x, h: (f(x + h) - f(x - h)) / h,
                "value: the rise is right. How long is the run from x - h to x + h?",
                "The run is h to the left and h to the right: two of them."),
            Mistake(lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h,
                "value: Python divides by 2 here, and then multiplies by h.",
                "Put the run into parentheses, so that all of it is divided by."),
            Mistake(lambda f, x, h: (f(x + h) - f(x - h)) / 2,
                "value: the rise is divided by 2, whatever h is. How long is the run?",
                "The run depends on h: from x - h to x + h."),
            Mistake(lambda f, x, h: f(x + h) - f(x - h) / (2 * h),
                "value: only f(x - h) is divided here.",
                "Put parentheses around the whole rise."),
            Mistake(lambda f, x, h: f(x + h) - f(x - h),
                "value: this is the rise alone.",
                "The slope is rise over run: divide by the distance from x - h to x + h."),
            Mistake(lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h),
                "value: the size is right, the sign is not.",
                "The rise is the value at the right end minus the value at the left end."),
        ),
        praise="a slope measured from both sides is much nearer to the truth than from one side.",
        do="Write the rise from x - h to x + h first, then divide all of it by the run.",
    ),
    "2.3": Exercise(
        solution=_sgd_step,
        inputs=_walkers,
        observe=_after_step,
        mistakes=(
            Mistake(_no_no_grad,
                "gradient: PyTorch would have to remember the step itself, and refuses.",
                "Put the step under `with torch.no_grad():`."),
            Mistake(_step(_up, _clear),
                "value: this walks uphill.",
                "The gradient points up: subtract it."),
            Mistake(_step(_without_lr, _clear),
                "value: the step is far too long. What should the gradient be multiplied by?",
                "Multiply the gradient by lr."),
            Mistake(_step(_without_lr, _keep),
                "value: the step is far too long, and afterwards the old gradient is still there.",
                "Multiply the gradient by lr; after the step set params.grad = None."),
            Mistake(_step(_down, _keep),
                "gradient: the step is right, but the old gradient is still there afterwards.",
                "The next backward() would add to it. Set params.grad = None after the step."),
            Mistake(_step(_up, _keep),
                "value: this walks uphill, and afterwards the old gradient is still there.",
                "Subtract instead of adding; after the step set params.grad = None."),
            Mistake(_clear_first, *_CLEARED_TOO_EARLY),
            Mistake(_clear_to_none_first, *_CLEARED_TOO_EARLY),
            Mistake(_step(_down, _zero_number),
                "gradient: params.grad can hold a tensor or None, not the number 0.",
                "Set it to None."),
            Mistake(_backward_again, *_BACKWARD),
            Mistake(_backward_on_params, *_BACKWARD),
            Mistake(_step_on_a_copy, *_NOT_IN_PLACE),
            Mistake(_step_on_a_copy_keeping_gradient, *_NOT_IN_PLACE),
            Mistake(_clear_that_of_the_copy, *_NOT_IN_PLACE),
            Mistake(_step_returning_nothing,
                "value: the step is right, but nothing is returned.",
                "End with `return params`."),
        ),
        praise="moved downhill in place, gradient cleared: this is what an optimiser does.",
        do="Three lines do it: the step under torch.no_grad(), params.grad = None, return params.",
    ),
    "2.4": Exercise(
        solution=_line_gradient,
        inputs=_points,
        mistakes=(
            Mistake(lambda x, y, w: ((w * x - y) * x).mean(),
                "value: half of it. What comes down when you differentiate a square?",
                "The square brings a factor 2 down."),
            Mistake(lambda x, y, w: (2 * (w * x - y)).mean(),
                "gradient: the chain rule has a second factor, the slope of what is squared.",
                "If w grows by 1, w * x - y grows by x: multiply by it."),
            Mistake(lambda x, y, w: (2 * (y - w * x) * x).mean(),
                "value: right size, wrong sign.",
                "For y - w * x the inner slope is -x. Or write the error as w * x - y."),
            Mistake(lambda x, y, w: (2 * (w * x - y) * w).mean(),
                "gradient: this has the slope of w * x - y for x. It is asked for w.",
                "Let w change and hold x still: by what does w * x - y then change?"),
            Mistake(lambda x, y, w: ((w * x - y) ** 2).mean(),
                "value: this is the loss itself, not its slope.",
                "Differentiate it for w: the outer slope times the inner slope."),
            Mistake(lambda x, y, w: (2 * (w * x - y) * x).sum(),
                "value: the loss is a mean, and so is its slope.",
                "Take the mean where you now take the sum."),
            Mistake(lambda x, y, w: 2 * (w * x - y) * x,
                "shape: this is one slope for each point. The loss is the mean of the points.",
                "Take the mean of these slopes."),
            Mistake(lambda x, y, w: 2 * (w * x - y).mean() * x.mean(),
                "value: a mean of products is not the product of two means.",
                "Multiply point by point first, and take one mean at the end."),
        ),
        praise="the same number that autograd finds, and now you know where it comes from.",
        do="For one point: two times the error, times x. Then the mean over the points.",
    ),
    "2.5": Exercise(
        solution=EDGE,
        inputs=lambda: [()],
        mistakes=(
            Mistake(0.5,
                "value: with this rate the first step ends at 0, right at the bottom.",
                "Go twice as far, to the other side."),
            Mistake(2.0,
                "value: this walk climbs: its first step leads from 3 to -9.",
                "The slope at x is 2x, not x. Which lr makes x - lr * 2x equal to -x?"),
            Mistake(1.05,
                "value: the third picture of section 3 shows it: this walk climbs.",
                "Solve x - lr * 2x = -x for lr."),
            Mistake(0.1,
                "value: this walk comes nearer to the bottom with each step.",
                "Solve x - lr * 2x = -x for lr."),
            Mistake(0.0,
                "value: this walk never leaves 3. It should jump between 3 and -3.",
                "Solve x - lr * 2x = -x for lr."),
        ),
        praise="below it the walk comes down, above it the walk climbs.",
        do="Solve x - lr * 2x = -x for lr.",
    ),
}  # fmt: skip
