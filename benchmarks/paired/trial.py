"""One trial: train by a recipe with a seed, judge by validation images, write all of it down."""

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import random_split

from benchmarks.paired.network import SwitchedNet
from benchmarks.paired.recipe import Recipe, Scale
from benchmarks.paired.training import PairedBatches, train
from helpers.data import ResidentBatches, Split
from helpers.device.memory import keep_freed_memory
from helpers.device.place import describe
from helpers.device.precision import fast_precision
from helpers.device.speed import clock_of
from helpers.training.classifier import evaluating
from helpers.training.fast import DOUBTFUL
from helpers.training.views import look_twice

ROOT = Path(__file__).parents[2]
WAITING = 1.2  # seconds by the clock for one of work, at most
BESIDE = 0.5  # a load of so much more than the threads of the trial makes its seconds worthless


class Trainer:
    """Makes trials on this machine.

    Args:
        split: training images of a set, such as ``load("cifar10").train``, to learn from and to
            judge by.
        device: where to train.
        state: which commit this is, where git cannot say it.
    """

    def __init__(
        self,
        split: Split,
        device: torch.device | str = "cpu",
        state: str | None = None,
    ) -> None:
        n = len(split.labels)
        parts = random_split(range(n), [n - n // 10, n // 10], torch.Generator().manual_seed(42))
        self.split, (self.learn, self.judge) = split, (list(part.indices) for part in parts)
        self.device, self.state = torch.device(device), state
        self.precision = fast_precision(self.device, watchful=True)
        keep_freed_memory()

    @property
    def kind(self) -> dict[str, str]:
        """What all trials of a file have in common."""
        precision = str(self.precision).removeprefix("torch.")
        on_cpu = self.device.type == "cpu"
        return {
            "precision": precision,
            "device": self.device.type,
            "machine": machine() if on_cpu else describe(self.device),
        }

    def some(self, rows: list[int]) -> Split:
        return Split(self.split.images[rows], self.split.labels[rows])

    def __call__(self, recipe: Recipe, scale: Scale, seed: int) -> dict[str, Any]:
        """What came out: accuracies as counts and shares, seconds, steps."""
        wanted = scale.train + recipe.extra, scale.valid
        for there, need in zip((self.learn, self.judge), wanted):
            if len(there) < need:
                raise ValueError(f"scale {scale.name} needs {need} images, there are {len(there)}")
        images, valid = self.some(self.learn[: wanted[0]]), self.some(self.judge[: wanted[1]])
        batch_size, steps = scale.batch(recipe), scale.steps(recipe)
        sample = images.images[: scale.train : scale.train // 1000 + 1].to(self.device) / 255
        widths = tuple(width * factor for width, factor in zip(scale.widths, recipe.wider))
        begin, busy, load = time.perf_counter(), time.process_time(), os.getloadavg()[0]
        torch.manual_seed(seed)
        model = SwitchedNet(sample, recipe, widths, 10, self.precision)  # type: ignore[arg-type]
        train(model, PairedBatches(images, recipe, batch_size, seed, self.device), recipe, steps)
        clock_of(self.device)()  # waits for it
        seconds, busy = time.perf_counter() - begin, time.process_time() - busy
        load = max(load, os.getloadavg()[0])
        plain, views = right(model, ResidentBatches(*valid, 500, self.device))
        return {
            "accuracy": plain / scale.valid,
            "accuracy_views": views / scale.valid,
            "seconds": round(seconds, 2),
            "processor_seconds": round(busy, 2),
            "load": round(load, 2),
            "seconds_comparable": self.device.type == "cpu" and alone(seconds, busy, load),
            "steps": steps,
            "images_a_step": batch_size,
            **self.kind,
            "threads": torch.get_num_threads(),
            "versions": {"torch": torch.__version__, "python": platform.python_version()},
            "commit": commit() if self.state is None else self.state,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def alone(seconds: float, busy: float, load: float) -> bool:
    """Whether nothing else had the processor meanwhile, and nobody paused the trial.

    Args:
        seconds: by the clock.
        busy: seconds that the processor has worked for it.
        load: of the machine; other work may also slow a trial down that never waits.
    """
    return load <= torch.get_num_threads() + BESIDE and seconds <= WAITING * busy


@torch.no_grad()
def right(model: torch.nn.Module, loader: ResidentBatches) -> tuple[int, int]:
    """How many images are answered rightly with one look, and with ``fit_fast``'s views."""
    plain = views = 0
    with evaluating(model):
        for xb, yb in loader:
            seen: list[torch.Tensor] = []

            def look(view: torch.Tensor, seen: list[torch.Tensor] = seen) -> torch.Tensor:
                seen.append(model(view))
                return seen[-1]

            logits = look_twice(look, xb, DOUBTFUL)
            plain += int((seen[0].argmax(1) == yb).sum())  # the first view is the image itself
            views += int((logits.argmax(1) == yb).sum())
    return plain, views


@cache
def machine() -> str:
    """The processor, and the instructions that it multiplies bfloat16 with."""
    info = Path("/proc/cpuinfo")
    rows = [row.partition(":") for row in info.read_text().splitlines()] if info.exists() else []
    said = {key.strip(): value.strip() for key, _, value in rows}
    name = said.get("model name") or platform.processor() or platform.machine()
    fast = [flag for flag in ("amx_bf16", "avx512_bf16") if flag in said.get("flags", "").split()]
    return ", ".join([name, *fast, f"{os.cpu_count()} cores"])


@cache
def commit() -> str:
    """The commit of the code that runs, and whether the code has changed since."""
    head = git("rev-parse", "--short=12", "HEAD")
    tables = ":!helpers/course/*.csv"  # made from the trials while they run
    changed = git("status", "--porcelain", "--", "helpers", "benchmarks/paired", tables)
    return f"{head}, changed" if changed else head or "unknown"


def git(*words: str) -> str:
    """What git says in this repository, or nothing where there is none."""
    try:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
