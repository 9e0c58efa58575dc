"""Pictures of a kernel at work, and of the feature maps that it makes."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from helpers.models.convolution import apply_kernel, output_size
from helpers.pictures.canvas import (
    BLUE,
    GREY,
    ORANGE,
    SKY,
    paint_image,
    paint_weights,
    weights_grid,
)


def draw_products(image: torch.Tensor, kernel: torch.Tensor, row: int, column: int) -> Figure:
    """Draw one window of an image, the kernel, and their products, all with their numbers.

    Args:
        image: float, shape (rows, columns).
        kernel: float, shape (kernel rows, kernel columns).
        row: the window's first row in the image, from 0.
        column: its first column.

    Returns:
        Figure: the image with the window marked, the window, the kernel, the products; the sum of
        the products stands in the last title.
    """
    rows, columns = kernel.shape
    window = image[row : row + rows, column : column + columns]
    if row < 0 or column < 0 or window.shape != kernel.shape:
        raise ValueError(
            f"draw_products: a window of {rows} x {columns} at row {row}, column {column} leaves "
            f"the image of {image.shape[0]} x {image.shape[1]}"
        )
    products = window * kernel
    figure, (whole, *grids) = plt.subplots(1, 4, figsize=(9.6, 2.5))
    paint_image(whole, image, "image")
    _frame(whole, row, column, rows, columns)
    titles = ("window", "kernel", f"products, sum {products.sum():.2f}")
    for axis, grid, title in zip(grids, (window, kernel, products), titles):
        write_numbers(axis, grid)
        axis.set_title(title, fontsize=11)
    return figure


def draw_sliding(
    image: torch.Tensor, kernel: torch.Tensor, places: Sequence[tuple[int, int]]
) -> Figure:
    """Draw a kernel sliding over an image: one frame a place, the result so far below it.

    The kernel goes through the rows from left to right, from top to bottom.

    Args:
        image: float, shape (rows, columns).
        kernel: float, shape (kernel rows, kernel columns).
        places: (row, column) of each frame, places in the result.

    Returns:
        Figure: above the image with the window marked, below what has been computed until there,
        that place marked; purple is positive, orange negative, grey not yet computed.
    """
    result = apply_kernel(image, kernel)
    high, wide = result.shape
    if not places or any(not (0 <= i < high and 0 <= j < wide) for i, j in places):
        raise ValueError(
            f"draw_sliding: expected places within the result of {high} x {wide}, got {places}"
        )
    limit = result.abs().max().item() or 1.0
    rows, columns = kernel.shape
    figure, axes = plt.subplots(2, len(places), figsize=(1.6 * len(places), 3.6), squeeze=False)
    for (above, below), (i, j) in zip(axes.T, places):
        paint_image(above, image)
        above.set_title(f"row {i}, column {j}", fontsize=10)
        _frame(above, i, j, rows, columns)
        reached = torch.arange(high * wide).view(high, wide) <= i * wide + j
        below.imshow(torch.full((high, wide), 0.25).numpy(), vmin=0, vmax=1)
        _paint(below, result.masked_fill(~reached, torch.nan), limit)
        _frame(below, i, j, 1, 1)
        # The result is smaller; with this margin each number stands below its window's middle.
        below.set_xlim(-columns / 2, wide - 1 + columns / 2)
        below.set_ylim(high - 1 + rows / 2, -rows / 2)
    return figure


def draw_places(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> Figure:
    """Draw the places that a kernel finds along one side of an image, one below the other.

    Returns:
        Figure: a row of pixels, padding in another colour, and one bar a place; the title counts.
    """
    count = output_size(size, kernel_size, stride, padding)
    figure, axis = plt.subplots(figsize=(6.4, 0.9 + 0.26 * (count + 1)))
    for pixel in range(-padding, size + padding):
        inside = 0 <= pixel < size
        axis.add_patch(
            Rectangle(
                (pixel, 0), 1, 1, facecolor=SKY if inside else "white", edgecolor=GREY,
                hatch="" if inside else "//",
            )
        )  # fmt: skip
        if inside:
            axis.text(pixel + 0.5, 0.5, str(pixel + 1), ha="center", va="center")
    for place in range(count):
        start = place * stride - padding
        axis.add_patch(Rectangle((start, place + 1.2), kernel_size, 0.6, color=ORANGE))
    axis.set(
        xlim=(-padding - 0.2, size + padding + 0.2), ylim=(count + 1.1, -0.1),
        xlabel="pixels of one row (numbered); padding is hatched", ylabel="places",
        title=f"size {size}, kernel {kernel_size}, stride {stride}, padding {padding}: "
        f"{count} places",
    )  # fmt: skip
    axis.title.set_fontsize(11)
    axis.set_xticks([])
    axis.set_yticks([place + 1.5 for place in range(count)], map(str, range(1, count + 1)))
    return figure


def write_numbers(axis: Axes, grid: torch.Tensor) -> None:
    """Write a small grid of numbers on an axis, shaded: purple is positive, orange negative.

    Args:
        axis: where to write; its frame is taken away.
        grid: float, shape (rows, columns).
    """
    limit = 2 * max(1.0, grid.abs().max().item())  # pale, so that the numbers can be read
    paint_weights(axis, grid, limit)
    for (i, j), value in zip(torch.cartesian_prod(*map(torch.arange, grid.shape)), grid.flatten()):
        axis.text(j, i, f"{value:.3g}" if value else "0", ha="center", va="center", fontsize=10)


def _paint(axis: Axes, grid: torch.Tensor, limit: float) -> AxesImage:
    drawn = paint_weights(axis, grid, limit)
    _dot_negative(axis, grid, limit)
    return drawn


def _dot_negative(axis: Axes, grid: torch.Tensor, limit: float) -> None:
    """Put a dot on each number that is clearly negative: so its sign is seen in grey, too."""
    rows, columns = torch.nonzero(grid < -0.15 * limit, as_tuple=True)
    width = axis.bbox.width * 72 / plt.rcParams["figure.dpi"]  # in points
    axis.scatter(
        columns, rows, s=min(0.4 * width / grid.shape[1], 5) ** 2, color="white", linewidths=0
    )


def _frame(axis: Axes, row: int, column: int, rows: int, columns: int) -> None:
    axis.add_patch(
        Rectangle((column - 0.5, row - 0.5), columns, rows, fill=False, edgecolor=BLUE, linewidth=2)
    )


def draw_maps(
    maps: torch.Tensor, titles: Sequence[str] | None = None, columns: int = 8, size: float = 1.1
) -> Figure:
    """Draw kernels or feature maps side by side: orange is negative, white 0, purple positive.

    Dots mark what is clearly negative, for those who do not see the colours. All share one scale,
    so they can be compared.

    Args:
        maps: float, shape (n, rows, columns); may carry a gradient.
        size: width of one map in inches.

    Returns:
        Figure: with a colour bar.

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
    height = size * (1.25 if titles else 1.0)
    maps = maps.detach().cpu()
    figure = weights_grid(maps, titles, columns, (size, height), aspect=15)
    for axis, grid in zip(figure.axes, maps):
        _dot_negative(axis, grid, maps.abs().max().item())
    return figure


