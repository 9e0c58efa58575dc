"""Input checks for colour images, in the manner of ``helpers.checks``: decorators for lesson 07.

Each look is a comparison of a few plain values, so it is taken every time.
"""

import os
from collections.abc import Callable
from functools import wraps
from inspect import signature
from pathlib import Path

import torch
from torch import nn

from helpers.diagnosis import Watched, explaining, misfit
from helpers.training.checkpoint_checks import epochs_done
from helpers.training.modes import evaluating


def movable(function: Callable) -> Callable:
    """Decorate ``function(data, device)``: data must be something that can be moved.

    Raises:
        TypeError: from the decorated function, for anything but tensors, modules and containers.
    """

    @wraps(function)
    def checked(data: object, device: torch.device | str) -> object:
        if not isinstance(data, (torch.Tensor, nn.Module, dict, list, tuple)):
            raise TypeError(
                f"{function.__name__}: expected a tensor, a module, or lists, tuples and dicts of "
                f"them, got {type(data).__name__}; leave out what cannot be moved"
            )
        return function(data, device)

    return checked


def photos(forward: Callable) -> Callable:
    """Decorate ``forward(self, xb)`` of a network for photographs of 32×32 pixels.

    Raises:
        TypeError: from the decorated method, when ``xb`` holds bytes or other whole numbers.
        ValueError: from the decorated method, when its shape or its device do not fit.
    """

    @wraps(forward)
    def checked(self: nn.Module, xb: torch.Tensor) -> torch.Tensor:
        if not xb.is_floating_point():
            raise TypeError(
                f"expected images as floats from 0 to 1, got {xb.dtype}; "
                "convert them first: images.float() / 255"
            )
        if xb.ndim != 4 or xb.shape[1:] != (3, 32, 32):
            raise ValueError(
                f"expected a batch of colour images, shape (n, 3, 32, 32), got {tuple(xb.shape)}"
                + _way_to_photos(xb)
            )
        weights = next(self.parameters())
        if xb.device != weights.device:
            raise ValueError(
                f"the model is on {weights.device} but the images are on {xb.device}; move them: "
                f"to_device(images, {str(weights.device)!r}), or use a DeviceDataLoader"
            )
        try:
            return forward(self, xb)
        except RuntimeError as error:
            problem = misfit(xb, weights, None)
            if problem is None:
                raise
            raise problem from error

    return checked


def stored_photos(init: Callable) -> Callable:
    """Decorate ``__init__(self, images, labels, batch_size, ...)`` of a loader of byte images.

    Raises:
        TypeError: from the decorated method, when the images are not bytes.
        ValueError: from the decorated method, when they are not of shape (n, 3, height, width), not
            as many as the labels, none at all, or ``batch_size`` is no whole number from 1 on.
    """

    @wraps(init)
    def checked(
        self: object, images: torch.Tensor, labels: torch.Tensor, batch_size: int, *rest, **more
    ) -> None:
        if images.dtype != torch.uint8:
            raise TypeError(
                "expected images as bytes (torch.uint8) from 0 to 255 as helpers.data gives them, "
                f"got {images.dtype}; batches are divided by 255 when they are made"
            )
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(
                "expected colour images, shape (n, 3, height, width), "
                f"got {tuple(images.shape)}{_way_to_photos(images)}"
            )
        if labels.shape != images.shape[:1] or len(labels) == 0:
            raise ValueError(
                "expected one label for each image and at least one image, "
                f"got {len(images)} images and labels of shape {tuple(labels.shape)}"
            )
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch_size must be a whole number, 1 or more, got {batch_size!r}")
        init(self, images, labels, batch_size, *rest, **more)

    return checked


def batches(function: Callable) -> Callable:
    """Decorate ``function(model, loader, ...)``: explain why a batch of the loader does not fit.

    Raises:
        TypeError: from the decorated function, when a batch is no pair, or of another dtype.
        ValueError: from the decorated function, when there is no batch, or one does not fit.
    """
    _, loader, *_ = signature(function).parameters

    @wraps(function)
    def checked(*arguments: object, **named: object) -> object:
        given = signature(function).bind(*arguments, **named)
        watched = given.arguments[loader] = Watched(given.arguments[loader])
        with explaining(given.arguments["model"], watched):
            return function(*given.args, **given.kwargs)

    return checked


def evaluation(function: Callable) -> Callable:
    """Decorate ``function(model, ...)``, which evaluates a model (``modes``)."""

    @wraps(function)
    def checked(*arguments: object, **named: object) -> object:
        with evaluating(signature(function).bind(*arguments, **named).arguments["model"]):
            return function(*arguments, **named)

    return checked


def resumable(function: Callable) -> Callable:
    """Decorate ``function(epochs, ..., checkpoint)``: the file's training must not be longer.

    Raises:
        ValueError: from the decorated function, when the file has had more epochs than are asked
            for, or is damaged.
    """

    @wraps(function)
    def checked(*arguments: object, **named: object) -> object:
        given = signature(function).bind(*arguments, **named).arguments
        epochs, path = given["epochs"], given.get("checkpoint")
        if path is not None and os.path.isfile(path) and (done := epochs_done(path)) > epochs:
            raise ValueError(
                f"{Path(path).name} holds a training of {done} epochs, and {epochs} are asked for. "
                f"Ask for {done} or more in all, or begin anew: delete the file"
            )
        return function(*arguments, **named)

    return checked


def _way_to_photos(images: torch.Tensor) -> str:
    """What to do about images of another shape, where that can be told from it."""
    if images.ndim == 3 and images.shape[0] == 3:
        return "; put a single image into a batch of one: image[None]"
    if images.ndim == 4 and images.shape[1] == 1:
        return "; a grey image gets three equal channels by images.expand(-1, 3, -1, -1)"
    if images.ndim in (2, 3):
        return "; these look like grey images: images[..., None, :, :] puts a channel axis in"
    if images.ndim == 4 and images.shape[3] == 3:
        return "; the channels stand last: images.permute(0, 3, 1, 2) puts them first"
    if images.ndim == 4 and images.shape[1] == 3:
        return "; another size: F.interpolate(images, size=(32, 32)) makes them fit"
    return ""
