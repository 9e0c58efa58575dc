"""In which precision, and in which order in memory, a device multiplies fastest."""

import time
from functools import cache

import torch
import torch.nn.functional as F

GAIN = 1.2  # so many times faster bfloat16 must be; with less, its fewer digits are not worth it
TRIES = 5


def fast_precision(device: torch.device | str, watchful: bool = False) -> torch.dtype:
    """In which precision convolutions should be computed on this device.

    bfloat16 keeps the range of float32 with fewer digits. It pays where the hardware multiplies it
    directly: many x86 processors since 2020 (AVX-512 BF16, AMX), NVIDIA GPUs since Ampere. What a
    processor is called says little: instructions may be switched off, or torch may have no program
    for them and take a hundred times as long. So on a processor a small convolution is timed in
    both, once in a process, in a few milliseconds.

    Older NVIDIA GPUs (a T4, for example) multiply only float16 directly. It ends at 65,504, so a
    gradient may become infinite there. Only a loop that looks out for that gets it; any other one
    gets float32. On a processor float16 is never the answer: it takes many times longer.

    Args:
        watchful: whether the loop drops steps whose gradients are not finite, as ``fit_fast`` does.

    Returns:
        torch.dtype: ``torch.bfloat16``, ``torch.float32`` or, if watchful, ``torch.float16``.

    Example:
        >>> fast_precision(torch.device("mps"), watchful=True)
        torch.float32
    """
    device = torch.device(device)
    if device.type == "cuda":
        direct = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        direct = device.type == "cpu" and _bfloat16_pays()
    if direct:
        return torch.bfloat16
    return torch.float16 if device.type == "cuda" and watchful else torch.float32


def fast_layout(device: torch.device | str, precision: torch.dtype) -> torch.memory_format:
    """In which order a convolutional network should keep its numbers in memory.

    ``torch.channels_last`` puts the numbers of a pixel side by side. Processors compute faster so,
    in any precision, and so do the units of a GPU that multiply numbers of two bytes: a step of
    ``fit_fast`` took three quarters of the time on an NVIDIA H100. A GPU that computes in float32
    keeps PyTorch's usual order; on such a one neither has been measured yet.

    Example:
        >>> fast_layout(torch.device("cpu"), torch.float32)
        torch.channels_last

    The advice for two bytes is that of PyTorch's tutorial "Channels Last Memory Format".
    """
    device = torch.device(device)
    last = device.type == "cpu" or precision != torch.float32
    return torch.channels_last if last else torch.contiguous_format


@cache
def _bfloat16_pays() -> bool:
    """Time a convolution in both precisions, in turns.

    On one thread and by its own clock, which stands still while the processor does other work.
    """
    best = {torch.float32: float("inf"), torch.bfloat16: float("inf")}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(TRIES):
            for precision in best:
                best[precision] = min(best[precision], _seconds(precision))
            if best[torch.bfloat16] > 10 * best[torch.float32]:  # there is no program for it
                break
    finally:
        torch.set_num_threads(threads)
    return best[torch.float32] > GAIN * best[torch.bfloat16]


def _seconds(precision: torch.dtype) -> float:
    """How long a small convolution takes on the processor, forwards and backwards."""
    x = torch.ones(16, 32, 16, 16, device="cpu", dtype=precision)
    x = x.contiguous(memory_format=torch.channels_last)
    weight = torch.ones(32, 32, 3, 3, device="cpu", dtype=precision, requires_grad=True)
    begin = time.thread_time()
    F.conv2d(x, weight, padding=1).sum().backward()
    return time.thread_time() - begin
