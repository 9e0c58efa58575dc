"""How fast and how good lesson 10's recipe gets: ``python -m benchmarks.cifar10_fast``.

On a processor, two tables, both on the same images, views at test time included in all times:

- budgets: what ``fit_fast`` reaches in 60 seconds, 5 minutes and 15 minutes, and what that training
  has to compute, against what the machine can;
- target: the shortest budget whose median reaches the accuracy that the notes' network ends with,
  against the notes' way (files behind a ``DataLoader``, float32) and against the same network from
  memory (lesson 08's way: bfloat16 where the processor has it). The second is trained and timed
  whole. Of the notes' way a part of an epoch is timed and extrapolated, and the table says so,
  unless ``--whole`` asks for all of it.

On an NVIDIA GPU with the ``airbench`` package: both train on the same images, in turns, after a
warm-up. Neither compiles anything. Times include whitening, training and test-time views, and not
the moving of the images to the GPU.
"""

import argparse
import contextlib
import importlib
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median, stdev
from types import ModuleType
from typing import NamedTuple
from unittest.mock import patch

import torch

from benchmarks.cifar10 import Contest, machine
from helpers.data import ImageSet, folder, load
from helpers.data.augment import random_shift
from helpers.data.loaders import AlternatingBatches, ResidentBatches
from helpers.device.place import get_default_device
from helpers.device.precision import fast_precision
from helpers.device.speed import clock_of, product_rate, training_flops
from helpers.models.fastnet import PIXELS, FastNet, Widths
from helpers.training.fast import FastFit, answers, fit_fast, train
from helpers.training.fitting import evaluate
from helpers.training.schedule import StepBudget

Run = tuple[float, float]  # seconds, accuracy
AIRBENCH = {  # recipes, and how each changes its images
    94: {"flip": True, "translate": 2},
    95: {"flip": True, "translate": 2},
    96: {"flip": True, "translate": 4, "cutout": 12},
}
TABLES = "target", "budgets"  # on a processor


class Reference(NamedTuple):
    """How another way trains the notes' network.

    Attributes:
        name: of the way.
        seconds: for all epochs.
        accuracy: on the test images afterwards; None where it was not trained to the end.
        extrapolated: the share of an epoch that was really timed, where that is not all of it.
    """

    name: str
    seconds: float
    accuracy: float | None
    extrapolated: float | None


def spread(values: Sequence[float], form: str) -> str:
    """The median, with smallest and largest where there are several.

    Example:
        >>> spread([3.0, 1.0, 2.0], ".0f")
        '2 (1 to 3)'
    """
    middle = format(median(values), form)
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):{form}} to {max(values):{form}})"


def budgets_table(fits: dict[float, list[FastFit]]) -> str:
    """One line a budget, as a markdown table."""
    lines = ["| budget | seconds used | widths | epochs | accuracy |", "|---|---|---|---|---|"]
    for seconds, runs in fits.items():
        widths = ", ".join(sorted({"-".join(map(str, run.widths)) for run in runs}))
        lines.append(
            f"| {seconds:g} s | {spread([run.seconds for run in runs], '.1f')} | {widths} "
            f"| {spread([run.epochs for run in runs], '.1f')} "
            f"| {spread([run.accuracy for run in runs], '.4f')} |"
        )
    return "\n".join(lines)


def several(images: ImageSet, seconds: float, seeds: Sequence[int], **options) -> list[FastFit]:
    """``fit_fast`` once for each seed."""
    fits = []
    for seed in seeds:
        torch.manual_seed(seed)
        fits.append(fit_fast(images.train, images.test, seconds, **options))
    return fits


def references(
    images: ImageSet, path: Path, device: torch.device, epochs: int, part: int, whole: bool
) -> list[Reference]:
    """The notes' network, from memory and the notes' way."""
    tests = ResidentBatches(*images.test, 256, device)
    n = len(images.train.images)
    n -= n // 10  # what both ways leave for validation
    contest = Contest(images, path, device, train=n)

    def trained(way: str) -> Reference:
        model, opt = contest.start(way)
        begin = contest.clock()
        for _ in range(epochs):
            contest.steps[way](model, contest.loaders[way], opt)
        right = evaluate(model, tests)["val_acc"]
        return Reference(way, contest.clock() - begin, right, None)

    memory = trained("helpers")
    if whole:
        return [trained("notes"), memory]
    part = min(part, n)
    short = Contest(images, path, device, train=part)
    short.seconds("notes")  # not counted
    seconds = median(short.seconds("notes") for _ in range(3)) * n / part * epochs
    return [Reference("notes", seconds, None, part / n), memory]


