import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers.training.schedule import linear_decay, one_cycle

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
