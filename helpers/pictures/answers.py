"""What a network answers: in the plane, in a hidden unit, to a digit that is disturbed."""

import math
from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import nn

from helpers import checks
from helpers.models.baseline import is_3, mnist_distance
from helpers.pictures.canvas import BLUE, ORANGE, paint_image, paint_weights
from helpers.training.classifier import predict

Model = Callable[[torch.Tensor], torch.Tensor]


def draw_regions(models: Mapping[str, Model], points: torch.Tensor, labels: torch.Tensor) -> Figure:
    """Draw, for each model, the probability of class 1 at every place, and the points on top.

    Where a model holds both classes for equally probable the ground is white; a black line parts
    the regions of the two classes.

    Args:
        models: for each name a function from points, shape (n, 2), to logits, shape (n, 1).
        points: float, shape (n, 2).
        labels: 0 or 1, shape (n, 1).

    Returns:
        Figure: one square a model, its name and its accuracy on the points as the title.

    Example:
        ``draw_regions({"line": nn.Linear(2, 1)}, points, labels)``
    """
    if not models:
        raise ValueError("draw_regions: expected at least one model, got none")
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != (len(points), 1):
        raise ValueError(
            "draw_regions: expected points of shape (n, 2) and labels of shape (n, 1), "
            f"got {tuple(points.shape)} and {tuple(labels.shape)}"
        )
    figure, axes = plt.subplots(
        1, len(models), figsize=(3.0 * len(models) + 0.8, 3.7), layout="constrained"
    )
    axes = [axes] if len(models) == 1 else list(axes)
    low, high = points.min().item() - 0.2, points.max().item() + 0.2
    side = torch.linspace(low, high, 121)
    places = torch.stack(torch.meshgrid(side, side, indexing="xy"), dim=-1)
    for axis, (name, model) in zip(axes, models.items()):
        with torch.no_grad():
            ground = model(places.view(-1, 2)).sigmoid().view(len(side), len(side))
            right = ((model(points) > 0) == (labels == 1)).float().mean().item()
        painted = axis.imshow(
            ground.numpy(), cmap=_GROUND, vmin=0, vmax=1, extent=(low, high, low, high),
            origin="lower", interpolation="bilinear",
        )  # fmt: skip
        if ground.min() < 0.5 < ground.max():
            axis.contour(side.numpy(), side.numpy(), ground.numpy(), levels=[0.5], colors="black")
        for cls, (colour, marker) in enumerate(((BLUE, "o"), (ORANGE, "^"))):
            x1, x2 = points[labels[:, 0] == cls].T
            axis.scatter(
                x1, x2, color=colour, marker=marker, edgecolors="black", linewidths=0.5,
                label=f"class {cls}",
            )  # fmt: skip
        axis.set(xlabel="first input", ylabel="second input", title=f"{name}\n{right:.0%} right")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.colorbar(painted, ax=axes, shrink=0.75, label="probability of class 1")
    return figure


# Paler than the points, so that these stand out.
_GROUND = LinearSegmentedColormap.from_list("ground", ["#80B8D8", "white", "#F2CF80"])


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


def disturb(
    image: torch.Tensor, turn: float = 0.0, shift: float = 0.0, noise: float = 0.0, seed: int = 0
) -> torch.Tensor:
    """Turn an image about its centre, then shift it to the right, then add noise.

    What comes in from outside is empty (0).

    Args:
        image: float from 0 to 1, shape (1, height, width), height and width equal.
        turn: degrees, against the clock.
        shift: pixels to the right; negative ones to the left.
        noise: standard deviation of what is added to each pixel.
        seed: of the noise. The global random numbers stay as they were.

    Returns:
        Tensor: float from 0 to 1, the same shape and device.

    Example:
        >>> image = torch.eye(3)[None]
        >>> disturb(image, turn=90).round().int().tolist()
        [[[0, 0, 1], [0, 1, 0], [1, 0, 0]]]
    """
    if image.ndim != 3 or image.shape[0] != 1 or image.shape[1] != image.shape[2]:
        raise ValueError(
            f"disturb: expected one square image of shape (1, side, side), got {tuple(image.shape)}"
        )
    if not image.is_floating_point():
        raise TypeError(f"disturb: expected floats from 0 to 1, got {image.dtype}; divide by 255")
    angle, step = math.radians(turn), 2 * shift / image.shape[-1]  # the grid goes from -1 to 1
    cos, sin = math.cos(angle), math.sin(angle)
    # Where each pixel of the result comes from: first shifted back, then turned back.
    back = torch.tensor([[cos, -sin, -cos * step], [sin, cos, -sin * step]], device=image.device)
    grid = F.affine_grid(back[None], [1, *image.shape], align_corners=False)
    moved = F.grid_sample(image[None], grid.to(image.dtype), align_corners=False)[0]
    random = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    return (moved + noise * random.to(moved)).clamp(0, 1)


