"""What loading images costs: ``python -m benchmarks.data``, on the real images.

The loop that a notebook would write over the image files runs beside ``helpers.data``: the first
load, which checks and decodes each file; a second one in the same process; and a load, a folder and
a state in a process that knows nothing yet.
"""

import argparse
import contextlib
import os
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from PIL import Image

from helpers import data
from helpers.data.fetch import decoded, served


def plain_loop(name: str) -> None:
    """Decode each image file into a tensor, one after the other."""
    files = sorted(file for kind in ("*.png", "*.jpg") for file in data.folder(name).rglob(kind))
    if not files:
        raise ValueError(f"{name} has no image files that such a loop could read")
    for file in files:
        torch.as_tensor(np.array(Image.open(file)))


def first_load(name: str) -> None:
    """Load without the decoded images of an earlier time."""
    decoded.file_of(data.folder(name)).unlink()
    forget(name)
    data.load(name)


def forget(name: str) -> None:
    """Know as little as a new process."""
    served._found.clear()


def nothing(name: str) -> None:
    """No preparation."""


WAYS: dict[str, tuple[Callable, Callable]] = {
    "plain loop over the files": (nothing, plain_loop),
    "first load": (nothing, first_load),
    "second load": (nothing, data.load),
    "load in the next process": (forget, data.load),
    "folder() in the next process": (forget, data.folder),
    "state() in the next process": (forget, data.state),
}


def table(name: str, runs: int) -> str:
    """Take turns, and write the medians down as a markdown table."""
    data.load(name)
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(runs):
        for way, (prepare, work) in WAYS.items():
            prepare(name)
            begin = time.perf_counter()
            work(name)
            seconds[way].append(time.perf_counter() - begin)
    lines = [f"| {way} | {1000 * median(times):,.1f} |" for way, times in seconds.items()]
    return "\n".join([f"| {name} | ms |", "|---|---|", *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how fast images are loaded.")
    parser.add_argument("--name", choices=data.names(), default="mnist_sample")
    parser.add_argument("--runs", type=int, default=5, help="of each way")
    options = parser.parse_args()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        lines = table(options.name, options.runs)
    print(lines)


if __name__ == "__main__":
    main()
