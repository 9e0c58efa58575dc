import pytest
import torch
from torch import nn

from helpers.training.budgeted import learn
from helpers.training.sizing import Trial, largest_that_fits


class Watch:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("seconds", "expected", "tried"),
    [(1, 1, [1]), (30, 1, [1, 2]), (65, 2, [1, 2, 4]), (1000, 8, [1, 2, 4, 8])],
)
def test_the_largest_with_enough_epochs_is_chosen(seconds, expected, tried):
    asked = []

    def epoch_seconds(size):
        asked.append(size)
        return 10.0 * size

    assert largest_that_fits([1, 2, 4, 8], epoch_seconds, lambda: seconds, enough=3) == expected
    assert asked == tried


@pytest.mark.parametrize(
    ("trying", "expected"),
    [
        (5, 8),
        (20, 2),  # after two tries 60 s are left, after three 40: too few for 3 epochs of 4 * 4 s
        (51, 1),  # less than half is left: no other is tried
        (200, 1),
    ],
)
def test_trying_takes_time_too(trying, expected):
    watch = Watch()

    def epoch_seconds(size):
        watch.now += trying
        return 3.0 * size if trying < 10 else 4.0 * size

    sizes = [1, 2, 4, 8]
    assert largest_that_fits(sizes, epoch_seconds, lambda: 100 - watch.now, 3) == expected


def test_no_sizes_are_refused():
    with pytest.raises(ValueError, match="at least one size"):
        largest_that_fits([], lambda size: 1.0, lambda: 60, 3)


def test_a_trial_times_whole_steps_and_not_the_first_of_a_stage():
    """Batches, optimiser and stages take 1, 2 and 4 or 8 s, and the first of a stage 50 s more."""
    watch, stages = Watch(), []

    def batches():
        while True:
            watch.now += 1.0
            yield torch.ones(4, 1), torch.zeros(4).long()

    class Slow(torch.optim.SGD):
        def step(self):
            watch.now += 2.0
            super().step()

    def before_step(done):
        watch.now += (4.0 if done == 0.25 else 8.0) + (0 if done in stages else 50)
        stages.append(done)

    model, trial = nn.Linear(1, 2), Trial([0.25, 0.75], watch)
    learn(model, batches(), trial, [Slow(model.parameters(), lr=0.1)], before_step=before_step)
    assert stages == [0.25] * 3 + [0.75] * 3
    # In 77 s of each stage there are 11 steps of 7 s and 7 of 11 s: 154 / 18 s a step.
    assert trial.step_seconds() == pytest.approx(154 / 18)


def test_the_fastest_try_counts():
    times = iter([0, 9, 12, 14, 17])
    trial = Trial([0.5], lambda: next(times), tries=3)
    assert [trial.done() for _ in range(5)] == [0.5] * 4 + [1.0]
    assert trial.step_seconds() == pytest.approx(2)
