"""Checks of what a function is given: its first statement, for mistakes that learners make.

What torch would compute wrongly and without a word is looked for every time, by comparing a few
plain values: targets that broadcast, bytes in place of floats, a batch without its channels. What
torch refuses by itself is explained once that has happened: see ``helpers.diagnosis``.

A lesson builds its functions without these lines; all else in them is the same, which a test shows.
"""

import operator
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from helpers.diagnosis import misfit
from helpers.language import marked, say

# Shapes and devices


def only_tensors(**values: object) -> None:
    """Tensors, each under the name that the message shall use; arrays and lists often look alike.

    Example:
        >>> only_tensors(labels=torch.ones(3))
    """
    for what, value in values.items():
        if not isinstance(value, torch.Tensor):
            way = ""
            if isinstance(value, np.ndarray):
                way = say("; use torch.from_numpy({what})", what=what)
            elif isinstance(value, (list, tuple, int, float, np.generic)):
                way = say("; use torch.tensor({what})", what=what)
            raise TypeError(
                say(
                    "{function}: {what} must be a tensor, got {kind}",
                    function=_caller(),
                    what=what,
                    kind=type(value).__name__,
                )
                + way
            )


def same_shape(predictions: torch.Tensor, targets: torch.Tensor) -> None:
    """One target for each prediction: (n, 1) and (n,) would be broadcast to (n, n).

    Example:
        >>> same_shape(torch.ones(3, 1), torch.ones(3, 1))
    """
    only_tensors(predictions=predictions, targets=targets)
    if predictions.shape != targets.shape:
        alike = predictions.numel() == targets.numel()
        raise ValueError(
            say(
                "{function}: predictions have shape {predictions} but targets {targets}; ",
                function=_caller(),
                predictions=tuple(predictions.shape),
                targets=tuple(targets.shape),
            )
            + (
                say("they must be the same: use targets.view(predictions.shape)")
                if alike
                else say("there must be one target for each prediction")
            )
        )
    if predictions.device != targets.device:
        raise ValueError(
            say(
                "{function}: predictions are on {device} and targets on {other}; move the targets: "
                "targets.to(predictions.device)",
                function=_caller(),
                device=predictions.device,
                other=targets.device,
            )
        )


def zeros_and_ones(**targets: torch.Tensor) -> None:
    """Targets that say 1 for a 3 and 0 for anything else, under the name for the message.

    Example:
        >>> zeros_and_ones(yb=torch.tensor([1, 0]))
    """
    for what, values in targets.items():
        if values.is_cpu and not ((values == 0) | (values == 1)).all():  # a GPU would have to wait
            other = values[(values != 0) & (values != 1)].flatten()[0].item()
            raise ValueError(
                say(
                    "{function}: expected {what} of 1 for a 3 and 0 for all else, found {other}; "
                    "digits become such targets by ({what} == 3).float()",
                    function=_caller(),
                    what=what,
                    other=other,
                )
            )


def logits_and_labels(logits: torch.Tensor, labels: torch.Tensor) -> None:
    """One row of logits for each label: labels (n, 1) would be compared with all n predictions.

    Example:
        >>> logits_and_labels(torch.zeros(2, 10), torch.ones(2))
    """
    only_tensors(logits=logits, labels=labels)
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        column = logits.ndim == 2 and labels.shape == (len(logits), 1)
        raise ValueError(
            say(
                "{function}: expected logits of shape (n, classes) and labels of shape (n,), got "
                "{shape} and {other}",
                function=_caller(),
                shape=tuple(logits.shape),
                other=tuple(labels.shape),
            )
            + (say("; take the superfluous axis away: labels.squeeze(1)") if column else "")
        )
    if logits.device != labels.device:
        raise ValueError(
            say(
                "{function}: logits are on {device} and labels on {other}; move the labels: "
                "labels.to(logits.device)",
                function=_caller(),
                device=logits.device,
                other=labels.device,
            )
        )


