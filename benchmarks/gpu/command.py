"""Run the stages one after another, and show what they measured."""

import argparse
import os
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.gpu.results import Results, new_file, short_name
from benchmarks.gpu.summary import table
from helpers.device.place import describe, get_default_device

ROOT = Path(__file__).resolve().parents[2]
NO_GPU = 3  # exit status
LEAST = 15  # seconds; with fewer a stage is not begun


class Plan(NamedTuple):
    """The module of a stage, and the most seconds that it may take."""

    module: str
    seconds: float


STAGES = {
    "facts": Plan("benchmarks.gpu.facts", 50),
    "tests": Plan("benchmarks.gpu.tests", 130),
    "fast": Plan("benchmarks.gpu.fast", 135),
    "duel": Plan("benchmarks.gpu.duel", 95),
    "ways": Plan("benchmarks.gpu.fast", 110),
    "notes": Plan("benchmarks.gpu.notes", 75),
    "cifar10_lesson": Plan("benchmarks.gpu.lessons", 130),
    "fast_lesson": Plan("benchmarks.gpu.lessons", 200),
    "modern_lesson": Plan("benchmarks.gpu.lessons", 200),
    "paired": Plan("benchmarks.gpu.paired", 400),
}
IMAGES = Plan("benchmarks.gpu.images", 150)  # before all others, beside the facts


class Run:
    """One run of some stages.

    Args:
        results: where figures go; the log lies beside that file.
        seconds: for all together; late stages get what is left.
        small: tiny sizes, on the processor.
    """

    def __init__(self, results: Results, seconds: float, small: bool) -> None:
        self.results, self.small = results, small
        self.end = time.monotonic() + seconds
        self.log = results.path.with_suffix(".log")

    def stages(self, plans: dict[str, Plan], images: Plan | None = None) -> None:
        """Run them all; one that fails or is stopped does not stop the next."""
        beside = self.start("images", images) if images else None
        for name, plan in plans.items():
            if beside and name != "facts":
                beside = self.finish(*beside)
            if (left := self.end - time.monotonic()) < LEAST:
                self.put(name, "no time left", 0)
                continue
            self.finish(*self.start(name, plan._replace(seconds=min(plan.seconds, left))))
        if beside:
            self.finish(*beside)

    def start(self, name: str, plan: Plan) -> tuple[str, float, float, subprocess.Popen]:
        """Start a stage's process: name, when it began and has to end, process."""
        print(f"== {name}, at most {plan.seconds:.0f} s", flush=True)
        command = [sys.executable, "-m", "benchmarks.gpu.stage", plan.module, name]
        command += [str(self.results.path), str(time.time() + plan.seconds)]
        command += ["small"] if self.small else []
        with open(self.log, "ab") as log:  # a pipe would be held open by a process left behind
            log.write(f"\n======== {name}\n".encode())
            log.flush()
            process = subprocess.Popen(
                command, env=environment(self.small), cwd=ROOT, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip
        begin = time.monotonic()
        return name, begin, begin + plan.seconds, process

    def finish(self, name: str, begin: float, end: float, process: subprocess.Popen) -> None:
        """Wait for a stage, stop it when its time is over, and note how it ended."""
        try:
            status = process.wait(max(end - time.monotonic(), 0))
            ended = "done" if status == 0 else "failed" if status == 1 else f"failed ({status})"
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            ended = "out of time"
        self.put(name, ended, time.monotonic() - begin)

    def put(self, name: str, ended: str, seconds: float) -> None:
        print(f"== {name}: {ended} after {seconds:.0f} s", flush=True)
        self.results.put({f"{name}.ended": ended, f"{name}.seconds": round(seconds, 1)})


def environment(small: bool) -> dict[str, str]:
    """The environment variables of a stage: real images or an error, all of them."""
    given = dict(os.environ, PYTHONUNBUFFERED="1", MPLBACKEND="agg", LESSONS_HEADLESS="1")
    given["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    given.setdefault("OMP_NUM_THREADS", "4")  # small sums on many threads are slow
    if small:
        return given | {
            "LESSONS_DATA": "practice", "LESSONS_SCALE": "part", "CUDA_VISIBLE_DEVICES": "",
            "OMP_NUM_THREADS": "1",  # with a busy neighbour, more are many times slower
        }  # fmt: skip
    return given | {"LESSONS_DATA": "official", "LESSONS_SCALE": "full"}


def file_for(folder: Path, gpu: str) -> Path:
    """A new file of results, named by date and GPU: ``2026-11-26_h200_1.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    return new_file(folder.resolve(), f"{date.today()}_{short_name(gpu)}")


def state() -> str:
    """Which commit this is, where git can say it."""
    try:
        command = ["git", "describe", "--always", "--dirty"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0, 1 when a stage failed, 3 without a GPU."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"of {', '.join(STAGES)}")
    parser.add_argument("--small", action="store_true", help="a try on a processor; tiny sizes")
    parser.add_argument("--seconds", type=float, default=560, help="for all stages together")
    parser.add_argument("--into", type=Path, help="folder of the results, else $OUT names it")
    parser.add_argument("--state", default=state(), help="of the code, in a few words")
    options = parser.parse_args(arguments)
    if unknown := set(options.stages) - set(STAGES):
        parser.error(f"there is no stage {', '.join(sorted(unknown))}")
    device = get_default_device()
    if device.type == "cpu" and not options.small:
        print(
            "torch finds no GPU here (CUDA or MPS), and all this is about one. `--small` tries the "
            "same stages on a processor, in tiny sizes and on practice images, in a minute or two; "
            "its figures mean nothing."
        )
        return NO_GPU
    default = ROOT / ("build/gpu" if options.small else "benchmarks/results")
    gpu = "small" if options.small else re.sub(r"^GPU \((.*)\)$", r"\1", describe(device))
    results = Results(file_for(options.into or Path(os.environ.get("OUT") or default), gpu))
    what = "none: a try on a processor, whose figures mean nothing" if options.small else gpu
    results.put(
        {"date": date.today(), "state": options.state, "gpu": f"{what}, torch {torch.__version__}"}
    )
    chosen = {name: STAGES[name] for name in options.stages or STAGES}
    if len(chosen) == 1:  # alone it may take all the time
        chosen = {name: plan._replace(seconds=options.seconds) for name, plan in chosen.items()}
    Run(results, options.seconds, options.small).stages(chosen, IMAGES)
    figures = results.read()
    print(f"\n{table(figures)}\n\nAll figures: {results.path}")
    return int(any(figures[f"{name}.ended"] != "done" for name in chosen))
