"""What tests do in several processes; nothing is left over after any of them."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path

import cloudpickle
import pytest
import torch
from torch import nn

from helpers.data import Split
from tests.training import processes


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    """No child of this process lives on."""
    yield
    assert not multiprocessing.active_children()


def is_alive(process: int) -> bool:
    """Whether a process is there, and has not ended without anybody asking for its exit code."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def ended(process: int, seconds: float = 20.0) -> bool:
    """Whether a process is gone within some seconds."""
    until = time.monotonic() + seconds
    while is_alive(process) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(process)


def some_photos(n: int, seed: int = 0) -> Split:
    """Noise of 32x32, brighter in one of four bands, the lower the higher the label."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 4
    noise = torch.randint(0, 120, (n, 3, 32, 32), generator=random)
    band = torch.arange(32) // 8 == labels[:, None]
    return Split((noise + 100 * band[:, None, :, None]).to(torch.uint8), labels)


def networks() -> dict[str, nn.Module]:
    """Some of several kinds, for images (n, 3, 8, 8) and four classes; the same in each process."""
    torch.manual_seed(0)
    return {
        "linear": nn.Sequential(nn.Flatten(), nn.Linear(192, 4)),
        "deep": nn.Sequential(nn.Flatten(), nn.Linear(192, 32), nn.ReLU(), nn.Linear(32, 4)),
        "convolutions": nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(),
            nn.Flatten(), nn.Linear(288, 4),
        ),
        "layer norm": nn.Sequential(
            nn.Flatten(), nn.LayerNorm(192), nn.Linear(192, 16), nn.GELU(), nn.Linear(16, 4)
        ),
    }  # fmt: skip


# A process gets this module's functions as they are, and need not import tests.
cloudpickle.register_pickle_by_value(processes)
