"""What a cheaper way of doing the same saves of a step: ``python -m benchmarks.steps``.

A machine that does other work, too, is now fast and now slow, so the two ways take turns: some
steps of one, as many of the other, and again. Counted are seconds of processor time, which stand
still while others have the processor; with one thread they are those of a quiet machine, nearly.
What counts is the median of the differences between neighbours, with the middle half of them.

The ways of making a batch (``loader``) and of computing Muon's steps (``muon``) give the same
training up to rounding; fewer ``directions`` of whitening do not. Pooling by ``torch.maximum`` with
byte masks was tried, too: exact, and twice as slow as ``max_pool2d`` forwards and backwards
(bfloat16, one core of a Xeon with AMX).
"""

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from statistics import median, quantiles

import torch
import torch.nn.functional as F

from helpers.data import Split, load
from helpers.data.augment import random_shift
from helpers.data.loaders import AlternatingTrainingBatches
from helpers.data.onepass import MovedBatches
from helpers.device.memory import keep_freed_memory
from helpers.device.precision import fast_precision
from helpers.models.fastnet import KEPT, FastNet, Widths
from helpers.training.muon import BatchedMuon, Muon

Work = Callable[[], object]
NOW = {"loader": "one pass", "muon": "batched", "directions": "kept"}
USUAL = {"loader": "lessons", "muon": "lessons", "directions": "all"}


def steps(
    split: Split,
    widths: Widths,
    pixels: int,
    loader: str,
    muon: str,
    directions: str,
    batch_size: int = 512,
) -> Work:
    """A function that makes one step of a training whose whitening layer does not learn any more.

    Args:
        split: bytes and labels to learn from.
        widths: of the three blocks.
        pixels: 24 or 32, what the network sees.
        loader: "one pass", or "lessons" for one change after the other.
        muon: "batched", or "lessons" for one filter after the other.
        directions: of whitening; "kept", or "all" twelve.
        batch_size: images a step.
    """
    cpu, sample = torch.device("cpu"), split.images[:1000].float() / 255
    kept = 12 if directions == "all" else KEPT
    model = FastNet(sample, widths, 10, fast_precision(cpu, watchful=True), kept).train()
    model.prepare(0.2 if pixels < 32 else 0.9)
    if loader == "one pass":
        batches: AlternatingTrainingBatches = MovedBatches(*split, batch_size, cpu, rest="drop")
    else:
        options = {"shuffle": True, "augment": random_shift, "rest": "drop"}
        batches = AlternatingTrainingBatches(*split, batch_size, cpu, **options)  # type: ignore[arg-type]
    learning = [p for p in model.parameters() if p.requires_grad]
    filters = [p for p in learning if p.ndim == 4]
    kind = BatchedMuon if muon == "batched" else Muon
    optimizers = [
        kind(filters, 0.1, dtype=model.precision, keep_length=True),
        torch.optim.SGD([p for p in learning if p.ndim < 4], 1e-3, momentum=0.85, nesterov=True),
    ]

    def step(endless: Iterator = chain.from_iterable(repeat(batches))) -> None:  # noqa: B008
        xb, yb = next(endless)
        F.cross_entropy(model(xb), yb, label_smoothing=0.2, reduction="sum").backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()

    return step


def in_turn(
    ways: dict[str, Work], rounds: int, each: int, clock: Callable[[], float] = time.process_time
) -> dict[str, list[float]]:
    """Seconds a step of each way, one number a round; each way has ``each`` steps a round.

    Example:
        >>> ticks = iter(range(99))
        >>> in_turn({"a": lambda: next(ticks), "b": lambda: None}, 2, 4, lambda: next(ticks))
        {'a': [1.25, 1.25], 'b': [0.25, 0.25]}
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for work in ways.values():
        work()  # prepares much, and does not count
    for turn in range(rounds):
        # Now one way first, now the other, so that neither always follows the other.
        for name in list(ways)[:: 1 if turn % 2 == 0 else -1]:
            begin = clock()
            for _ in range(each):
                ways[name]()
            seconds[name].append((clock() - begin) / each)
    return seconds


def difference(usual: list[float], other: list[float]) -> str:
    """How much less another way takes, in words: the median of paired differences.

    Example:
        >>> difference([0.010, 0.012, 0.011], [0.009, 0.010, 0.0104])
        '11.0 ms, other 10.0: saves 1.0 ms (middle half 0.6 to 2.0), 9.1 %'
    """
    saved = [1000 * (a - b) for a, b in zip(usual, other)]
    low, _, high = quantiles(saved, n=4) if len(saved) > 1 else saved * 3
    first, second, middle = 1000 * median(usual), 1000 * median(other), median(saved)
    return (
        f"{first:.1f} ms, other {second:.1f}: saves {middle:.1f} ms (middle half {low:.1f} to "
        f"{high:.1f}), {middle / first:.1%}".replace("%", " %")
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.steps", description=__doc__)
    parser.add_argument("what", nargs="*", default=list(NOW))
    parser.add_argument("--widths", type=int, nargs=3, default=(16, 64, 64))
    parser.add_argument("--pixels", type=int, nargs="+", default=[24, 32])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--each", type=int, default=10, help="steps of each side a round")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    keep_freed_memory()
    split = load("cifar10").train
    for what in options.what:
        for pixels in options.pixels:
            ways = {
                name: steps(split, tuple(options.widths), pixels, **settings)
                for name, settings in (("usual", NOW | {what: USUAL[what]}), ("other", NOW))
            }
            usual, other = in_turn(ways, options.rounds, options.each).values()
            print(f"{what}, {pixels} pixels: {difference(usual, other)}", flush=True)


if __name__ == "__main__":
    main()
