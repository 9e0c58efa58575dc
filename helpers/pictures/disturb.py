"""A digit that is turned, shifted or made noisy, and what a network then thinks it is."""

import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn

from helpers.pictures.canvas import BLUE, ORANGE
from helpers.training.classifier import predict


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

    Raises:
        ValueError: for an image of another shape.
        TypeError: for an image of whole numbers.

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
    """Draw a disturbed image beside the probabilities that a network gives it; for sliders.

    Args:
        model: from a batch (n, 1, side, side) to logits (n, classes); its mode is put back.
        image: float from 0 to 1, shape (1, side, side).
        turn: degrees, against the clock.
        shift: pixels to the right.
        noise: standard deviation of what is added to each pixel.

    Returns:
        Figure: the image, and one bar a class, the largest in another colour.

    Raises:
        ValueError: as ``disturb`` does.
    """
    shown = disturb(image.cpu(), turn, shift, noise)
    device = next(model.parameters()).device
    logits, _ = predict(model, [(shown[None], torch.zeros(1))], device)
    probabilities = logits[0].softmax(0).tolist()
    figure, (picture, bars) = plt.subplots(1, 2, figsize=(6.4, 2.4), width_ratios=(1, 2))
    picture.axis("off")
    picture.imshow(shown[0].numpy(), vmin=0, vmax=1)
    best = max(probabilities)
    classes = range(len(probabilities))
    bars.bar(classes, probabilities, color=[ORANGE if p == best else BLUE for p in probabilities])
    bars.set(xlabel="class", ylabel="probability", ylim=(0, 1.02), xticks=classes)
    bars.set_title(f"it says {probabilities.index(best)}: {best:.0%}", fontsize=11)
    return figure
