"""How much a training has to compute, and how fast a machine can compute: the physical limit."""

import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


def training_flops(model: nn.Module, xb: torch.Tensor) -> int:
    """The multiplications and additions for one step forwards and backwards, for each image.

    Counted are those of convolutions and matrix products; nearly all the work is there.

    Args:
        model: from images to logits; parameters that do not learn cost nothing backwards. Its
            gradients and its mode stay as they were; the averages of its batch norms move.
        xb: a batch of two or more images on its device.

    Returns:
        int: floating point operations an image; a multiplication and an addition are two.

    Example:
        >>> training_flops(nn.Linear(4, 3), torch.zeros(2, 4))  # 2 · 4 · 3, for outputs and weights
        48
    """
    from torch.utils.flop_counter import FlopCounterMode  # slow to import, and seldom needed

    yb = torch.zeros(len(xb), dtype=torch.int64, device=xb.device)
    learning = [p for p in model.parameters() if p.requires_grad]
    with FlopCounterMode(display=False) as counter:
        torch.autograd.grad(F.cross_entropy(model(xb), yb), learning)
    return counter.get_total_flops() // len(xb)


def product_rate(
    device: torch.device | str,
    dtype: torch.dtype,
    clock: Callable[[], float],
    side: int | None = None,
    tries: int = 5,
) -> float:
    """How fast a device multiplies large matrices: what no network can surpass.

    Args:
        clock: tells seconds, as ``clock_of`` makes it.
        side: rows and columns. If None, 1,024 on a processor; on a GPU, which only large matrices
            keep busy, the best of several sizes up to 8,192.
        tries: how often it is timed; the fastest counts. One more, not timed, comes before.

    Returns:
        float: floating point operations a second.

    Example:
        >>> import time
        >>> product_rate(torch.device("cpu"), torch.float32, time.perf_counter, side=64) > 0
        True
    """
    device = torch.device(device)
    if side is None:
        sides = (1024,) if device.type == "cpu" else (1024, 2048, 4096, 8192)
        return max(product_rate(device, dtype, clock, each, tries) for each in sides)
    a, b = torch.rand(2, side, side, device=device).to(dtype)
    seconds = []
    for _ in range(1 + tries):
        begin = clock()
        a @ b
        seconds.append(clock() - begin)
    return 2 * side**3 / min(seconds[1:])


def clock_of(device: torch.device | str) -> Callable[[], float]:
    """A clock that waits until a device has done what it was told, and then tells the seconds.

    Work for a GPU is put into a queue; without waiting, a clock would measure how fast it is put
    there.

    Returns:
        A function without arguments; only differences of its answers mean something.

    Example:
        >>> clock = clock_of(torch.device("cpu"))
        >>> clock() <= clock()
        True
    """
    device = torch.device(device)
    waits = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}

    def clock() -> float:
        if device.type in waits:
            waits[device.type]()
        return time.perf_counter()

    return clock
