import time

import pytest
import torch
from torch import nn

from helpers.sizing import largest_that_fits, step_seconds


@pytest.mark.parametrize(
    ("seconds", "expected", "tried"),
    [(1, 1, [1]), (30, 1, [1, 2]), (65, 2, [1, 2, 4]), (1000, 8, [1, 2, 4, 8])],
)
def test_the_largest_with_enough_epochs_is_chosen(seconds, expected, tried):
    asked = []

    def epoch_seconds(size):
        asked.append(size)
        return 10.0 * size

    assert largest_that_fits([1, 2, 4, 8], epoch_seconds, seconds, enough=3) == expected
    assert asked == tried


def test_no_sizes_are_refused():
    with pytest.raises(ValueError, match="at least one size"):
        largest_that_fits([], lambda size: 1.0, 60, 3)


def test_the_fastest_try_counts_and_the_first_does_not():
    class Slow(nn.Linear):
        naps = [0.0, 0.3, 0.05]

        def forward(self, xb):
            time.sleep(self.naps.pop(0))
            return super().forward(xb)

    model = Slow(4, 3)
    took = step_seconds(model, torch.rand(8, 4), torch.zeros(8).long(), time.perf_counter)
    assert 0.05 <= took < 0.3 and not model.naps
    assert all(p.grad is None for p in model.parameters())
