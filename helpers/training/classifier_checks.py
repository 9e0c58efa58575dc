"""Input checks for classifiers and their data, in the manner of ``helpers.checks``.

What torch refuses is explained once it has happened. What torch would do wrongly and without a word
is looked for every time: labels that broadcast, an optimiser of another model, a loss that is lost.
"""

from collections.abc import Callable, Iterable
from functools import wraps

import torch
from torch import nn

from helpers.diagnosis import Loss, LossWatch, Watched, reason, refusal
from helpers.training.modes import evaluating


def logits_and_labels(function: Callable) -> Callable:
    """Decorate ``function(logits, labels)``: one row of logits for each label, on one device.

    Labels of shape (n, 1) would silently be compared with all n predictions each.

    Raises:
        ValueError: from the decorated function, when the shapes or devices do not fit.

    Example:
        >>> logits_and_labels(lambda logits, labels: len(labels))(torch.zeros(2, 10), torch.ones(2))
        2
    """

    @wraps(function)
    def checked(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        if logits.ndim != 2 or labels.shape != logits.shape[:1]:
            raise ValueError(
                f"{function.__name__}: expected logits of shape (n, classes) and labels of shape "
                f"(n,), got {tuple(logits.shape)} and {tuple(labels.shape)}"
                + _flattened(logits, labels)
            )
        if logits.device != labels.device:
            raise ValueError(
                f"{function.__name__}: logits are on {logits.device} and labels on "
                f"{labels.device}; move the labels: labels.to(logits.device)"
            )
        return function(logits, labels)

    return checked


def class_numbers(function: Callable) -> Callable:
    """Decorate ``function(labels, predictions, n_classes)``: two rows of class numbers.

    Raises:
        TypeError: from the decorated function, when they are not int64.
        ValueError: from the decorated function, when their shapes differ, or one is no class.
    """

    @wraps(function)
    def checked(labels: torch.Tensor, predictions: torch.Tensor, n_classes: int) -> torch.Tensor:
        if labels.ndim != 1 or labels.shape != predictions.shape:
            raise ValueError(
                f"{function.__name__}: expected labels and predictions of shape (n,), got "
                f"{tuple(labels.shape)} and {tuple(predictions.shape)}; "
                "logits become predictions by logits.argmax(1)"
            )
        for name, classes in (("labels", labels), ("predictions", predictions)):
            if classes.dtype != torch.int64:
                raise TypeError(
                    f"{function.__name__}: {name} must be int64, got {classes.dtype}: "
                    f"use {name}.long()"
                )
            if len(classes) and not 0 <= int(classes.min()) <= int(classes.max()) < n_classes:
                raise ValueError(
                    f"{function.__name__}: {name} must be from 0 to {n_classes - 1}, "
                    f"got {int(classes.min())} to {int(classes.max())}"
                )
        return function(labels, predictions, n_classes)

    return checked


def step(function: Callable) -> Callable:
    """Decorate ``function(model, xb, yb, loss_func, opt)``: explain why a training step failed.

    Raises:
        TypeError: from the decorated function, when ``xb`` holds whole numbers, or labels none.
        ValueError: from the decorated function, when model, images and labels do not fit.
        FloatingPointError: from the decorated function, on the CPU, when the loss is no number.
    """

    @wraps(function)
    def checked(
        model: nn.Module, xb: torch.Tensor, yb: torch.Tensor, loss_func: Loss, opt: object
    ) -> torch.Tensor:
        watch = loss_func if isinstance(loss_func, LossWatch) else LossWatch(loss_func)
        try:
            return function(model, xb, yb, watch, opt)
        except (RuntimeError, IndexError) as error:
            problem = reason(error, model, xb, yb)
            if problem is None:
                raise
            raise problem from error

    return checked


def prediction(function: Callable) -> Callable:
    """Decorate ``function(model, dl, device)``: look at the batches, explain a failing model.

    All modules are in their modes again afterwards.

    Raises:
        TypeError: from the decorated function, when ``dl`` does not give pairs of tensors, or the
            images are whole numbers.
        ValueError: from the decorated function, when ``dl`` gives nothing, or the model is not on
            ``device``.
    """

    @wraps(function)
    def checked(
        model: nn.Module, dl: Iterable, device: torch.device | str
    ) -> tuple[torch.Tensor, torch.Tensor]:
        batches = Watched(dl)
        try:
            with evaluating(model):
                return function(model, batches, device)
        except RuntimeError as error:
            problem = batches.latest and refusal(model, batches.latest[0].to(device))
            if problem is None:
                raise
            raise problem from error

    return checked


def training(function: Callable) -> Callable:
    """Decorate ``function(model, epochs, dl, valid_dl, opt, device, loss_func=...)``.

    Raises:
        TypeError: from the decorated function, when ``dl`` does not give pairs of tensors.
        ValueError: from the decorated function, when ``dl`` gives nothing, or ``opt`` holds none of
            the model's parameters.
        FloatingPointError: from the decorated function, when a loss is infinite or NaN.
    """
    (usual,) = function.__defaults__

    @wraps(function)
    def checked(
        model: nn.Module,
        epochs: int,
        dl: Iterable,
        valid_dl: Iterable,
        opt: torch.optim.Optimizer,
        device: torch.device | str,
        loss_func: Loss = usual,
    ) -> list:
        own = {id(p) for p in model.parameters()}
        if not any(id(p) in own for group in opt.param_groups for p in group["params"]):
            raise ValueError(
                "the optimiser holds none of this model's parameters, so it would train another "
                "one; make it anew after the model: torch.optim.Adam(model.parameters())"
            )
        watch = LossWatch(loss_func)
        history = function(model, epochs, Watched(dl), valid_dl, opt, device, watch)
        watch.finish()
        return history

    return checked


def byte_images_and_labels(init: Callable) -> Callable:
    """Decorate ``__init__(self, images, labels)`` of a data set: bytes, and one label an image.

    Raises:
        TypeError: from the decorated method, for images that are not bytes.
        ValueError: from the decorated method, for shapes that do not fit.
    """

    @wraps(init)
    def checked(self: object, images: torch.Tensor, labels: torch.Tensor) -> None:
        if images.dtype != torch.uint8:
            raise TypeError(
                "expected images of bytes (torch.uint8) from 0 to 255 as helpers.data gives them, "
                f"got {images.dtype}; they are divided by 255 one by one"
            )
        if images.ndim != 3 or labels.shape != images.shape[:1]:
            raise ValueError(
                "expected images of shape (n, height, width) and labels of shape (n,), "
                f"got {tuple(images.shape)} and {tuple(labels.shape)}"
            )
        init(self, images, labels)

    return checked


def _flattened(logits: torch.Tensor, labels: torch.Tensor) -> str:
    if logits.ndim == 2 and labels.shape == (len(logits), 1):
        return "; take the superfluous axis away: labels.squeeze(1)"
    return ""
