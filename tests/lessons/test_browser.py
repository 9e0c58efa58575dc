"""Every lesson in JupyterLab, in a headless browser: run, play, answer.

Pictures of what the browser showed are kept in ``artifacts/``. The environment variable
``CHROMIUM`` names the browser to use; empty, it switches these tests off.
"""

import ast
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from helpers.course.exercises import RIGHT, WRONG
from helpers.course.exercises import find as find_exercise
from helpers.language import say, speaking
from tests import ROOT
from tests.lessons.browser import chromium, server
from tests.lessons.browser.lesson import LessonTab
from tools.lessons import exercises, sample
from tools.lessons.notebook import language, lessons, read
from tools.lessons.turns import due

NOTEBOOKS = ROOT / "notebooks"
KOREAN = [path for path in lessons(ROOT, "ko") if path.name[:2] in ("02", "05")]
LESSONS = due(lessons(ROOT)) + KOREAN
ARTIFACTS = ROOT / "artifacts"

PLAY = """from matplotlib.figure import Figure
from helpers.course.notebook import play
play(lambda step: Figure(), "nothing", stills=[{"step": 0}], step=(0, 9, 1))"""

# What the mouse will draw; another program draws the same, and little may be different.
STROKES = [[(60, 50), (200, 60), (110, 240)], [(90, 140), (190, 150)]]
BOARD = "from helpers.pictures.board import drawing_board\ndrawing_board()"
COMPARE = f"""from PIL import Image, ImageDraw
from helpers.pictures.board import SIDE, _prepared, _stand_in, my_drawing
image = Image.new("L", (SIDE, SIDE))
pen = ImageDraw.Draw(image)
for number, points in enumerate({STROKES}, start=1):
    pen.line(points, fill=255, width=20, joint="curve")
    for x, y in points:
        pen.circle((x, y), 10, fill=255)
    if (my_drawing() - _prepared(image)).abs().mean() < 0.015:
        print("drawn:", number)
if my_drawing().equal(_prepared(_stand_in())):
    print("drawn: by code")"""


@pytest.fixture(scope="module")
def open_lesson(tmp_path_factory) -> Iterator[Callable[[str], LessonTab]]:
    """Opens a notebook, by its file name, in a JupyterLab that runs on copies of the lessons."""
    folder = tmp_path_factory.mktemp("lab")
    notebooks = shutil.copytree(
        NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns(".*")
    )
    made = {
        "broken": sample.notebook(sample.code("1 / 0"), sample.code("2")),
        "still": sample.notebook(sample.code(PLAY)),
        "lesson": sample.lesson(),
        "board": sample.notebook(sample.code(BOARD), sample.code(COMPARE), sample.code("pass")),
    }
    for name, notebook in made.items():
        nbformat.write(notebook, notebooks / f"{name}.ipynb")
    ARTIFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        program = chromium.find(os.environ, playwright.chromium.executable_path)
        if program is None:
            pytest.skip(
                "no Chromium or Chrome found: install one, run `playwright install chromium`, "
                "or name yours with the variable CHROMIUM"
            )
        with (
            playwright.chromium.launch(executable_path=program, args=chromium.flags()) as browser,
            browser.new_context(viewport={"width": 1280, "height": 1000}) as window,
            server.running(notebooks, folder / "home", ARTIFACTS / "jupyterlab.log") as address,
        ):
            yield lambda name: LessonTab(window, address, name)


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.relative_to(NOTEBOOKS).as_posix()[:-6])
def test_lesson(open_lesson, path):
    lang = language(read(path))
    shown = ARTIFACTS / (path.stem if lang == "en" else f"{lang}-{path.stem}")
    exercise = next(e for e in exercises.find(read(path)) if None not in (e.stub, e.check))
    name = defined_by(exercise.code)
    known = find_exercise(exercise.number)
    wrong = f'find("{exercise.number}").mistakes[0].code'
    mistake = f"from helpers.course.exercises import find\n{name} = {wrong}"
    with closing(open_lesson(path.relative_to(NOTEBOOKS).as_posix())) as lesson, speaking(lang):
        lesson.run_all()
        lesson.photograph(Path(f"{shown}.png"))
        assert_fine(lesson)

        sliders = lesson.slider_cells()
        assert sliders, "there is nothing to play with"
        for slider in sliders:
            lesson.move_slider(slider)
        lesson.photograph(Path(f"{shown}-play.png"), sliders[-1])

        place = {"stub": exercise.stub, "check": exercise.check}
        reply = lesson.answer(**place, code=mistake, verdict=say(WRONG))
        assert reply.splitlines()[0] == f"{say(WRONG)}: {say(known.mistakes[0].says)}"
        reply = lesson.answer(**place, code=exercise.code, verdict=say(RIGHT))
        assert reply == f"{say(RIGHT)}: {say(known.praise)}"
        lesson.photograph(Path(f"{shown}-exercise.png"))
        assert_fine(lesson)


