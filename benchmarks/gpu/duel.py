"""The package airbench against ``helpers.training.fast``: the same images and GPU, in turns."""

import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch

from benchmarks.cifar10_fast import Run, airbench_run, fast_run, several
from benchmarks.gpu.stage import Stage

TURNS = 10
EPOCHS = 10  # of ours; eight took three quarters of airbench94's time, and were less exact
MORE = {95: 15, 96: 40}  # a stronger recipe of airbench: seconds that it takes at most


def run(stage: Stage) -> None:
    """Turns, then ``fit_fast`` in airbench's time, then what stronger recipes give."""
    with tempfile.TemporaryDirectory() as place:
        ways = {"ours": ours(stage, EPOCHS)}
        if stage.device.type == "cuda":
            with stage.part("airbench"):
                airbench = importlib.import_module("airbench")
                ways["airbench94"] = theirs(stage, airbench, place, 94)
        for name, way in ways.items():
            with stage.part(f"{name}_first"):
                stage.put(**{f"{name}_first_run": way()})
        with stage.part("turns"):
            for turn in range(2 if stage.small else TURNS):
                for name, way in ways.items():
                    if turn < 3 or stage.left() > 30:
                        once(stage, name, way)
        with stage.part("same_time"):
            same_time(stage, "airbench94" if "airbench94" in ways else "ours")
        if "airbench94" not in ways:
            return
        for number, need in MORE.items():
            if stage.left() > need:
                with stage.part(f"airbench{number}"):
                    once(stage, f"airbench{number}", theirs(stage, airbench, place, number))


def once(stage: Stage, name: str, way: Callable[[], Run]) -> None:
    """One trial of a way."""
    seconds, accuracy = way()
    stage.trial(name, seconds=seconds, accuracy=accuracy)


def ours(stage: Stage, epochs: float) -> Callable[[], Run]:
    """Training as ``fit_fast`` does it, cuDNN's search (airbench's) switched off."""
    widths, batch = ((8, 16, 16), 100) if stage.small else ((64, 256, 256), 2000)
    return searching(False, fast_run(stage.images, stage.device, widths, epochs, batch))


def theirs(stage: Stage, airbench, place: str, number: int) -> Callable[[], Run]:
    """A recipe of airbench, with cuDNN's search for the fastest algorithm, as its import asks."""
    return searching(True, airbench_run(airbench, stage.images, Path(place), number))


def searching(switch: bool, run: Callable[[], Run]) -> Callable[[], Run]:
    """The run, with ``torch.backends.cudnn.benchmark`` switched on or off before."""

    def switched() -> Run:
        torch.backends.cudnn.benchmark = switch
        return run()

    return switched


def same_time(stage: Stage, name: str) -> None:
    """``fit_fast`` in the time that a way takes."""
    torch.backends.cudnn.benchmark = False
    seconds = max(median(stage.results.read()[f"{stage.name}.{name}_seconds"]), 0.5)
    sizes = {"sizes": [(8, 16, 16)]} if stage.small else {}
    for seed in range(1 if stage.small else 3):
        (one,) = several(stage.images, seconds, [seed], device=stage.device, **sizes)
        once(stage, "fit_fast in that time", lambda: (one.seconds, one.accuracy))  # noqa: B023
