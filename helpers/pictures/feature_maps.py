"""Pictures of kernels and of the feature maps that they make."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from helpers.models.convolution import apply_kernel
from helpers.pictures.canvas import paint_weights
from helpers.pictures.kernels import write_numbers


def draw_maps(
    maps: torch.Tensor, titles: Sequence[str] | None = None, columns: int = 8, size: float = 1.1
) -> Figure:
    """Draw kernels or feature maps side by side: orange is negative, white 0, purple positive.

    All share one scale, so they can be compared.

    Args:
        maps: float, shape (n, rows, columns); may carry a gradient.
        titles: n short titles, or None.
        columns: maps in a row, at most.
        size: width of one map in inches.

    Returns:
        Figure: with a colour bar.

    Raises:
        ValueError: for another shape, no maps, or titles that are not as many.

    Example:
        >>> len(draw_maps(torch.zeros(2, 3, 3)).axes)
        3
    """
    if maps.ndim != 3 or len(maps) == 0:
        raise ValueError(
            f"draw_maps: expected maps of shape (n, rows, columns), got {tuple(maps.shape)}; the "
            "maps of one image are maps[0], the kernels for one channel weight[:, 0]"
        )
    if titles is not None and len(titles) != len(maps):
        raise ValueError(f"draw_maps: got {len(maps)} maps but {len(titles)} titles")
    maps = maps.detach().cpu()
    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    height = size * (1.25 if titles else 1.0)
    figure, axes = plt.subplots(
        rows, columns, figsize=(size * columns + 1, height * rows + 0.1), squeeze=False
    )
    limit = maps.abs().max().item() or 1.0
    for axis in axes.flat:
        axis.axis("off")
    for place, (axis, image) in enumerate(zip(axes.flat, maps)):
        drawn = paint_weights(axis, image, limit)
        if titles is not None:
            axis.set_title(titles[place], fontsize=10)
    figure.colorbar(drawn, ax=axes, shrink=0.9, aspect=15)
    return figure


def draw_filtered(image: torch.Tensor, kernel: torch.Tensor) -> Figure:
    """Draw an image, a kernel with its numbers, and what the kernel makes of the image.

    Args:
        image: float from 0 to 1, shape (rows, columns).
        kernel: float, shape (kernel rows, kernel columns).

    Returns:
        Figure: three pictures; in the third purple is positive and orange negative.

    Raises:
        TypeError: as ``apply_kernel`` does.
        ValueError: as ``apply_kernel`` does.
    """
    result = apply_kernel(image, kernel)
    figure, (before, middle, after) = plt.subplots(
        1, 3, figsize=(6.4, 2.4), width_ratios=(1, 0.8, 1.2)
    )
    before.imshow(image.numpy(), vmin=0, vmax=1)
    before.axis("off")
    before.set_title("image", fontsize=11)
    write_numbers(middle, kernel)
    middle.set_title("kernel", fontsize=11)
    figure.colorbar(paint_weights(after, result), ax=after, shrink=0.9)
    after.set_title(f"from {result.min():.1f} to {result.max():.1f}", fontsize=11)
    return figure
