"""What a lesson's notebook needs besides what it teaches: its start, figures, sliders, scale."""

import io
import math
import platform
import warnings

import ipywidgets as widgets
import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers import data
from helpers.course import notebook
from helpers.course.notebook import FULL, PART, Scale, choose_scale, expect, play
from helpers.pictures import canvas
from helpers.settings import is_headless


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr(data, "state", lambda name: "ready")
    with plt.rc_context(), warnings.catch_warnings():
        yield


def test_one_sentence_says_what_was_found(capsys, quiet):
    notebook.start()
    line = capsys.readouterr().out
    assert line.count("\n") == 1 and line.endswith(".\n")
    for word in (platform.python_version(), torch.__version__, "on the ", "mnist_sample ready"):
        assert word in line


def test_it_sets_the_look_of_pictures(quiet):
    plt.rcParams["image.cmap"] = "viridis"
    notebook.start()
    assert plt.rcParams["image.cmap"] == "Greys"
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"][0] == canvas.BLUE


def test_it_silences_only_the_warning_about_torch_jit(quiet):
    warnings.simplefilter("error")
    notebook.start()
    warnings.warn_explicit("old", FutureWarning, "_script.py", 1, module="torch.jit._script")
    with pytest.raises(FutureWarning):
        warnings.warn_explicit("old", FutureWarning, "x.py", 1, module="torch.nn")


@pytest.fixture
def practice(monkeypatch):
    monkeypatch.setattr(notebook, "practice_in_use", lambda: True)


@pytest.mark.parametrize(
    ("value", "target", "tolerance", "line"),
    [
        (0.95112, 0.9511, 0.0005, "x: 0.9511 (expected 0.9511 ± 0.0005)"),
        (torch.tensor(0.95112), 0.9511, 0.0005, "x: 0.9511 (expected 0.9511 ± 0.0005)"),
        (6131, 6131, 0, "x: 6131 (expected 6131 ± 0)"),
        (25.66, 25.7, 0.1, "x: 25.7 (expected 25.7 ± 0.1)"),
        (178.4, 180, 5, "x: 178 (expected 180 ± 5)"),
        (0.97841, 0.9785, 0.0015, "x: 0.9784 (expected 0.9785 ± 0.0015)"),
        (0.11462, 0.1146, 0.00005, "x: 0.11462 (expected 0.1146 ± 5e-05)"),
    ],
)
def test_says_figure_and_expectation(capsys, value, target, tolerance, line):
    expect("x", value, target, tolerance)
    assert capsys.readouterr().out == line + "\n"


def test_an_infinite_tolerance_allows_everything_and_a_lost_target_nothing(capsys):
    expect("x", 5.0, 1.0, float("inf"))
    assert "x: 5 (expected 1 ± inf)" in capsys.readouterr().out
    with pytest.raises(AssertionError, match="expected nan"):
        expect("x", 5.0, float("nan"), 1.0)


@given(target=st.floats(-1e3, 1e3), tolerance=st.floats(1e-6, 10), share=st.floats(-3, 3))
@settings(max_examples=100, deadline=None)
def test_fails_exactly_when_too_far_off(target, tolerance, share):
    value = target + share * tolerance
    if abs(value - target) <= tolerance:
        expect("x", value, target, tolerance)
    else:
        with pytest.raises(AssertionError, match="Restart and Run All"):
            expect("x", value, target, tolerance)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_fails(value):
    with pytest.raises(AssertionError):
        expect("x", value, 1.0, tolerance=0.1)


def test_on_practice_data_it_only_reports(capsys, practice):
    expect("accuracy", 0.7, 0.9511, tolerance=0.0005)
    line = "accuracy: 0.7000 on the practice data (on the real data 0.9511 ± 0.0005)\n"
    assert capsys.readouterr().out == line


def test_a_figure_that_does_not_come_from_images_is_checked_everywhere(capsys, practice):
    expect("a third", 1 / 3, 0.3333, tolerance=0.0001, everywhere=True)
    assert capsys.readouterr().out == "a third: 0.3333 (expected 0.3333 ± 0.0001)\n"
    with pytest.raises(AssertionError):
        expect("a third", 0.4, 0.3333, tolerance=0.0001, everywhere=True)


def test_names_what_is_not_one_number():
    with pytest.raises(TypeError, match=r"got a tensor of shape \(2,\)"):
        expect("x", torch.zeros(2), 0, tolerance=1)
    with pytest.raises(TypeError, match="got str"):
        expect("x", "0.5", 0, tolerance=1)
    for tolerance in (-1, math.nan):
        with pytest.raises(ValueError, match="tolerance must be 0 or more"):
            expect("x", 0.5, 0, tolerance=tolerance)


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
    monkeypatch.setattr(notebook, "display", calls.append)
    return calls


@pytest.fixture
def stills(monkeypatch):
    calls = []
    monkeypatch.setattr(notebook, "show", lambda figure, alt: calls.append(alt))
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


CPU, CUDA, MPS = (torch.device(name) for name in ("cpu", "cuda", "mps"))


@pytest.fixture(autouse=True)
def no_wish(monkeypatch):
    monkeypatch.delenv("LESSONS_SCALE", raising=False)


@pytest.mark.parametrize(
    ("device", "wish", "scale"),
    [
        (CPU, None, PART), (CUDA, None, FULL), (MPS, None, FULL), (CPU, "", PART),
        (CPU, "full", FULL), (CUDA, "part", PART),
    ],
)  # fmt: skip
def test_the_device_decides_unless_told_otherwise(monkeypatch, device, wish, scale):
    if wish is not None:
        monkeypatch.setenv("LESSONS_SCALE", wish)
    assert choose_scale(device) == scale


def test_a_lesson_may_bring_its_own():
    full, part = Scale("full", 100, 10, 10, 7, 8), Scale("part", 10, 5, 5, 2, 4)
    assert choose_scale(CPU, full, part) == part and choose_scale(CUDA, full, part) == full


def test_it_says_what_it_chose_and_how_to_have_all(capsys):
    choose_scale(CPU)
    choose_scale(CUDA)
    assert capsys.readouterr().out.splitlines() == [
        "Scale: part, with 3,000 training, 1,000 validation and 2,000 test images, 3 epochs, "
        "batches of 64.",
        "(On a GPU, or with LESSONS_SCALE=full, it would be "
        "45,000 training, 5,000 validation and 10,000 test images, 10 epochs, batches of 128.)",
        "Scale: full, with 45,000 training, 5,000 validation and 10,000 test images, 10 epochs, "
        "batches of 128.",
    ]


def test_other_wishes_are_refused(monkeypatch):
    monkeypatch.setenv("LESSONS_SCALE", "Full")
    with pytest.raises(ValueError, match="LESSONS_SCALE must be 'full' or 'part', got 'Full'"):
        choose_scale(CPU)
