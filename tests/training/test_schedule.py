"""How much of a training is done, and the learning rate at each share of it."""

import math
import random

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.training.schedule import StepBudget, TimeBudget, linear_decay, one_cycle

GRID = [i / 1_000 for i in range(1_001)]
shares = st.floats(0, 1)


def area(schedule):
    values = [schedule(done) for done in GRID]
    return (sum(values) - (values[0] + values[-1]) / 2) / (len(GRID) - 1)


@pytest.mark.parametrize(
    ("schedule", "start", "end"),
    [(linear_decay, 1.0, 0.0), (one_cycle, 0.04, 1e-5)],
)
def test_end_points(schedule, start, end):
    assert schedule(0.0) == pytest.approx(start) and schedule(1.0) == pytest.approx(end)
    assert schedule(1.7) == schedule(1.0)


@given(st.floats(0.01, 0.99), shares, shares)
def test_one_cycle_has_its_peak_and_the_area_of_a_triangle(peak, start, end):
    """Half a wave of the cosine encloses as much as the straight line between its ends."""
    assert one_cycle(peak, peak, start, end) == pytest.approx(1.0)
    by_hand = peak * (start + 1) / 2 + (1 - peak) * (1 + end) / 2
    # A thousand strips: each is exact but for its bend, and one may hold the peak.
    assert area(lambda done: one_cycle(done, peak, start, end)) == pytest.approx(by_hand, abs=1e-3)


def test_the_area_of_the_decay_is_half():
    assert area(linear_decay) == pytest.approx(0.5)
    assert area(lambda done: linear_decay(done, end=0.5)) == pytest.approx(0.75)


@given(shares, shares)
def test_up_before_the_peak_and_down_after_it(a, b):
    early, late = sorted((a, b))
    peak = 0.3
    assert one_cycle(early * peak, peak) <= one_cycle(late * peak, peak) + 1e-12  # ulps
    after = [peak + share * (1 - peak) for share in (early, late)]
    assert one_cycle(after[0], peak) >= one_cycle(after[1], peak) - 1e-12


def test_one_cycle_is_the_one_of_torch():
    steps = 101
    opt = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        opt, max_lr=2.0, total_steps=steps, pct_start=0.25, div_factor=25, final_div_factor=4_000,
        cycle_momentum=False,
    )  # fmt: skip
    for step in range(steps):
        # torch counts its phases from step 0 to pct_start * steps - 1.
        peak = (0.25 * steps - 1) / (steps - 1)
        assert 2 * one_cycle(step / (steps - 1), peak) == pytest.approx(
            opt.param_groups[0]["lr"], rel=1e-6
        )
        opt.step()
        if step < steps - 1:
            theirs.step()


@pytest.mark.parametrize("peak", [0, 1, -0.5])
def test_a_peak_outside_is_refused(peak):
    with pytest.raises(ValueError, match=f"between 0 and 1.*got {peak}"):
        one_cycle(0.5, peak)


class Machine:
    """A clock that goes on by itself when work is done."""

    def __init__(self):
        self.now, self.asked = 100.0, 0

    def __call__(self):
        self.asked += 1
        return self.now

    def train(self, budget, seconds_of_step):
        """Steps until the budget is used up; ``seconds_of_step`` says how long step k takes."""
        shares = []
        while (done := budget.done()) < 1:
            shares.append(done)
            self.now += seconds_of_step(len(shares))
        return shares


@given(st.integers(1, 300))
def test_steps_are_counted(steps):
    budget = StepBudget(steps)
    shares = Machine().train(budget, lambda k: 1.0)
    assert shares == pytest.approx([k / steps for k in range(steps)])
    assert budget.done() == budget.done() == 1.0


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="at least one step, got 0"):
        StepBudget(0)


