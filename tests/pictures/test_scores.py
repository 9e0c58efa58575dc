"""The scoreboard of all methods, and the race of lesson 10."""

import pytest

from helpers.pictures.canvas import png
from helpers.pictures.scores import Score, draw_race, draw_scoreboard, scoreboard

BOARD = [
    Score(1, "baseline", 0, 0.95, 0.01),
    Score(3, "linear", 785, 0.98, 0.3),
    Score(4, "resnet18", 11_000_000, 0.995, 40.0),
]


def test_table_has_a_row_a_score_in_order():
    table = scoreboard(BOARD)
    assert table.columns.tolist() == ["lesson", "method", "parameters", "accuracy", "seconds"]
    assert list(table.itertuples(index=False, name=None)) == [tuple(score) for score in BOARD]


def test_every_method_is_a_named_point():
    axis = draw_scoreboard(BOARD).axes[0]
    drawn = [tuple(line.get_xydata()[0]) for line in axis.lines]
    assert [x for x, _ in drawn] == [0, 785, 11_000_000]
    assert [y for _, y in drawn] == pytest.approx([0.05, 0.02, 0.005])
    assert [text.get_text() for text in axis.texts] == ["baseline", "linear", "resnet18"]
    assert axis.get_xlabel() == "learnt parameters (logarithmic)"
    assert axis.get_ylabel() == "accuracy (logarithmic in mistakes)"


def test_better_is_higher_and_labels_are_accuracies():
    axis = draw_scoreboard(BOARD).axes[0]
    bottom, top = axis.get_ylim()
    assert bottom > 0.05 > 0.005 > top
    errors = axis.get_yticks()
    labels = [float(label.get_text()) for label in axis.get_yticklabels()]
    assert labels == pytest.approx([1 - error for error in errors]) and len(labels) >= 3


def test_a_perfect_score_and_a_single_one_can_be_drawn():
    axis = draw_scoreboard([Score(5, "perfect", 10, 1.0, 0.0)]).axes[0]
    assert axis.lines[0].get_ydata()[0] > 0 and axis.texts[0].get_text() == "perfect"


@pytest.mark.parametrize("function", [scoreboard, draw_scoreboard])
@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([], "at least one Score"),
        ([Score(3, "linear", 785, 97.8, 0.3)], "share from 0 to 1, got 97.8; divide a percentage"),
        ([Score(3, "linear", 785, float("nan"), 0.3)], "share from 0 to 1, got nan"),
        ([Score(3, "linear", -1, 0.9, 0.3)], "must be 0 or more, got -1 and 0.3"),
        ([BOARD[1], BOARD[1]], "lesson 3 has 'linear' twice"),
    ],
)
def test_bad_scores_are_named(function, scores, message):
    with pytest.raises(ValueError, match=message):
        function(scores)


def test_the_same_name_in_two_lessons_is_fine():
    assert len(scoreboard([BOARD[1], BOARD[1]._replace(lesson=4)])) == 2


RACE = {"linear model": (1.5, 0.3), "small CNN": (6.0, 0.5), "lean network": (20.0, 0.6)}


def test_a_race_has_two_dots_for_each_method():
    left, right = draw_race(RACE, guess=0.1, ahead=["lean network"]).axes
    names = [text.get_text() for text in left.get_yticklabels()]
    assert names == list(RACE)
    assert [text.get_text() for text in left.texts] == ["0.300", "0.500", "0.600"]
    assert [text.get_text() for text in right.texts] == ["1.5 s", "6.0 s", "20.0 s"]
    assert [line.get_xdata()[0] for line in left.lines[1:]] == [0.3, 0.5, 0.6]
    assert [line.get_xdata()[0] for line in right.lines] == [1.5, 6.0, 20.0]
    assert [line.get_marker() for line in right.lines] == ["o", "o", "D"]
    assert right.get_xscale() == "log"


def test_a_race_needs_sound_results():
    with pytest.raises(ValueError, match="at least one method"):
        draw_race({}, 0.1)
    with pytest.raises(ValueError, match="accuracy from 0 to 1, got 2 and 60 for 'a'"):
        draw_race({"a": (2, 60)}, 0.1)
    with pytest.raises(ValueError, match="seconds above 0"):
        draw_race({"a": (0, 0.6)}, 0.1)
    with pytest.raises(ValueError, match="no method 'b'; there are a"):
        draw_race({"a": (1, 0.6)}, 0.1, ahead=["b"])


def test_a_race_of_one_can_be_drawn():
    assert png(draw_race({"one": (1, 0.5)}, 0.1))[:4] == b"\x89PNG"


def test_scores_may_come_one_by_one():
    assert len(scoreboard(score for score in BOARD)) == 3
    assert len(draw_scoreboard(score for score in BOARD).axes[0].lines) == 3
