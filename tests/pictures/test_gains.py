"""A picture of what the parts of a recipe are worth: a dot for each, with its interval."""

import math

import pandas as pd
import pytest

from helpers.pictures.gains import draw_worth

COLUMNS = ["question", "gain", "low", "high", "verdict"]
TABLE = pd.DataFrame(
    [
        ("good_part", 2.0, 1.0, 3.0, "proved"),
        ("bad", -2.0, -3.0, -1.0, "harmful"),
        ("single", 1.0, -math.inf, math.inf, "not yet: 1 of 8 seeds"),
        ("waiting", math.nan, math.nan, math.nan, "not yet: 0 of 8 seeds"),
    ],
    columns=COLUMNS,
)


def test_each_question_has_a_dot_and_an_interval_beside_a_line_at_zero():
    axis = draw_worth(TABLE).axes[0]
    zero, *lines = axis.lines
    assert list(zero.get_xdata()) == [0, 0]
    intervals = [list(line.get_xdata()) for line in lines if len(line.get_xdata()) == 2]
    assert intervals == [[1, 3], [-3, -1]]
    dots = [line for line in lines if len(line.get_xdata()) == 1]
    assert [dot.get_marker() for dot in dots] == ["o", "X", "s", "s"]
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == [False, False, True, True]
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["good part", "bad", "single", "waiting"]
    assert axis.get_ylim() == (3.5, -0.5)  # the first on top


def test_an_empty_table_is_refused():
    with pytest.raises(ValueError, match="at least one question"):
        draw_worth(TABLE[:0])