@pytest.mark.slow
@given(st.floats(0.01, 0.5), st.floats(20, 200), st.floats(0, 20))
def test_time_is_kept_at_a_steady_speed(step, seconds, after):
    assume(after * step < (seconds - 3) / 2)  # more is not kept back
    machine = Machine()
    budget = TimeBudget(seconds, after, machine)
    machine.now += 3.0  # preparations count, but the schedule begins with the first step
    shares = machine.train(budget, lambda k: step)
    machine.now += after * step
    assert seconds <= machine.now - 100 + 1e-6 and machine.now - 100 <= seconds + 2 * step
    assert shares[0] == 0 and shares == sorted(shares)
    assert shares[-1] >= 1 - 2 * step / (seconds - 3 - after * step)


@pytest.mark.parametrize("slower", [2.0, 4.0])
@pytest.mark.parametrize("when", [0.1, 0.5, 0.9])
def test_a_machine_that_gets_slower_keeps_its_time(slower, when):
    machine = Machine()
    seconds, after = 60.0, 20
    budget = TimeBudget(seconds, after, machine)

    def speed(k):
        return 0.15 * (slower if machine.now > 100 + when * seconds else 1)

    shares = machine.train(budget, speed)
    machine.now += after * speed(0)
    assert machine.now - 100 < 1.15 * seconds
    # The schedule was walked through, not cut off.
    assert max(b - a for a, b in zip(shares, shares[1:])) < 0.2 and shares[-1] > 0.8


def test_a_machine_that_gets_faster_uses_its_time():
    machine = Machine()
    budget = TimeBudget(60, 10, machine)
    shares = machine.train(budget, lambda k: 0.4 if k < 50 else 0.1)
    assert len(shares) > 300 and 58 < machine.now - 100 <= 60


def test_no_time_left_means_done():
    machine = Machine()
    budget = TimeBudget(5, 0, machine)
    machine.now += 6
    assert budget.done() == 1.0
    budget = TimeBudget(5, 100, machine)
    shares = machine.train(budget, lambda k: 0.5)
    assert (
        len(shares) == 5
    )  # a hundred steps of half a second do not fit: half of it is for training


# When the speed changes, as shares of the budget, and how long a step takes from then on.
CHANGES = {
    "slow in the middle": ((0.35, 3.0), (0.65, 1.0)),
    "fast in the middle": ((0.35, 1 / 3), (0.65, 1.0)),
    "slow for long": ((0.2, 3.0), (0.8, 1.0)),
    "fast for long": ((0.2, 1 / 3), (0.8, 1.0)),
    "slow from the middle on": ((0.5, 3.0),),
    "fast from the middle on": ((0.5, 1 / 3),),
    "slow just before the end": ((0.75, 3.0), (0.85, 1.0)),
    "slow in the last quarter": ((0.75, 3.0),),
    "fast in the last quarter": ((0.75, 1 / 3),),
    "slow again and again": ((0.2, 3.0), (0.4, 1.0), (0.6, 3.0), (0.8, 1.0)),
}


class Changing(Machine):
    """A machine on which a step of so many seconds takes more or less of them at some times."""

    def __init__(self, seconds, changes):
        super().__init__()
        self.changes = [(100 + seconds * when, factor) for when, factor in changes]

    def work(self, seconds):
        """Do what takes so many seconds at the usual speed, whatever happens meanwhile."""
        ends = [when for when, _ in self.changes] + [math.inf]
        for factor, end in zip([1.0, *(factor for _, factor in self.changes)], ends):
            part = min(seconds, max(end - self.now, 0) / factor)
            self.now += part * factor
            seconds -= part


@pytest.mark.parametrize("pause", [0.0, 0.2])
@pytest.mark.parametrize("after", [0.02, 0.06, 0.09])  # work after the training, a share of all
@pytest.mark.parametrize("seconds", [20, 300])
@pytest.mark.parametrize("name", CHANGES)
def test_a_budget_holds_when_the_speed_changes_and_changes_back(name, seconds, after, pause):
    machine, step = Changing(seconds, CHANGES[name]), 0.1
    budget, draw = TimeBudget(seconds, after * seconds / step, machine, pause), random.Random(0)
    shares = []
    while (done := budget.done()) < 1:
        shares.append(done)
        machine.work(step * draw.choice((0.9, 1.0, 1.0, 1.1, 1.6)))
    machine.work(after * seconds)
    assert 0.85 * seconds <= machine.now - 100 <= 1.15 * seconds
    assert shares == sorted(shares) and shares[-1] > 0.8  # the schedule was not cut off