def class_numbers(labels: torch.Tensor, predictions: torch.Tensor, n_classes: int) -> None:
    """Two rows of class numbers, int64, from 0 to ``n_classes - 1``."""
    only_tensors(labels=labels, predictions=predictions)
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise ValueError(
            say(
                "{function}: expected labels and predictions of shape (n,), got {shape} and "
                "{other}; logits become predictions by logits.argmax(1)",
                function=_caller(),
                shape=tuple(labels.shape),
                other=tuple(predictions.shape),
            )
        )
    for name, classes in (("labels", labels), ("predictions", predictions)):
        if classes.dtype != torch.int64:
            raise TypeError(
                say(
                    "{function}: {name} must be int64, got {dtype}: use {name}.long()",
                    function=_caller(),
                    name=name,
                    dtype=classes.dtype,
                )
            )
        if len(classes) and not 0 <= int(classes.min()) <= int(classes.max()) < n_classes:
            raise ValueError(
                say(
                    "{function}: {name} must be from 0 to {last}, got {least} to {most}",
                    function=_caller(),
                    name=name,
                    last=n_classes - 1,
                    least=int(classes.min()),
                    most=int(classes.max()),
                )
            )


def confusion_counts(matrix: torch.Tensor, classes: Sequence[str]) -> None:
    """A confusion matrix, shape (classes, classes), and one name a class."""
    only_tensors(matrix=matrix)
    if matrix.shape != (len(classes), len(classes)) or not len(classes):
        raise ValueError(
            say(
                "expected a matrix of shape (classes, classes) and {count} names, got {shape} and "
                "{other} names",
                count=len(matrix),
                shape=tuple(matrix.shape),
                other=len(classes),
            )
        )


def linear_layer(xb: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor) -> None:
    """A batch that weights of shape (features, outputs) can be applied to, and a bias an output."""
    only_tensors(xb=xb, weights=weights, bias=bias)
    problem = misfit(xb, weights, weights.shape[0])
    if problem:
        raise problem
    outputs = weights.shape[1:].numel()
    if bias.numel() != 1 and bias.shape != (outputs,):  # (n,) would be one an example
        raise ValueError(
            say(
                "{function}: expected one bias for each of the {count} outputs, shape ({count},), "
                "got {shape}",
                function=_caller(),
                count=outputs,
                shape=tuple(bias.shape),
            )
        )


def photos(xb: torch.Tensor, model: nn.Module, bytes_too: bool = False) -> None:
    """A batch of colour images, floats of shape (n, 3, 32, 32), where the model is.

    Args:
        bytes_too: whether the model takes bytes as well.
    """
    only_tensors(xb=xb)
    if not (xb.is_floating_point() or (bytes_too and xb.dtype == torch.uint8)):
        raise TypeError(
            say(
                "expected images as floats from 0 to 1, got {dtype}; convert them first: "
                "images.float() / 255",
                dtype=xb.dtype,
            )
        )
    if xb.ndim != 4 or xb.shape[1:] != (3, 32, 32):
        raise ValueError(
            say(
                "expected a batch of colour images, shape (n, 3, 32, 32), got {shape}{way}",
                shape=tuple(xb.shape),
                way=_way_to_photos(xb),
            )
        )
    weights = next(model.parameters())
    if xb.device != weights.device:
        raise ValueError(
            say(
                "the model is on {device} but the images are on {other}; move them: "
                "to_device(images, '{device}'), or use a DeviceDataLoader",
                device=weights.device,
                other=xb.device,
            )
        )
    if xb.dtype == torch.float64 != weights.dtype:  # autocast leaves these as they are
        raise TypeError(
            say(
                "the model computes in {dtype}, but the batch is {other}: use xb.float()",
                dtype=weights.dtype,
                other=xb.dtype,
            )
        )


# What loaders and data sets are made of


