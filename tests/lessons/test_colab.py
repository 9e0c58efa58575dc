"""Lessons in their one-file form, on Colab's versions, from an empty folder."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import ROOT
from tests.lessons import colab
from tools.colab_versions import KEPT, versions
from tools.lessons import hygiene
from tools.lessons.notebook import lessons, read
from tools.lessons.turns import due
from tools.onefile import one_file
from tools.publish import Place, commit_of, publish_lesson

LESSONS = lessons(ROOT)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

with_colab = pytest.mark.skipif(
    not colab.is_ready(),
    reason="Colab's versions are not set up; with Python 3.13 `make colab-env` does it (6 GB)",
)


def colab_versions() -> dict[str, str]:
    return versions((ROOT / KEPT).read_text(encoding="utf-8"))


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_colab_has_what_lessons_need(requirement):
    need, has = Requirement(requirement), colab_versions()
    if need.name not in colab.INSTALLED:
        assert need.name in has, f"Colab has no {need.name}: the setup cell must install it"
        assert has[need.name] in need.specifier


def test_versions_of_a_list():
    text = (
        "# a comment\nPyYAML==6.0.3\ntorch==2.11.0+cu128\nnvidia-cudnn-cu12==9.1\n"
        "torchvision @ https://example.org/whl/cu128/torchvision-0.26.0%2Bcu128-cp313-linux.whl\n"
        "google-colab @ file:///colabtools/dist/google_colab-1.0.0.tar.gz\n-e git+https://a/b\n"
    )
    found = versions(text)
    assert found.pop("google-colab").startswith("1.0.0")
    assert found == {"pyyaml": "6.0.3", "torch": "2.11.0", "torchvision": "0.26.0"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(folder)],
        cwd=ROOT,
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def before() -> Iterator[set[str]]:
    """The packages before a lesson; what it adds is taken out again."""
    colab.clean()
    yield colab.packages()
    colab.clean()


@with_colab
@pytest.mark.parametrize("path", due(LESSONS, second=True), ids=lambda path: path.stem)
def test_lesson_runs_alone(path, wheel, before, tmp_path):
    """Nothing but the notebook; nothing that is installed is replaced, so no restart is needed."""
    empty = tmp_path / "content"
    empty.mkdir()
    notebook = one_file(read(path), wheel)
    colab.run(notebook, empty, tmp_path / "home")
    assert hygiene.errors(notebook) + hygiene.stderr(notebook) == []
    after = colab.packages()
    assert before <= after, f"replaced or removed: {sorted(before - after)}"
    assert {name.split("=")[0].split(" ")[0] for name in after - before} <= set(colab.INSTALLED)


@with_colab
def test_published_lesson_installs_from_its_fork(before, tmp_path):
    """As after a click on a badge: only the notebook is there, and the address in it."""
    fork = fork_of_this_checkout(tmp_path / "fork")
    lesson = read(LESSONS[0])
    place = Place("ada/lessons", "trunk", commit_of(fork))
    publish_lesson(lesson, f"notebooks/{LESSONS[0].name}", place)
    lesson.cells = lesson.cells[:2]
    empty = tmp_path / "content"
    empty.mkdir()
    there = {"KEY_0": f"url.{fork.as_uri()}.insteadOf", "VALUE_0": "https://github.com/ada/lessons"}
    instead = {f"GIT_CONFIG_{name}": value for name, value in {"COUNT": "1", **there}.items()}
    colab.run(lesson, empty, tmp_path / "home", **instead)
    assert hygiene.errors(lesson) + hygiene.stderr(lesson) == []
    assert (empty / "helpers" / "course").is_dir()  # beside the lesson, as the cell asks pip


def fork_of_this_checkout(folder: Path) -> Path:
    """A repository of what pip needs to build the helpers, on the branch ``trunk``."""
    folder.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "helpers", folder / "helpers")
    for command in (
        ["init", "--quiet", "--initial-branch", "trunk"],
        ["add", "."],
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "lessons"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@with_colab
def test_colab_itself_cannot_import_the_helpers(before, tmp_path):
    """What the test above rests on."""
    done = subprocess.run([colab.PYTHON, "-c", "import helpers"], capture_output=True, cwd=tmp_path)
    assert b"No module named 'helpers'" in done.stderr
