"""Images that are moved aside."""

import torch
import torch.nn.functional as F

from helpers.models import convolution_checks as checks


@checks.shiftable
def shift(images: torch.Tensor, right: int = 0, down: int = 0) -> torch.Tensor:
    """Move images by whole pixels. What leaves at one side is lost; zeros come in at the other.

    Args:
        images: any dtype, shape (..., rows, columns).
        right: pixels to the right; negative ones to the left.
        down: pixels downwards; negative ones upwards.

    Returns:
        Tensor: new, the same shape and dtype.

    Raises:
        ValueError: for more pixels than the images have, or parts of one.

    Example:
        >>> shift(torch.tensor([[1, 2, 3]]), right=1)
        tensor([[0, 1, 2]])

    Built in lesson 06.
    """
    return F.pad(images, (right, -right, down, -down))


def shift_all_ways(images: torch.Tensor, pixels: int) -> torch.Tensor:
    """Move a quarter of the images to the right, a quarter to the left, the others down and up.

    Every fourth image goes the same way, so that each way gets images of all kinds.

    Args:
        images: shape (n, ..., rows, columns).
        pixels: how far.

    Returns:
        Tensor: new, the same shape and dtype, the images in the same order.

    Raises:
        ValueError: as ``shift`` does.

    Example:
        >>> shift_all_ways(torch.eye(3).expand(4, 3, 3), 1)[:, 1].tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]

    Built in lesson 06.
    """
    moved = images.clone()
    for first, (right, down) in enumerate([(1, 0), (-1, 0), (0, 1), (0, -1)]):
        moved[first::4] = shift(images[first::4], right * pixels, down * pixels)
    return moved