def of_bytes(images: torch.Tensor) -> None:
    """Images as bytes, of any shape."""
    only_tensors(images=images)
    if images.dtype != torch.uint8:
        raise TypeError(
            say(
                "{function}: expected bytes (torch.uint8) from 0 to 255 as helpers.data gives "
                "them, got {dtype}; it divides by 255 itself",
                function=_caller(),
                dtype=images.dtype,
            )
        )


def byte_images(*sets: torch.Tensor) -> None:
    """Digits as bytes, shape (n, 28, 28)."""
    for images in sets:
        of_bytes(images)
        if images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(
                say(
                    "{function}: expected images of shape (n, 28, 28), got {shape}",
                    function=_caller(),
                    shape=tuple(images.shape),
                )
            )


def grey_bytes(images: torch.Tensor, labels: torch.Tensor) -> None:
    """Grey images as bytes, shape (n, height, width), and one label an image."""
    only_tensors(images=images, labels=labels)
    if images.dtype != torch.uint8:
        raise TypeError(
            say(
                "expected images of bytes (torch.uint8) from 0 to 255 as helpers.data gives them, "
                "got {dtype}; they are divided by 255 one by one",
                dtype=images.dtype,
            )
        )
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise ValueError(
            say(
                "expected images of shape (n, height, width) and labels of shape (n,), got {shape} "
                "and {other}",
                shape=tuple(images.shape),
                other=tuple(labels.shape),
            )
        )


def colour_bytes(images: torch.Tensor, labels: torch.Tensor) -> None:
    """Colour images as bytes, shape (n, 3, height, width), at least one, and one label an image."""
    only_tensors(images=images, labels=labels)
    if images.dtype != torch.uint8:
        raise TypeError(
            say(
                "expected images as bytes (torch.uint8) from 0 to 255 as helpers.data gives them, "
                "got {dtype}; batches are divided by 255 when they are made",
                dtype=images.dtype,
            )
        )
    if images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(
            say(
                "expected colour images, shape (n, 3, height, width), got {shape}{way}",
                shape=tuple(images.shape),
                way=_way_to_photos(images),
            )
        )
    if labels.shape != images.shape[:1] or len(labels) == 0:
        raise ValueError(
            say(
                "expected one label for each image and at least one image, got {count} images and "
                "labels of shape {shape}",
                count=len(images),
                shape=tuple(labels.shape),
            )
        )


def rows_and_labels(x: torch.Tensor, y: torch.Tensor) -> None:
    """As many labels as inputs, and at least one."""
    only_tensors(x=x, y=y)
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(
            say(
                "expected as many labels as inputs and at least one, got {count} inputs of shape "
                "{shape} and {other} labels",
                count=len(x),
                shape=tuple(x.shape),
                other=len(y),
            )
        )


def movable(data: object) -> None:
    """A tensor, a module, or a container of them."""
    if not isinstance(data, (torch.Tensor, nn.Module, dict, list, tuple)):
        raise TypeError(
            say(
                "{function}: expected a tensor, a module, or lists, tuples and dicts of them, got "
                "{kind}; leave out what cannot be moved",
                function=_caller(),
                kind=type(data).__name__,
            )
        )


def shares(runs: Mapping[str, Iterable[float]]) -> None:
    """Accuracies from 0 to 1 under some names, and no percentages."""
    for name, accuracies in runs.items():
        for accuracy in accuracies:
            if not 0 <= accuracy <= 1:
                raise ValueError(
                    say(
                        "{function}: accuracies are shares from 0 to 1, got {accuracy} for "
                        "{name!r}; divide a percentage by 100",
                        function=_caller(),
                        accuracy=accuracy,
                        name=name,
                    )
                )


# What optimisers are made of


def parameters_to_train(params: Sequence[torch.Tensor]) -> None:
    """At least one parameter, and all of them ask for gradients and are computed from nothing."""
    if not params:
        raise ValueError(
            say(
                "expected parameters, got none; model.parameters() can be used up only once: call "
                "it again for each optimiser"
            )
        )
    if not all(p.requires_grad for p in params):
        raise ValueError(
            say(
                "every parameter must ask for gradients; make them with init_params, or call "
                ".requires_grad_() on them"
            )
        )
    if not all(p.is_leaf for p in params):
        raise ValueError(
            say(
                "a part of a tensor, or what is computed from one, keeps no gradient of its own, "
                "so it is no parameter; a single tensor w is given in a list: [w]"
            )
        )


