import io

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
from PIL import Image

from helpers.course import sliders as module
from helpers.course.sliders import is_headless, play


def draw_line(slope, colour):
    figure, axis = plt.subplots()
    axis.plot([0, 1], [0, slope], color=colour)
    axis.set_ylim(-5, 5)
    return figure


ALT = "A straight line through the origin."
STILLS = [{"slope": 1, "colour": "red"}, {"slope": -2, "colour": "blue"}]
CONTROLS = {"slope": (-3, 3, 1), "colour": ["red", "blue"]}


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "display", calls.append)
    return calls


@pytest.fixture
def stills(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "show", lambda figure, alt: calls.append(alt))
    return calls


@pytest.mark.parametrize(
    ("value", "headless"), [(None, False), ("", False), ("0", False), ("1", True)]
)
def test_headless_is_said_by_the_environment(monkeypatch, value, headless):
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)
    if value is not None:
        monkeypatch.setenv("LESSONS_HEADLESS", value)
    assert is_headless() is headless


def test_without_a_front_end_stills_are_shown(monkeypatch, displayed, stills):
    monkeypatch.setenv("LESSONS_HEADLESS", "1")
    play(draw_line, ALT, STILLS, **CONTROLS)
    assert stills == [f"{ALT} (slope = 1, colour = red)", f"{ALT} (slope = -2, colour = blue)"]
    assert displayed == []


def test_moving_a_slider_redraws_the_picture(monkeypatch, displayed, stills):
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)
    play(draw_line, ALT, STILLS, **CONTROLS)
    slope, colour, picture = displayed[0].children
    assert isinstance(slope, widgets.IntSlider) and slope.value == 1
    assert Image.open(io.BytesIO(picture.value)).format == "PNG"
    seen = [picture.value]
    slope.value = 3
    seen.append(picture.value)
    colour.value = "blue"
    seen.append(picture.value)
    assert len(set(seen)) == 3
    slope.value, colour.value = 1, "red"
    assert picture.value == seen[0]  # a pure function: the same settings, the same picture
    assert stills == []


def test_a_decimal_range_makes_a_decimal_slider(monkeypatch, displayed):
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)
    play(lambda x: plt.figure(), ALT, [{"x": 0.5}], x=(0.0, 1.0, 0.1))
    assert isinstance(displayed[0].children[0], widgets.FloatSlider)


def test_bad_controls_are_named(monkeypatch):
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)
    with pytest.raises(ValueError, match=r"a still sets \['x'\], the controls \['y'\]"):
        play(draw_line, ALT, [{"x": 1}], y=(0, 1, 1))
    with pytest.raises(ValueError, match=r"x must be \(least, most, step\) or a list, got 5"):
        play(draw_line, ALT, [{"x": 1}], x=5)
