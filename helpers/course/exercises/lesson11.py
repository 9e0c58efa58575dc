"""The exercises of lesson 11: a ring, shares of an order, a rate, a speed-up."""

from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake


def _ring(
    piece: Callable[[int, int], int] = lambda process, step: process - step,
    rounds: int = 1,
    adds: bool = True,
    steps: int = 0,
) -> Callable:
    """The first round of a ring, right or with one part done wrongly."""

    def add_round(rows: list[list[float]]) -> list[list[float]]:
        rows, n = [list(row) for row in rows], len(rows)
        for step in range(rounds * (n - 1) + steps):
            before = [list(row) for row in rows]
            for process in range(n):
                p, right = piece(process, step) % n, (process + 1) % n
                rows[right][p] = before[process][p] + (before[right][p] if adds else 0)
        return rows

    return add_round


def _as_tensor(add_round: Callable) -> Callable:
    """Judge rows as one tensor, which tells a wrong place and a wrong shape apart."""

    def seen(rows: list[list[float]]) -> object:
        got = add_round(rows)
        whole = isinstance(got, list) and all(isinstance(row, list) for row in got)
        return torch.tensor(got, dtype=torch.float64) if whole else got

    return seen


def _own_rows(
    first: Callable[[int, int], int] = lambda seed, epoch: seed + epoch,
    rank_too: bool = False,
    cut: str = "strided",
) -> Callable:
    """A process's share of an epoch's order, right or with one part done wrongly."""

    def own_rows(n: int, seed: int, epoch: int, rank: int, size: int) -> list[int]:
        start = first(seed, epoch) + (rank if rank_too else 0)
        random = torch.Generator().manual_seed(start)
        order = torch.randperm(n, generator=random)
        if cut == "all":
            return order.tolist()
        if cut == "own":
            return torch.arange(n)[rank::size].tolist()
        if cut == "block":
            part = n // size
            return order[rank * part : (rank + 1) * part].tolist()
        return order[rank::size].tolist()

    return own_rows


def _all_shares(own_rows: Callable) -> Callable:
    """The shares of all processes, each as it is: what belongs together is judged together."""

    def shares(n: int, seed: int, epoch: int, size: int) -> torch.Tensor | None:
        state = torch.random.get_rng_state()
        found = [own_rows(n, seed, epoch, rank, size) for rank in range(size)]
        torch.random.set_rng_state(state)
        if found[0] is None or found[0] is ...:
            return None
        return torch.stack([torch.as_tensor(rows) for rows in found])

    return shares


def _speed_up(compute: float, n: int, megabytes: float, bandwidth: float) -> float:
    return compute / (compute / n + 2 * (n - 1) / n * megabytes / 1000 / bandwidth)


def _with(exchange: Callable, shared: bool = True) -> Callable:
    return lambda c, n, m, b: c / ((c / n if shared else c) + exchange(n, m, b))


_GIGA = "Megabytes divided by 1000 are gigabytes; those divided by the bandwidth are seconds."

