import pytest
from matplotlib.patches import FancyBboxPatch

from helpers.pictures.diagrams import draw_cycle


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
