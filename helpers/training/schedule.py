"""How much of a training is done, and the learning rate at each share of it."""

import math
import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Protocol


def constant(done: float) -> float:
    """The peak learning rate from the first step to the last.

    Built in lesson 09.
    """
    return 1.0


def linear_decay(done: float, end: float = 0.0) -> float:
    """From 1 down to ``end`` in a straight line.

    Args:
        done: share of the training that is done, from 0 to 1; beyond 1 counts as 1.

    Returns:
        float: factor of the peak learning rate.

    Example:
        >>> [linear_decay(done) for done in (0, 0.25, 1)]
        [1.0, 0.75, 0.0]

    Built in lesson 09.
    """
    return 1 + (end - 1) * min(done, 1.0)


def one_cycle(done: float, peak: float = 0.25, start: float = 0.04, end: float = 1e-5) -> float:
    """Up from ``start`` to 1, then down to ``end``, both along half a cosine wave.

    Args:
        done: share of the training that is done, from 0 to 1; beyond 1 counts as 1.
        peak: share at which it is 1, greater than 0 and less than 1.

    Returns:
        float: factor of the peak learning rate.

    Example:
        >>> one_cycle(0.25), round(one_cycle(0), 4)
        (1.0, 0.04)

    One cycle: Smith and Topin, "Super-convergence" (arXiv:1708.07120); the shape is that of
    fastai's ``fit_one_cycle``.
    Built in lesson 09.
    """
    _check_peak(peak)
    if done < peak:
        begin, goal, part = start, 1.0, done / peak
    else:
        begin, goal, part = 1.0, end, (min(done, 1.0) - peak) / (1 - peak)
    return begin + (goal - begin) * (1 - math.cos(math.pi * part)) / 2


class Budget(Protocol):
    """What a training asks before each step: which share of it is done, from 0 to 1.

    Attributes:
        over: whether nothing is left, so that another training needs another budget.
    """

    def done(self) -> float: ...

    @property
    def over(self) -> bool: ...


class StepBudget:
    """A training of a fixed number of steps.

    Attributes:
        taken: how many steps have been begun.

    Example:
        >>> budget = StepBudget(2)
        >>> [budget.done() for _ in range(4)]
        [0.0, 0.5, 1.0, 1.0]
    """

    def __init__(self, steps: int) -> None:
        if steps < 1:
            raise ValueError(f"expected at least one step, got {steps}; take more epochs or images")
        self.steps, self.taken = steps, 0

    def done(self) -> float:
        """The share that is done, from 0 to 1; to be asked once before each step."""
        share = min(self.taken / self.steps, 1.0)
        self.taken += share < 1
        return share

    @property
    def over(self) -> bool:
        return self.taken >= self.steps


class TimeBudget:
    """A training that is over in time for what comes after it.

    The share is one of time, so a schedule that follows it comes to its end in time, whether the
    machine gets slower or faster meanwhile, and it never goes back. What comes after the training
    (test-time views) is known as worth so many steps; their seconds are kept back. How fast the
    machine will be then, nobody knows: as fast as now, or as on average? A step is taken to last as
    long as the geometric mean of the two, so neither guess is far off. Half of the time that there
    is for the training is never kept back.

    A clock that makes a GPU wait should not be asked before each step. With a ``pause`` it is asked
    once in so many seconds; in between, each step is taken to last as long as those before. Towards
    the end it is asked again and again after half of the time that is left, so the end is no guess.

    Args:
        seconds: for everything from now on, preparations before the first step included.
        after: how many steps' worth of work comes after the training.
        clock: tells seconds, for example ``clock_of(device)``.
        pause: for about how many seconds the clock is not asked; 0 to ask before each step.

    Attributes:
        taken: how many steps have been begun.

    Example:
        >>> times = iter([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        >>> budget = TimeBudget(10, after=2, clock=lambda: next(times))
        >>> [round(budget.done(), 2) for _ in range(9)]
        [0.0, 0.1, 0.2, 0.3, 0.5, 0.62, 0.75, 0.88, 1.0]
    """

    def __init__(
        self,
        seconds: float,
        after: float = 0.0,
        clock: Callable[[], float] = time.perf_counter,
        pause: float = 0.0,
    ) -> None:
        if not seconds > 0:
            raise ValueError(f"expected a budget of more than 0 seconds, got {seconds}")
        self.after, self.clock, self.pause = after, clock, pause
        self.begin = clock()
        self.end = self.begin + seconds
        self.first = self.last = self.begin
        self.steps: deque[float] = deque(maxlen=5)
        self.second = (0.0, 0)  # when the clock was asked next, and before which step that was
        self.share = 0.0
        self.taken = 0
        self.asked = self.ask = 0  # before which step the clock was asked, and will be again

    def done(self) -> float:
        """The share that is done, from 0 to 1; to be asked once before each step."""
        if asking := self.taken >= self.ask:
            self._look()
        # The median follows a machine that gets slower, and is not misled by a single long step.
        step = median(self.steps) if len(self.steps) > 2 else 0.0
        now = self.last + (self.taken - self.asked) * step
        end = self.end - min(self.after * self._later(step), (self.end - self.first) / 2)
        if asking:
            wait = min(self.pause, (end - now) / 2)
            self.ask = self.taken + max(int(wait / step) if step else 1, 1)
        share = min((now - self.first) / (end - self.first), 1.0) if end > self.first else 1.0
        self.share = max(self.share, share)
        self.taken += self.share < 1
        return self.share

    @property
    def over(self) -> bool:
        return self.share >= 1

    def _later(self, step: float) -> float:
        """How long a step may take after the training, if it takes ``step`` now."""
        begin, taken = self.second
        average = (self.last - begin) / max(self.asked - taken, 1)
        return math.sqrt(step * average)

    def _look(self) -> None:
        now = self.clock()
        if self.taken == 0:
            self.first = now
        elif self.asked == 0:  # the first step takes longer: much is prepared in it
            self.second = now, self.taken
        elif self.taken > self.asked:
            self.steps.append((now - self.last) / (self.taken - self.asked))
        self.last, self.asked = now, self.taken

    def left(self) -> float:
        """How many steps' worth of time are left; infinitely many if no step was timed."""
        later = self._later(median(self.steps)) if self.steps else 0.0
        return max(self.end - self.clock(), 0.0) / later if later else math.inf

    def passed(self) -> float:
        """The seconds since the budget was made."""
        return self.clock() - self.begin


def _check_peak(peak: float) -> None:
    if not 0 < peak < 1:
        raise ValueError(f"the peak must lie between 0 and 1, as a share of the steps, got {peak}")
