"""Changes to images: mirrored or moved at random, moved aside, made smaller."""

from functools import cache

import torch
import torch.nn.functional as F

from helpers import checks
from helpers.language import say


def random_flip(images: torch.Tensor) -> torch.Tensor:
    """Mirror about half of the images, left to right.

    Args:
        images: shape (n, channels, height, width), any dtype and device.

    Returns:
        Tensor: the same shape, dtype and device; drawn with torch's global seed.

    Example:
        >>> image = torch.tensor([1, 2]).view(1, 1, 1, 2)
        >>> random_flip(image).flatten().tolist() in ([1, 2], [2, 1])
        True

    Built in lesson 08.
    """
    checks.channels_first(images)
    mirrored = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5
    return torch.where(mirrored, images.flip(-1), images)


def random_shift(images: torch.Tensor, pixels: int = 2) -> torch.Tensor:
    """Move each image by up to some pixels in both directions; the pixels at the edge are repeated.

    Args:
        images: shape (n, channels, height, width), any dtype and device.
        pixels: the farthest shift, up or down and left or right, 0 or more.

    Returns:
        Tensor: the same shape, dtype and device; drawn with torch's global seed.

    Example:
        >>> image = torch.arange(9).view(1, 1, 3, 3)
        >>> random_shift(image, pixels=1).shape
        torch.Size([1, 1, 3, 3])

    Built in lesson 08.
    """
    checks.channels_first(images)
    checks.whole(0, pixels=pixels)
    n, channels, height, width = images.shape
    up, left = torch.randint(-pixels, pixels + 1, (2, n, 1), device=images.device)
    rows = torch.arange(height, device=images.device) + up
    rows = rows.clamp(0, height - 1).view(n, 1, height, 1)
    columns = torch.arange(width, device=images.device) + left
    columns = columns.clamp(0, width - 1).view(n, 1, 1, width)
    moved = images.gather(2, rows.expand_as(images))
    return moved.gather(3, columns.expand_as(images))


def shift(images: torch.Tensor, right: int = 0, down: int = 0) -> torch.Tensor:
    """Move images by whole pixels. What leaves at one side is lost; zeros come in at the other.

    Args:
        images: any dtype, shape (..., rows, columns).
        right: pixels to the right; negative ones to the left.
        down: pixels downwards; negative ones upwards.

    Returns:
        Tensor: new, the same shape and dtype.

    Example:
        >>> shift(torch.tensor([[1, 2, 3]]), right=1)
        tensor([[0, 1, 2]])

    Built in lesson 07.
    """
    _check_shift(images, right, down)
    return F.pad(images, (right, -right, down, -down))


def shift_all_ways(images: torch.Tensor, pixels: int) -> torch.Tensor:
    """Move a quarter of the images to the right, a quarter to the left, the others down and up.

    Every fourth image goes the same way, so that each way gets images of all kinds.

    Args:
        images: shape (n, ..., rows, columns).

    Returns:
        Tensor: new, the same shape and dtype, the images in the same order.

    Example:
        >>> shift_all_ways(torch.eye(3).expand(4, 3, 3), 1)[:, 1].tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]

    Built in lesson 07.
    """
    checks.only_tensors(images=images)
    _check_several(images)
    moved = images.clone()
    moved[0::4] = shift(images[0::4], right=pixels)
    moved[1::4] = shift(images[1::4], right=-pixels)
    moved[2::4] = shift(images[2::4], down=pixels)
    moved[3::4] = shift(images[3::4], down=-pixels)
    return moved


def shrink(images: torch.Tensor, pixels: int) -> torch.Tensor:
    """Images made smaller: each new pixel is the mean of the old ones that it touches.

    The same as ``F.adaptive_avg_pool2d``, which Apple's GPUs compute only where the old side is a
    multiple of the new one. A mean over rows is a product with a matrix from the left, one over
    columns a product from the right, and products are what every device does best.

    Args:
        images: float, shape (n, channels, side, side).
        pixels: the new side, from 1 to the old one.

    Returns:
        Tensor: shape (n, channels, pixels, pixels), same dtype and device.

    Example:
        >>> shrink(torch.arange(9.0).view(1, 1, 3, 3), 2)
        tensor([[[[2., 3.],
                  [5., 6.]]]])
    """
    means = mean_matrix(images.shape[-1], pixels, images.dtype, images.device)
    return means @ (images @ means.T)


@cache  # made once: a matrix that is sent to a GPU at each step would make it wait
def mean_matrix(
    size: int, pixels: int, dtype: torch.dtype, device: torch.device | None = None
) -> torch.Tensor:
    """The matrix (pixels, size) that makes a column of ``size`` numbers into means of neighbours.

    Example:
        >>> mean_matrix(3, 2, torch.float32)
        tensor([[0.5000, 0.5000, 0.0000],
                [0.0000, 0.5000, 0.5000]])
    """
    means = torch.zeros(pixels, size, dtype=torch.float64)
    for row, mean in enumerate(means):
        mean[row * size // pixels : -(-(row + 1) * size // pixels)] = 1  # rounded down, and up
    return (means / means.sum(1, keepdim=True)).to(dtype).to(device or "cpu")


def _check_several(images: torch.Tensor) -> None:
    if images.ndim < 3:
        raise ValueError(
            say(
                "shift_all_ways: expected images of shape (n, ..., rows, columns), got {shape}; a "
                "batch of one is images[None]",
                shape=tuple(images.shape),
            )
        )


def _check_shift(images: torch.Tensor, right: int, down: int) -> None:
    """Whole pixels, not more than the images have."""
    checks.only_tensors(images=images)
    if images.ndim < 2:
        raise ValueError(
            say(
                "shift: expected images of shape (..., rows, columns), got {shape}",
                shape=tuple(images.shape),
            )
        )
    for way, pixels, room in (("right", right, images.shape[-1]), ("down", down, images.shape[-2])):
        if not checks.is_whole(pixels) or abs(pixels) > room:
            raise ValueError(
                say(
                    "shift: {way} must be a whole number from -{room} to {room}, got {pixels!r}",
                    way=way,
                    room=room,
                    pixels=pixels,
                )
            )
