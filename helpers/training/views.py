"""Test-time views: a network answers for several versions of an image, and the mean counts."""

from collections.abc import Callable

import torch
import torch.nn.functional as F

from helpers import checks

Model = Callable[[torch.Tensor], torch.Tensor]


def mirrored(images: torch.Tensor) -> list[torch.Tensor]:
    """Two views: the images, and the same ones mirrored left to right.

    Example:
        >>> [view.flatten().tolist() for view in mirrored(torch.tensor([1, 2]).view(1, 1, 1, 2))]
        [[1, 2], [2, 1]]

    Built in lesson 10.
    """
    checks.channels_first(images)
    return [images, images.flip(-1)]


def shifted(images: torch.Tensor, pixels: int = 1) -> list[torch.Tensor]:
    """Six views: images and mirrored images, each also moved up and left, and down and right.

    Pixels at the edge are repeated. Mirroring comes first: a mirrored image then has the same six
    views in another order, so their mean does not depend on the side that was given.

    Args:
        images: float, shape (n, channels, height, width).
        pixels: how far they are moved, 1 or more.

    Returns:
        list: six tensors of that shape.

    Example:
        >>> shifted(torch.arange(9.0).view(1, 1, 3, 3))[2].squeeze()
        tensor([[4., 5., 5.],
                [7., 8., 8.],
                [7., 8., 8.]])

    Keller Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (arXiv:2404.00498).
    Built in lesson 10.
    """
    height, width = images.shape[-2:]
    sides = mirrored(images)
    padded = [F.pad(side, (pixels,) * 4, mode="replicate") for side in sides]
    up_left = [side[..., 2 * pixels :, 2 * pixels :] for side in padded]
    down_right = [side[..., :height, :width] for side in padded]
    return sides + up_left + down_right


def look(model: Model, views: list[torch.Tensor]) -> torch.Tensor:
    """The mean of a model's logits over some views of the same images.

    Args:
        model: from images to logits, shape (n, classes).

    Example:
        >>> look(lambda x: x.flatten(1), mirrored(torch.tensor([[[[1.0, 3.0]]]])))
        tensor([[2., 2.]])

    Built in lesson 10.
    """
    _check_views(views)
    return torch.stack([model(view) for view in views]).mean(0)


def look_twice(model: Model, images: torch.Tensor, doubtful: float = 0.3) -> torch.Tensor:
    """Look at mirrored views of all images, and at six views of those that the model doubts.

    An answer is doubtful when the two largest probabilities lie close together. Another look at
    the others would cost time and change nothing.

    Args:
        model: from images to logits, shape (n, classes).
        images: float, shape (n, channels, height, width).
        doubtful: share of the images that are looked at again, from 0 to 1.

    Returns:
        Tensor: logits, shape (n, classes).

    Example:
        >>> look_twice(lambda x: x.flatten(1), torch.zeros(4, 1, 1, 2), doubtful=0.5).shape
        torch.Size([4, 2])

    Views for doubtful images only: hiverge, cifar10-speedrun (2025).
    Built in lesson 10.
    """
    _check_share(doubtful)
    logits = look(model, mirrored(images))
    first, second = logits.softmax(1).topk(2).values.T
    again = (first - second).argsort()[: round(doubtful * len(images))]
    if len(again):
        logits[again] = look(model, shifted(images[again]))
    return logits


def _check_views(views: object) -> None:
    if isinstance(views, torch.Tensor):
        raise TypeError(
            "look: expected a list of views, got a tensor, whose images would be taken for views "
            "of one another; use mirrored(images), or [images] for a single look"
        )


def _check_share(doubtful: float) -> None:
    if not 0 <= doubtful <= 1:
        raise ValueError(f"doubtful must be a share from 0 to 1, got {doubtful}")
