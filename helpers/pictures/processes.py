"""Several processes: numbers that go round in a ring, a shared step, and what that gains."""

import itertools
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from helpers.pictures.canvas import BLUE, GREEN, GREY, ORANGE, PINK, SKY
from helpers.training.sharing import step_seconds

_COLOURS, _MARKERS, _LINES = (BLUE, ORANGE, GREEN, PINK), "os^DvP*", ("-", "--", "-.", ":")


def ring_states(rows: Sequence[Sequence[float]]) -> list[list[list[float]]]:
    """What each process of a ring holds at the start and after each step of an all-reduce.

    In the first n - 1 steps each adds the piece that it receives to its own, so that in the end it
    has the sum of one piece; in n - 1 more the sums go round.

    Args:
        rows: for each of n processes its n numbers.

    Returns:
        list: 2n - 1 states, each like ``rows``.

    Example:
        >>> ring_states([[1, 2], [10, 20]])
        [[[1, 2], [10, 20]], [[1, 22], [11, 20]], [[11, 22], [11, 22]]]
    """
    n = len(rows)
    states = [[list(row) for row in rows]]
    for step in range(2 * (n - 1)):
        before, after = states[-1], [list(row) for row in states[-1]]
        for sender in range(n):
            piece = sent_piece(sender, step, n)
            receiver = (sender + 1) % n
            kept = before[receiver][piece] if step < n - 1 else 0
            after[receiver][piece] = before[sender][piece] + kept
        states.append(after)
    return states


def sent_piece(sender: int, step: int, n: int) -> int:
    """Which piece a process sends in a step of a ring of n.

    Example:
        >>> [sent_piece(0, step, 4) for step in range(6)]
        [0, 3, 2, 1, 0, 3]
    """
    return (sender - step) % n


def draw_ring(step: int, rows: Sequence[Sequence[float]]) -> Figure:
    """Draw what each process holds before a step of a ring all-reduce, and what it sends.

    Args:
        step: from 0, before the first, to 2n - 2, when all is done.
        rows: for each of n processes its n numbers.
    """
    n, states = len(rows), ring_states(rows)
    if not 0 <= step < len(states):
        raise ValueError(f"draw_ring: expected a step from 0 to {len(states) - 1}, got {step}")
    figure, axis = plt.subplots(figsize=(7.6, 3.2))
    axis.axis("off")
    axis.set(xlim=(-0.3, 2 * n - 0.5), ylim=(n - 0.1, -0.6))
    sums = [sum(column) for column in zip(*rows)]
    for rank, row in enumerate(states[step]):
        axis.text(2 * rank + 0.5, -0.3, f"process {rank}", ha="center", color=GREY)
        for piece, value in enumerate(row):
            ready = value == sums[piece]
            corner, paint = (2 * rank, piece), SKY if ready else "white"
            axis.add_patch(Rectangle(corner, 1, 0.8, lw=1.2, facecolor=paint, edgecolor=GREY))
            weight = "bold" if ready else "normal"
            axis.text(2 * rank + 0.5, piece + 0.4, f"{value:g}", weight=weight, **_MIDDLE)
    if step < len(states) - 1:
        for sender in range(n):
            _draw_sent(axis, sender, sent_piece(sender, step, n), n)
    if step == len(states) - 1:
        title = f"after {step} steps: all have all sums"
    elif step < n - 1:
        title = f"step {step + 1}: what arrives is added"
    else:
        title = f"step {step + 1}: what arrives takes the place of the old number"
    axis.set_title(title)
    return figure


_MIDDLE: dict = {"ha": "center", "va": "center"}


def _draw_sent(axis: Axes, sender: int, piece: int, n: int) -> None:
    """An arrow to the right neighbour; from the last process it leads out, and in at the left."""
    style: dict = {"arrowstyle": "-|>", "mutation_scale": 14, "linewidth": 2, "color": ORANGE}
    begin, height = 2 * sender + 1.05, piece + 0.4
    if sender < n - 1:
        axis.add_patch(FancyArrowPatch((begin, height), (begin + 0.9, height), **style))
    else:
        axis.add_patch(FancyArrowPatch((begin, height), (begin + 0.45, height), **style))
        axis.add_patch(FancyArrowPatch((-0.3, height), (-0.02, height), **style))