def test_what_is_left_is_told_in_steps():
    machine = Machine()
    budget = TimeBudget(10, 4, machine)
    assert budget.left() == math.inf
    machine.train(budget, lambda k: 0.5)
    assert budget.left() == pytest.approx(4)
    machine.now += 1.0
    assert budget.left() == pytest.approx(2)
    machine.now += 5.0
    assert budget.left() == 0


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.01, 0.1, 1, 10, 100])), max_size=4),
    st.floats(0, 1.5),
)
@settings(deadline=None)
def test_half_of_the_time_is_used_whatever_happens(changes, after):
    """A machine a hundred times as slow looked as if there were no time left for the views."""
    machine, seconds = Changing(60, sorted(changes)), 60
    budget = TimeBudget(seconds, after * seconds / 0.1, machine)
    while budget.done() < 1:
        machine.work(0.1)
    assert machine.now - 100 >= seconds / 2


@pytest.mark.parametrize("long", [1, 2, 40])
def test_a_single_long_step_is_no_reason_to_stop(long):
    """The first one always is: torch loads things and the processor gets warm."""
    machine = Machine()
    budget = TimeBudget(60, 30, machine)
    shares = machine.train(budget, lambda k: 3.0 if k == long else 0.1)
    machine.now += 30 * 0.1
    assert len(shares) > 500 and 59 <= machine.now - 100 < 61


def test_a_pause_by_hand():
    """Steps of 1 s in 20 s: asked before each until three are known, then after 4, 8 or fewer."""
    machine, asked = Machine(), []
    budget = TimeBudget(20, clock=machine, pause=4.0)
    for step in range(20):
        before = machine.asked
        assert budget.done() == pytest.approx(step / 20)
        if machine.asked > before:
            asked.append(step)
        machine.now += 1.0
    # From step 12 on half of the rest: 8 s, at most 4; then 4 of 8 left, 2 of 4, 1 of 2, and 1.
    assert asked == [0, 1, 2, 3, 4, 8, 12, 16, 18, 19]
    assert budget.done() == budget.done() == 1.0


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.floats(0.002, 0.05), st.floats(2, 20), st.floats(0, 50))
def test_with_pauses_time_is_kept_and_the_clock_is_hardly_asked(step, seconds, after):
    machine = Machine()
    budget = TimeBudget(seconds, after, machine, pause=0.2)
    assume(after * step < seconds / 2)  # more is not kept back
    shares = machine.train(budget, lambda k: step)
    length = seconds - after * step
    assert seconds - 1e-6 <= machine.now - 100 + after * step <= seconds + 2 * step
    expected = [k * step / length for k in range(len(shares))]
    known = slice(4, None)  # before that it does not know how long the steps after it take
    assert shares[known] == pytest.approx(expected[known])
    assert machine.asked < 25 + length / 0.2 * (1 + step / 0.2) * 1.1


@pytest.mark.parametrize("slower", [0.5, 2.0, 4.0])
@pytest.mark.parametrize("when", [0.1, 0.5, 0.9])
def test_with_pauses_a_change_of_speed_is_followed(slower, when):
    machine = Machine()
    budget = TimeBudget(10, 40, machine, pause=0.2)

    def speed(k):
        return 0.005 * (slower if machine.now > 100 + when * 10 else 1)

    shares = machine.train(budget, speed)
    machine.now += 40 * speed(0)
    assert 9.7 < machine.now - 100 < 10.7
    assert max(b - a for a, b in zip(shares, shares[1:])) < 0.1 and shares[-1] > 0.93


def test_with_pauses_a_single_long_step_is_no_reason_to_stop():
    machine = Machine()
    budget = TimeBudget(5, 30, machine, pause=0.2)
    shares = machine.train(budget, lambda k: 1.0 if k in (1, 300) else 0.005)
    machine.now += 30 * 0.005
    assert len(shares) > 500 and 4.9 <= machine.now - 100 < 5.1
