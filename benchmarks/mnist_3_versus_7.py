"""How fast training is in lessons 03 and 04: ``python -m benchmarks.mnist_3_versus_7``.

Four ways of the same work, each beginning with the same parameters and taking the same batches:

- ``helpers``: ``train_model`` with ``Batches``, its checks included;
- ``notes``: the loops of the source notes, examples in a list of tuples behind a ``DataLoader``;
- ``Learner``: fastai's, on the notes' loaders, without printing;
- ``products``: nothing but the matrix products that any of them must compute.

Single runs of the ways alternate, so that a busy moment of the machine hits all alike; what counts
are the medians of their ratios, which compare runs that stood side by side.
"""

import argparse
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from statistics import median

import torch
from torch import nn
from torch.utils.data import DataLoader

from helpers.data import load
from helpers.data.loaders import Batches, images_and_labels
from helpers.metrics import batch_accuracy, mnist_loss
from helpers.models.perceptrons import mlp
from helpers.training.by_hand import BasicOptim, train_model, validate_epoch

Rows = tuple[torch.Tensor, torch.Tensor]
Accuracies = list[float]


@dataclass(frozen=True)
class Task:
    """A model to train.

    Attributes:
        name: for the table.
        build: makes the untrained model.
        epochs: how many.
        lr: learning rate.
    """

    name: str
    build: Callable[[], nn.Sequential | nn.Linear]
    epochs: int
    lr: float

    def model(self) -> nn.Module:
        """The model with the parameters of seed 0."""
        torch.manual_seed(0)
        return self.build()


TASKS = (
    Task("linear, 20 epochs", lambda: nn.Linear(28 * 28, 1), epochs=20, lr=1.0),
    Task("MLP, 40 epochs", lambda: mlp(28 * 28, 30, 1), epochs=40, lr=0.1),
)


class Contest:
    """The ways, ready to run on one set of images.

    Args:
        train: rows (n, 784) and labels (n, 1) to learn from.
        valid: the same, to judge by.
        batch_size: rows in a batch.
    """

    def __init__(self, train: Rows, valid: Rows, batch_size: int = 256) -> None:
        self.batches = [Batches(*rows, batch_size) for rows in (train, valid)]
        self.loaders = [
            DataLoader(list(zip(*rows)), batch_size=batch_size) for rows in (train, valid)
        ]

    def helpers(self, task: Task) -> Accuracies:
        """The validation accuracies by the helpers."""
        model = task.model()
        opt = BasicOptim(model.parameters(), task.lr)
        dl, valid_dl = self.batches
        return train_model(model, task.epochs, dl, valid_dl, mnist_loss, opt, batch_accuracy)

    def notes(self, task: Task) -> Accuracies:
        """The validation accuracies by loops like those of the notes."""
        model, (dl, valid_dl) = task.model(), self.loaders
        params, accuracies = list(model.parameters()), []
        for _ in range(task.epochs):
            for xb, yb in dl:
                preds = model(xb).sigmoid()
                torch.where(yb == 1, 1 - preds, preds).mean().backward()
                with torch.no_grad():  # the notes write p.data, which costs the same
                    for p in params:
                        p -= p.grad * task.lr
                for p in params:
                    p.grad = None
            accs = [((model(xb).sigmoid() > 0.5) == yb).float().mean() for xb, yb in valid_dl]
            accuracies.append(round(torch.stack(accs).mean().item(), 4))
        return accuracies

    def learner(self, task: Task) -> Accuracies:
        """The last accuracy by fastai, whose own figures weight batches by their size."""
        from fastai.callback.progress import ProgressCallback
        from fastai.data.core import DataLoaders
        from fastai.learner import Learner
        from fastai.optimizer import SGD

        learn = Learner(
            DataLoaders(*self.loaders, device="cpu"), task.model(), loss_func=mnist_loss,
            opt_func=SGD, metrics=batch_accuracy,
        )  # fmt: skip
        learn.remove_cb(ProgressCallback)
        with learn.no_logging():
            learn.fit(task.epochs, task.lr)
        return [validate_epoch(learn.model, self.batches[1], batch_accuracy)]

    def products(self, task: Task) -> Accuracies:
        """Nothing but the products; no accuracies."""
        weights = [p.detach() for p in task.model().parameters() if p.ndim == 2]
        dl, valid_dl = self.batches
        for _ in range(task.epochs):
            for xb, _ in dl:
                activations = [xb]
                for w in weights:
                    activations.append(activations[-1] @ w.T)
                gradient = activations.pop()
                for place in reversed(range(len(weights))):
                    gradient.T @ activations[place]
                    if place:
                        gradient = gradient @ weights[place]
            for xb, _ in valid_dl:
                for w in weights:
                    xb = xb @ w.T
        return []


