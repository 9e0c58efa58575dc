"""What a function asks of the device, counted instead of timed: the same on a busy machine."""

import warnings
from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile

VIEWS = ("alias", "detach", "flatten", "mT", "select", "slice", "t", "transpose", "unbind", "view")


def operators(function: Callable[[], object]) -> int:
    """How many operators it calls; not those that these call, and no views, which do no work."""
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        function()
    called = [one for one in seen.events() if one.name.startswith("aten::")]
    inner = {id(one) for one in called if one.cpu_parent and one.cpu_parent.name[:6] == "aten::"}
    names = [one.name.removeprefix("aten::") for one in called if id(one) not in inner]
    return sum(name not in VIEWS and name != "view_as" for name in names)


def waits(function: Callable[[], object]) -> int:
    """How often it waits for an NVIDIA GPU, as far as torch notices."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            function()
        finally:
            torch.cuda.set_sync_debug_mode("default")
    return sum("called a synchronizing CUDA operation" in str(one.message) for one in said)
