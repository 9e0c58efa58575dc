"""Identity initialisation: a convolution that begins by passing on what it gets."""

import torch
from torch import nn


@torch.no_grad()
def pass_on(conv: nn.Conv2d) -> nn.Conv2d:
    """Let the first filters of a convolution copy their input; the others stay as they are.

    A filter that is 1 in the middle of one input channel and 0 elsewhere gives back that channel
    (a Dirac filter). Images and gradients then pass through a deep network from the first step on.

    Args:
        conv: a convolution of odd kernel size, changed in place.

    Returns:
        nn.Conv2d: the same one.

    Raises:
        ValueError: when the kernel has no middle.

    Example:
        >>> conv = pass_on(nn.Conv2d(2, 3, 3, padding=1, bias=False))
        >>> image = torch.rand(1, 2, 5, 5)
        >>> torch.equal(conv(image)[:, :2], image)
        True

    Dirac filters: Zagoruyko and Komodakis, "DiracNets" (arXiv:1706.00388); for the first filters
    only: Keller Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (arXiv:2404.00498).
    Built in lesson 08.
    """
    _check_middle(conv)
    nn.init.dirac_(conv.weight[: conv.in_channels])
    return conv


def _check_middle(conv: nn.Conv2d) -> None:
    if any(side % 2 == 0 for side in conv.kernel_size):
        raise ValueError(f"expected an odd kernel size, which has a middle, got {conv.kernel_size}")
