"""What a hidden unit looks at: its weights, and the images that it answers to most strongly."""

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from helpers.pictures.canvas import paint_weights


def strongest(
    images: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor, n: int = 8
) -> torch.Tensor:
    """The places of the images to which a unit answers most strongly.

    Args:
        images: rows, float, shape (m, pixels).
        weights: the unit's weights, shape (pixels,).
        bias: the unit's bias, 0-dimensional.
        n: how many to give, at most m.

    Returns:
        Tensor: int64, shape (n,), the strongest first.

    Raises:
        ValueError: when the images do not have one pixel for each weight.

    Example:
        >>> strongest(torch.eye(3), torch.tensor([1.0, 3.0, 2.0]), torch.tensor(0.0), n=2)
        tensor([1, 2])
    """
    if images.ndim != 2 or images.shape[1:] != weights.shape:
        raise ValueError(
            f"strongest: expected images of shape (m, {len(weights)}), got {tuple(images.shape)}"
        )
    with torch.no_grad():
        return (images @ weights + bias).topk(min(n, len(images))).indices


def draw_unit(images: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor) -> Figure:
    """Draw a unit's weights as an image, beside the images to which it answers most strongly.

    Args:
        images: rows of 784 pixels, float from 0 to 1, shape (m, 784).
        weights: the unit's weights, shape (784,).
        bias: the unit's bias, 0-dimensional.

    Returns:
        Figure: the weights (purple positive, orange negative) and up to eight images.

    Raises:
        ValueError: as ``strongest`` does.
    """
    places = strongest(images, weights, bias)
    figure, axes = plt.subplots(1, len(places) + 1, figsize=(1.0 * (len(places) + 1), 1.4))
    for axis in axes:
        axis.axis("off")
    paint_weights(axes[0], weights.reshape(28, 28))
    axes[0].set_title("weights", fontsize=10)
    for axis, place in zip(axes[1:], places.tolist()):
        axis.imshow(images[place].reshape(28, 28).numpy(), vmin=0, vmax=1)
    return figure
