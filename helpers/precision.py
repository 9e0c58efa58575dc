"""In which precision a device multiplies fastest without harm to the training."""

import torch


def fast_precision(device: torch.device) -> torch.dtype:
    """Whether convolutions should be computed in bfloat16 on this device.

    bfloat16 keeps the range of float32 with fewer digits. It pays where the hardware multiplies it
    directly: x86 processors with AVX-512 BF16 or AMX, NVIDIA GPUs since Ampere. Everywhere else the
    answer is float32. float16 is never the answer: a processor computes it many times slower, and
    on a GPU its small range asks for precautions (see ``lowest_precision``).

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
    """What the recipe of lesson 08 computes in: two bytes a number on every NVIDIA GPU.

    That is ``fast_precision``, where it is bfloat16: GPUs multiply it as fast as float16, and its
    range is that of float32. Older GPUs (a T4, for example) multiply only float16 directly. It ends
    at 65,504, so a gradient may become infinite there, and who trains in it has to look out for
    that, as ``helpers.fast.train`` does. Processors and Apple's GPUs get ``fast_precision``.

    Args:
        device: where the training will run.

    Returns:
        torch.dtype: ``torch.bfloat16``, ``torch.float16`` or ``torch.float32``.

    Example:
        >>> lowest_precision(torch.device("mps"))
        torch.float32
    """
    fast = fast_precision(device)
    return torch.float16 if device.type == "cuda" and fast == torch.float32 else fast


def _has_bfloat16_instructions() -> bool:
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
