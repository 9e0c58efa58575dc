"""In which precision a device multiplies fastest without harm to the training."""

import torch


def fast_precision(device: torch.device) -> torch.dtype:
    """Whether convolutions should be computed in bfloat16 on this device.

    bfloat16 keeps the range of float32 with fewer digits. It pays where the hardware multiplies it
    directly: x86 processors with AVX-512 BF16 or AMX, NVIDIA GPUs since Ampere. Everywhere else the
    answer is float32. float16 is never the answer: a processor computes it many times slower.

    Args:
        device: where the training will run.

    Returns:
        torch.dtype: ``torch.bfloat16`` or ``torch.float32``.

    Example:
        >>> fast_precision(torch.device("cpu")) in (torch.bfloat16, torch.float32)
        True
    """
    if device.type == "cuda":
        direct = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        direct = device.type == "cpu" and _has_bfloat16_instructions()
    return torch.bfloat16 if direct else torch.float32


def lowest_precision(device: torch.device) -> torch.dtype:
    """What the recipe of lesson 08 computes in: float16 on an NVIDIA GPU, else ``fast_precision``.

    float16 has more digits than bfloat16 and a smaller range. It is exact enough where the numbers
    stay small, as behind a batch norm, and older GPUs have nothing faster.

    Args:
        device: where the training will run.

    Example:
        >>> lowest_precision(torch.device("cuda"))
        torch.float16
    """
    return torch.float16 if device.type == "cuda" else fast_precision(device)


def _has_bfloat16_instructions() -> bool:
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
