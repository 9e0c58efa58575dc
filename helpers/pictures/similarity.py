"""How alike images are: a first look, where two images differ, what broadcasting copies."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

from helpers.models.baseline import is_3, mnist_distance
from helpers.pictures.canvas import BLUE, ORANGE, image_grid, paint_image


def first_look(folder: Path, n: int = 40, seed: int = 0) -> Figure:
    """Draw some images of a folder, mixed: of each class in it about as many as of the others.

    Args:
        folder: holds one folder a class, with one grey image a file.
    """
    classes = [sorted(inside.iterdir()) for inside in sorted(folder.iterdir()) if inside.is_dir()]
    files = [
        files[place * len(files) // share]
        for files, share in zip(classes, _shares(n, [len(files) for files in classes]))
        for place in range(share)
    ]
    if not files:
        raise ValueError(f"first_look: expected folders with images in {folder}, found none")
    order = torch.randperm(len(files), generator=torch.Generator().manual_seed(seed))
    images = [torch.from_numpy(np.array(Image.open(files[place]))) for place in order]
    return image_grid(images, columns=10, size=0.8)


def _shares(n: int, sizes: list[int]) -> list[int]:
    """How many of n come from each class, none from one that is empty."""
    return [min(size, n // len(sizes) + (k < n % len(sizes))) for k, size in enumerate(sizes)]


def draw_difference(image: torch.Tensor, ideals: Mapping[str, torch.Tensor]) -> Figure:
    """Draw where an image has more ink than each of some ideals, and where it has less.

    Args:
        image: float from 0 to 1, shape (height, width).
        ideals: images of the same shape under their names.

    Returns:
        Figure: one row an ideal; the titles give the averages of more and of less ink.

    Example:
        ``draw_difference(a_3, {"ideal 3": mean3, "ideal 7": mean7})``
    """
    figure, axes = plt.subplots(
        len(ideals), 4, figsize=(7.6, 2.25 * len(ideals)), squeeze=False, layout="constrained"
    )
    for row, (name, ideal) in zip(axes, ideals.items()):
        more, less = (image - ideal).clamp(min=0), (ideal - image).clamp(min=0)
        paint_image(row[0], image, "the image")
        paint_image(row[1], ideal, name)
        paint_image(row[2], more, f"more ink: {more.mean():.4f}")
        paint_image(row[3], less, f"less ink: {less.mean():.4f}")
    return figure


def draw_copies(images: torch.Tensor, ideal: torch.Tensor) -> Figure:
    """Draw what broadcasting does when one image is taken from each image of a stack.

    Args:
        images: float from 0 to 1, shape (n, height, width), n at least 4.
        ideal: shape (height, width).

    Returns:
        Figure: three rows: images, the ideal with its copies in dashed frames, the absolute
        differences. The shapes stand before them, lined up at the last axis.
    """
    if images.ndim != 3 or len(images) < 4 or images.shape[1:] != ideal.shape:
        raise ValueError(
            "draw_copies: expected at least 4 images of shape (n, height, width) and one of "
            f"shape (height, width), got {tuple(images.shape)} and {tuple(ideal.shape)}"
        )
    places = [0, 1, 2, len(images) - 1]
    figure, axes = plt.subplots(
        3, 6, figsize=(7.6, 4.1), width_ratios=[1.9, 1, 1, 1, 0.35, 1], layout="constrained"
    )
    names = ("images", "minus the ideal", "size of difference")
    for row, name, shape in zip(axes, names, (images.shape, ideal.shape, images.shape)):
        row[0].text(1, 0.62, name, ha="right", va="center", fontsize=12)
        lengths = "".join(f"{length:>5}" for length in shape)
        row[0].text(1, 0.36, lengths, ha="right", va="center", fontsize=12, family="monospace")
        row[4].text(0.5, 0.5, "...", ha="center", va="center", fontsize=16)
        row[0].axis("off")
        row[4].axis("off")
    for place, (top, middle, bottom) in zip(places, axes[:, [1, 2, 3, 5]].T):
        paint_image(top, images[place], f"image {place}")
        paint_image(middle, ideal if place == 0 else ideal * 0.35)
        paint_image(bottom, (images[place] - ideal).abs())
        if place:
            middle.set_xlabel("copy", fontsize=10)
            for spine in middle.spines.values():
                spine.set(linestyle=(0, (4, 4)), color="black")
    return figure


def draw_nearer(
    threes: torch.Tensor, sevens: torch.Tensor, mean3: torch.Tensor, mean7: torch.Tensor
) -> Figure:
    """Draw each image as a point: its distance from the ideal 3 across, from the ideal 7 up.

    Args:
        threes: float images of a 3, shape (n, height, width).
        sevens: float images of a 7, shape (m, height, width).
        mean3: the ideal 3, shape (height, width).
        mean7: the ideal 7, same shape.

    Returns:
        Figure: points of two colours and forms, and the line on which both distances are equal.
        Those on the wrong side of it are larger, with a black edge, and on top.
    """
    figure, axis = plt.subplots(figsize=(6.0, 5.4))
    low, high = float("inf"), 0.0
    for name, images, colour, marker in (("3", threes, BLUE, "o"), ("7", sevens, ORANGE, "^")):
        across, up = mnist_distance(images, mean3), mnist_distance(images, mean7)
        right = is_3(images, mean3, mean7) == (name == "3")
        axis.scatter(
            across[right], up[right], 18, color=colour, marker=marker, alpha=0.5, linewidths=0,
            label=f"images of a {name}",
        )  # fmt: skip
        axis.scatter(
            across[~right], up[~right], 40, color=colour, marker=marker, edgecolors="black",
            zorder=3,
        )  # fmt: skip
        low = min(low, across.min().item() - 0.01, up.min().item() - 0.01)
        high = max(high, across.max().item() + 0.01, up.max().item() + 0.01)
    axis.plot([low, high], [low, high], color="black")
    axis.text(0.04, 0.96, "nearer to the ideal 3", transform=axis.transAxes, va="top")
    axis.text(0.96, 0.04, "nearer to the ideal 7", transform=axis.transAxes, ha="right")
    axis.set(
        xlabel="distance from the ideal 3", ylabel="distance from the ideal 7",
        xlim=(low, high), ylim=(low, high), aspect="equal",
    )  # fmt: skip
    figure.legend(loc="outside upper center", ncols=2, markerscale=2, frameon=False)
    return figure
