"""Colour photographs: drawn side by side, asked about one by one, and partly covered."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from torch import nn

from helpers.pictures.canvas import BLUE, GREY, tiles
from helpers.training.classifier import predict_image


def photo_grid(
    photos: torch.Tensor,
    titles: Sequence[str] | None = None,
    columns: int = 10,
    size: float = 1.0,
) -> Figure:
    """Draw colour images side by side.

    Args:
        photos: shape (n, 3, height, width), bytes or floats from 0 to 1.
        titles: n short titles, or None.
        columns: images in a row, at most.
        size: width of one image in inches.

    Returns:
        Figure: to be passed to ``helpers.pictures.canvas.show``.
    """
    if photos.ndim != 4 or photos.shape[1] != 3 or len(photos) == 0:
        raise ValueError(
            "photo_grid: expected colour images, shape (n, 3, height, width), at least one; "
            f"got {tuple(photos.shape)}"
        )
    if titles is not None and len(titles) != len(photos):
        raise ValueError(f"photo_grid: got {len(photos)} images but {len(titles)} titles")
    height = size * (1.3 if titles else 1.0)
    figure, axes = tiles(len(photos), titles, columns, (size, height), fontsize=9)
    for axis, photo in zip(axes, photos):
        axis.imshow(photo.detach().cpu().permute(1, 2, 0).numpy())
    return figure


def cover(image: torch.Tensor, row: int, column: int, size: int) -> torch.Tensor:
    """Put a grey square onto an image.

    Args:
        image: bytes, shape (3, height, width).
        row: its upper edge.
        column: its left edge.
        size: its width and height; what lies outside the image is cut off.

    Returns:
        Tensor: a new image.

    Example:
        >>> cover(torch.zeros(3, 4, 4, dtype=torch.uint8), 0, 0, 2)[0, :2, :3].tolist()
        [[128, 128, 0], [128, 128, 0]]
    """
    covered = image.clone()
    covered[:, row : row + size, column : column + size] = 128
    return covered


def draw_answer(
    image: torch.Tensor, model: nn.Module, classes: Sequence[str], truth: str
) -> Figure:
    """Draw an image with the probability of the truth, and beside it those of all classes.

    Args:
        image: bytes, shape (3, 32, 32).
        model: from a batch of images to logits.
        classes: the names of the classes.
        truth: the right one; its bar has another colour.

    Returns:
        Figure: to be passed to ``helpers.pictures.canvas.show``.
    """
    if truth not in classes:
        raise ValueError(f"draw_answer: expected one of {', '.join(classes)}, got {truth!r}")
    _, probabilities = predict_image(image, model, classes)
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(6.4, 2.6), gridspec_kw={"width_ratios": [1, 1.6]}
    )
    left.imshow(image.cpu().permute(1, 2, 0).numpy())
    left.axis("off")
    left.set_title(f"{truth}: {probabilities[list(classes).index(truth)]:.2f}", fontsize=10)
    colors = [BLUE if name == truth else GREY for name in classes]
    right.barh(list(classes), probabilities.tolist(), color=colors)
    right.invert_yaxis()
    right.set(xlim=(0, 1), xlabel="probability", ylabel="class (blue: the right one)")
    return figure