def target_table(
    others: Sequence[Reference], target: float, search: dict[float, list[FastFit]]
) -> str:
    """How long each way takes to the target, as a markdown table."""
    reached = [
        (median(run.seconds for run in runs), runs)
        for runs in search.values()
        if median(run.accuracy for run in runs) >= target
    ]
    ours = min(reached)[0] if reached else None
    lines = [
        f"Target: {target:.4f}, which the notes' network ends with.\n",
        "| way | seconds to the target | accuracy | times as long as fit_fast | how measured |",
        "|---|---|---|---|---|",
    ]
    for other in others:
        how = "whole"
        if other.extrapolated is not None:
            how = f"extrapolated from {other.extrapolated:.1%} of an epoch"
        right = "not measured" if other.accuracy is None else f"{other.accuracy:.4f}"
        times = f"{other.seconds / ours:.1f}" if ours else "not reached"
        lines.append(f"| {other.name} | {other.seconds:.0f} | {right} | {times} | {how} |")
    for budget, runs in search.items():
        lines.append(
            f"| fit_fast, {budget:g} s | {spread([run.seconds for run in runs], '.1f')} "
            f"| {spread([run.accuracy for run in runs], '.4f')} | | whole |"
        )
    return "\n".join(lines)


def find_budget(
    images: ImageSet, target: float, budgets: Sequence[float], seeds: Sequence[int], **options
) -> dict[float, list[FastFit]]:
    """Longer and longer budgets, until the median of the seeds reaches the target."""
    search: dict[float, list[FastFit]] = {}
    for seconds in budgets:
        search[seconds] = several(images, seconds, seeds, **options)
        if median(run.accuracy for run in search[seconds]) >= target:
            break
    return search


def mean_work(model: FastNet, xb: torch.Tensor) -> float:
    """Operations for an image, the mean of a training that begins with fewer pixels.

    A time budget gives each size of the images a share of the *time*. Steps with fewer pixels are
    taken to be shorter as their arithmetic is less, so that there are more of them.
    """
    begin, images = 0.0, 0.0
    for until, pixels in PIXELS:
        model.pixels = pixels
        images += (until - begin) / training_flops(model.train(), xb)
        begin = until
    return 1 / images


def limit_line(fit: FastFit, images: ImageSet, device: torch.device) -> str:
    """What a training had to compute, against what the machine can."""
    xb = (images.train.images[:64] / 255).to(device)
    work = mean_work(fit.model, xb) * fit.epochs * len(images.train.images)
    rate = product_rate(device, fit.model.precision, clock_of(device))
    return (
        f"{'-'.join(map(str, fit.widths))}, {fit.epochs:.1f} epochs: {work / 1e12:.2f} TFLOP in "
        f"{fit.seconds:.1f} s; the machine multiplies large matrices at {rate / 1e9:.0f} GFLOP/s "
        f"and would need {work / rate:.1f} s: {work / rate / fit.seconds:.0%} of the limit."
    )