def test_a_digit_is_drawn(open_lesson):
    with closing(open_lesson("board.ipynb")) as lesson:
        lesson.run_all()
        assert lesson.run(1, "drawn") == "drawn: by code"
        lesson.draw(0, STROKES[0])
        lesson.photograph(ARTIFACTS / "board.png", 0)
        assert lesson.run(1, "drawn: 1") == "drawn: 1"
        lesson.run_all()  # the board is a new one, with what was drawn on the old one
        lesson.draw(0, STROKES[1])
        lesson.photograph(ARTIFACTS / "board-again.png", 0)
        assert lesson.run(1, "drawn: 2") == "drawn: 2"
        lesson.clear_board(0)
        assert lesson.run(1, "drawn: by code") == "drawn: by code"
        assert_fine(lesson)


def assert_fine(lesson: LessonTab) -> None:
    """A learner sees nothing that should not be there."""
    problems = lesson.problems()
    assert not problems, "\n".join(["", *problems])


def defined_by(code: str) -> str:
    """The name of the function, class or variable that a solution defines."""
    last = ast.parse(code).body[-1]
    return last.targets[0].id if isinstance(last, ast.Assign) else last.name


# What the test above could miss, made to happen.


def test_a_cell_that_raises_is_found(open_lesson):
    with closing(open_lesson("broken.ipynb")) as lesson:
        lesson.run_all()
        failed, unreached = lesson.problems()
        assert failed.startswith("In [1]: shows ZeroDivisionError")
        assert unreached == "In [2]: was not run, 1 in all"


def test_an_error_of_the_page_is_found(open_lesson):
    with closing(open_lesson("lesson.ipynb")) as lesson:
        lesson.run_all()
        assert lesson.problems() == []
        lesson.page.evaluate("() => { setTimeout(() => { throw new Error('oops'); }, 0); }")
        lesson.page.wait_for_timeout(100)
        assert lesson.problems() == ["the page reports oops"]


def test_a_picture_that_stays_is_found(open_lesson):
    with closing(open_lesson("still.ipynb")) as lesson:
        lesson.run_all()
        with pytest.raises(TimeoutError, match="the picture has not changed"):
            lesson.move_slider(lesson.slider_cells()[0], seconds=2)


def test_a_check_that_says_something_else_is_found(open_lesson):
    (first, *_) = exercises.find(sample.lesson())
    with closing(open_lesson("lesson.ipynb")) as lesson:
        lesson.run_all()
        with pytest.raises(TimeoutError, match="expected a reply with 'Not yet'"):
            lesson.answer(first.stub, first.code, first.check, verdict=WRONG, seconds=2)


# Which browser.


def make_program(folder: Path, name: str) -> str:
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.skipif(os.name == "nt", reason="programs are found by their extension there")
def test_which_browser_is_used(tmp_path):
    chrome = make_program(tmp_path, "google-chrome")
    mine = make_program(tmp_path, "mine")
    own, path = str(tmp_path / "own"), {"PATH": str(tmp_path)}
    assert chromium.find(path, own) == chrome
    assert chromium.find(path | {"CHROMIUM": mine}, own) == mine
    assert chromium.find(path | {"CHROMIUM": ""}, own) is None
    assert chromium.find({"PATH": ""}, own) is None
    assert chromium.find({"PATH": ""}, make_program(tmp_path, "own")) == own


def test_a_server_that_cannot_start_says_why(tmp_path):
    nowhere = tmp_path / "nowhere"
    with (
        pytest.raises(server.ServerError, match="nowhere"),
        server.running(nowhere, tmp_path / "home", tmp_path / "log"),
    ):
        pass
