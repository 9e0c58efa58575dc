"""Convolution by hand: a kernel that slides, the size of what it gives, and what it costs.

What deep learning calls a convolution is a cross-correlation: the kernel is not turned over.
"""

import torch
import torch.nn.functional as F

from helpers import checks


def apply_kernel(image: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Slide a kernel over an image: at each place multiply number by number, and add up.

    Args:
        image: float, shape (rows, columns).
        kernel: float, not larger than the image, shape (kernel rows, kernel columns).

    Returns:
        Tensor: the image's dtype, shape (rows - kernel rows + 1, columns - kernel columns + 1).

    Example:
        >>> apply_kernel(torch.tensor([[1.0, 2.0, 4.0]]), torch.tensor([[-1.0, 1.0]]))
        tensor([[1., 2.]])

    The name is the one of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian).
    Built in lesson 07.
    """
    checks.floats(image=image, kernel=kernel)
    checks.grids(image, kernel)
    checks.fits(image.shape, kernel.shape)
    rows, columns = kernel.shape
    high, wide = image.shape[0] - rows + 1, image.shape[1] - columns + 1
    output = image.new_zeros(high, wide)
    for i in range(high):
        for j in range(wide):
            window = image[i : i + rows, j : j + columns]
            output[i, j] = (window * kernel).sum()
    return output


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """How many places a kernel finds along one side of an image.

    Args:
        size: pixels of that side, 1 or more.
        kernel_size: pixels of the kernel's side, at most ``size + 2 * padding``.
        stride: pixels from one place to the next, 1 or more.
        padding: pixels added at both ends, 0 or more.

    Example:
        >>> output_size(28, 3), output_size(28, 3, padding=1), output_size(28, 3, 2, 1)
        (26, 28, 14)

    Built in lesson 07.
    """
    checks.whole(1, size=size, kernel_size=kernel_size, stride=stride)
    checks.whole(0, padding=padding)
    checks.fits([size + 2 * padding], [kernel_size])
    return (size + 2 * padding - kernel_size) // stride + 1


def conv2d(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int = 1,
    padding: int = 0,
) -> torch.Tensor:
    """Slide filters over a batch of images: ``F.conv2d`` with a loop over the places.

    At each place the window of every image becomes a row, and one matrix product meets it with all
    filters: a linear layer that is used at every place with the same weights.

    Args:
        x: float, shape (n, channels, rows, columns).
        weight: one filter a row, one kernel a channel, float, shape (filters, channels, kernel
            rows, kernel columns).
        bias: one number a filter, shape (filters,), or None.
        stride: pixels from one place to the next, 1 or more.
        padding: pixels of zeros added on all four sides, 0 or more.

    Returns:
        Tensor: one feature map a filter, the dtype of ``x``, shape (n, filters, high, wide), with
        sizes as ``output_size`` gives them.

    Example:
        >>> conv2d(torch.ones(1, 2, 4, 4), torch.ones(5, 2, 3, 3), padding=1)[0, 0, 0]
        tensor([ 8., 12., 12.,  8.])

    Built in lesson 07.
    """
    checks.floats(x=x, weight=weight)
    checks.batch_of_images(x)
    checks.filters(x, weight, bias)
    checks.whole(1, stride=stride)
    checks.whole(0, padding=padding)
    checks.fits([side + 2 * padding for side in x.shape[2:]], weight.shape[2:])
    x = F.pad(x, (padding, padding, padding, padding))
    filters, channels, rows, columns = weight.shape
    high = output_size(x.shape[2], rows, stride)
    wide = output_size(x.shape[3], columns, stride)
    output = x.new_zeros(len(x), filters, high, wide)
    for i in range(high):
        for j in range(wide):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + rows, left : left + columns]
            output[:, :, i, j] = window.flatten(1) @ weight.flatten(1).T
    return output if bias is None else output + bias.view(-1, 1, 1)


def conv_parameters(inputs: int, filters: int, kernel_size: int) -> int:
    """How many parameters a convolution with square kernels and biases has.

    Args:
        inputs: channels that come in.
        filters: feature maps that come out.
        kernel_size: pixels of a kernel's side.

    Example:
        >>> conv_parameters(inputs=1, filters=25, kernel_size=3)
        250

    Built in lesson 07.
    """
    checks.whole(1, inputs=inputs, filters=filters, kernel_size=kernel_size)
    return filters * inputs * kernel_size**2 + filters


def conv_filters(parameters: int, inputs: int, kernel_size: int) -> int:
    """How many filters a convolution has, from its number of parameters.

    Args:
        parameters: weights and biases together.

    Example:
        >>> conv_filters(parameters=250, inputs=1, kernel_size=3)
        25

    Built in lesson 07.
    """
    _check_count(parameters, inputs, kernel_size)
    return parameters // (inputs * kernel_size**2 + 1)


def max_pool2d(x: torch.Tensor, kernel_size: int) -> torch.Tensor:
    """Keep the largest number of each window; the windows lie side by side.

    Rows and columns that are left over at the end are dropped, as ``F.max_pool2d`` does.

    Args:
        x: shape (n, channels, rows, columns).
        kernel_size: pixels of a window's side, 1 or more.

    Returns:
        Tensor: the same dtype, shape (n, channels, rows // kernel_size, columns // kernel_size).

    Example:
        >>> max_pool2d(torch.arange(16.0).view(1, 1, 4, 4), 2)
        tensor([[[[ 5.,  7.],
                  [13., 15.]]]])

    Built in lesson 07.
    """
    checks.batch_of_images(x)
    checks.whole(1, kernel_size=kernel_size)
    checks.fits(x.shape[2:], (kernel_size, kernel_size))
    high, wide = x.shape[2] // kernel_size, x.shape[3] // kernel_size
    output = x.new_zeros(x.shape[0], x.shape[1], high, wide)
    for i in range(high):
        for j in range(wide):
            top, left = i * kernel_size, j * kernel_size
            window = x[:, :, top : top + kernel_size, left : left + kernel_size]
            output[:, :, i, j] = window.amax((2, 3))
    return output


def _check_count(parameters: int, inputs: int, kernel_size: int) -> None:
    """Some layer must have that many parameters."""
    checks.whole(1, parameters=parameters, inputs=inputs, kernel_size=kernel_size)
    each = inputs * kernel_size**2 + 1
    filters, rest = divmod(parameters, each)
    if rest:
        raise ValueError(
            f"conv_filters: no convolution with {inputs} inputs and kernels of {kernel_size} x "
            f"{kernel_size} has {parameters} parameters; {filters} filters have "
            f"{filters * each}, {filters + 1} have {(filters + 1) * each}"
        )