def fast_run(
    images: ImageSet, device: torch.device, widths: Widths, epochs: float, batch_size: int
) -> Callable[[], Run]:
    """A function that trains once from the beginning, images being on the device already."""
    loader = AlternatingBatches(*images.train, batch_size, device, True, random_shift)
    tests = ResidentBatches(*images.test, 2000, device)
    sample = loader.images[:: len(loader.images) // 1000 + 1].float() / 255
    labels, clock = images.test.labels, clock_of(device)
    precision = fast_precision(device, watchful=True)

    def run() -> Run:
        begin = clock()
        model = FastNet(sample, widths, len(images.classes), precision)
        train(model, loader, StepBudget(round(epochs * len(loader))))
        logits = answers(model, tests, doubtful=1.0)  # six views of all, as airbench
        seconds = clock() - begin
        return seconds, (logits.argmax(1) == labels).float().mean().item()

    return run


def airbench_run(
    airbench: ModuleType, images: ImageSet, place: Path, number: int = 94
) -> Callable[[], Run]:
    """The same for a recipe of the ``airbench`` package, which reads its images from ``place``."""
    for split, (pixels, labels) in images.splits.items():
        data = {"images": pixels.permute(0, 2, 3, 1), "labels": labels, "classes": images.classes}
        (place / "cifar10").mkdir(exist_ok=True)
        torch.save(data, place / "cifar10" / f"{split}.pt")
    options = AIRBENCH[number]
    with contextlib.chdir(place):
        loader = airbench.CifarLoader("cifar10", batch_size=1024, aug=options, altflip=True)
        tests = airbench.CifarLoader("cifar10", train=False, batch_size=2000)
    train = getattr(airbench, f"train{number}")
    clock = clock_of(torch.device("cuda"))

    def run() -> Run:
        # A training opens the test images once more, and does not look at them.
        with patch.object(airbench.utils, "CifarLoader", lambda *_, **__: tests):
            begin = clock()
            model = train(loader, verbose=False)
            right = airbench.evaluate(model, tests, tta_level=2)
            return clock() - begin, right

    return run


def duel_table(ways: dict[str, Callable[[], Run]], runs: int) -> str:
    """Let the ways take turns; seconds and accuracies as a markdown table."""
    results: dict[str, list[Run]] = {way: [] for way in ways}
    for run in ways.values():
        run()  # warm-up
    for _ in range(runs):
        for way, run in ways.items():
            results[way].append(run())
    lines = ["| way | runs | seconds | accuracy, mean | its deviation |", "|---|---|---|---|---|"]
    for way, pairs in results.items():
        seconds, right = zip(*pairs)
        lines.append(
            f"| {way} | {runs} | {spread(seconds, '.3f')} | {mean(right):.4f} "
            f"| {stdev(right):.4f} |"
        )
    return "\n".join(lines)


def against_airbench(
    images: ImageSet, device: torch.device, widths: Widths, epochs: float, runs: int
) -> str:
    """The duel on a GPU, or in a sentence why there is none."""
    if device.type != "cuda":
        return "Against airbench: not measured; there is no NVIDIA GPU here."
    try:
        airbench = importlib.import_module("airbench")
    except ImportError:
        return "Against airbench: not measured; the package is not here (pip install airbench)."
    with tempfile.TemporaryDirectory() as place:
        ways = {
            "airbench94": airbench_run(airbench, images, Path(place)),
            "ours": fast_run(images, device, widths, epochs, batch_size=2000),
        }
        return duel_table(ways, runs)


def main() -> None:
    device = get_default_device()
    parser = argparse.ArgumentParser(
        description="Measure how fast and how good lesson 10's recipe gets."
    )
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES, help="which to make")
    parser.add_argument("--budgets", type=float, nargs="+", default=[60, 300, 900])
    parser.add_argument("--search", type=float, nargs="+", default=[10, 15, 20, 25, 30, 40, 60])
    parser.add_argument("--seeds", type=int, default=3, help="runs of each, at least 3")
    parser.add_argument("--epochs", type=int, default=10, help="of the notes' network")
    parser.add_argument("--part", type=int, default=1_280, help="images to time the notes' way by")
    parser.add_argument("--whole", action="store_true", help="train the notes' way to the end")
    parser.add_argument("--runs", type=int, default=10, help="of each way on a GPU")
    parser.add_argument("--gpu-epochs", type=float, default=8, help="of fast.py on a GPU")
    parser.add_argument("--threads", type=int, default=2, help="on a processor")
    parser.add_argument("--quick", action="store_true", help="a try of a minute; proves nothing")
    options = parser.parse_args()
    if options.seeds < 3 and not options.quick:
        parser.error("--seeds must be at least 3, for a median that means something")
    if options.quick:
        options.budgets, options.search, options.epochs, options.part = [4], [3, 4], 1, 128
        options.seeds = 1
    if device.type == "cpu":
        torch.set_num_threads(options.threads)
    began, seeds = time.perf_counter(), range(options.seeds)
    images, path = load("cifar10"), folder("cifar10")
    if device.type == "cuda":
        print(against_airbench(images, device, (64, 256, 256), options.gpu_epochs, options.runs))
    else:
        if "target" in options.tables:
            others = references(images, path, device, options.epochs, options.part, options.whole)
            target = max(other.accuracy for other in others if other.accuracy is not None)
            search = find_budget(images, target, options.search, seeds)
            print(target_table(others, target, search), "\n", flush=True)
        if "budgets" in options.tables:
            fits = {seconds: several(images, seconds, seeds) for seconds in options.budgets}
            print(budgets_table(fits), "\n")
            for runs in fits.values():
                print(limit_line(runs[-1], images, device))
        print(against_airbench(images, device, (64, 256, 256), options.gpu_epochs, options.runs))
    kind = "practice" if images.practice else "JPEG" if images.lossy else "original"
    print(
        f"\nMedians (smallest to largest) of {options.seeds} seeds; {kind} images; "
        f"{(time.perf_counter() - began) / 60:.0f} minutes in all. {machine(device)}"
    )


if __name__ == "__main__":
    main()
