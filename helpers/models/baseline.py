"""The pixel-similarity baseline: an image is what the nearest average image is."""

import torch

from helpers import checks


def mnist_distance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference (L1) of two images, or of every image of a stack to one image.

    Args:
        a: float images, shape (..., height, width).
        b: float images of a shape that broadcasts with that of ``a``.

    Returns:
        Tensor: the broadcast shape without its last two axes; 0-dimensional for two images.

    Example:
        >>> mnist_distance(torch.zeros(5, 28, 28), torch.ones(28, 28))
        tensor([1., 1., 1., 1., 1.])

    From chapter 4 of "Deep Learning for Coders with fastai and PyTorch" (Howard and Gugger, 2020).
    Built in lesson 01.
    """
    checks.alike_images(a=a, b=b)
    return (a - b).abs().mean((-1, -2))


def is_3(x: torch.Tensor, mean3: torch.Tensor, mean7: torch.Tensor) -> torch.Tensor:
    """Whether images are nearer to the average 3 than to the average 7.

    Args:
        x: float images, shape (..., height, width).
        mean3: the average 3, shape (height, width).
        mean7: the average 7, shape (height, width).

    Returns:
        Tensor: bool, the shape of ``x`` without its last two axes.

    Example:
        >>> is_3(torch.zeros(2, 28, 28), torch.zeros(28, 28), torch.ones(28, 28))
        tensor([True, True])

    Built in lesson 01.
    """
    checks.alike_images(x=x, mean3=mean3, mean7=mean7)
    return mnist_distance(x, mean3) < mnist_distance(x, mean7)