def draw_disturbed(
    model: nn.Module, image: torch.Tensor, turn: float = 0.0, shift: float = 0.0, noise: float = 0.0
) -> Figure:
    """Draw what ``disturb`` makes of an image, and what a network says to it; for sliders.

    Args:
        model: from a batch (n, 1, side, side) to logits (n, classes); its mode is put back.
        image: float from 0 to 1, shape (1, side, side).

    Returns:
        Figure: the image, and one bar a class, the largest in another colour.
    """
    shown = disturb(image.cpu(), turn, shift, noise)
    device = next(model.parameters()).device
    logits, _ = predict(model, [(shown[None], torch.zeros(1))], device)
    probabilities = logits[0].softmax(0).tolist()
    figure, (picture, bars) = plt.subplots(1, 2, figsize=(6.4, 2.4), width_ratios=(1, 2))
    paint_image(picture, shown[0])  # in a frame, without which nobody sees a shift
    best = max(probabilities)
    classes = range(len(probabilities))
    bars.bar(classes, probabilities, color=[ORANGE if p == best else BLUE for p in probabilities])
    bars.set(xlabel="class", ylabel="probability", ylim=(0, 1.02), xticks=classes)
    bars.set_title(f"it says {probabilities.index(best)}: {best:.0%}", fontsize=11)
    return figure


def draw_comparison(image: torch.Tensor, mean3: torch.Tensor, mean7: torch.Tensor) -> Figure:
    """Draw an image, both average images, and where it differs from each.

    Args:
        image: one float image with values from 0 to 1, shape (height, width).
        mean3: the average 3, same shape.
        mean7: the average 7, same shape.

    Returns:
        Figure: five pictures; the titles give both distances and the verdict.
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
        (f"to the ideal 3\n{to_3:.4f}", (image - mean3).abs()),
        ("ideal 7", mean7),
        (f"to the ideal 7\n{to_7:.4f}", (image - mean7).abs()),
    ]
    figure, axes = plt.subplots(1, len(pictures), figsize=(7.5, 2.3))
    for axis, (title, picture) in zip(axes, pictures):
        paint_image(axis, picture)
        axis.set_title(title, fontsize=12)
    return figure


def draw_confusion(matrix: torch.Tensor, classes: Sequence[str]) -> Figure:
    """Draw a confusion matrix: the mistakes in colour, what was right as plain numbers.

    The diagonal is far larger than all else, so a colour for it would leave none for the mistakes.

    Args:
        matrix: counts, shape (classes, classes), as ``confusion_matrix`` gives them.
    """
    checks.confusion_counts(matrix, classes)
    classes, counts = [str(cls) for cls in classes], matrix.cpu()
    mistakes = counts.clone().fill_diagonal_(0)
    most = max(1, int(mistakes.max()))
    size = 1.6 + 0.48 * len(classes)
    figure, axis = plt.subplots(figsize=(size + 0.8, size))
    drawn = axis.imshow(mistakes.numpy(), cmap="Oranges", vmin=0, vmax=most)
    for true, row in enumerate(counts.tolist()):
        for predicted, count in enumerate(row):
            if count:
                weight = "bold" if true == predicted else "normal"
                color = "white" if mistakes[true, predicted] > 0.6 * most else "black"
                axis.text(
                    predicted, true, count, ha="center", va="center", weight=weight, size=9,
                    color=color,
                )  # fmt: skip
    long_names = max(map(len, classes)) > 3
    axis.set_xticks(range(len(classes)), classes, rotation=45 if long_names else 0)
    axis.set_yticks(range(len(classes)), classes)
    axis.set(xlabel="predicted class", ylabel="true class")
    ticks = MaxNLocator(integer=True)
    figure.colorbar(drawn, ax=axis, shrink=0.8, label="mistakes", ticks=ticks)
    return figure
