"""Which network to train in a given time: by trying how long each one takes."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import mean
from typing import TypeVar

Size = TypeVar("Size")


def largest_that_fits(
    sizes: Sequence[Size],
    epoch_seconds: Callable[[Size], float],
    left: Callable[[], float],
    enough: float,
) -> Size:
    """The largest size for which there is time for enough epochs; the smallest if there is none.

    Trying takes time itself, much of it when a GPU does something for the first time. So the time
    that is left is asked for after each try, and once half of it is gone, no other size is tried.

    Args:
        sizes: from small to large; the search ends at the first that is too large.
        epoch_seconds: how long an epoch takes with a size; called once for each that is tried.

    Example:
        >>> largest_that_fits([1, 2, 4, 8], lambda size: 10.0 * size, left=lambda: 100, enough=3)
        2
    """
    if not sizes:
        raise ValueError("expected at least one size to choose from, got none")
    chosen, half = sizes[0], left() / 2
    for size in sizes:
        if enough * epoch_seconds(size) > left():
            break
        chosen = size
        if left() < half:
            break
    return chosen


class Trial:
    """A budget that tries a training out: some steps in each of its stages, timed.

    All that a step does is in its time: making the batch, the optimisers and what a stage changes.
    The first step of a stage is not counted, as a device prepares much when it meets a new shape.

    Args:
        stages: a share of the training for each stage, from 0 to less than 1.
        tries: how many steps of each stage are timed; the fastest counts.

    Example:
        >>> times = iter([0, 5, 7, 8, 13, 15, 17])
        >>> trial = Trial([0.2, 0.8], clock=lambda: next(times))
        >>> [trial.done() for _ in range(7)]
        [0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 1.0]
        >>> trial.step_seconds()  # 1 in the first stage, 2 in the second
        1.3333333333333333
    """

    def __init__(self, stages: Sequence[float], clock: Callable[[], float], tries: int = 2) -> None:
        self.clock, self.length = clock, 1 + tries
        self.shares = [share for share in stages for _ in range(self.length)]
        self.ticks: list[float] = []

    def done(self) -> float:
        """The share of the stage that is tried, or 1 at the end; to be asked before each step."""
        self.ticks.append(self.clock())
        return [*self.shares, 1.0][len(self.ticks) - 1]

    @property
    def over(self) -> bool:
        return len(self.ticks) > len(self.shares)

    def step_seconds(self) -> float:
        """How long a step takes when each stage gets as much time: the harmonic mean of them."""
        steps = [after - before for before, after in pairwise(self.ticks)]
        begins = range(0, len(steps), self.length)
        fastest = [min(steps[begin + 1 : begin + self.length]) for begin in begins]
        return 1 / mean(1 / seconds for seconds in fastest)
