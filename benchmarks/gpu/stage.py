"""What a stage can do: put figures, go on behind a part that fails, ask how much time is left.

``python -m benchmarks.gpu.stage MODULE NAME FILE END [small]`` runs one; END is a ``time.time()``.
"""

import faulthandler
import importlib
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gpu.results import Results, key_of

if TYPE_CHECKING:  # torch takes seconds to import, and a stage may fail or hang before it asks
    import torch

    from helpers.data import ImageSet


class Stage:
    """A stage at work.

    Args:
        name: what its figures begin with.
        results: where they go.
        seconds: when it will be stopped.
        small: whether to take tiny sizes, on the processor.

    Attributes:
        failed: whether a part of it has failed.
    """

    def __init__(self, name: str, results: Results, seconds: float, small: bool = False) -> None:
        self.name, self.results, self.small, self.failed = name, results, small, False
        self.end = time.monotonic() + seconds

    @cached_property
    def device(self) -> "torch.device":
        """Where to compute."""
        import torch

        from helpers.device.place import get_default_device

        return torch.device("cpu") if self.small else get_default_device()

    @cached_property
    def clock(self) -> Callable[[], float]:
        """Waits for that device, then tells seconds."""
        from helpers.device.speed import clock_of

        return clock_of(self.device)

    @cached_property
    def images(self) -> "ImageSet":
        """CIFAR-10, or practice images in the small form."""
        from helpers.data import load

        return load("cifar10")

    def left(self) -> float:
        """Seconds until it is stopped."""
        return self.end - time.monotonic()

    def put(self, **figures: object) -> None:
        """Store figures and print them: ``Stage("fast", ...).put(a=3)`` is ``fast.a``."""
        for name, value in figures.items():
            print(f"{self.name}.{name} = {value}"[:300], flush=True)
        self.results.put({f"{self.name}.{name}": value for name, value in figures.items()})

    def trial(self, name: str, **figures: object) -> None:
        """Append one trial's figures to the lists of those before: ``seconds=2.0`` of ``name``."""
        so_far = self.results.read()
        names = {key: key_of(f"{name}_{key}") for key in figures}
        before = {key: so_far.get(f"{self.name}.{names[key]}", []) for key in figures}
        self.put(**{names[key]: [*before[key], value] for key, value in figures.items()})

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part that is timed, and whose failure is noted and does not stop the next one."""
        began = time.monotonic()
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            self.failed = True
            self.put(**{f"{name}_error": f"{type(error).__name__}: {error}"[:400]})
        self.put(**{f"{name}_took_s": round(time.monotonic() - began, 2)})


def main(module: str, name: str, file: str, end: str, *small: str) -> int:
    """Run one stage; the exit status says whether anything in it failed."""
    seconds = max(float(end) - time.time(), 1)
    faulthandler.dump_traceback_later(max(seconds - 2, 1))  # the log says where it hung
    stage = Stage(name, Results(Path(file)), seconds, bool(small))
    try:
        importlib.import_module(module).run(stage)
    except Exception as error:
        traceback.print_exc()
        stage.put(error=f"{type(error).__name__}: {error}"[:400])
        return 1
    return int(stage.failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
