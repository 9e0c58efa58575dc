"""What paired trials say: a mean difference, its error, and a verdict by a rule set beforehand.

Lessons read stored trials by ``helpers.course.trials``; ``python -m benchmarks.paired`` makes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

# Student's t: 95 % of all intervals of so many standard errors to both sides hold the true mean.
# By the number of pairs less one. Two standard errors would be too few for so few pairs.
T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
PROVED, HARMFUL, OPEN = "proved", "harmful", "not proved"


@dataclass(frozen=True)
class Comparison:
    """Paired differences, in percentage points.

    Attributes:
        mean: with the part less without it.
        error: its standard error; 0 for a single pair.
        seeds: how many pairs.
        better, worse: in how many pairs the part helped, or did harm.
    """

    mean: float
    error: float
    seeds: int
    better: int
    worse: int

    def margin(self) -> float:
        """Half the width of the interval that holds the true mean 95 times in 100."""
        return T[min(self.seeds - 1, len(T)) - 1] * self.error if self.seeds > 1 else float("inf")

    def interval(self) -> tuple[float, float]:
        """The ends of that interval; it has none after a single pair."""
        return self.mean - self.margin(), self.mean + self.margin()

    def verdict(self, least: float, planned: int = 0) -> str:
        """By the rule: the whole interval on one side of 0, and a mean that matters.

        Args:
            least: the smallest mean that matters, in points.
            planned: how many pairs were to be made; with fewer there is no verdict yet.

        Example:
            >>> result = compare({0: 0.82, 1: 0.84}, {0: 0.80, 1: 0.82})
            >>> result.verdict(least=0.3), result.verdict(least=0.3, planned=8)
            ('proved', 'not yet: 2 of 8 seeds')
        """
        if self.seeds < planned:
            return f"not yet: {self.seeds} of {planned} seeds"
        low, high = self.interval()
        if low > 0 and self.mean >= least:
            return PROVED
        if high < 0 and self.mean <= -least:
            return HARMFUL
        return OPEN


def compare(with_it: Mapping[int, float], without: Mapping[int, float]) -> Comparison:
    """Compare accuracies, shares from 0 to 1 by seed, over the seeds that both have.

    Example:
        >>> compare({0: 0.82, 1: 0.84, 2: 0.83}, {1: 0.81, 0: 0.81, 5: 0.9})
        Comparison(mean=2.0, error=1.0, seeds=2, better=2, worse=0)
    """
    seeds = sorted(with_it.keys() & without.keys())
    if not seeds:
        return Comparison(0.0, 0.0, 0, 0, 0)
    # As fractions: a sum of floats would depend on their order, and 0.82 - 0.81 is not 0.01.
    exact = [100 * (Fraction(str(with_it[s])) - Fraction(str(without[s]))) for s in seeds]
    n, mean = len(exact), sum(exact) / len(exact)
    squares = sum((d - mean) ** 2 for d in exact)
    error = sqrt(squares / (n - 1) / n) if n > 1 else 0.0
    better, worse = sum(d > 0 for d in exact), sum(d < 0 for d in exact)
    return Comparison(float(mean), error, n, better, worse)
