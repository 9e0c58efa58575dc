"""How fast lesson 08 trains: ``python -m benchmarks.cifar10``.

Two ways of training the same network with the same batch size, optimiser and learning rate:

- ``notes``: ``ImageFolder`` and ``ToTensor`` behind a ``DataLoader``, float32, the notes' loop;
- ``helpers``: images as bytes on the device, channels last, bfloat16 where the hardware has it,
  ``fit_epoch`` with its checks.

Each run goes through the same number of images. The runs of the ways alternate, so that a busy
moment of the machine hits both; what counts is the median of the ratios of runs side by side. What
share of the time goes where is measured in runs of their own, because a clock that waits for a GPU
after each part makes it slower. At the end both ways train for some epochs, and their accuracies on
the validation images are put beside each other.
"""

import argparse
import platform
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import torch
from torch.utils.data import DataLoader, Subset, random_split
from torchvision.datasets import ImageFolder
from torchvision.transforms import ToTensor

from helpers.data import ImageSet, folder, load
from helpers.data.loaders import ResidentBatches
from helpers.device.place import DeviceDataLoader, describe, get_default_device
from helpers.device.precision import fast_layout, fast_precision
from helpers.device.speed import clock_of
from helpers.models.cnn import Cifar10CnnModel
from helpers.training.fitting import evaluate, fit_epoch

EPOCH = 45_000  # training images
PARTS = ("data", "forward", "backward", "optimiser")
WAYS = ("notes", "helpers")


class Contest:
    """Both ways, ready to run.

    Args:
        images: CIFAR-10 in memory.
        path: the same images as files, ``train/<class>/*``.
        device: where to compute.
        train: how many of the training images a run goes through.
        valid: how many validation images.
        batch_size: images in a batch.
        workers: processes that read files for the notes' way.
    """

    def __init__(
        self,
        images: ImageSet,
        path: Path,
        device: torch.device,
        train: int,
        valid: int = 5_000,
        batch_size: int = 128,
        workers: int = 0,
    ) -> None:
        self.device, self.precision = device, fast_precision(device)
        self.clock = clock_of(device)
        files = ImageFolder(path / "train", transform=ToTensor())
        held_back = len(files) // 10
        generator = torch.Generator().manual_seed(42)
        halves = random_split(files, [len(files) - held_back, held_back], generator)
        learn, judge = (half.indices[:n] for half, n in zip(halves, (train, valid)))
        self.loaders = {
            "notes": DeviceDataLoader(
                DataLoader(
                    Subset(files, learn), batch_size, shuffle=True, num_workers=workers,
                    pin_memory=device.type == "cuda",
                ),
                device,
            ),
            "helpers": ResidentBatches(*_rows(images, learn), batch_size, device, shuffle=True),
        }  # fmt: skip
        self.valid = ResidentBatches(*_rows(images, judge), 2 * batch_size, device)
        self.steps = {"notes": _notes_epoch, "helpers": fit_epoch}

    def start(self, way: str) -> tuple[Cifar10CnnModel, torch.optim.Optimizer]:
        """The network with the parameters of seed 0, and its optimiser."""
        torch.manual_seed(0)
        if way == "notes":
            model = Cifar10CnnModel().to(self.device)
        else:
            model = Cifar10CnnModel(precision=self.precision)
            layout = fast_layout(self.device, self.precision)
            model = model.to(self.device, memory_format=layout)
        return model, torch.optim.Adam(model.parameters(), lr=0.001)

    def seconds(self, way: str) -> float:
        """How long one run takes, on a network that has just begun."""
        model, opt = self.start(way)
        begin = self.clock()
        self.steps[way](model, self.loaders[way], opt)
        return self.clock() - begin

    def shares(self, way: str) -> dict[str, float]:
        """Which share of the time each part of a step takes; together 1."""
        model, opt = self.start(way)
        model.train()
        spent = dict.fromkeys(PARTS, 0.0)
        stop = self._stopwatch(spent)
        batches = iter(self.loaders[way])
        while (batch := next(batches, None)) is not None:
            stop("data")
            loss = model.training_step(batch)
            stop("forward")
            loss.backward()
            stop("backward")
            opt.step()
            opt.zero_grad()
            stop("optimiser")
        return {part: seconds / sum(spent.values()) for part, seconds in spent.items()}

    def accuracy(self, way: str, epochs: int) -> float:
        """The share of validation images that is right after some epochs."""
        model, opt = self.start(way)
        for _ in range(epochs):
            self.steps[way](model, self.loaders[way], opt)
        return evaluate(model, self.valid)["val_acc"]

    def _stopwatch(self, spent: dict[str, float]) -> Callable[[str], None]:
        last = self.clock()

        def stop(part: str) -> None:
            nonlocal last
            now = self.clock()
            spent[part] += now - last
            last = now

        return stop


