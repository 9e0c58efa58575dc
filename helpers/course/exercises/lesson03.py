"""The exercises of lesson 03: train a linear model, every part by hand."""

from collections.abc import Callable

import torch
import torch.nn.functional as F

from helpers.course.exercises.framework import (
    Exercise,
    Mistake,
    NotAsAsked,
    gradient,
    is_pair,
    number,
)
from helpers.data.loaders import Batches
from helpers.metrics import batch_accuracy, mnist_loss
from helpers.models.linear import linear1
from helpers.training.by_hand import BasicOptim, train_epoch, validate_epoch

_LEARNS = 10.0  # a learning rate that reaches the goal
GOAL = 0.01  # the loss that exercise 3.3 asks for


def try_rate(lr: float) -> float:
    """Train a linear model for five epochs on small made-up images, all 3s first, then all 7s.

    The model begins with zeros, so it is right about half of the images and its loss is 0.5.

    Example:
        >>> try_rate(0.0)
        0.5
    """
    rows = torch.rand(128, 16, generator=torch.Generator().manual_seed(0))
    rows[:64, 10:] = 0  # the last pixels are empty in a 3 and the first ones in a 7
    rows[64:, :6] = 0
    dl = Batches(rows, torch.tensor([1] * 64 + [0] * 64).unsqueeze(1), batch_size=8)
    params = [torch.zeros(size, requires_grad=True) for size in ((16, 1), (1,))]
    opt = BasicOptim(params, lr)
    for _ in range(5):
        train_epoch(lambda xb: linear1(xb, *params), dl, mnist_loss, opt)
    return validate_epoch(lambda xb: linear1(xb, *params), dl, mnist_loss)


def _outcome(answer: Callable) -> Callable:
    """Judge a learning rate by what becomes of the training."""

    def look() -> str | None:
        lr = answer()
        if lr is None or lr is ...:
            return None
        lr = number(lr)
        if lr is None:
            raise NotAsAsked("expected a number")
        loss = try_rate(lr)
        if lr == 0:
            return "it stands still"
        if lr < 0:
            return "it climbs"
        if loss < GOAL:
            return "it learns"
        return "it is stuck" if lr > _LEARNS else "it crawls"

    return look


def _training_step(
    xb: torch.Tensor,
    yb: torch.Tensor,
    model: Callable,
    loss_func: Callable,
    params: list[torch.Tensor],
    lr: float,
) -> None:
    loss_func(model(xb), yb).backward()
    with torch.no_grad():
        for p in params:
            p -= lr * gradient(p)
    for p in params:
        p.grad = None


class _Task:
    """A batch, a learning rate, and parameters to begin with, the same for every try."""

    def __init__(self, seed: int, lr: float, loss_func: Callable = mnist_loss) -> None:
        self.loss_func = loss_func
        random = torch.Generator().manual_seed(seed)
        self.xb = torch.rand(8, 3, generator=random)
        self.yb = torch.randint(0, 2, (8, 1), generator=random)
        self.start = [torch.randn(size, generator=random) for size in ((3, 1), (1,))]
        self.lr = lr

    def params(self) -> list[torch.Tensor]:
        return [p.clone().requires_grad_() for p in self.start]