def own_optimizer(opt: Any, model: nn.Module) -> None:
    """An optimiser that holds some of the model's parameters, of torch or one with ``params``."""
    groups = getattr(opt, "param_groups", None)
    held = [p for group in groups for p in group["params"]] if groups else opt.params
    own = {id(p) for p in model.parameters()}
    if not any(id(p) in own for p in held):
        raise ValueError(
            say(
                "the optimiser holds none of this model's parameters, so it would train another "
                "one; make it anew after the model: torch.optim.Adam(model.parameters())"
            )
        )


# Convolutions by hand: with bytes, or other axes, they often go on and compute nonsense


def floats(**tensors: torch.Tensor) -> None:
    """Tensors of floats, each under the name that the message shall use."""
    only_tensors(**tensors)
    for what, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise TypeError(
                say(
                    "{function}: expected floats, but {what} holds {dtype}; use {what}.{way}",
                    function=_caller(),
                    what=what,
                    dtype=tensor.dtype,
                    way="float() / 255" if tensor.dtype == torch.uint8 else "float()",
                )
            )


def alike_images(**images: torch.Tensor) -> None:
    """Images of floats, all of one height and width, each under the name for the message."""
    floats(**images)
    sizes = {tuple(image.shape[-2:]) for image in images.values()}
    if len(sizes) > 1 or len(min(sizes, key=len)) < 2:
        rows = any(image.shape[-1:] == (28 * 28,) for image in images.values())
        raise ValueError(
            say(
                "{function}: expected images of one height and width, shape (..., height, width), "
                "got {shapes}",
                function=_caller(),
                shapes=", ".join(f"{name} {tuple(image.shape)}" for name, image in images.items()),
            )
            + (say("; rows become images by .view(-1, 28, 28)") if rows else "")
        )


def is_whole(number: Any) -> bool:
    """Whether something is a whole number, also one of numpy; True and False are not.

    Example:
        >>> is_whole(np.int64(2)), is_whole(2.0), is_whole(True)
        (True, False, False)
    """
    try:
        operator.index(number)
    except TypeError:
        return False
    return not isinstance(number, bool)


def whole(least: int, **numbers: int) -> None:
    """Whole numbers, ``least`` or more, each under the name that the message shall use."""
    for what, number in numbers.items():
        if not is_whole(number) or number < least:
            raise ValueError(
                say(
                    "{function}: {what} must be a whole number, {least} or more, got {number!r}",
                    function=_caller(),
                    what=what,
                    least=least,
                    number=number,
                )
            )


def of_python(**numbers: int) -> None:
    """Whole numbers of Python's own, where torch takes none of numpy."""
    for what, number in numbers.items():
        if not isinstance(number, int):
            raise TypeError(
                say(
                    "{function}: {what} must be a whole number of Python's own, got {number!r}: "
                    "use int({what})",
                    function=_caller(),
                    what=what,
                    number=number,
                )
            )


def grids(image: torch.Tensor, kernel: torch.Tensor) -> None:
    """An image and a kernel, each of shape (rows, columns)."""
    for what, grid, advice in (
        ("image", image, marked("take one: images[0]")),
        ("kernel", kernel, marked("for several kernels use conv2d")),
    ):
        if grid.ndim != 2:
            raise ValueError(
                say(
                    "{function}: expected the {what} to have shape (rows, columns), got {shape}; "
                    "{advice}",
                    function=_caller(),
                    what=what,
                    shape=tuple(grid.shape),
                    advice=say(advice),
                )
            )


def yes_or_no(**switches: object) -> None:
    """True or False, each under the name that the message shall use."""
    for what, value in switches.items():
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(
                say(
                    "{function}: {what} must be True or False, got {kind}; what comes after it is "
                    "given by name, such as augment=random_flip",
                    function=_caller(),
                    what=what,
                    kind=type(value).__name__,
                )
            )


