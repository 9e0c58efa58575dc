import pytest

from helpers.training.cost import step_seconds


def test_one_process_has_nothing_to_exchange():
    assert step_seconds(0.5, 1, 100, 1, delay=1) == 0.5


def test_four_processes_by_hand():
    # 100 MB in quarters: 3 steps to add and 3 to pass on, 25 ms each at 1 GB/s, and 2 ms of delay.
    assert step_seconds(0.4, 4, 100, 1, delay=0.002) == pytest.approx(0.1 + 6 * (0.025 + 0.002))


def test_more_processes_send_hardly_more():
    few, many = (step_seconds(0, n, 100, 1) for n in (8, 64))
    assert few < many < 1.2 * few < 0.25
