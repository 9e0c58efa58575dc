"""Checks of what a function is given: its first statement, for mistakes that learners make.

What torch would compute wrongly and without a word is looked for every time, by comparing a few
plain values: targets that broadcast, bytes in place of floats, a batch without its channels. What
torch refuses by itself is explained once that has happened: see ``helpers.diagnosis``.

A lesson builds its functions without these lines; all else in them is the same, which a test shows.
"""

import sys
from collections.abc import Iterable, Sequence

import torch
from torch import nn

from helpers.diagnosis import misfit

# Shapes and devices


def same_shape(predictions: torch.Tensor, targets: torch.Tensor) -> None:
    """One target for each prediction: (n, 1) and (n,) would be broadcast to (n, n).

    Example:
        >>> same_shape(torch.ones(3, 1), torch.ones(3, 1))
    """
    if predictions.shape != targets.shape:
        alike = predictions.numel() == targets.numel()
        raise ValueError(
            f"{_caller()}: predictions have shape {tuple(predictions.shape)} but targets "
            f"{tuple(targets.shape)}; "
            + ("they must be the same: use targets.view(predictions.shape)" if alike
               else "there must be one target for each prediction")
        )  # fmt: skip
    if predictions.device != targets.device:
        raise ValueError(
            f"{_caller()}: predictions are on {predictions.device} and targets on "
            f"{targets.device}; move the targets: targets.to(predictions.device)"
        )


def logits_and_labels(logits: torch.Tensor, labels: torch.Tensor) -> None:
    """One row of logits for each label: labels (n, 1) would be compared with all n predictions.

    Example:
        >>> logits_and_labels(torch.zeros(2, 10), torch.ones(2))
    """
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        column = logits.ndim == 2 and labels.shape == (len(logits), 1)
        raise ValueError(
            f"{_caller()}: expected logits of shape (n, classes) and labels of shape (n,), got "
            f"{tuple(logits.shape)} and {tuple(labels.shape)}"
            + ("; take the superfluous axis away: labels.squeeze(1)" if column else "")
        )
    if logits.device != labels.device:
        raise ValueError(
            f"{_caller()}: logits are on {logits.device} and labels on {labels.device}; move the "
            "labels: labels.to(logits.device)"
        )


def class_numbers(labels: torch.Tensor, predictions: torch.Tensor, n_classes: int) -> None:
    """Two rows of class numbers, int64, from 0 to ``n_classes - 1``."""
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise ValueError(
            f"{_caller()}: expected labels and predictions of shape (n,), got "
            f"{tuple(labels.shape)} and {tuple(predictions.shape)}; "
            "logits become predictions by logits.argmax(1)"
        )
    for name, classes in (("labels", labels), ("predictions", predictions)):
        if classes.dtype != torch.int64:
            raise TypeError(
                f"{_caller()}: {name} must be int64, got {classes.dtype}: use {name}.long()"
            )
        if len(classes) and not 0 <= int(classes.min()) <= int(classes.max()) < n_classes:
            raise ValueError(
                f"{_caller()}: {name} must be from 0 to {n_classes - 1}, "
                f"got {int(classes.min())} to {int(classes.max())}"
            )


def confusion_counts(matrix: torch.Tensor, classes: Sequence[str]) -> None:
    """A confusion matrix, shape (classes, classes), and one name a class."""
    if matrix.shape != (len(classes), len(classes)) or not len(classes):
        raise ValueError(
            f"expected a matrix of shape (classes, classes) and {len(matrix)} names, "
            f"got {tuple(matrix.shape)} and {len(classes)} names"
        )


def linear_layer(xb: torch.Tensor, weights: torch.Tensor) -> None:
    """A batch that weights of shape (features, outputs) can be applied to."""
    problem = misfit(xb, weights, weights.shape[0])
    if problem:
        raise problem


def photos(xb: torch.Tensor, model: nn.Module) -> None:
    """A batch of colour images, floats of shape (n, 3, 32, 32), where the model is."""
    if not xb.is_floating_point():
        raise TypeError(
            f"expected images as floats from 0 to 1, got {xb.dtype}; "
            "convert them first: images.float() / 255"
        )
    if xb.ndim != 4 or xb.shape[1:] != (3, 32, 32):
        raise ValueError(
            "expected a batch of colour images, shape (n, 3, 32, 32), "
            f"got {tuple(xb.shape)}{_way_to_photos(xb)}"
        )
    weights = next(model.parameters())
    if xb.device != weights.device:
        raise ValueError(
            f"the model is on {weights.device} but the images are on {xb.device}; move them: "
            f"to_device(images, {str(weights.device)!r}), or use a DeviceDataLoader"
        )
    if xb.dtype == torch.float64 != weights.dtype:  # autocast leaves these as they are
        raise TypeError(
            f"the model computes in {weights.dtype}, but the batch is {xb.dtype}: use xb.float()"
        )


# What loaders and data sets are made of


