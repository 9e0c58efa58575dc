"""The scripts by which Gradescope and Classroom 50 grade, in the folders that these have."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import ROOT
from tests.course.grading.test_formats import CLASSROOM50, GRADESCOPE, OF_CLASSROOM50, valid
from tests.course.grading.test_grading import RIGHT, lesson_02, walled

TOOLS = ROOT / "tools"
BASH = None if os.name == "nt" else shutil.which("bash")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BASH is None, reason="needs bash, and not on Windows"),
]


def run(command: list, place: Path, **environment: str) -> subprocess.CompletedProcess:
    given = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=place, env=given, capture_output=True, text=True)


def container(place: Path, unprotected: str = "no") -> Path:
    """Gradescope's folders, with the scripts where it puts them."""
    for name in ("source", "submission", "results"):
        (place / name).mkdir()
    for name in ("run_autograder", "settings.sh"):
        shutil.copy(TOOLS / "gradescope" / name, place / "source" / name)
    settings = place / "source" / "settings.sh"
    settings.write_text(
        settings.read_text().replace("UNPROTECTED=no", f"UNPROTECTED={unprotected}")
    )
    return place


def graded(place: Path, **environment: str) -> subprocess.CompletedProcess:
    command = [BASH, place / "source" / "run_autograder"]
    return run(command, place, AUTOGRADER=str(place), PYTHON=sys.executable, **environment)


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder", "settings.sh", "pack.sh"])
def test_the_scripts_are_valid(script):
    done = subprocess.run([BASH, "-n", TOOLS / "gradescope" / script], capture_output=True)
    assert not done.returncode, done.stderr


@walled
def test_gradescope_finds_the_result(tmp_path):
    place = container(tmp_path)
    content = lesson_02(mse=RIGHT["2.1"], slope="def slope(f, x, h):\n    return 0")
    (place / "submission" / "my lesson.ipynb").write_text(json.dumps(content))
    (place / "results" / "results.json").write_text("of before")
    done = graded(place)
    assert not done.returncode, done.stderr
    words = json.loads((place / "results" / "results.json").read_text())
    valid(GRADESCOPE, words)
    assert [test["score"] for test in words["tests"]] == [1, 0, 0, 0, 0]
    assert list((place / "submission").iterdir()) == [place / "submission" / "my lesson.ipynb"]


def test_gradescope_shows_an_empty_submission(tmp_path):
    place = container(tmp_path, unprotected="yes")
    assert not graded(place).returncode
    words = json.loads((place / "results" / "results.json").read_text())
    valid(GRADESCOPE, words)
    assert [test["output"] for test in words["tests"]][:1] == ["missing: was not handed in"]


def test_no_result_of_before_is_taken_for_a_new_one(tmp_path):
    place = container(tmp_path)
    (place / "results" / "results.json").write_text("of before")
    script = place / "source" / "run_autograder"
    assert run([BASH, script], place, AUTOGRADER=str(place), PYTHON="false").returncode
    assert not (place / "results" / "results.json").exists()


def test_the_archive_holds_what_gradescope_looks_for(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("it is packed from a commit")
    done = run([BASH, TOOLS / "gradescope" / "pack.sh"], tmp_path)
    assert not done.returncode, done.stderr
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        names = set(archive.namelist())
        rights = archive.getinfo("run_autograder").external_attr >> 16
    assert {"setup.sh", "run_autograder", "settings.sh", "course/pyproject.toml"} <= names
    assert "course/helpers/__main__.py" in names and rights & 0o111
    assert not [name for name in names if name.startswith(("course/notebooks", "course/tests"))]


@walled
def test_classroom50_finds_the_result(tmp_path):
    """In a checkout with modules that would be taken for others', and a result of its own."""
    content = lesson_02(mse=RIGHT["2.1"])
    (tmp_path / "02.ipynb").write_text(json.dumps(content))
    (tmp_path / "helpers.py").write_text("raise SystemExit('of the learner')")
    (tmp_path / "json.py").write_text("raise SystemExit('of the learner')")
    (tmp_path / "result.json").write_text('{"score": 100}')
    script = TOOLS / "classroom50" / "autograder.py"
    done = run([sys.executable, script], tmp_path, COURSE_PYTHON=sys.executable, **OF_CLASSROOM50)
    assert not done.returncode, done.stderr
    words = json.loads((tmp_path / "result.json").read_text())
    valid(CLASSROOM50, words)
    assert (words["score"], words["max-score"], words["owner"]) == (1, 5, "ann")


def test_classroom50_is_told_when_nothing_could_be_graded(tmp_path):
    script = TOOLS / "classroom50" / "autograder.py"
    given = {**OF_CLASSROOM50, "COMMIT_URL": ""}
    done = run([sys.executable, script], tmp_path, COURSE_PYTHON=sys.executable, **given)
    assert done.returncode and "COMMIT_URL" in done.stderr