def draw_filtered(image: torch.Tensor, kernel: torch.Tensor) -> Figure:
    """Draw an image, a kernel with its numbers, and what the kernel makes of the image.

    Args:
        image: float from 0 to 1, shape (rows, columns).
        kernel: float, shape (kernel rows, kernel columns).

    Returns:
        Figure: three pictures; in the third purple is positive and orange negative.
    """
    result = apply_kernel(image, kernel)
    limit = result.abs().max().item() or 1.0
    figure, (before, middle, after) = plt.subplots(
        1, 3, figsize=(6.4, 2.4), width_ratios=(1, 0.8, 1.2)
    )
    paint_image(before, image, "image")
    write_numbers(middle, kernel)
    middle.set_title("kernel", fontsize=11)
    figure.colorbar(_paint(after, result, limit), ax=after, shrink=0.9)
    after.set_title(f"from {result.min():.1f} to {result.max():.1f}", fontsize=11)
    return figure


def draw_edges(images: torch.Tensor, kernels: torch.Tensor, names: Sequence[str]) -> Figure:
    """Draw images, a row each, and beside each one what some kernels make of it.

    Args:
        images: float from 0 to 1, shape (n, rows, columns).
        kernels: float, shape (k, kernel rows, kernel columns).
        names: of the kernels, k short titles.

    Returns:
        Figure: the images in grey in the first column; in the others purple is positive, orange
        negative, all on one scale.
    """
    if len(names) != len(kernels):
        raise ValueError(f"draw_edges: got {len(kernels)} kernels but {len(names)} names")
    rows = [[apply_kernel(image, kernel) for kernel in kernels] for image in images]
    limit = max(result.abs().max().item() for row in rows for result in row) or 1.0
    high, wide = len(rows), len(kernels) + 1
    figure, axes = plt.subplots(high, wide, figsize=(1.5 * wide, 1.6 * high), squeeze=False)
    for (first, *others), image, row in zip(axes, images, rows):
        paint_image(first, image)
        for axis, result in zip(others, row):
            drawn = _paint(axis, result, limit)
    for axis, name in zip(axes[0], ["image", *names]):
        axis.set_title(name, fontsize=11)
    figure.colorbar(drawn, ax=axes, shrink=0.9, aspect=30)
    return figure


def draw_sizes(sizes: Sequence[tuple[int, ...]], names: Sequence[str]) -> Figure:
    """Draw what a network makes of an image, stage by stage: the maps as sheets in true proportion.

    Args:
        sizes: the shape of one example after each stage: (channels, rows, columns) is drawn as
            that many sheets, (n,) as a narrow column.
        names: of the stages.

    Returns:
        Figure: from left to right; below each stage stand its name and its shape.
    """
    if len(names) != len(sizes):
        raise ValueError(f"draw_sizes: got {len(sizes)} sizes but {len(names)} names")
    figure, axis = plt.subplots(figsize=(8.4, 3.0))
    left = 0.0
    for size, name in zip(sizes, names):
        if len(size) == 1:
            wide, high = 2.0, 8 * size[0] ** 0.25
            boxes = [(0.0, 0.0, wide, high)]
        elif len(size) == 3:
            sheets, high, wide = size
            boxes = [(_APART * k, _APART * k, wide, high) for k in reversed(range(sheets))]
        else:
            raise ValueError(
                f"draw_sizes: expected (channels, rows, columns) or (n,), got {tuple(size)}; "
                "leave the axis of the batch out: x[0].shape"
            )
        reach = boxes[0][0] + wide
        shown = max(reach, _ROOM)
        for x, y, w, h in boxes:
            corner = (left + (shown - reach) / 2 + x, y)
            axis.add_patch(Rectangle(corner, w, h, facecolor="white", edgecolor=BLUE))
        words = f"{name}\n{' × '.join(map(str, size))}"
        axis.text(left + shown / 2, -1.5, words, ha="center", va="top", fontsize=11)
        left += shown + 5
    axis.set(xlim=(-1, left - 4), ylim=(-9, 36), aspect="equal")
    axis.axis("off")
    return figure


_APART = 0.55  # pixels from one sheet to the next
_ROOM = 15.0  # for the name of a stage