EXERCISES = {
    "11.1": Exercise(
        solution=_ring(),
        inputs=lambda: [
            ([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0], [100.0, 200.0, 300.0]],),
            ([[1.0, 2.0], [5.0, 7.0]],),
            ([[1.0, 0.0, 2.0, 5.0], [3.0, 1.0, 1.0, 0.0], [0.0, 4.0, 1.0, 2.0], [7.0, 1, 1, 1]],),
        ],
        observe=_as_tensor,
        mistakes=(
            Mistake(
                _ring(adds=False),
                "value: the piece that arrives takes the place of the old number. In this round it "
                "is added.",
                "The receiver keeps its own piece, plus what the sender had before the step.",
            ),
            Mistake(
                _ring(steps=1),
                "value: this goes on for n steps. After which step is the first sum complete?",
                "With n processes a number meets n - 1 others.",
            ),
            Mistake(
                _ring(rounds=2),
                "value: this adds for two rounds. Only the first one adds.",
                "n - 1 steps are enough here.",
            ),
            Mistake(
                _ring(piece=lambda process, step: process + step),
                "value: in the second step a process passes on what has just arrived. Which piece "
                "was that?",
                "What arrived came from the process before, and has that one's number.",
            ),
            Mistake(
                _ring(piece=lambda process, step: process),
                "value: every step sends the same piece again. Look at the arrows in the picture: "
                "they move.",
                "The number of the piece goes down by one in each step.",
            ),
            Mistake(
                lambda rows: [[sum(column) for column in zip(*rows)] for _ in rows],
                "value: these are the sums of all, in every process. After the first round each "
                "process has only one of them.",
                "Let the numbers go from neighbour to neighbour, step by step, and stop after the "
                "first round.",
            ),
        ),
        do="For each step copy all rows first. Then each process sends one piece of that copy, "
        "number (process - step) % n, to the neighbour on its right, which adds it.",
        praise="each process has one whole sum, and nobody has sent more than n - 1 pieces.",
    ),
    "11.2": Exercise(
        solution=_own_rows(),
        inputs=lambda: [(12, 3, 0, 2), (12, 3, 1, 3), (12, 4, 2, 4)],
        observe=_all_shares,
        mistakes=(
            Mistake(
                _own_rows(rank_too=True),
                "value: each process shuffles in its own way, so that some images are seen twice "
                "and others never. That was the bug!",
                "The order must be the same everywhere: no rank in its seed.",
            ),
            Mistake(
                _own_rows(first=lambda seed, epoch: seed),
                "value: every epoch has the same order.",
                "Add the number of the epoch to the seed.",
            ),
            Mistake(
                _own_rows(cut="block"),
                "value: whole blocks, one a process. DistributedSampler deals images out in turn, "
                "like cards.",
                "Begin at the rank, and go on in steps of the number of processes.",
            ),
            Mistake(
                _own_rows(cut="own"),
                "value: the shares are right, but not shuffled.",
                "First the order of all images, then this process's part of it.",
            ),
            Mistake(
                _own_rows(cut="all"),
                "shape: this is the whole order, in every process. Each should take its share.",
                "Begin at the rank, and go on in steps of the number of processes.",
            ),
        ),
        do="Seed a generator with seed + epoch, draw the order of all n, then take every size-th "
        "place of it from the rank on.",
        praise="no image twice, none forgotten, and another order in each epoch.",
    ),
    "11.3": Exercise(
        solution=0.18,
        inputs=lambda: [()],
        mistakes=(
            Mistake(
                0.03,
                "value: the old rate. A step now stands for six of the old ones: how long should "
                "it be?",
                "Six steps in one.",
            ),
            Mistake(
                0.005,
                "value: this divides by the number of processes. But the gradients are averaged, "
                "so the step is no longer than before.",
                "There are six times fewer steps to get equally far.",
            ),
            Mistake(
                0.03 * 6**0.5,
                "value: times the root of six is a rule for Adam. For SGD the lesson's rule is "
                "simpler.",
                "Six steps in one.",
            ),
            Mistake(
                0.03 * 288,
                "value: this multiplies by the size of the batch. By how much has the batch grown?",
                "From 48 images to 288.",
            ),
            Mistake(
                0.03 * 48,
                "value: this multiplies by the images of one process. By how much has the whole "
                "batch grown?",
                "From 48 images to 288.",
            ),
        ),
        tolerance=1e-4,
        do="The rate grows as the batch does.",
        praise="and now begin smaller, and watch the validation loss: the rule has its limits.",
    ),
    "11.4": Exercise(
        solution=_speed_up,
        inputs=lambda: [(0.5, 2, 20.0, 0.1), (0.08, 8, 400.0, 10.0), (1.0, 1, 20.0, 1.0)],
        mistakes=(
            Mistake(
                _with(lambda n, m, b: 2 * (n - 1) / n * m / b),
                "value: megabytes are divided by gigabytes a second. What is missing?",
                _GIGA,
            ),
            Mistake(
                _with(lambda n, m, b: m / 1000 / b),
                "value: each gradient would be sent once. How often is it sent in a ring?",
                "2 (n - 1) / n times: a round to add, and one to pass on.",
            ),
            Mistake(
                _with(lambda n, m, b: 2 * (n - 1) * m / 1000 / b),
                "value: in each step only a piece is sent. How large is a piece?",
                "There are n pieces: divide by n.",
            ),
            Mistake(
                _with(lambda n, m, b: (n - 1) / n * m / 1000 / b),
                "value: this is one round. A ring has two.",
                "One round adds, the other passes the sums on.",
            ),
            Mistake(
                _with(lambda n, m, b: 2 * (n - 1) / n * m / 1000 / b, shared=False),
                "value: the computing is not shared.",
                "Each process computes for its share of the images only.",
            ),
            Mistake(
                lambda c, n, m, b: c / n + 2 * (n - 1) / n * m / 1000 / b,
                "value: these are the seconds of a step. How many times as fast is that?",
                "Old seconds by new seconds.",
            ),
            Mistake(
                lambda c, n, m, b: (c / n + 2 * (n - 1) / n * m / 1000 / b) / c,
                "value: upside down: this gets smaller when training gets faster.",
                "Old seconds by new seconds.",
            ),
            Mistake(
                lambda c, n, m, b: float(n),
                "value: this would be so if talking took no time.",
                "Add the seconds of the exchange to those of the share.",
            ),
        ),
        do="The seconds of one process, divided by those of n: the share of the computing, plus "
        "the exchange. " + _GIGA,
        praise="before you rent the second GPU, compute this.",
    ),
}
