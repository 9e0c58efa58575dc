"""The setup cell finds ours, whatever else bears the name, and takes the newest wheel."""

import subprocess
import sys
from pathlib import Path

import packaging
import pytest

from tests import ROOT
from tools.lessons.notebook import code_cells, stored

CELL = code_cells(stored(ROOT / "notebooks" / "01_pixel_similarity.ipynb"))[0].source
WORK = CELL.split("from helpers.course.notebook import start")[0]

# As in a kernel, but without this environment's own helpers; pip only says what it was to install.
RUN = """
import subprocess, sys
from pathlib import Path
sys.path = ["", *sys.argv[2:], *sys.path, sys.argv[1]]
def install(command, check):
    print("installs", *map(str, command[command.index("--target") + 2 :]))
    Path("helpers/course").mkdir(parents=True, exist_ok=True)
    Path("helpers/__init__.py").touch()
subprocess.run = install
"""


def run(folder: Path, *installed: Path, pip_works: bool = True) -> str:
    """What the cell prints in a folder, then where helpers are; the error's last line if any."""
    pip = "" if pip_works else "subprocess.run = lambda *a, **k: None"
    told = 'import helpers; print("helpers of", Path(helpers.__file__).resolve())'
    code = "\n".join([RUN, pip, WORK, told])
    site = Path(packaging.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, site, *installed],
        cwd=folder, capture_output=True, text=True, env={},
    )  # fmt: skip
    return done.stdout + "".join(done.stderr.splitlines()[-1:])


@pytest.fixture
def colab(tmp_path):
    """A folder with two wheels."""
    folder = tmp_path / "content"
    folder.mkdir()
    for version in ("0.9", "0.10"):
        (folder / f"deep_learning_by_building-{version}-py3-none-any.whl").touch()
    return folder


@pytest.fixture
def foreign(tmp_path):
    """An installed package of the same name."""
    (tmp_path / "foreign" / "helpers").mkdir(parents=True)
    (tmp_path / "foreign" / "helpers" / "__init__.py").write_text("print('foreign')")
    return tmp_path / "foreign"


def test_the_newest_wheel_is_installed_once(colab):
    said = run(colab)
    assert said.startswith("installs deep_learning_by_building-0.10-py3-none-any.whl torchinfo")
    assert f"helpers of {colab / 'helpers'}" in said
    assert "installs" not in run(colab)


def test_an_installed_package_of_that_name_does_not_win(colab, foreign):
    said = run(colab, foreign)
    before, _, place = said.partition("helpers of ")
    assert place.startswith(str(colab / "helpers")) and "foreign" not in before


@pytest.mark.parametrize("place", ["notebooks", "notebooks/ko"])
@pytest.mark.parametrize("what", ["nothing", "file", "folder", "installed"])
def test_a_checkout_wins_over_whatever_bears_its_name(tmp_path, foreign, what, place):
    notebooks = tmp_path / "checkout" / place
    notebooks.mkdir(parents=True)
    (tmp_path / "checkout" / "helpers" / "course").mkdir(parents=True)
    (tmp_path / "checkout" / "helpers" / "__init__.py").touch()
    if what == "file":
        (notebooks / "helpers.py").touch()
    if what == "folder":
        (notebooks / "helpers").mkdir()
    said = run(notebooks, *[foreign] * (what == "installed"))
    assert said == f"helpers of {tmp_path / 'checkout' / 'helpers' / '__init__.py'}\n"


def test_what_hides_ours_is_named(tmp_path):
    (tmp_path / "helpers").mkdir()  # pip leaves a folder that is there as it is
    (tmp_path / "deep_learning_by_building-1.0-py3-none-any.whl").touch()
    said = run(tmp_path, pip_works=False)
    assert f"{tmp_path / 'helpers'} hides the lessons' helpers" in said


def test_helpers_that_are_nowhere_are_missed(tmp_path):
    assert "The lessons' helpers are missing" in run(tmp_path)
