"""Learning rates that change during training, as functions of the share of it that is done.

Each gives a factor of the peak learning rate. A share of the *time* serves as well as one of the
steps.
"""

import math

from helpers.training import fast_checks as checks


def linear_decay(done: float, end: float = 0.0) -> float:
    """From 1 down to ``end`` in a straight line.

    Args:
        done: share of the training that is done, from 0 to 1; beyond 1 counts as 1.
        end: factor at the end.

    Returns:
        float: factor of the peak learning rate.

    Example:
        >>> [linear_decay(done) for done in (0, 0.25, 1)]
        [1.0, 0.75, 0.0]

    Built in lesson 08.
    """
    return 1 + (end - 1) * min(done, 1.0)


@checks.peak_inside
def one_cycle(done: float, peak: float = 0.25, start: float = 0.04, end: float = 1e-5) -> float:
    """Up from ``start`` to 1, then down to ``end``, both along half a cosine wave.

    Args:
        done: share of the training that is done, from 0 to 1; beyond 1 counts as 1.
        peak: share at which it is 1, greater than 0 and less than 1.
        start: factor at the beginning.
        end: factor at the end.

    Returns:
        float: factor of the peak learning rate.

    Raises:
        ValueError: when the peak is not between 0 and 1.

    Example:
        >>> one_cycle(0.25), round(one_cycle(0), 4)
        (1.0, 0.04)

    One cycle: Smith and Topin, "Super-convergence" (arXiv:1708.07120); the shape is that of
    fastai's ``fit_one_cycle``.
    Built in lesson 08.
    """
    if done < peak:
        begin, goal, part = start, 1.0, done / peak
    else:
        begin, goal, part = 1.0, end, (min(done, 1.0) - peak) / (1 - peak)
    return begin + (goal - begin) * (1 - math.cos(math.pi * part)) / 2