def draw_shared_step(n: int = 2) -> Figure:
    """Draw a step of data parallel training: shares of a batch, gradients, their mean, a step."""
    figure, axis = plt.subplots(figsize=(8, 0.7 + 0.9 * n))
    axis.axis("off")
    axis.set(xlim=(-0.2, 10.2), ylim=(n - 0.1, -0.5))
    for place, words in ((0.6, "batch"), (3, "own gradient"), (6.2, "mean"), (8.9, "same step")):
        axis.text(place, -0.3, words, color=GREY, ha="center")
    axis.add_patch(Rectangle((0.1, 0), 1, n - 0.3, facecolor="white", edgecolor=GREY))
    axis.add_patch(Rectangle((5.2, 0), 2, n - 0.3, facecolor=SKY, edgecolor=GREY))
    axis.text(6.2, (n - 0.3) / 2, "all_reduce", **_MIDDLE)
    arrow: dict = {"arrowstyle": "-|>", "mutation_scale": 14, "linewidth": 1.6, "color": GREY}
    for rank in range(n):
        middle = rank + 0.35
        axis.text(0.6, middle, f"share {rank}", **_MIDDLE)
        for left, words in ((2, f"process {rank}"), (7.9, "weights")):
            axis.add_patch(Rectangle((left, rank), 2, 0.7, facecolor=BLUE, edgecolor=BLUE))
            axis.text(left + 1, middle, words, color="white", **_MIDDLE)
        for begin, end in ((1.15, 1.95), (4.05, 5.15), (7.25, 7.85)):
            axis.add_patch(FancyArrowPatch((begin, middle), (end, middle), **arrow))
    return figure


def draw_scaling(
    setups: Mapping[str, tuple[float, float, float, float]],
    most: int,
    measured: Sequence[tuple[int, float]] = (),
    weak: bool = False,
) -> Figure:
    """Draw how many times as fast training gets with more processes, by ``step_seconds``.

    Args:
        setups: for each name compute, megabytes, bandwidth and delay, as ``step_seconds`` has them.
        most: the largest number of processes.
        measured: numbers of processes with the speed-up that was measured; drawn as crosses.
        weak: whether each process keeps its number of images, so that the batch grows with them.
    """
    numbers = [n for n in (1, 2, 4, 8, 16, 32, 64, 128) if n <= most]
    figure, axis = plt.subplots(figsize=(6.4, 4))
    axis.plot(numbers, numbers, color=GREY, linewidth=1, label="n times as fast")
    looks = itertools.cycle(_COLOURS), itertools.cycle(_MARKERS), itertools.cycle(_LINES)
    for (name, values), colour, marker, line in zip(setups.items(), *looks):
        speeds = [speed_up(n, *values, weak=weak) for n in numbers]
        axis.plot(numbers, speeds, line, marker=marker, color=colour, label=name)
    if measured:
        counts, seen = zip(*measured)
        axis.plot(counts, seen, "x", color="black", markersize=10, mew=2.5, label="measured here")
    axis.set_xscale("log", base=2)
    axis.set_yscale("log", base=2)
    axis.set_xticks(numbers, map(str, numbers))
    axis.set_yticks([0.25, 0.5, *numbers], ["1/4", "1/2", *map(str, numbers)])
    kind = "batch grows with the processes" if weak else "batch stays the same"
    axis.set(xlabel="processes", ylabel="times as many images a second", title=kind)
    axis.set_ylim(bottom=0.2)
    axis.legend(fontsize=9)
    return figure


def speed_up(
    n: int, compute: float, megabytes: float, bandwidth: float, delay: float, weak: bool = False
) -> float:
    """How many times as many images a second n processes get through as one.

    Example:
        >>> round(speed_up(2, 1.0, 20, 0.1, 0), 2), round(speed_up(2, 1.0, 20, 0.1, 0, True), 2)
        (1.43, 1.67)
    """
    grown = n if weak else 1
    return grown * compute / step_seconds(grown * compute, n, megabytes, bandwidth, delay)
