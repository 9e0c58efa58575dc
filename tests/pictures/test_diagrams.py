import math

import pytest
from matplotlib.patches import FancyBboxPatch

from helpers.pictures.diagrams import draw_cycle, draw_road, draw_softmax


def test_draw_cycle_has_a_box_a_step_and_an_arrow_between():
    steps = ["predict", "loss", "gradient", "step"]
    axis = draw_cycle(steps, before="begin", after="stop", again="repeat").axes[0]
    names = [text.get_text() for text in axis.texts]
    assert names == ["begin", *steps, "stop", "repeat"]
    boxes = [patch for patch in axis.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 6
    assert len(axis.patches) - len(boxes) == 5 + 1  # between the boxes, and back


def test_draw_cycle_can_be_without_beginning_and_end():
    axis = draw_cycle(["predict", "step"]).axes[0]
    assert [text.get_text() for text in axis.texts] == ["predict", "step", "again"]


def test_draw_cycle_needs_two_steps():
    with pytest.raises(ValueError, match="at least two steps, got 1"):
        draw_cycle(["alone"])


STATIONS = [("Dataset", "image"), ("network", "logits"), ("loss", "1 number")]


def test_a_road_has_a_box_a_tool_and_an_arrow_back():
    axis = draw_road(STATIONS, back=(2, 1), again="step").axes[0]
    words = [text.get_text() for text in axis.texts]
    assert words == ["Dataset", "image", "network", "logits", "loss", "1 number", "step"]
    boxes = [patch for patch in axis.patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 3
    assert len(axis.patches) - len(boxes) == 2 + 1


@pytest.mark.parametrize("back", [(0, 1), (1, 1), (3, 1), (1, -1)])
def test_a_road_leads_back_from_a_later_station_to_an_earlier_one(back):
    with pytest.raises(ValueError, match="from a later one to an earlier one"):
        draw_road(STATIONS, back=back, again="step")


def test_softmax_is_drawn_in_three_steps_and_the_true_class_is_striped():
    figure = draw_softmax([2.0, 1.0, -1.0], right=2)
    heights = [[bar.get_height() for bar in axis.patches] for axis in figure.axes]
    powers = [math.exp(z) for z in (2, 1, -1)]
    assert heights[0] == [2, 1, -1]
    assert heights[1] == pytest.approx(powers)
    assert heights[2] == pytest.approx([power / sum(powers) for power in powers])
    assert "loss -log(0.035) = 3.35" in figure.axes[2].get_title()
    assert [bar.get_hatch() for bar in figure.axes[0].patches] == [None, None, "//"]


@pytest.mark.parametrize(("logits", "right"), [([1.0], 0), ([1.0, 2.0], 2), ([1.0, 2.0], -1)])
def test_softmax_needs_classes_and_one_of_them(logits, right):
    with pytest.raises(ValueError, match="two logits or more"):
        draw_softmax(logits, right)
