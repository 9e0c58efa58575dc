"""Input checks for training: decorators that name the mistake and the fix, and cost almost nothing.

The functions they decorate are those that a learner writes. Two kinds of mistake are told apart:

- torch stops by itself, but says it in its own words (shapes, dtypes, devices): the check is made
  only once that has happened, so it costs nothing while all is well;
- torch goes on and computes nonsense (targets that broadcast, an empty loader, a loss that is not
  a number): the check is made every time, and is a comparison of a few plain values.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature

import torch

from helpers.diagnosis import Loss, LossWatch, Model, explained, misfit, pairs


def same_shape(function: Loss) -> Loss:
    """Decorate ``function(predictions, targets)``: both must have one shape and one device.

    Predictions (n, 1) and targets (n,) would silently be broadcast to (n, n).

    Raises:
        ValueError: from the decorated function, when shape or device differ.

    Example:
        >>> same_shape(lambda p, t: (p - t).abs().mean())(torch.ones(3, 1), torch.ones(3, 1))
        tensor(0.)
    """

    @wraps(function)
    def checked(*arguments: torch.Tensor, **named: torch.Tensor) -> torch.Tensor:
        if named or len(arguments) != 2:
            arguments = signature(function).bind(*arguments, **named).args
        predictions, targets = arguments
        if predictions.shape != targets.shape:
            raise ValueError(
                f"{function.__name__}: predictions have shape {tuple(predictions.shape)} but "
                f"targets {tuple(targets.shape)}; {_way_out(predictions, targets)}"
            )
        if predictions.device != targets.device:
            raise ValueError(
                f"{function.__name__}: predictions are on {predictions.device} and targets on "
                f"{targets.device}; move the targets: targets.to(predictions.device)"
            )
        return function(predictions, targets)

    return checked


def linear_layer(function: Callable) -> Callable:
    """Decorate ``function(xb, weights, bias)``: dtype, features and device must fit.

    Raises:
        TypeError: from the decorated function, when ``xb`` holds whole numbers.
        ValueError: from the decorated function, when the features or the devices do not fit.
    """

    @wraps(function)
    def checked(xb: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        problem = misfit(xb, weights, weights.shape[0])
        if problem:
            raise problem
        return function(xb, weights, bias)

    return checked


def training_step(function: Callable) -> Callable:
    """Decorate ``function(xb, yb, model, loss_func)``: explain why the model or the loss failed.

    Raises:
        TypeError: from the decorated function, when ``xb`` holds whole numbers.
        ValueError: from the decorated function, when ``xb`` does not fit the model, or the loss is
            not one number.
        FloatingPointError: from the decorated function, when the loss is infinite or NaN.
    """

    @wraps(function)
    def checked(xb: torch.Tensor, yb: torch.Tensor, model: Model, loss_func: Loss) -> None:
        if isinstance(loss_func, LossWatch):  # train_epoch is watching already
            return function(xb, yb, model, loss_func)
        watch = LossWatch(loss_func)
        function(xb, yb, explained(model), watch)
        watch.finish()

    return checked


def training_epoch(function: Callable) -> Callable:
    """Decorate ``function(model, dl, loss_func, opt)``: watch its batches and its losses.

    Raises:
        TypeError: from the decorated function, when ``dl`` does not give pairs of tensors.
        ValueError: from the decorated function, when ``dl`` gives nothing.
        FloatingPointError: from the decorated function, when a loss is infinite or NaN.
    """

    @wraps(function)
    def checked(model: Model, dl: Iterable, loss_func: Loss, opt: object) -> None:
        watch = LossWatch(loss_func)
        function(explained(model), pairs(dl), watch, opt)
        watch.finish()

    return checked


def validation_epoch(function: Callable) -> Callable:
    """Decorate ``function(model, valid_dl, metric)``: watch its batches, explain a failing model.

    Raises:
        TypeError: from the decorated function, when ``valid_dl`` does not give pairs of tensors of
            floats.
        ValueError: from the decorated function, when ``valid_dl`` gives nothing, or does not fit.
    """

    @wraps(function)
    def checked(model: Model, valid_dl: Iterable, metric: Loss) -> float:
        return function(explained(model), pairs(valid_dl), metric)

    return checked


def parameters_to_train(init: Callable) -> Callable:
    """Decorate ``__init__(self, params, lr)`` of an optimiser: there must be something to train.

    Raises:
        ValueError: from the decorated method, when ``params`` is empty, or one of them does not
            ask for gradients.
    """

    @wraps(init)
    def checked(self: object, params: Iterable[torch.Tensor], lr: float) -> None:
        params = list(params)
        if not params:
            raise ValueError(
                "expected parameters, got none; model.parameters() can be used up only once: "
                "call it again for each optimiser"
            )
        if not all(p.requires_grad for p in params):
            raise ValueError(
                "every parameter must ask for gradients; make them with init_params, or call "
                ".requires_grad_() on them"
            )
        init(self, params, lr)

    return checked


def rows_and_labels(init: Callable) -> Callable:
    """Decorate ``__init__(self, x, y, batch_size, ...)`` of a loader of tensors.

    Raises:
        ValueError: from the decorated method, when there are no rows, ``x`` and ``y`` are not of
            one length, or ``batch_size`` is not a whole number from 1 on.
    """

    @wraps(init)
    def checked(self: object, x: torch.Tensor, y: torch.Tensor, batch_size: int, *rest, **more):
        if len(x) != len(y) or len(x) == 0:
            raise ValueError(
                f"expected as many labels as inputs and at least one, got {len(x)} inputs "
                f"of shape {tuple(x.shape)} and {len(y)} labels"
            )
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch_size must be a whole number, 1 or more, got {batch_size!r}")
        init(self, x, y, batch_size, *rest, **more)

    return checked


def byte_images(function: Callable) -> Callable:
    """Decorate ``function(threes, sevens)``: images must be bytes of shape (n, 28, 28).

    Raises:
        TypeError: from the decorated function, for images that are not bytes.
        ValueError: from the decorated function, for another shape.
    """

    @wraps(function)
    def checked(threes: torch.Tensor, sevens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        for images in (threes, sevens):
            if images.dtype != torch.uint8:
                raise TypeError(
                    f"{function.__name__}: expected bytes (torch.uint8) from 0 to 255 as "
                    f"helpers.data gives them, got {images.dtype}; it divides by 255 itself"
                )
            if images.ndim != 3 or images.shape[1:] != (28, 28):
                raise ValueError(
                    f"{function.__name__}: expected images of shape (n, 28, 28), "
                    f"got {tuple(images.shape)}"
                )
        return function(threes, sevens)

    return checked


def _way_out(predictions: torch.Tensor, targets: torch.Tensor) -> str:
    if predictions.numel() == targets.numel():
        return "they must be the same: use targets.view(predictions.shape)"
    return "there must be one target for each prediction"