def _rows(images: ImageSet, indexes: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    rows = torch.tensor(indexes)
    return images.train.images[rows], images.train.labels[rows]


def _notes_epoch(
    model: Cifar10CnnModel, loader: DeviceDataLoader, opt: torch.optim.Optimizer
) -> None:
    """An epoch as in the notes: the loop alone, without checks."""
    model.train()
    losses = []
    for batch in loader:
        loss = model.training_step(batch)
        losses.append(loss.detach())
        loss.backward()
        opt.step()
        opt.zero_grad()


def table(contest: Contest, train: int, runs: int, epochs: int) -> str:
    """Run everything and write it down as a markdown table.

    Args:
        contest: the ways.
        train: how many images a run goes through.
        runs: how often each way runs; one more run before them is not counted.
        epochs: how long to train for the accuracies; 0 leaves them out.

    Returns:
        str: one line a way, and one with the ratio of their times.
    """
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for way in WAYS:
        contest.seconds(way)
    for _ in range(runs):
        for way in WAYS:
            seconds[way].append(contest.seconds(way))
    lines = [
        f"| way | seconds an epoch of {EPOCH:,} | {' | '.join(PARTS)} | accuracy |",
        "|---|---|---|---|---|---|---|",
    ]
    for way in WAYS:
        shares = " | ".join(f"{share:.0%}" for share in contest.shares(way).values())
        accuracy = f"{contest.accuracy(way, epochs):.3f}" if epochs else "not measured"
        whole = median(seconds[way]) * EPOCH / train
        lines.append(f"| {way} | {whole:.1f} | {shares} | {accuracy} |")
    ratio = median(slow / fast for slow, fast in zip(seconds["notes"], seconds["helpers"]))
    return "\n".join([*lines, f"| notes / helpers | {ratio:.2f} | | | | | |"])


def machine(device: torch.device) -> str:
    """Where and when this ran, in a sentence."""
    return (
        f"{date.today()}, {platform.system()} on {platform.machine()}, {describe(device)}, "
        f"{str(fast_precision(device)).removeprefix('torch.')}, "
        f"Python {platform.python_version()}, torch {torch.__version__}."
    )


def main() -> None:
    device = get_default_device()
    on_gpu = device.type != "cpu"
    parser = argparse.ArgumentParser(description="Measure how fast lesson 08 trains.")
    parser.add_argument(
        "--train", type=int, default=EPOCH if on_gpu else 1_280, help="images a run"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each way, at least 3")
    parser.add_argument(
        "--epochs", type=int, default=2 if on_gpu else 10, help="for the accuracies"
    )
    parser.add_argument("--workers", type=int, default=4 if on_gpu else 0, help="of the DataLoader")
    parser.add_argument("--threads", type=int, default=2, help="on a processor")
    options = parser.parse_args()
    if options.runs < 3:
        parser.error("--runs must be at least 3, for a median that means something")
    if not on_gpu:
        torch.set_num_threads(options.threads)
    images, path = load("cifar10"), folder("cifar10")
    contest = Contest(images, path, device, options.train, workers=options.workers)
    print(table(contest, options.train, options.runs, options.epochs))
    print(
        f"\nMedians of {options.runs} runs each with {options.train:,} images, taking turns; "
        f"accuracies after {options.epochs} epochs of them; {options.workers} workers. "
        f"{machine(device)}"
    )


if __name__ == "__main__":
    main()
