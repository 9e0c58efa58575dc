import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import FancyBboxPatch

from helpers.pictures.diagrams import broadcast_rows, draw_broadcast, draw_cycle

shapes = st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=4)


@given(left=shapes, right=shapes)
@settings(max_examples=100, deadline=None)
def test_rows_agree_with_torch(left, right):
    try:
        result = torch.broadcast_shapes(tuple(left), tuple(right))
    except RuntimeError:
        with pytest.raises(ValueError, match="do not fit"):
            broadcast_rows(left, right)
        return
    first, second, whole = broadcast_rows(left, right)
    assert whole == [str(length) for length in result]
    expanded = torch.zeros(left).expand(result).stride()
    for text, stride, length in zip(first, expanded, result):
        if length > 1:  # torch gives a stride of 0 to an axis that it only pretends to copy
            assert (text == "copied") == (stride == 0)
    assert len(first) == len(second) == len(result)


def test_rows_by_hand():
    assert broadcast_rows((5, 1, 28), (3, 28)) == [
        ["5", "copied", "28"],
        ["copied", "3", "28"],
        ["5", "3", "28"],
    ]


def test_draw_broadcast_writes_every_length():
    figure = draw_broadcast((1010, 28, 28), (28, 28), names=("one", "two", "three"))
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words == [
        "one",
        "1010",
        "28",
        "28",
        "two",
        "copied",
        "28",
        "28",
        "three",
        "1010",
        "28",
        "28",
    ]


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
