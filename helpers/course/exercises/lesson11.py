"""The exercises of lesson 11: a ring, shares of an order, a rate, a speed-up."""

from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake, NotAsAsked, kind


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


def _old_copy(rows: list[list[float]]) -> list[list[float]]:
    """Each step passes on what was there before the first."""
    before, rows, n = [list(row) for row in rows], [list(row) for row in rows], len(rows)
    for step in range(n - 1):
        for process in range(n):
            piece = (process - step) % n
            rows[(process + 1) % n][piece] += before[process][piece]
    return rows


def _beyond_the_last(rows: list[list[float]]) -> list[list[float]]:
    return [rows[process + 1] for process in range(len(rows))]


def _to_the_left(rows: list[list[float]]) -> list[list[float]]:
    rows = [list(row) for row in rows]
    for step in range(len(rows) - 1):
        before, n = [list(row) for row in rows], len(rows)
        for process in range(n):
            piece = (process - step) % n
            rows[(process - 1) % n][piece] += before[process][piece]
    return rows


def _given_away(rows: list[list[float]]) -> list[list[float]]:
    rows = [list(row) for row in rows]
    for step in range(len(rows) - 1):
        before, n = [list(row) for row in rows], len(rows)
        for process in range(n):
            piece = (process - step) % n
            rows[(process + 1) % n][piece] += before[process][piece]
            rows[process][piece] = 0
    return rows


def _last_is_silent(rows: list[list[float]]) -> list[list[float]]:
    rows = [list(row) for row in rows]
    for step in range(len(rows) - 1):
        before, n = [list(row) for row in rows], len(rows)
        for process in range(n - 1):
            piece = (process - step) % n
            rows[process + 1][piece] += before[process][piece]
    return rows


