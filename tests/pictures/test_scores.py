"""The scoreboard of all methods, and the ladder of lesson 09."""

import matplotlib.pyplot as plt
import pytest

from helpers.pictures.canvas import BLUE, GREY, png
from helpers.pictures.scores import Score, draw_ladder, draw_race, draw_scoreboard, scoreboard

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


RUNGS = [
    Score(8, "images in memory", 5_851_338, 0.6, 300.0),
    Score(8, "leaner", 147_000, 0.65, 60.0),
    Score(8, "whitening", 147_000, 0.7, 55.0),
]


def test_a_row_for_each_rung_from_top_to_bottom():
    left, right = draw_ladder(RUNGS).axes
    assert [bar.get_width() for bar in left.patches] == [0.6, 0.65, 0.7]
    assert [bar.get_width() for bar in right.patches] == [300.0, 60.0, 55.0]
    assert [label.get_text() for label in left.get_yticklabels()] == [r.method for r in RUNGS]
    low, high = left.get_ylim()
    assert low > high  # turned over: the first rung stands at the top
    assert {"0.600", "0.700"} < {text.get_text() for text in left.texts}
    assert "55.0" in {text.get_text() for text in right.texts}


def test_the_newest_rung_stands_out():
    colors = [bar.get_facecolor() for bar in draw_ladder(RUNGS).axes[0].patches]
    grey, blue = (plt.matplotlib.colors.to_rgba(color) for color in (GREY, BLUE))
    assert colors == [grey, grey, blue]


def test_a_race_has_a_point_for_each_method_of_all_groups():
    earlier = [Score(1, "nearest mean", 0, 0.28, 0.0)]
    axis = draw_race({"earlier lessons": earlier, "the ladder": RUNGS}).axes[0]
    points = [tuple(point) for line in axis.lines for point in line.get_xydata()]
    assert points == [(0.01, 0.28)] + [(r.seconds, r.accuracy) for r in RUNGS]
    assert axis.get_xscale() == "log"
    labels = [text.get_text() for text in axis.get_legend().get_texts()]
    assert labels == ["earlier lessons", "the ladder"]


def test_names_stand_on_the_right_the_best_at_the_top():
    axis = draw_race({"the ladder": RUNGS}).axes[0]
    names = [text.get_text() for text in axis.texts]
    assert names == ["0.700 whitening", "0.650 leaner", "0.600 images in memory"]
    places = [text.xyann for text in axis.texts]
    assert all(x > 1 for x, _ in places)
    heights = [y for _, y in places]
    assert heights == sorted(heights, reverse=True)
    assert [text.xy for text in axis.texts] == [(r.seconds, r.accuracy) for r in reversed(RUNGS)]


def test_both_can_be_drawn_with_a_single_score():
    for figure in (draw_ladder(RUNGS[:1]), draw_race({"one": RUNGS[:1]})):
        assert png(figure)[:4] == b"\x89PNG"


def test_a_ladder_needs_scores():
    with pytest.raises(ValueError, match="at least one Score"):
        draw_ladder([])
    with pytest.raises(ValueError, match="twice"):
        draw_race({"a": RUNGS[:1], "b": RUNGS[:1]})
    with pytest.raises(ValueError, match="at most three groups, got 4"):
        draw_race({name: RUNGS[:1] for name in "abcd"})
