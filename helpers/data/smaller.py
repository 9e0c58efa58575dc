"""Images with fewer pixels, as two small matrix products."""

from functools import cache

import torch


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