def channels_first(x: torch.Tensor) -> None:
    """A batch of images whose channels do not stand last, as pictures that are drawn have them."""
    batch_of_images(x)
    if x.shape[-1] == 3 and x.shape[1] > 4:
        raise _no_batch(x, _way_to_photos(x))


def batch_of_images(x: torch.Tensor) -> None:
    """Shape (n, channels, rows, columns)."""
    only_tensors(x=x)
    if x.ndim != 4:
        raise _no_batch(x, _way_to_batch(x))


def _no_batch(x: torch.Tensor, way: str) -> ValueError:
    return ValueError(
        say(
            "{function}: expected a batch of shape (n, channels, rows, columns), got {shape}",
            function=_caller(),
            shape=tuple(x.shape),
        )
        + way
    )


def filters(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    """Filters that fit a batch: one kernel a channel, one bias a filter."""
    only_tensors(weight=weight, **({} if bias is None else {"bias": bias}))
    if weight.ndim != 4:
        raise ValueError(
            say(
                "{function}: expected weights of shape (filters, channels, rows, columns), got "
                "{shape}",
                function=_caller(),
                shape=tuple(weight.shape),
            )
            + (say("; a single kernel is weight[None, None]") if weight.ndim == 2 else "")
        )
    if weight.shape[1] != x.shape[1]:
        raise ValueError(
            say(
                "{function}: the batch has {shape} channels but each filter has {other} kernels; a "
                "filter needs one kernel for each channel",
                function=_caller(),
                shape=x.shape[1],
                other=weight.shape[1],
            )
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(
            say(
                "{function}: expected one bias for each of the {count} filters, shape ({count},), "
                "got {shape}",
                function=_caller(),
                count=len(weight),
                shape=tuple(bias.shape),
            )
        )


def fits(image: Iterable[int], kernel: Iterable[int]) -> None:
    """A kernel that is not larger than the padded image: their sizes."""
    image, kernel = tuple(image), tuple(kernel)
    if any(k > side for side, k in zip(image, kernel)):
        raise ValueError(
            say(
                "{function}: a kernel of size {kernel} does not fit into an image of size {image} "
                "(padding included)",
                function=_caller(),
                kernel=" x ".join(map(str, kernel)),
                image=" x ".join(map(str, image)),
            )
        )


def _caller() -> str:
    """The name of the function that a check guards; asked for only when something is wrong."""
    frame = sys._getframe(1)
    while frame.f_globals is globals() or frame.f_code.co_name.startswith("_check"):
        frame = frame.f_back  # type: ignore[assignment]  # somebody has called a check
    name, whole_name = frame.f_code.co_name, frame.f_code.co_qualname
    return whole_name.split(".")[-2] if name == "__init__" else name


def _way_to_batch(x: torch.Tensor) -> str:
    """What to do about three axes: are they those of one image, or of many grey ones?"""
    if x.ndim != 3:
        return ""
    return say("; a batch of one is x[None]") if len(x) <= 3 else _way_to_photos(x)


def _way_to_photos(images: torch.Tensor) -> str:
    """What to do about images of another shape, where that can be told from it."""
    if images.ndim == 3 and images.shape[0] == 3:
        return say("; put a single image into a batch of one: image[None]")
    if images.ndim == 4 and images.shape[1] == 1:
        return say("; a grey image gets three equal channels by images.expand(-1, 3, -1, -1)")
    if images.ndim in (2, 3):
        return say("; these look like grey images: images[..., None, :, :] puts a channel axis in")
    if images.ndim == 4 and images.shape[3] == 3:
        return say("; the channels stand last: images.permute(0, 3, 1, 2) puts them first")
    if images.ndim == 4 and images.shape[1] == 3:
        return say("; another size: F.interpolate(images, size=(32, 32)) makes them fit")
    return ""
