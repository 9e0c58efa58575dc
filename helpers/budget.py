"""How much of a training is done: counted in steps, or by the clock."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

import torch


class StepBudget:
    """A training of a fixed number of steps.

    Args:
        steps: how many, 1 or more.

    Attributes:
        taken: how many steps have been begun.

    Raises:
        ValueError: when there is no step.

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


class TimeBudget:
    """A training that is over in time for what comes after it.

    The share is one of time, so a schedule that follows it comes to its end in time, whether the
    machine gets slower or faster meanwhile. What comes after the training (test-time views) is
    known as worth so many steps; their seconds are kept back, and are more when steps get slower.

    Args:
        seconds: for everything from now on, preparations before the first step included.
        after: how many steps' worth of work comes after the training.
        clock: tells seconds, for example ``clock_of(device)``.

    Attributes:
        taken: how many steps have been begun.

    Raises:
        ValueError: when the seconds are not more than 0.

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
    ) -> None:
        if not seconds > 0:
            raise ValueError(f"expected a budget of more than 0 seconds, got {seconds}")
        self.after, self.clock = after, clock
        self.begin = clock()
        self.end = self.begin + seconds
        self.first = self.last = self.begin
        self.steps, self.taken = deque(maxlen=5), 0

    def done(self) -> float:
        """The share that is done, from 0 to 1; to be asked once before each step."""
        now = self.clock()
        if self.taken == 0:
            self.first = now
        elif self.taken > 1:  # the first step takes longer: much is prepared in it
            self.steps.append(now - self.last)
        self.last = now
        # The median follows a machine that gets slower, and is not misled by a single long step.
        step = median(self.steps) if len(self.steps) > 2 else 0.0
        training = self.end - self.after * step - self.first
        share = min((now - self.first) / training, 1.0) if training > 0 else 1.0
        self.taken += share < 1
        return share

    def passed(self) -> float:
        """The seconds since the budget was made."""
        return self.clock() - self.begin


def clock_of(device: torch.device) -> Callable[[], float]:
    """A clock that waits until a device has done what it was told, and then tells the seconds.

    Work for a GPU is put into a queue; without waiting, a clock would measure how fast it is put
    there.

    Args:
        device: where the work is done.

    Returns:
        A function without arguments; only differences of its answers mean something.

    Example:
        >>> clock = clock_of(torch.device("cpu"))
        >>> clock() <= clock()
        True
    """
    waits = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}

    def clock() -> float:
        if device.type in waits:
            waits[device.type]()
        return time.perf_counter()

    return clock
