import re

import pytest
from matplotlib.text import Text

from helpers.language import speaking
from helpers.pictures import lettering
from helpers.pictures.processes import (
    draw_ring,
    draw_scaling,
    draw_shared_step,
    ring_states,
    speed_up,
)

ROWS = [[1, 2, 3, 4], [10, 20, 30, 40], [100, 200, 300, 400], [1000, 2000, 3000, 4000]]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_ring_ends_with_all_sums_everywhere(n):
    rows = [row[:n] for row in ROWS[:n]]
    states = ring_states(rows)
    assert len(states) == 2 * n - 1
    assert states[-1] == [[sum(column) for column in zip(*rows)]] * n
    whole = [[value == total for value, total in zip(row, states[-1][0])] for row in states[n - 1]]
    assert [sum(row) for row in whole] == [1 if n > 1 else n] * n


def test_a_ring_changes_nothing_of_what_it_is_given():
    rows = [[1, 2], [3, 4]]
    ring_states(rows)
    assert rows == [[1, 2], [3, 4]]


def test_a_step_of_a_ring_shows_what_is_held_and_sent():
    first, last = draw_ring(0, ROWS), draw_ring(6, ROWS)
    assert {"1", "20", "4000", "process 3"} <= set(texts(first))
    assert texts(last).count("1111") == 4
    assert "added" in first.axes[0].get_title() and "all sums" in last.axes[0].get_title()
    assert "takes the place" in draw_ring(3, ROWS).axes[0].get_title()
    with pytest.raises(ValueError, match="a step from 0 to 6, got 7"):
        draw_ring(7, ROWS)


def test_a_shared_step_has_a_row_for_each_process():
    assert {"process 0", "process 2", "share 2", "all_reduce"} <= set(texts(draw_shared_step(3)))


def test_all_words_have_their_korean():
    figures = [*(draw_ring(step, ROWS) for step in (0, 3, 6)), draw_shared_step()]
    figures += [draw_scaling({"7": (1, 20, 1, 0)}, 8, [(2, 1.5)], weak) for weak in (False, True)]
    for figure in figures:
        with speaking("ko"):
            lettering.translate(figure)
        words = {text.get_text() for text in figure.findobj(Text)} - {"all_reduce"}
        assert not [text for text in words if re.search("[A-Za-z]{2}", text)]


@pytest.mark.parametrize("weak", [False, True])
def test_scaling_starts_at_one_and_stays_below_the_ideal(weak):
    figure = draw_scaling({"a": (0.1, 20, 1, 0), "b": (0.1, 20, 10, 0)}, 8, [(2, 1.5)], weak)
    ideal, *curves, measured = figure.axes[0].lines
    assert list(ideal.get_xdata()) == [1, 2, 4, 8]
    for line in curves:
        assert line.get_ydata()[0] == 1
        assert all(y <= n for n, y in zip(ideal.get_xdata(), line.get_ydata()))
    assert list(measured.get_ydata()) == [1.5]


def test_a_growing_batch_scales_better():
    assert speed_up(8, 0.1, 20, 1, 0, weak=True) > speed_up(8, 0.1, 20, 1, 0)
    assert speed_up(8, 0.1, 0, 1, 0) == pytest.approx(8)


def test_every_setup_is_drawn():
    axis = draw_scaling({name: (1, 20, 1, 0) for name in "abcde"}, 4).axes[0]
    assert [line.get_label() for line in axis.lines[1:]] == list("abcde")
    assert len({(line.get_color(), line.get_marker()) for line in axis.lines[1:]}) == 5
