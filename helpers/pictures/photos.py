"""Colour photographs: drawn side by side, partly covered, and with a map of what that does."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from helpers import checks
from helpers.pictures.canvas import tiles


def photo_grid(
    photos: torch.Tensor,
    titles: Sequence[str] | None = None,
    columns: int = 10,
    size: float = 1.0,
) -> Figure:
    """Draw colour images side by side.

    Args:
        photos: shape (n, 3, height, width), bytes or floats from 0 to 1.
        size: width of one image in inches.
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
        row, column: where its upper left corner lies; below 0 it begins outside the image.
        size: its width and height; what lies outside the image is cut off.

    Returns:
        Tensor: a new image.

    Example:
        >>> cover(torch.zeros(3, 4, 4, dtype=torch.uint8), 0, 0, 2)[0, :2, :3].tolist()
        [[128, 128, 0], [128, 128, 0]]
    """
    checks.of_bytes(image)
    _check_one(image)
    covered = image.clone()
    rows, columns = (slice(max(begin, 0), max(begin + size, 0)) for begin in (row, column))
    covered[:, rows, columns] = 128
    return covered


def _check_one(image: torch.Tensor) -> None:
    if image.ndim != 3:
        raise ValueError(
            f"cover: expected one image, shape (3, height, width), got {tuple(image.shape)}; of a "
            "batch take images[0]"
        )


def draw_covered(
    photos: torch.Tensor, maps: torch.Tensor, titles: Sequence[str], size: int
) -> Figure:
    """Draw photographs, and below each a map of what a network says when a square hides a part.

    Each number of a map is drawn where the middle of the square was. The colours reach from 0 to 1,
    so that two pictures can be compared.

    Args:
        photos: bytes, shape (n, 3, height, width).
        maps: probabilities, shape (n, rows, columns); the first square lies in the upper left
            corner of the photograph, the last one in the lower right.
        size: width and height of the square in pixels.
    """
    n = len(photos)
    if n == 0 or maps.ndim != 3 or len(maps) != n or len(titles) != n:
        raise ValueError(
            "draw_covered: expected as many photographs as maps of shape (n, rows, columns) and "
            f"titles, at least one; got {n}, {tuple(maps.shape)} and {len(titles)}"
        )
    height, width = photos.shape[-2:]
    figure, axes = plt.subplots(
        2, n, figsize=(1.9 * n + 1.0, 4.0), squeeze=False, sharex=True, sharey=True
    )
    across, down = (
        (side - size) / (places - 1) / 2 if places > 1 else 0.5
        for side, places in ((width, maps.shape[2]), (height, maps.shape[1]))
    )  # half of the way from one place of the square to the next
    edges = size / 2 - across, width - size / 2 + across, height - size / 2 + down, size / 2 - down
    for axis, photo, title in zip(axes[0], photos, titles):
        axis.imshow(photo.cpu().permute(1, 2, 0).numpy(), extent=(0, width, height, 0))
        axis.set_title(title, fontsize=10)
    for axis, answers in zip(axes[1], maps):
        drawn = axis.imshow(answers.cpu().numpy(), cmap="cividis", vmin=0, vmax=1, extent=edges)
        axis.set_facecolor("0.85")
        axis.set(xlim=(0, width), ylim=(height, 0))
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[])
    axes[1, 0].set_ylabel(f"a square of {size} pixels")
    figure.colorbar(drawn, ax=axes, label="probability", shrink=0.45, anchor=(0, 0))
    return figure
