"""Pictures of multiplying and adding: a matrix product, a weighed image, a leap of the outputs."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from helpers.pictures.canvas import BLUE, GREY, ORANGE, frame, mark_signs, paint_weights

_SHADES = ("#B9DCEF", "#FFE3AE", "#CFE8DD", "#F0D5E3")  # light, and one lighter than the other


def sums_written_out(left: torch.Tensor, right: torch.Tensor) -> list[str]:
    """For each row of a matrix product with a column, the sum that a person would write.

    Args:
        left: a matrix, shape (n, m).
        right: a column, shape (m, 1).

    Example:
        >>> sums_written_out(torch.tensor([[1.0, 0.5]]), torch.tensor([[2.0], [-1.0]]))
        ['1 × 2 + 0.5 × (-1) = 1.5']
    """
    if left.ndim != 2 or right.shape != (left.shape[1], 1):
        raise ValueError(
            "sums_written_out: expected shapes (n, m) and (m, 1), "
            f"got {tuple(left.shape)} and {tuple(right.shape)}"
        )
    column = [f"{b:g}" if b >= 0 else f"({b:g})" for b in right.flatten().tolist()]
    return [
        " + ".join(f"{a:g} × {b}" for a, b in zip(row.tolist(), column)) + f" = {total:g}"
        for row, total in zip(left, (left @ right).flatten().tolist())
    ]


def draw_matrix_product(left: torch.Tensor, right: torch.Tensor) -> Figure:
    """Draw a matrix times a column with all numbers, and each sum written out below.

    A row of the matrix and the result that it leads to have one colour.

    Args:
        left: a matrix of a few numbers, shape (n, m), n at most 4.
        right: a column, shape (m, 1).
    """
    sums = sums_written_out(left, right)
    rows, columns = left.shape
    figure, axis = plt.subplots(figsize=(5.6, 0.5 * (max(rows, columns) + rows) + 0.9))
    axis.axis("off")
    axis.set_aspect("equal")
    end, height = columns + 6.4, max(rows, columns)
    axis.set(xlim=(-0.3, end), ylim=(height + 0.9 * rows + 0.6, -0.9))
    top = (height - rows) / 2
    shades = list(_SHADES[:rows])
    _grid(axis, 0, top, left, shades, f"images ({rows}, {columns})")
    _grid(axis, columns + 1.7, (height - columns) / 2, right, ["white"] * columns,
          f"weights ({columns}, 1)")  # fmt: skip
    _grid(axis, columns + 4.7, top, left @ right, shades, f"sums ({rows}, 1)")
    for x, sign in ((columns + 0.85, "@"), (columns + 3.7, "=")):
        axis.text(x, height / 2, sign, ha="center", va="center", fontsize=16)
    for place, (text, shade) in enumerate(zip(sums, shades)):
        box = {"boxstyle": "round,pad=0.35", "facecolor": shade, "edgecolor": GREY}
        axis.text(end / 2 - 0.15, height + 0.7 + 0.9 * place, text, ha="center", bbox=box)
    return figure


def _grid(
    axis: Axes, x: float, y: float, numbers: torch.Tensor, shades: list[str], name: str
) -> None:
    """Paint numbers in boxes, a shade a row, with a name above."""
    for i, row in enumerate(numbers.tolist()):
        for j, value in enumerate(row):
            axis.add_patch(Rectangle((x + j, y + i), 1, 1, facecolor=shades[i], edgecolor=GREY))
            axis.text(x + j + 0.5, y + i + 0.5, f"{value:g}", ha="center", va="center")
    axis.text(x + numbers.shape[1] / 2, y - 0.2, name, ha="center", va="bottom", fontsize=10)


def draw_weighed(image: torch.Tensor, weights: torch.Tensor, bias: float = 0.0) -> Figure:
    """Draw how a linear model judges an image: pixels times weights, and what the products add to.

    Args:
        image: 784 pixels from 0 to 1, any shape.
        weights: 784 weights, any shape; may carry a gradient.
        bias: what is added to the sum.

    Returns:
        Figure: pixels, weights and products; orange is negative, purple positive. The title of
        the third one tells the sum.
    """
    if image.numel() != 784 or weights.numel() != 784:
        raise ValueError(
            f"draw_weighed: expected 784 pixels and 784 weights, got {tuple(image.shape)} and "
            f"{tuple(weights.shape)}"
        )
    pixels = image.detach().cpu().reshape(28, 28)
    weights = weights.detach().cpu().reshape(28, 28)
    products = pixels * weights
    figure, (first, second, third) = plt.subplots(1, 3, figsize=(7.2, 3.8))
    first.imshow(pixels.numpy(), vmin=0, vmax=1)
    for axis, numbers in ((second, weights), (third, products)):
        drawn = paint_weights(axis, numbers)
        bar = axis.inset_axes((0.1, -0.12, 0.8, 0.05))
        figure.colorbar(drawn, cax=bar, orientation="horizontal")
        low, high = drawn.get_clim()
        mark_signs(axis, numbers, high)
        ends = [f"for a 7\n{low:.1f}", "0", f"for a 3\n{high:.1f}"]
        bar.set_xticks([low, 0, high], ends, fontsize=9)
    for axis in (first, second, third):
        frame(axis)
    for axis, sign in ((first, "×"), (second, "=")):
        axis.text(1.11, 0.5, sign, transform=axis.transAxes, ha="center", va="center", fontsize=18)
    plus = products[products > 0].sum().item()
    minus = products[products < 0].sum().item()
    total = plus + minus + bias
    first.set_title("pixels")
    second.set_title("weights")
    third.set_title(
        f"products\nfor a 3: {plus:.1f}, for a 7: {minus:.1f}\n"
        + (f"bias: {bias:.1f}, " if bias else "")
        + f"sum: {total:.1f}",
        fontsize=10,
        linespacing=1.3,
    )
    return figure


def draw_leap(moments: Mapping[str, Mapping[str, torch.Tensor]], flat_from: float) -> Figure:
    """Draw where a model's outputs lie at some moments, one above the other on one axis.

    Args:
        moments: for each moment and kind of image the outputs, float, any shape.
        flat_from: the output from which the sigmoid is exactly 1; beyond it the ground is hatched.
    """
    if not moments or any(len(kinds) > 2 or not kinds for kinds in moments.values()):
        raise ValueError("draw_leap: expected moments with the outputs of one or two kinds each")
    everything = torch.cat([o.flatten() for kinds in moments.values() for o in kinds.values()])
    low, high = min(-10.0, everything.min().item()), max(25.0, everything.max().item())
    figure, axes = plt.subplots(
        len(moments), 1, figsize=(7.2, 1.35 * len(moments) + 0.5), sharex=True, squeeze=False
    )
    for axis, (moment, kinds) in zip(axes.flat, moments.items()):
        axis.axvspan(flat_from, high, facecolor="#EEEEEE", edgecolor="#8A8A8A", hatch="//",
                     linewidth=0, label="sigmoid exactly 1")  # fmt: skip
        looks = (
            {"color": BLUE, "histtype": "stepfilled", "alpha": 0.75},
            {"color": ORANGE, "histtype": "step", "linewidth": 2},
        )
        for (name, outputs), look in zip(kinds.items(), looks):
            numbers = outputs.detach().flatten().numpy()
            axis.hist(numbers, bins=100, range=(low, high), label=name, **look)
        axis.set(xlim=(low, high), ylabel="images")
        axis.yaxis.set_major_locator(MaxNLocator(2, integer=True))
        axis.set_title(moment, loc="left", fontsize=11)
    axes[0, 0].legend(loc="upper right", fontsize=9, ncols=3)
    axes[-1, 0].set_xlabel("output of the model, before the sigmoid")
    return figure