def byte_images(*sets: torch.Tensor) -> None:
    """Digits as bytes, shape (n, 28, 28)."""
    for images in sets:
        if images.dtype != torch.uint8:
            raise TypeError(
                f"{_caller()}: expected bytes (torch.uint8) from 0 to 255 as helpers.data gives "
                f"them, got {images.dtype}; it divides by 255 itself"
            )
        if images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(
                f"{_caller()}: expected images of shape (n, 28, 28), got {tuple(images.shape)}"
            )


def grey_bytes(images: torch.Tensor, labels: torch.Tensor) -> None:
    """Grey images as bytes, shape (n, height, width), and one label an image."""
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


def colour_bytes(images: torch.Tensor, labels: torch.Tensor) -> None:
    """Colour images as bytes, shape (n, 3, height, width), at least one, and one label an image."""
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


def rows_and_labels(x: torch.Tensor, y: torch.Tensor) -> None:
    """As many labels as inputs, and at least one."""
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"expected as many labels as inputs and at least one, got {len(x)} inputs "
            f"of shape {tuple(x.shape)} and {len(y)} labels"
        )


def movable(data: object) -> None:
    """A tensor, a module, or a container of them."""
    if not isinstance(data, (torch.Tensor, nn.Module, dict, list, tuple)):
        raise TypeError(
            f"{_caller()}: expected a tensor, a module, or lists, tuples and dicts of them, got "
            f"{type(data).__name__}; leave out what cannot be moved"
        )


# What optimisers are made of


def parameters_to_train(params: Sequence[torch.Tensor]) -> None:
    """At least one parameter, and all of them ask for gradients."""
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


def own_optimizer(opt: torch.optim.Optimizer, model: nn.Module) -> None:
    """An optimiser that holds some of the model's parameters."""
    own = {id(p) for p in model.parameters()}
    if not any(id(p) in own for group in opt.param_groups for p in group["params"]):
        raise ValueError(
            "the optimiser holds none of this model's parameters, so it would train another "
            "one; make it anew after the model: torch.optim.Adam(model.parameters())"
        )


# Convolutions by hand: with bytes, or other axes, they often go on and compute nonsense


def floats(**tensors: torch.Tensor) -> None:
    """Tensors of floats, each under the name that the message shall use."""
    for what, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise TypeError(
                f"{_caller()}: expected floats, but {what} holds {tensor.dtype}; use {what}.float()"
            )


def whole(least: int, **numbers: int) -> None:
    """Whole numbers, ``least`` or more, each under the name that the message shall use."""
    for what, number in numbers.items():
        if not isinstance(number, int) or number < least:
            raise ValueError(
                f"{_caller()}: {what} must be a whole number, {least} or more, got {number!r}"
            )


def grids(image: torch.Tensor, kernel: torch.Tensor) -> None:
    """An image and a kernel, each of shape (rows, columns)."""
    for what, grid, advice in (
        ("image", image, "take one: images[0]"),
        ("kernel", kernel, "for several kernels use conv2d"),
    ):
        if grid.ndim != 2:
            raise ValueError(
                f"{_caller()}: expected the {what} to have shape (rows, columns), got "
                f"{tuple(grid.shape)}; {advice}"
            )


def batch_of_images(x: torch.Tensor) -> None:
    """Shape (n, channels, rows, columns)."""
    if x.ndim != 4:
        raise ValueError(
            f"{_caller()}: expected a batch of shape (n, channels, rows, columns), got "
            f"{tuple(x.shape)}" + ("; a batch of one is x[None]" if x.ndim == 3 else "")
        )


def filters(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    """Filters that fit a batch: one kernel a channel, one bias a filter."""
    if weight.ndim != 4:
        raise ValueError(
            f"{_caller()}: expected weights of shape (filters, channels, rows, columns), got "
            f"{tuple(weight.shape)}"
            + ("; a single kernel is weight[None, None]" if weight.ndim == 2 else "")
        )
    if weight.shape[1] != x.shape[1]:
        raise ValueError(
            f"{_caller()}: the batch has {x.shape[1]} channels but each filter has "
            f"{weight.shape[1]} kernels; a filter needs one kernel for each channel"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(
            f"{_caller()}: expected one bias for each of the {len(weight)} filters, shape "
            f"({len(weight)},), got {tuple(bias.shape)}"
        )


def fits(image: Iterable[int], kernel: Iterable[int]) -> None:
    """A kernel that is not larger than the padded image: their sizes."""
    image, kernel = tuple(image), tuple(kernel)
    if any(k > side for side, k in zip(image, kernel)):
        raise ValueError(
            f"{_caller()}: a kernel of size {' x '.join(map(str, kernel))} does not fit into an "
            f"image of size {' x '.join(map(str, image))} (padding included)"
        )


def _caller() -> str:
    """The name of the function that a check guards; asked for only when something is wrong."""
    return sys._getframe(2).f_code.co_name


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