WAYS = ("helpers", "notes", "learner", "products")


def race(contest: Contest, task: Task, runs: int) -> dict[str, list[float]]:
    """Let the ways take turns.

    Args:
        contest: the ways.
        task: what to train.
        runs: how often each way runs; one more run before them is not counted.

    Returns:
        dict: for each way the seconds of each run.

    Raises:
        AssertionError: when the ways do not reach the same accuracies to four digits.
    """
    ways = {way: getattr(contest, way) for way in WAYS}
    reached = {way: run(task) for way, run in ways.items()}
    assert reached["helpers"] == reached["notes"], f"{task.name}: accuracies differ: {reached}"
    assert reached["helpers"][-1:] == reached["learner"], f"{task.name}: Learner differs: {reached}"
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(runs):
        for way, run in ways.items():
            begin = time.perf_counter()
            run(task)
            seconds[way].append(time.perf_counter() - begin)
    return seconds


def table(contest: Contest, tasks: tuple[Task, ...], threads: tuple[int, ...], runs: int) -> str:
    """Run everything and write it down as a markdown table.

    Args:
        contest: the ways.
        tasks: what to train.
        threads: numbers of threads, one after the other.
        runs: how often each way runs.

    Returns:
        str: the table; the number of threads is as it was.
    """
    lines = [
        "| training | threads | accuracy | helpers | notes | Learner | products | notes / helpers "
        "| Learner / helpers | helpers / products |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    before = torch.get_num_threads()
    try:
        for count in threads:
            torch.set_num_threads(count)
            for task in tasks:
                lines.append(_line(contest, task, count, runs))
    finally:
        torch.set_num_threads(before)
    return "\n".join(lines)


def _line(contest: Contest, task: Task, threads: int, runs: int) -> str:
    accuracy = contest.helpers(task)[-1]
    seconds = race(contest, task, runs)
    times = [f"{median(seconds[way]):.3f} s" for way in WAYS]

    def ratio(slow: str, fast: str) -> str:
        return f"{median(s / f for s, f in zip(seconds[slow], seconds[fast])):.2f}"

    ratios = [ratio("notes", "helpers"), ratio("learner", "helpers"), ratio("helpers", "products")]
    return f"| {task.name} | {threads} | {accuracy:.4f} | {' | '.join(times + ratios)} |"


def machine() -> str:
    """Where and when this ran, in a sentence."""
    from fastai import __version__ as fastai_version

    return (
        f"{date.today()}, {platform.system()} on {platform.machine()} ({_processor()}), "
        f"Python {platform.python_version()}, torch {torch.__version__}, fastai {fastai_version}."
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
        return f"{len(names)} × {names[0]}"
    except (OSError, IndexError):  # not Linux, or a processor that gives no name
        return platform.processor() or "unknown processor"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how fast lessons 03 and 04 train.")
    parser.add_argument("--runs", type=int, default=7, help="runs of each way, at least 5")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    if options.runs < 5:
        parser.error("--runs must be at least 5, for a median that means something")
    digits = load("mnist_sample")
    train, valid = (
        images_and_labels(digits.of(split, "3"), digits.of(split, "7"))
        for split in ("train", "valid")
    )
    print(table(Contest(train, valid), TASKS, tuple(options.threads), options.runs))
    print(f"\nMedians of {options.runs} runs each, taking turns. {machine()}")


if __name__ == "__main__":
    main()
