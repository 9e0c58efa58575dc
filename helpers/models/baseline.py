"""The pixel-similarity baseline: an image is what the nearest average image is."""

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure


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
    return mnist_distance(x, mean3) < mnist_distance(x, mean7)


def draw_comparison(image: torch.Tensor, mean3: torch.Tensor, mean7: torch.Tensor) -> Figure:
    """Draw an image, both average images, and where it differs from each.

    Args:
        image: one float image with values from 0 to 1, shape (height, width).
        mean3: the average 3, same shape.
        mean7: the average 7, same shape.

    Returns:
        Figure: five pictures; the titles give both distances and the verdict.

    Raises:
        ValueError: when ``image`` is not one image.
    """
    if image.ndim != 2:
        raise ValueError(
            f"draw_comparison: expected one image (height, width), got {tuple(image.shape)}"
        )
    to_3, to_7 = (mnist_distance(image, mean).item() for mean in (mean3, mean7))
    verdict = "3" if is_3(image, mean3, mean7) else "7"
    pictures = [
        (f"says: {verdict}", image),
        ("ideal 3", mean3),
        (f"difference\n{to_3:.4f}", (image - mean3).abs()),
        ("ideal 7", mean7),
        (f"difference\n{to_7:.4f}", (image - mean7).abs()),
    ]
    figure, axes = plt.subplots(1, len(pictures), figsize=(7.5, 2.0))
    for axis, (title, picture) in zip(axes, pictures):
        axis.imshow(picture.numpy(), vmin=0, vmax=1)
        axis.set_title(title, fontsize=10)
        axis.axis("off")
    return figure
