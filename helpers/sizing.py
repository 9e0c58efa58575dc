"""Which network to train in a given time: by trying how long each one takes."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

Size = TypeVar("Size")


def largest_that_fits(
    sizes: Sequence[Size],
    epoch_seconds: Callable[[Size], float],
    seconds: float,
    enough: float,
) -> Size:
    """The largest size for which there is time for enough epochs; the smallest if there is none.

    Args:
        sizes: from small to large; the search ends at the first that is too large.
        epoch_seconds: how long an epoch takes with a size; called once for each that is tried.
        seconds: how much time there is.
        enough: how many epochs there must be time for.

    Raises:
        ValueError: when there are no sizes.

    Example:
        >>> largest_that_fits([1, 2, 4, 8], lambda size: 10.0 * size, seconds=100, enough=3)
        2
    """
    if not sizes:
        raise ValueError("expected at least one size to choose from, got none")
    chosen = sizes[0]
    for size in sizes:
        if enough * epoch_seconds(size) > seconds:
            break
        chosen = size
    return chosen


def step_seconds(
    model: nn.Module,
    xb: torch.Tensor,
    yb: torch.Tensor,
    clock: Callable[[], float],
    tries: int = 2,
) -> float:
    """How long a batch takes forwards and backwards; gradients and parameters stay as they were.

    Args:
        model: from images to logits.
        xb: a batch of images on the model's device.
        yb: its labels.
        clock: tells seconds, as ``helpers.budget.clock_of`` makes it.
        tries: how often it is timed; the fastest counts. One more, not timed, comes before.

    Example:
        >>> import time
        >>> layer = nn.Linear(4, 2)
        >>> step_seconds(layer, torch.rand(8, 4), torch.zeros(8).long(), time.perf_counter) > 0
        True
    """
    learning = [p for p in model.parameters() if p.requires_grad]
    seconds = []
    for _ in range(1 + tries):
        begin = clock()
        torch.autograd.grad(F.cross_entropy(model(xb), yb), learning)
        seconds.append(clock() - begin)
    return min(seconds[1:])
