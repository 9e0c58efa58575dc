"""Memory of a device: who takes how much, what to do when it is full, and keeping what is freed."""

import ctypes
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn

from helpers.language import say

MIB = 2**20

# What torch and the libraries below it say, besides raising ``torch.OutOfMemoryError``.
_FULL = (
    "out of memory",  # CUDA and MPS
    "can't allocate memory",  # a processor
    "not enough mem",
    "invalid buffer size",  # MPS, for a tensor that is larger than a buffer may be
    "alloc_failed",  # cuBLAS and cuDNN
)


def size_in_bytes(data: object) -> int:
    """How much memory tensors take: one tensor, a module, or lists, tuples and dicts of them.

    Example:
        >>> size_in_bytes([torch.zeros(10), nn.Linear(2, 1)])
        52
    """
    if isinstance(data, torch.Tensor):
        return data.numel() * data.element_size()
    if isinstance(data, nn.Module):
        return sum(map(size_in_bytes, [*data.parameters(), *data.buffers()]))
    if isinstance(data, dict):
        return sum(map(size_in_bytes, data.values()))
    if isinstance(data, (list, tuple)):
        return sum(map(size_in_bytes, data))
    return 0


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that a device has no memory left.

    Example:
        >>> is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
        False
    """
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in _FULL)


@contextmanager
def explain_full_memory(batch_size: int, resident: Mapping[str, object]) -> Iterator[None]:
    """Catch the error of a full memory, say what takes the room, and go on behind the block.

    Other errors pass.

    Args:
        batch_size: how many examples at once the block works on.
        resident: what stays in the memory, by name.

    Example:
        >>> with explain_full_memory(64, {"images": torch.zeros(2**18)}):
        ...     raise torch.OutOfMemoryError("out of memory")
        The memory of the device is full.
        - The block tried 64 examples at once. Try 32: what a step needs shrinks with the batch.
        - These stay there all the time: images 1 MiB. Delete or move what is not needed.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    else:
        return
    # What the failed step had taken can be used again.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
    sizes = ", ".join(
        f"{name} {size_in_bytes(data) / MIB:,.0f} MiB" for name, data in resident.items()
    )
    print(
        say(
            "The memory of the device is full.\n- The block tried {size:,} examples at "
            "once. Try {half:,}: what a step needs shrinks with the batch.\n- These stay there "
            "all the time: {sizes}. Delete or move what is not needed.",
            size=batch_size,
            half=max(1, batch_size // 2),
            sizes=sizes,
        )
    )


# The numbers of two settings in glibc's <malloc.h>.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGE = 2**30  # bytes


def keep_freed_memory() -> bool:
    """Let this process keep the memory of freed tensors up to 1 GiB each, and use it again.

    The C library of Linux asks the system for each block of more than 32 MiB and gives it back
    when it is freed. The system hands out memory page by page, 4 KiB each, and clears every page
    first. A training step with large batches frees and asks for the same sizes again and again, so
    on a processor a good part of its time goes there. Once told so, the library keeps such blocks.
    What the process has used at its peak, and somewhat more for gaps between blocks, stays with it
    until it ends. GPUs are not concerned: torch keeps their memory anyway.

    Returns:
        bool: True where the setting was accepted; False where the C library is another (macOS,
        Windows, Alpine), where nothing changes.

    Example:
        >>> keep_freed_memory() in (True, False)
        True

    GNU C Library manual, "Malloc Tunable Parameters".
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all([mallopt(_MMAP_THRESHOLD, _LARGE), mallopt(_TRIM_THRESHOLD, _LARGE)])