def _as_tensor(add_round: Callable) -> Callable:
    """Judge rows as one tensor, be they lists, tuples or tensors."""

    def seen(rows: list[list[float]]) -> torch.Tensor | None:
        n = len(rows)
        got = add_round(rows)
        if got is None or got is ...:
            return None
        try:
            if len(got) == n and all(len(row) == n for row in got):
                values = [[float(value) for value in row] for row in got]
                return torch.tensor(values, dtype=torch.float64)
        except Exception:  # no rows, or no numbers in them
            pass
        raise NotAsAsked(f"expected a list of n lists with n numbers each, got {kind(got)}")

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
        if cut == "size":
            return order[rank * size : (rank + 1) * size].tolist()
        if cut == "alike":
            return order[::size].tolist()
        if cut == "turned":
            return order[size::rank].tolist()
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
        try:
            shares = [torch.as_tensor(rows) for rows in found]
        except Exception:
            raise NotAsAsked(f"expected a list of numbers, got {kind(found[0])}") from None
        if any(share.shape != shares[0].shape for share in shares):
            raise NotAsAsked("the processes do not all get equally many images")
        return torch.stack(shares)

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
            Mistake(_ring(adds=False),
                "value: the piece that arrives takes the place of the old number. In this round it "
                "is added.",
                "The receiver keeps its own piece, plus what the sender had before the step."),
            Mistake(_ring(steps=1),
                "value: this goes on for n steps. After which step is the first sum complete?",
                "With n processes a number meets n - 1 others."),
            Mistake(_ring(rounds=2),
                "value: this adds for two rounds. Only the first one adds.",
                "n - 1 steps are enough here."),
            Mistake(_ring(piece=lambda process, step: process + step),
                "value: in the second step a process passes on what has just arrived. Which piece "
                "was that?",
                "What arrived came from the process before, and has that one's number."),
            Mistake(_ring(piece=lambda process, step: process),
                "value: every step sends the same piece again. Look at the arrows in the picture: "
                "they move.",
                "The number of the piece goes down by one in each step."),
            Mistake(lambda rows: [[sum(column) for column in zip(*rows)] for _ in rows],
                "value: these are the sums of all, in every process. After the first round each "
                "process has only one of them.",
                "Let the numbers go from neighbour to neighbour, step by step, and stop after the "
                "first round."),
            Mistake(_beyond_the_last,
                "shape: a place goes beyond n - 1. In a ring, what comes after the last?",
                "After the last comes 0: % n takes care of that, with the sum before it in "
                "brackets."),
            Mistake(_old_copy,
                "value: every step sends the numbers of the very beginning. From the second step "
                "on, a process sends what it has by then.",
                "Make the copy anew in each step."),
            Mistake(lambda rows: [list(row) for row in rows],
                "value: nothing has been added. Do you return the rows that you add to?",
                "Read from the copy, and add to the rows that you return."),
            Mistake(_to_the_left,
                "value: the pieces go to the left neighbour.",
                "The right neighbour has the next larger number: (process + 1) % n."),
            Mistake(_given_away,
                "value: the sender keeps its numbers; here they become 0.",
                "Only the receiver's row changes."),
            Mistake(_ring(piece=lambda process, step: process - step - 1),
                "value: steps count from 0: in the first one a process sends the piece of its "
                "own number.",
                "range(n - 1) begins at 0."),
            Mistake(_ring(steps=-1),
                "value: a step is missing. Does `return` stand inside the loop?",
                "There are n - 1 steps, and the return comes after all of them."),
            Mistake(_last_is_silent,
                "value: the last process sends nothing.",
                "In each step all n processes send: range(n)."),
        ),
        do="For each step copy all rows first. Then each process sends one piece of that copy, "
        "number (process - step) % n, to the neighbour on its right, which adds it.",
        praise="each process has one whole sum, and nobody has sent more than n - 1 pieces.",
    ),
    "11.2": Exercise(
        solution=_own_rows(),
        inputs=lambda: [(12, 3, 2, 2), (12, 3, 0, 3), (12, 4, 1, 4), (8, 1, 2, 2)],
        observe=_all_shares,
        mistakes=(
            Mistake(_own_rows(rank_too=True),
                "value: each process shuffles in its own way, so that some images are seen twice "
                "and others never. That was the bug!",
                "The order must be the same everywhere: no rank in its seed."),
            Mistake(_own_rows(first=lambda seed, epoch: seed, rank_too=True),
                "value: each process shuffles in its own way, so that some images are seen twice "
                "and others never. That was the bug!",
                "The order must be the same everywhere: no rank in its seed. It must be another "
                "one in each epoch."),
            Mistake(_own_rows(first=lambda seed, epoch: seed),
                "value: every epoch has the same order.",
                "Add the number of the epoch to the seed."),
            Mistake(_own_rows(cut="block"),
                "value: whole blocks, one a process. DistributedSampler deals images out in turn, "
                "like cards.",
                "Begin at the rank, and go on in steps of the number of processes."),
            Mistake(_own_rows(cut="own"),
                "value: the shares are right, but not shuffled.",
                "First the order of all images, then this process's part of it."),
            Mistake(_own_rows(cut="all"),
                "shape: this is the whole order, in every process. Each should take its share.",
                "Begin at the rank, and go on in steps of the number of processes."),
            Mistake(_own_rows(first=lambda seed, epoch: seed * epoch),
                "value: in epoch 0 every seed gives the same order.",
                "Add the number of the epoch to the seed."),
            Mistake(_own_rows(first=lambda seed, epoch: epoch),
                "value: `seed` has no effect: every training would draw the same orders.",
                "Add the number of the epoch to the seed."),
            Mistake(lambda n, seed, epoch, rank, size: torch.randperm(n)[rank::size],
                "value: without a seed each process draws an order of its own.",
                "torch.manual_seed(seed + epoch) comes first."),
            Mistake(_own_rows(cut="alike"),
                "value: every process begins at the same place, and gets the same images.",
                "Begin at the rank: [rank::size]."),
            Mistake(_own_rows(cut="size"),
                "shape: whole blocks, of as many images as there are processes. "
                "DistributedSampler deals images out in turn, like cards.",
                "Begin at the rank, and go on in steps of the number of processes."),
            Mistake(_own_rows(cut="turned"),
                "value: begin and step are exchanged.",
                "[rank::size] begins at the rank and goes on in steps of `size`."),
        ),
        do="Seed a generator with seed + epoch, draw the order of all n, then take every size-th "
        "place of it from the rank on.",
        praise="no image twice, none forgotten, and another order in each epoch.",
    ),
    "11.3": Exercise(
        solution=0.18,
        inputs=lambda: [()],
        mistakes=(
            Mistake(0.03,
                "value: the old rate. A step now stands for six of the old ones: how long should "
                "it be?",
                "Six steps in one."),
            Mistake(0.005,
                "value: this divides by the number of processes. But the gradients are averaged, "
                "so the step is no longer than before.",
                "There are six times fewer steps to get equally far."),
            Mistake(0.03 * 6**0.5,
                "value: times the root of six is a rule for Adam. For SGD the lesson's rule is "
                "simpler.",
                "Six steps in one."),
            Mistake(0.03 * 288,
                "value: this multiplies by the size of the batch. By how much has the batch grown?",
                "From 48 images to 288."),
            Mistake(0.03 * 48,
                "value: this multiplies by the images of one process. By how much has the whole "
                "batch grown?",
                "From 48 images to 288."),
            Mistake(6,
                "value: the batch is this many times as large. And the rate?",
                "Multiply the old rate by it."),
            Mistake(0.03 / 48,
                "value: this divides by the images of a batch. The gradients are averaged already.",
                "The rate grows as the batch does."),
        ),
        tolerance=1e-4,
        do="The rate grows as the batch does.",
        praise="and now begin smaller, and watch the validation loss: the rule has its limits.",
    ),
    "11.4": Exercise(
        solution=_speed_up,
        inputs=lambda: [(0.5, 4, 20.0, 0.1), (0.08, 8, 400.0, 10.0), (1.0, 1, 20.0, 1.0)],
        mistakes=(
            Mistake(_with(lambda n, m, b: 2 * (n - 1) / n * m / b),
                "value: megabytes are divided by gigabytes a second. What is missing?",
                _GIGA),
            Mistake(_with(lambda n, m, b: m / 1000 / b),
                "value: each gradient would be sent once. How often is it sent in a ring?",
                "2 (n - 1) / n times: a round to add, and one to pass on."),
            Mistake(_with(lambda n, m, b: 2 * (n - 1) * m / 1000 / b),
                "value: in each step only a piece is sent. How large is a piece?",
                "There are n pieces: divide by n."),
            Mistake(_with(lambda n, m, b: (n - 1) / n * m / 1000 / b),
                "value: this is one round. A ring has two.",
                "One round adds, the other passes the sums on."),
            Mistake(_with(lambda n, m, b: 2 * (n - 1) / n * m / 1000 / b, shared=False),
                "value: the computing is not shared.",
                "Each process computes for its share of the images only."),
            Mistake(lambda c, n, m, b: c / n + 2 * (n - 1) / n * m / 1000 / b,
                "value: these are the seconds of a step. How many times as fast is that?",
                "Old seconds by new seconds."),
            Mistake(lambda c, n, m, b: (c / n + 2 * (n - 1) / n * m / 1000 / b) / c,
                "value: upside down: this gets smaller when training gets faster.",
                "Old seconds by new seconds."),
            Mistake(lambda c, n, m, b: float(n),
                "value: this would be so if talking took no time.",
                "Add the seconds of the exchange to those of the share."),
            Mistake(_with(lambda n, m, b: 2 * (n - 1) / n * m * 1000 / b),
                "value: a gigabyte is a thousand megabytes. So are there more gigabytes than "
                "megabytes, or fewer?",
                _GIGA),
            Mistake(_with(lambda n, m, b: 2 * (n - 1) / n * m / 1000 * b),
                "value: here a larger bandwidth makes the exchange longer.",
                _GIGA),
            Mistake(_with(lambda n, m, b: 8 * 2 * (n - 1) / n * m / 1000 / b),
                "value: the bandwidth is in bytes, not in bits: nothing is to be multiplied by 8.",
                _GIGA),
            Mistake(_with(lambda n, m, b: 2 * m / 1000 / b),
                "value: nearly: a piece is sent 2 (n - 1) times, and there are n pieces.",
                "The megabytes, times 2 (n - 1) / n."),
            Mistake(lambda c, n, m, b: c / c / n + 2 * (n - 1) / n * m / 1000 / b,
                "value: Python divides from left to right, and before it adds.",
                "Put all the seconds of n processes in brackets, and divide by that."),
            Mistake(lambda c, n, m, b: c / max(c / n, 2 * (n - 1) / n * m / 1000 / b),
                "value: here talking and computing go on at the same time.",
                "Here the one comes after the other: add the seconds."),
            Mistake(lambda c, n, m, b: c - (c / n + 2 * (n - 1) / n * m / 1000 / b),
                "value: these are the seconds that are saved. How many times as fast is it?",
                "Old seconds by new seconds."),
        ),
        do="The seconds of one process, divided by those of n: the share of the computing, plus "
        "the exchange. " + _GIGA,
        praise="before you rent the second GPU, compute this.",
    ),
}  # fmt: skip
