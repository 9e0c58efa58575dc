"""What a classifier of points in a plane says about every place in it."""

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from helpers.pictures.canvas import BLUE, ORANGE

Model = Callable[[torch.Tensor], torch.Tensor]


def draw_regions(models: Mapping[str, Model], points: torch.Tensor, labels: torch.Tensor) -> Figure:
    """Draw, for each model, the probability of class 1 at every place, and the points on top.

    Where a model holds both classes for equally probable the ground is white; a black line parts
    the regions of the two classes.

    Args:
        models: for each name a function from points, shape (n, 2), to logits, shape (n, 2).
        points: float, shape (n, 2).
        labels: 0 or 1, shape (n,).

    Returns:
        Figure: one square a model, its name and its accuracy on the points as the title.

    Raises:
        ValueError: for no models, or points and labels of other shapes.

    Example:
        ``draw_regions({"line": nn.Linear(2, 2)}, points, labels)``
    """
    if not models:
        raise ValueError("draw_regions: expected at least one model, got none")
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != points.shape[:1]:
        raise ValueError(
            "draw_regions: expected points of shape (n, 2) and labels of shape (n,), "
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
            ground = model(places.view(-1, 2)).softmax(1)[:, 1].view(len(side), len(side))
            right = (model(points).argmax(1) == labels).float().mean().item()
        painted = axis.imshow(
            ground.numpy(), cmap=_GROUND, vmin=0, vmax=1, extent=(low, high, low, high),
            origin="lower", interpolation="bilinear",
        )  # fmt: skip
        if ground.min() < 0.5 < ground.max():
            axis.contour(side.numpy(), side.numpy(), ground.numpy(), levels=[0.5], colors="black")
        for cls, (colour, marker) in enumerate(((BLUE, "o"), (ORANGE, "^"))):
            x1, x2 = points[labels == cls].T
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
