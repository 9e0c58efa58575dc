"""Pictures of chance: every run is shown, intervals stand where they are, shares are right."""

import math

import pandas as pd
import pytest
import torch

from helpers.pictures.luck import draw_gains, draw_luck, draw_trials, draw_worth, misled


def test_each_recipe_has_a_row_with_its_mean_and_every_run():
    axis = draw_trials({"plain": [0.5, 0.6], "new": [0.7]}).axes[0]
    drawn = [line.get_xydata().tolist() for line in axis.lines]
    assert drawn[0] == [[pytest.approx(55), 0]] and drawn[2] == [[pytest.approx(70), 1]]
    assert drawn[1] == [[pytest.approx(50), 0], [pytest.approx(60), 0]]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["plain", "new"]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first recipe is at the top


def test_a_line_joins_the_runs_of_one_seed():
    first, second, *_ = draw_trials({"a": [0.5, 0.6], "b": [0.7, 0.55]}, pairs=True).axes[0].lines
    assert first.get_xydata() == pytest.approx(torch.tensor([[50.0, 0], [70, 1]]).numpy())
    assert second.get_xydata() == pytest.approx(torch.tensor([[60.0, 0], [55, 1]]).numpy())
    with pytest.raises(ValueError, match="one run a seed of every recipe, got 2, 1"):
        draw_trials({"a": [0.5, 0.6], "b": [0.7]}, pairs=True)


@pytest.mark.parametrize("trials", [{}, {"plain": []}])
def test_no_runs_no_picture(trials):
    with pytest.raises(ValueError, match="at least one run"):
        draw_trials(trials)


def test_an_interval_on_one_side_of_0_has_a_filled_mark():
    axis = draw_gains({"yes": (2.0, 1.0, 3.0), "no": (1.0, -1.0, 3.0), "bad": (-2, -3, -1)}).axes[0]
    assert axis.lines[1].get_xdata().tolist() == [1.0, 3.0]
    marks = [line.get_markerfacecolor() for line in axis.lines[2::2]]
    assert marks == ["black", "white", "black"]


def test_an_interval_holds_its_mean():
    with pytest.raises(ValueError, match="new: 4 is not between 1 and 3"):
        draw_gains({"new": (4, 1, 3)})
    with pytest.raises(ValueError, match="at least one change"):
        draw_gains({})


@pytest.mark.parametrize(("gain", "seeds", "spread"), [(1.0, 1, 1.0), (0.5, 4, 2.0), (-1, 3, 1)])
def test_the_share_of_misleading_comparisons_is_what_throwing_dice_gives(gain, seeds, spread):
    torch.manual_seed(0)
    a, b = torch.randn(2, 100_000, seeds).mean(2) * spread
    share = (b + gain < a).float().mean().item()
    assert misled(gain, seeds, spread) == pytest.approx(share, abs=0.006)


def test_without_runs_or_spread_there_is_no_share():
    for seeds, spread in ((0, 1.0), (3, 0.0)):
        with pytest.raises(ValueError, match="at least 1 seed"):
            misled(1.0, seeds, spread)


def test_luck_says_how_often_it_misleads():
    axis = draw_luck(gain=1.0, seeds=1).axes[0]
    assert axis.get_title() == "one run each: B looks worse in 24 of 100 comparisons"
    assert "means of 16 runs" in draw_luck(1.0, 16).axes[0].get_title()
    high = max(axis.lines[1].get_ydata())
    assert axis.lines[1].get_xdata()[axis.lines[1].get_ydata().argmax()] == pytest.approx(1.0)
    assert max(draw_luck(1.0, 4).axes[0].lines[1].get_ydata()) == pytest.approx(2 * high)


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


def test_percentages_are_no_shares():
    with pytest.raises(ValueError, match="draw_trials: accuracies are shares.*got 50.0 for 'a'"):
        draw_trials({"a": [50.0]})
