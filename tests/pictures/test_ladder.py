import matplotlib.pyplot as plt
import pytest

from helpers.pictures.canvas import BLUE, GREY, png
from helpers.pictures.ladder import draw_ladder, draw_race
from helpers.pictures.scores import Score

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


def test_bad_scores_are_named():
    with pytest.raises(ValueError, match="at least one Score"):
        draw_ladder([])
    with pytest.raises(ValueError, match="twice"):
        draw_race({"a": RUNGS[:1], "b": RUNGS[:1]})
    with pytest.raises(ValueError, match="at most three groups, got 4"):
        draw_race({name: RUNGS[:1] for name in "abcd"})
