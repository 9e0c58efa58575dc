"""The lean network of lesson 09: three blocks that pool early, batch norm, one small last layer."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from helpers.models.base import ImageClassificationBase


def as_it_is(conv: nn.Conv2d) -> nn.Conv2d:
    """The same convolution, with the random start that PyTorch has given it.

    Built in lesson 09.
    """
    return conv


def plain_norm(channels: int) -> nn.Module:
    """Batch norm whose averages follow within a few steps, as short trainings need it.

    Built in lesson 09.
    """
    return nn.BatchNorm2d(channels, momentum=0.4)


def lean_block(
    inputs: int,
    outputs: int,
    start: Callable[[nn.Conv2d], nn.Conv2d] = as_it_is,
    norm: Callable[[int], nn.Module] = plain_norm,
) -> nn.Sequential:
    """Two convolutions of 3×3; the pooling comes directly after the first.

    Args:
        start: changes the weights that a convolution begins with.
        norm: makes the normalisation for so many channels.

    Returns:
        nn.Sequential: from (n, inputs, h, w) to (n, outputs, h // 2, w // 2).

    Example:
        >>> lean_block(24, 32)(torch.zeros(2, 24, 31, 31)).shape
        torch.Size([2, 32, 15, 15])

    Pooling before the norm: David Page, "How to train your ResNet" (2019).
    Built in lesson 09.
    """
    return nn.Sequential(
        start(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)),
        nn.MaxPool2d(2), norm(outputs), nn.SiLU(),
        start(nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)),
        norm(outputs), nn.SiLU(),
    )  # fmt: skip


class LeanNet(ImageClassificationBase):
    """A first layer, lean blocks, the largest value of each channel, and a linear layer to logits.

    Args:
        first: the first layer, from three colours to its ``out_channels``.
        widths: channels of the blocks.
        precision: in which products are computed; parameters and logits are float32.

    Example:
        >>> LeanNet(nn.Conv2d(3, 24, 2), (8, 16, 16))(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 10])

    The layers are those of Keller Jordan's airbench94 (arXiv:2404.00498), which come from David
    Page, "How to train your ResNet" (2018), and tysam-code, hlb-CIFAR10 (2023).
    Built in lesson 09.
    """

    def __init__(
        self,
        first: nn.Conv2d,
        widths: Sequence[int],
        start: Callable[[nn.Conv2d], nn.Conv2d] = as_it_is,
        norm: Callable[[int], nn.Module] = plain_norm,
        precision: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.first, self.precision = first, precision
        channels = [first.out_channels, *widths]
        blocks = [lean_block(i, o, start, norm) for i, o in pairwise(channels)]
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(widths[-1], 10, bias=False)

    def forward(self, xb: torch.Tensor) -> torch.Tensor:
        """Logits, float32, shape (n, 10), of images (n, 3, height, width) of 16 pixels or more."""
        lower = self.precision != torch.float32
        with torch.autocast(xb.device.type, self.precision, enabled=lower):
            features = self.blocks(F.silu(self.first(xb)))
            logits = self.head(features.amax((2, 3)))
        return logits.float() / 9  # small at first: a new network is not sure
