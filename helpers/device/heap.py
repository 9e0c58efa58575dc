"""Memory that is freed is kept for the next tensor, not given back to the system each time."""

import ctypes
import platform

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
