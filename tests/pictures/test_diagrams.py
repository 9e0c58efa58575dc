import pytest

from helpers.pictures.diagrams import draw_cycle


def test_draw_cycle_has_a_box_a_step_and_an_arrow_between():
    figure = draw_cycle(["predict", "loss", "gradient", "step"], before="begin", after="stop")
    axis = figure.axes[0]
    assert [text.get_text() for text in axis.texts] == [
        "predict", "loss", "gradient", "step", "begin", "stop",
    ]  # fmt: skip
    assert len(axis.patches) == 4 + 2


def test_draw_cycle_needs_two_steps():
    with pytest.raises(ValueError, match="at least two steps, got 1"):
        draw_cycle(["alone"])