def _squares(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return ((predictions.sigmoid() - targets) ** 2).mean()


def _after_three_steps(step: Callable) -> Callable:
    """Judge a training step by where three of them lead; None when it never asks the model."""

    def look(task: _Task) -> torch.Tensor | None:
        params, asked = task.params(), []

        def model(xb: torch.Tensor) -> torch.Tensor:
            asked.append(True)
            return linear1(xb, *params)

        # As a module has it: model.zero_grad() is a right way to clear the gradients.
        model.zero_grad = lambda: _clear_all(params)  # type: ignore[attr-defined]

        for _ in range(3):
            step(task.xb, task.yb, model, task.loss_func, params, task.lr)
        return torch.cat([p.detach().flatten() for p in params]) if asked else None

    return look


def _step_with(move: Callable, clear: Callable) -> Callable:
    """A training step whose last two parts are exchanged for others."""

    def step(xb, yb, model, loss_func, params, lr):
        loss_func(model(xb), yb).backward()
        with torch.no_grad():
            for p in params:
                move(p, lr)
        clear(params)

    return step


def _descend(p: torch.Tensor, lr: float) -> None:
    p -= lr * gradient(p)


def _climb(p: torch.Tensor, lr: float) -> None:
    p += lr * gradient(p)


def _leap(p: torch.Tensor, lr: float) -> None:
    p -= gradient(p)


def _move_a_copy(p: torch.Tensor, lr: float) -> None:
    p = p - lr * gradient(p)


def _clear_then_descend(p: torch.Tensor, lr: float) -> None:
    gradient(p).zero_()
    p -= lr * gradient(p)


def _clear_all(params: list[torch.Tensor]) -> None:
    for p in params:
        p.grad = None


def _clear_the_parameters(params: list[torch.Tensor]) -> None:
    with torch.no_grad():
        for p in params:
            p.zero_()


def _clear_the_parameters_too(params: list[torch.Tensor]) -> None:
    _clear_the_parameters(params)
    _clear_all(params)


def _clear_the_last(params: list[torch.Tensor]) -> None:
    params[-1].grad = None


def _momentum_step(
    p: torch.Tensor, grad: torch.Tensor, velocity: torch.Tensor, lr: float, beta: float
) -> tuple[torch.Tensor, torch.Tensor]:
    velocity = beta * velocity + grad
    return p - lr * velocity, velocity


def _path(step: Callable) -> Callable:
    """Judge a step with momentum by the way it takes down a parabola, and by its velocities."""

    def look(start: torch.Tensor, slope: Callable, lr: float, beta: float) -> torch.Tensor | None:
        p, velocity, path = start, torch.zeros_like(start), []
        for _ in range(4):
            # Copies, because `velocity *= beta` and the like are right as well.
            result = step(p.clone(), slope(p), velocity.clone(), lr, beta)
            if result is None or result is ...:
                return None
            if not is_pair(result):
                raise NotAsAsked(
                    "expected two tensors, the new p and the new velocity: return p, velocity"
                )
            p, velocity = result
            if not p.shape == velocity.shape == start.shape:
                raise NotAsAsked("expected p and velocity to keep the shape of p")
            path += [p.clone(), velocity.clone()]
        return torch.stack(path)

    return look


def _loss(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return (predictions.sigmoid() - targets).abs().mean()


def _evidence(images: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return (images * weights.T).view(-1, 28, 28)


def _images_and_weights() -> list[tuple]:
    random = torch.Generator().manual_seed(0)
    return [
        (torch.rand(n, 784, generator=random), torch.randn(784, 1, generator=random))
        for n in (3, 1)
    ]


def _predictions() -> list[tuple]:
    return [
        (
            torch.tensor([[2.0], [-1.0], [0.5], [3.0]], requires_grad=True),
            torch.tensor([[1], [1], [0], [0]]),
        ),
        (torch.tensor([0.25, 4.0], requires_grad=True), torch.tensor([0, 1])),
    ]


def _downhill() -> list[tuple]:
    return [
        (torch.tensor([1.0, -3.0]), lambda p: 2 * p, 0.2, 0.9),
        (torch.tensor([0.5]), lambda p: p, 0.3, 0.5),
    ]


_UNMOVED = (
    "value: the parameters have not moved. Either no step was made, or their gradients were "
    "cleared before it, or `p = p - ...` made new tensors."
)
_IN_PLACE = "First the step, in place (`p -= ...`); clear the gradients after it."
_WIPED = "value: all parameters are 0 now: it is the parameters that were cleared."
_CLEAR_GRAD = "Clear p.grad, not p."

_BETA = "value: beta is on the gradient. Which of the two is to fade, step after step?"
_WHICH = "The old velocity fades: beta * velocity. The new gradient counts in full."
_PLAIN = "value: this is plain gradient descent: the velocity is not used, or not returned."

_NO_SIGMOID = "value: the predictions are sums, any number; something has to squeeze them first."
_SIGMOID_FIRST = "Take predictions.sigmoid() before you compare with the targets."
_LATE = "value: the sigmoid comes too late: the distance was taken between sums and targets."
_CANCEL = "value: errors of opposite sign cancel out: some differences are positive, some negative."
_NO_SIGN = "A distance has no sign: .abs() takes it away, before the mean."

EXERCISES = {
    "3.1": Exercise(
        solution=_loss,
        inputs=_predictions,
        mistakes=(
            Mistake(lambda p, t: torch.where(t == 1, 1 - p, p).mean(), _NO_SIGMOID, _SIGMOID_FIRST),
            Mistake(lambda p, t: (p - t).abs().mean(), _NO_SIGMOID, _SIGMOID_FIRST),
            Mistake(lambda p, t: torch.where(t == 1, p.sigmoid(), 1 - p.sigmoid()).mean(),
                "value: the wrong way round: a sure and right answer costs the most here. Are the "
                "two cases swapped, or is a sign wrong in your sigmoid?",
                "For a target of 1 the distance is 1 - prediction. A sigmoid written out has "
                "torch.exp(-x), with a minus."),
            Mistake(lambda p, t: torch.where(t == 1, 1 - p.sigmoid(), p.sigmoid()),
                "shape: one distance an example. A loss is one number.",
                "Take the mean."),
            Mistake(lambda p, t: torch.where(t == 1, 1 - p.sigmoid(), p.sigmoid()).sum(),
                "value: this is the sum of the distances, so a larger batch has a larger loss.",
                "Take the mean instead."),
            Mistake(lambda p, t: (t - p.sigmoid()).mean(), _CANCEL, _NO_SIGN),
            Mistake(lambda p, t: (p.sigmoid() - t).mean(), _CANCEL, _NO_SIGN),
            Mistake(
                lambda p, t: torch.where(t == 1, 1 - p, p).sigmoid().mean(), _LATE, _SIGMOID_FIRST),
            Mistake(lambda p, t: (p - t).abs().sigmoid().mean(), _LATE, _SIGMOID_FIRST),
            Mistake(lambda p, t: 1 - batch_accuracy(p, t),
                "gradient: this counts mistakes. A count does not change with a small nudge, so it "
                "has no gradient.",
                "Use the distance of the prediction to its target, not the side of the border."),
            Mistake(lambda p, t: ((p.sigmoid() - t) ** 2).mean(),
                "value: this squares the distances; here they count as they are.",
                ".abs() takes away a sign without squaring."),
            Mistake(lambda p, t: ((p.sigmoid() - t) ** 2).mean().sqrt(),
                "value: squares, a mean and a root: that is the rmse of lesson 02. Here the "
                "distances count as they are.",
                ".abs() takes away a sign without squaring."),
            Mistake(lambda p, t: F.binary_cross_entropy_with_logits(p, t.float()),
                "value: this is the cross-entropy, another loss (lesson 04). Here it is the plain "
                "distance that counts.",
                "No logarithm: the distance of the squeezed prediction to 0 or 1."),
        ),
        praise="a smooth distance to the target: every small improvement lowers it.",
        do="Three steps: sigmoid, distance to the target without its sign, mean.",
    ),
    "3.2": Exercise(
        solution=_training_step,
        inputs=lambda: [(_Task(seed=0, lr=0.3),), (_Task(seed=1, lr=2.5, loss_func=_squares),)],
        observe=_after_three_steps,
        mistakes=(
            Mistake(_step_with(_descend, lambda params: None),
                "gradient: the first step is right, the second is not. What does backward() do "
                "with what is still in .grad?",
                "It adds. Clear the gradient of every parameter after the step."),
            Mistake(_step_with(_descend, _clear_the_last),
                "gradient: only the last parameter's gradient is cleared. Is the line that clears "
                "it inside the loop over params?",
                "Every p in params needs its own p.grad cleared."),
            Mistake(_step_with(_climb, _clear_all),
                "value: this walks uphill.",
                "The gradient points up: subtract it."),
            Mistake(_step_with(_leap, _clear_all),
                "value: the learning rate is missing.",
                "The step is lr times the gradient."),
            Mistake(_step_with(_move_a_copy, _clear_all), _UNMOVED, _IN_PLACE),
            Mistake(_step_with(_clear_then_descend, _clear_all), _UNMOVED, _IN_PLACE),
            Mistake(_step_with(_descend, _clear_the_parameters), _WIPED, _CLEAR_GRAD),
            Mistake(_step_with(_descend, _clear_the_parameters_too), _WIPED, _CLEAR_GRAD),
        ),
        praise="after three steps the parameters are where they should be: nothing adds up.",
        do="Once a call: backward(), then p -= lr * p.grad for each p, then clear each p.grad.",
        off="value: the check took three steps, and the parameters are not where they should be. "
        "Is backward() called once a step, and does each gradient start from nothing?",
        nothing="value: your step never asks the model. The loss needs its predictions: model(xb).",
    ),
    "3.3": Exercise(
        solution=_LEARNS,
        inputs=lambda: [()],
        observe=_outcome,
        mistakes=(
            Mistake(10_000.0,
                "value: stuck at a loss of 0.5. Look at section 10: what does a long step do on a "
                "first batch that is all of one kind?",
                "It throws the outputs to where the sigmoid is flat. Go smaller."),
            Mistake(1e-6,
                "value: it goes the right way, but crawls: the loss is still above the goal after "
                "five epochs. Which way do you have to go?",
                "Larger, by a factor of ten at a time."),
            Mistake(0, "value: with a learning rate of 0 nothing ever moves.", "Above 0."),
            Mistake(-1.0, "value: a negative learning rate walks uphill.", "Above 0."),
        ),
        praise="large enough to arrive, small enough not to be thrown out by the sorted batches.",
    ),
    "3.4": Exercise(
        solution=_momentum_step,
        inputs=_downhill,
        observe=_path,
        mistakes=(
            Mistake(lambda p, grad, v, lr, beta: (p - lr * grad, beta * v + grad),
                _PLAIN),
            Mistake(lambda p, grad, v, lr, beta: (p - lr * v, beta * v + grad),
                "value: the step uses the old velocity. Update the velocity first."),
            Mistake(lambda p, grad, v, lr, beta: (p - lr * (v + grad), v + grad),
                "value: the velocity never slows down: multiply the old one by beta."),
            Mistake(lambda p, grad, v, lr, beta: (p - lr * (v + beta * grad), v + beta * grad),
                _BETA,
                _WHICH),
            Mistake(lambda p, grad, v, lr, beta: (p - lr * beta * (v + grad), beta * (v + grad)),
                _BETA,
                _WHICH),
            Mistake(
                lambda p, grad, v, lr, beta: (
                    p - lr * (beta * v + (1 - beta) * grad),
                    beta * v + (1 - beta) * grad,
                ),
                "value: this is a running average of the gradients, weight 1 - beta. Here, as in "
                "PyTorch, the new gradient counts in full."),
            Mistake(lambda p, grad, v, lr, beta: (p + lr * (beta * v + grad), beta * v + grad),
                "value: this walks uphill. Subtract lr * velocity."),
            Mistake(lambda p, grad, v, lr, beta: (p - lr * (beta * v + grad), v),
                _PLAIN),
            Mistake(lambda p, grad, v, lr, beta: (p - (beta * v + grad), beta * v + grad),
                "value: the learning rate is missing: step by lr * velocity."),
            Mistake(lambda p, grad, v, lr, beta: (p - (beta * v + lr * grad), beta * v + lr * grad),
                "value: the way is right, but your velocity contains lr. Keep it free of lr, and "
                "multiply by lr in the step."),
            Mistake(lambda p, grad, v, lr, beta: (p + (beta * v - lr * grad), beta * v - lr * grad),
                "value: the way is right, but your velocity contains lr and points downhill. Keep "
                "it a sum of gradients, and subtract lr * velocity in the step."),
            Mistake(lambda p, grad, v, lr, beta: (beta * v + grad, p - lr * (beta * v + grad)),
                "value: the two results are in the wrong order: return p, velocity."),
        ),
        praise="the same way that torch.optim.SGD takes with this momentum.",
        do="First velocity = beta * velocity + grad, then the step lr * velocity, then both "
        "returned, p first.",
        off="value: the check took four steps down a valley, and yours end elsewhere. Try your "
        "function on the numbers of the example.",
    ),
    "3.5": Exercise(
        solution=_evidence,
        inputs=_images_and_weights,
        mistakes=(
            Mistake(lambda x, w: x @ w,
                "shape: one number an image. The matrix product has added the products up.",
                "Multiply with *, which adds nothing up; the weights have to lie down as a row."),
            Mistake(lambda x, w: x * w.T,
                "shape: the products are right, but they still lie in rows.",
                "Give each row its two axes again: .view(-1, 28, 28)."),
            Mistake(lambda x, w: (x * w.T).sum(0).view(28, 28),
                "shape: one picture for all images together.",
                "Keep the axis of the images; no sum is needed."),
            Mistake(lambda x, w: (x * w.T).abs().view(-1, 28, 28),
                "value: without the signs nobody can see which digit a pixel speaks for.",
                "Leave the products as they are."),
            Mistake(lambda x, w: (x + w.T).view(-1, 28, 28),
                "value: this adds pixel and weight.",
                "Multiply them."),
            Mistake(lambda x, w: (x * w.T).view(-1, 28, 28).transpose(1, 2),
                "value: rows and columns of each picture are exchanged.",
                "view(-1, 28, 28) puts the numbers in their order; nothing has to be turned."),
            Mistake(lambda x, w: x.view(-1, 28, 28),
                "value: these are the images themselves; the weights are missing.",
                "Multiply each pixel by its weight."),
            Mistake(lambda x, w: w.T.view(-1, 28, 28).expand(len(x), 28, 28),
                "value: these are the weights; the pixels are missing.",
                "Multiply each pixel by its weight."),
        ),
        praise="the sum of each picture, plus the bias, is what the model says.",
        do="Lay the weights down as a row with .T, multiply, and view the rows as pictures.",
    ),
}  # fmt: skip
