"""Where tensors live and sums are done: an NVIDIA GPU, an Apple GPU or the processor."""

import warnings
from collections.abc import Iterator
from functools import cache
from typing import Protocol, Self, TypeVar

import torch

from helpers import checks
from helpers.language import say

Data = TypeVar("Data", bound="Movable | dict | list | tuple")
T_co = TypeVar("T_co", covariant=True)


class UnusableGPU(UserWarning):
    """torch finds a GPU and cannot compute on it."""


class Movable(Protocol):
    """A tensor, a module, or what else can be moved as they are."""

    def to(self, device: torch.device | str) -> Self: ...


@cache
def get_default_device() -> torch.device:
    """Return the fastest device of this machine: CUDA, then Apple's MPS, then the CPU.

    A GPU that torch sees but cannot compute on (this happens with cards for which the installed
    torch has no programs any more) is passed over, with a warning. The choice is made once in a
    process; later calls return the same answer.

    Example:
        >>> get_default_device().type in {"cuda", "mps", "cpu"}
        True

    The name is the one of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian).
    """
    return chosen_device()


def chosen_device() -> torch.device:
    """What ``get_default_device`` answers, tried anew.

    Example:
        >>> chosen_device().type in {"cuda", "mps", "cpu"}
        True
    """
    for kind, backend in (("cuda", torch.cuda), ("mps", torch.backends.mps)):
        device = torch.device(kind)
        if not backend.is_available():
            continue
        try:
            compute_on(device)
        except RuntimeError as error:
            reason = str(error).strip().partition("\n")[0]
            warnings.warn(
                say(
                    "torch finds a GPU ({kind}) and cannot compute on it ({reason}), so lessons go "
                    "on without it. Update its driver; if it is an old card, install an older "
                    "torch that was built for it (pytorch.org/get-started/previous-versions)",
                    kind=kind,
                    reason=reason,
                ),
                UnusableGPU,
                stacklevel=3,
            )
        else:
            return device
    return torch.device("cpu")


def compute_on(device: torch.device) -> None:
    """Multiply two small matrices on a device.

    Raises:
        RuntimeError: when it cannot; torch's own words say why.
    """
    square = torch.ones(2, 2, device=device)
    (square @ square).sum().item()  # item waits for the result: errors of a GPU come late


def describe(device: torch.device | str) -> str:
    """Say in a few words what a device is, for example ``CPU (2 threads)``.

    Example:
        >>> describe(torch.device("cpu")).startswith("CPU")
        True
    """
    device = torch.device(device)
    if device.type == "cuda":
        return f"GPU ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return say("Apple GPU (MPS)")
    threads = torch.get_num_threads()
    return say("CPU ({n} threads)" if threads != 1 else "CPU ({n} thread)", n=threads)


def to_device(data: Data, device: torch.device | str) -> Data:
    """Move tensors or a module to a device, also when they lie in lists, tuples and dicts.

    A tensor that is there already is not copied. A module is changed in place.

    Example:
        >>> images, labels = to_device((torch.zeros(2, 3), torch.zeros(2)), "meta")
        >>> images.device.type, labels.device.type
        ('meta', 'meta')

    The name is the one of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian).
    Built in lesson 08.
    """
    checks.movable(data)
    if isinstance(data, dict):
        return {  # type: ignore[return-value]  # data is a dict, so this is of its type
            key: to_device(value, device) for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        make = getattr(data, "_make", type(data))  # a named tuple is put together by its _make
        return make([to_device(value, device) for value in data])
    return data.to(device)


class SizedLoader(Protocol[T_co]):
    """What gives batches and knows how many, for example a ``DataLoader``."""

    def __iter__(self) -> Iterator[T_co]: ...

    def __len__(self) -> int: ...


class DeviceDataLoader:
    """A loader whose batches are moved to a device one by one, each when it is its turn.

    Example:
        >>> dl = DeviceDataLoader([torch.zeros(2), torch.zeros(1)], "meta")
        >>> len(dl), [xb.device.type for xb in dl]
        (2, ['meta', 'meta'])

    The name is the one of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian).
    Built in lesson 08.
    """

    def __init__(self, dl: SizedLoader, device: torch.device | str) -> None:
        self.dl, self.device = dl, device

    def __iter__(self) -> Iterator:
        for batch in self.dl:
            yield to_device(batch, self.device)

    def __len__(self) -> int:
        return len(self.dl)
