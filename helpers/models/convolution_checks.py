"""Input checks for convolutions by hand, in the manner of ``helpers.checks``.

A convolution that gets bytes, or the axes of a batch in another order, often goes on and computes
nonsense. Each look is a comparison of a few plain values, so it is taken every time.
"""

from collections.abc import Callable
from functools import wraps

import torch


def image_and_kernel(function: Callable) -> Callable:
    """Decorate ``function(image, kernel)``: two grids of floats, the kernel not the larger one.

    Raises:
        TypeError: from the decorated function, for an image or a kernel of whole numbers.
        ValueError: from the decorated function, for other shapes.
    """

    @wraps(function)
    def checked(image: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        _floats(function.__name__, image=image, kernel=kernel)
        for what, grid, advice in (
            ("image", image, "take one: images[0]"),
            ("kernel", kernel, "for several kernels use conv2d"),
        ):
            if grid.ndim != 2:
                raise ValueError(
                    f"{function.__name__}: expected the {what} to have shape (rows, columns), got "
                    f"{tuple(grid.shape)}; {advice}"
                )
        _fits(function.__name__, image.shape, kernel.shape)
        return function(image, kernel)

    return checked


def batch_and_filters(function: Callable) -> Callable:
    """Decorate ``function(x, weight, bias, stride, padding)``: what a convolution needs.

    Raises:
        TypeError: from the decorated function, for inputs or weights of whole numbers.
        ValueError: from the decorated function, when shapes, stride or padding do not fit.
    """

    @wraps(function)
    def checked(
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None = None,
        stride: int = 1,
        padding: int = 0,
    ) -> torch.Tensor:
        name = function.__name__
        _floats(name, x=x, weight=weight)
        if x.ndim != 4:
            raise ValueError(
                f"{name}: expected a batch of shape (n, channels, rows, columns), got "
                f"{tuple(x.shape)}" + ("; a batch of one is x[None]" if x.ndim == 3 else "")
            )
        if weight.ndim != 4:
            raise ValueError(
                f"{name}: expected weights of shape (filters, channels, rows, columns), got "
                f"{tuple(weight.shape)}"
                + ("; a single kernel is weight[None, None]" if weight.ndim == 2 else "")
            )
        if weight.shape[1] != x.shape[1]:
            raise ValueError(
                f"{name}: the batch has {x.shape[1]} channels but each filter has "
                f"{weight.shape[1]} kernels; a filter needs one kernel for each channel"
            )
        if bias is not None and bias.shape != weight.shape[:1]:
            raise ValueError(
                f"{name}: expected one bias for each of the {len(weight)} filters, shape "
                f"({len(weight)},), got {tuple(bias.shape)}"
            )
        _whole(name, 1, stride=stride)
        _whole(name, 0, padding=padding)
        _fits(name, [side + 2 * padding for side in x.shape[2:]], weight.shape[2:])
        return function(x, weight, bias, stride, padding)

    return checked


def sizes(function: Callable) -> Callable:
    """Decorate ``function(size, kernel_size, stride, padding)``: whole numbers that fit.

    Raises:
        ValueError: from the decorated function, when one is no whole number, out of range, or the
            kernel is larger than the padded image.
    """

    @wraps(function)
    def checked(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
        name = function.__name__
        _whole(name, 1, size=size, kernel_size=kernel_size, stride=stride)
        _whole(name, 0, padding=padding)
        _fits(name, [size + 2 * padding], [kernel_size])
        return function(size, kernel_size, stride, padding)

    return checked


def counts(function: Callable) -> Callable:
    """Decorate ``function(inputs, filters, kernel_size)``: whole numbers from 1 on.

    Raises:
        ValueError: from the decorated function, when one is something else.
    """

    @wraps(function)
    def checked(inputs: int, filters: int, kernel_size: int) -> int:
        _whole(function.__name__, 1, inputs=inputs, filters=filters, kernel_size=kernel_size)
        return function(inputs, filters, kernel_size)

    return checked


def possible_count(function: Callable) -> Callable:
    """Decorate ``function(parameters, inputs, kernel_size)``: some layer must have that count.

    Raises:
        ValueError: from the decorated function, for counts that no convolution has.
    """

    @wraps(function)
    def checked(parameters: int, inputs: int, kernel_size: int) -> int:
        name = function.__name__
        _whole(name, 1, parameters=parameters, inputs=inputs, kernel_size=kernel_size)
        each = inputs * kernel_size**2 + 1
        filters, rest = divmod(parameters, each)
        if rest:
            raise ValueError(
                f"{name}: no convolution with {inputs} inputs and kernels of {kernel_size} x "
                f"{kernel_size} has {parameters} parameters; {filters} filters have "
                f"{filters * each}, {filters + 1} have {(filters + 1) * each}"
            )
        return function(parameters, inputs, kernel_size)

    return checked


def pooled(function: Callable) -> Callable:
    """Decorate ``function(x, kernel_size)``: a batch of images, not smaller than the window.

    Raises:
        ValueError: from the decorated function, for another shape or a bad size.
    """

    @wraps(function)
    def checked(x: torch.Tensor, kernel_size: int) -> torch.Tensor:
        name = function.__name__
        if x.ndim != 4:
            raise ValueError(
                f"{name}: expected a batch of shape (n, channels, rows, columns), got "
                f"{tuple(x.shape)}" + ("; a batch of one is x[None]" if x.ndim == 3 else "")
            )
        _whole(name, 1, kernel_size=kernel_size)
        _fits(name, x.shape[2:], (kernel_size, kernel_size))
        return function(x, kernel_size)

    return checked


def shiftable(function: Callable) -> Callable:
    """Decorate ``function(images, right, down)``: whole pixels, fewer than the image has.

    Raises:
        ValueError: from the decorated function, for anything else.
    """

    @wraps(function)
    def checked(images: torch.Tensor, right: int = 0, down: int = 0) -> torch.Tensor:
        name = function.__name__
        if images.ndim < 2:
            raise ValueError(
                f"{name}: expected images of shape (..., rows, columns), got {tuple(images.shape)}"
            )
        for way, pixels, room in (
            ("right", right, images.shape[-1]),
            ("down", down, images.shape[-2]),
        ):
            if not isinstance(pixels, int) or abs(pixels) > room:
                raise ValueError(
                    f"{name}: {way} must be a whole number from -{room} to {room}, got {pixels!r}"
                )
        return function(images, right, down)

    return checked


def _floats(name: str, **tensors: torch.Tensor) -> None:
    for what, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise TypeError(
                f"{name}: expected floats, but {what} holds {tensor.dtype}; use {what}.float()"
            )


def _whole(name: str, least: int, **numbers: int) -> None:
    for what, number in numbers.items():
        if not isinstance(number, int) or number < least:
            raise ValueError(
                f"{name}: {what} must be a whole number, {least} or more, got {number!r}"
            )


def _fits(name: str, image: tuple[int, ...] | list[int], kernel: tuple[int, ...]) -> None:
    if any(k > side for side, k in zip(image, kernel)):
        raise ValueError(
            f"{name}: a kernel of size {' x '.join(map(str, kernel))} does not fit into an image "
            f"of size {' x '.join(map(str, image))} (padding included)"
        )
