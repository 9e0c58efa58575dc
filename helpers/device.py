"""Where tensors live and sums are done: an NVIDIA GPU, an Apple GPU or the processor."""

from functools import cache

import torch


@cache
def get_default_device() -> torch.device:
    """Return the fastest device of this machine: CUDA, then Apple's MPS, then the CPU.

    The choice is made once in a process; later calls return the same answer.

    Returns:
        torch.device: ``cuda``, ``mps`` or ``cpu``.

    Example:
        >>> get_default_device().type in {"cuda", "mps", "cpu"}
        True

    The name is the one of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian).
    """
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def describe(device: torch.device) -> str:
    """Say in a few words what a device is, for example ``CPU (2 threads)``.

    Args:
        device: any torch device of this machine.

    Example:
        >>> describe(torch.device("cpu")).startswith("CPU")
        True
    """
    if device.type == "cuda":
        return f"GPU ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return "Apple GPU (MPS)"
    threads = torch.get_num_threads()
    return f"CPU ({threads} thread{'s' if threads != 1 else ''})"
