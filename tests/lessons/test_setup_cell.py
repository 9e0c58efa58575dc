"""The setup cell finds ours, whatever else bears the name, and takes the newest wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import packaging
import pytest

from helpers.data.fetch import origins
from tests import ROOT
from tools import kaggle
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


def run(
    folder: Path,
    *installed: Path,
    pip_works: bool = True,
    kaggle: Path | None = None,
    more: str = "",
) -> str:
    """What the cell prints in a folder, then where helpers are; the error's last line if any.

    Args:
        installed: folders that Python looks into as well.
        kaggle: what stands for Kaggle's folder of inputs.
        more: code that runs at the end.
    """
    pip = "" if pip_works else "subprocess.run = lambda *a, **k: None"
    told = 'import helpers; print("helpers of", Path(helpers.__file__).resolve())'
    work = WORK.replace("/kaggle/input", str(kaggle or folder / "no kaggle"))
    code = "\n".join([RUN, pip, work, told, more])
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
    """Of the same version, the one beside the lesson."""
    (colab.parent / "deep_learning_by_building-0.10-py3-none-any.whl").touch()
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


# On Kaggle: no network, a data set that is read-only, in one of two layouts.


@pytest.fixture(params=["lessons", "datasets/ada/lessons"])
def data_set(tmp_path, request) -> Path:
    place = tmp_path / "kaggle" / "input" / request.param
    place.parent.mkdir(parents=True)
    (tmp_path / "kaggle" / "working").mkdir()
    (tmp_path / "kaggle" / "input" / "another").mkdir()
    return place


def test_kaggle_s_data_set_is_found_and_nothing_installed(tmp_path, data_set):
    (data_set / "helpers" / "course").mkdir(parents=True)
    (data_set / "helpers" / "__init__.py").touch()
    (data_set / "torchinfo.py").touch()
    told = "import torchinfo; print(torchinfo.__file__)"
    working, inputs = tmp_path / "kaggle" / "working", tmp_path / "kaggle" / "input"
    said = run(working, kaggle=inputs, more=told).splitlines()
    assert said == [f"helpers of {data_set / 'helpers/__init__.py'}", f"{data_set}/torchinfo.py"]


def test_kaggle_s_wheel_is_installed_without_network(tmp_path, data_set):
    """Nothing else is: Kaggle has torchinfo."""
    data_set.mkdir()
    wheel = data_set / "deep_learning_by_building-1.0-py3-none-any.whl"
    wheel.touch()
    working = tmp_path / "kaggle" / "working"
    said = run(working, kaggle=tmp_path / "kaggle" / "input").splitlines()
    assert said == [f"installs {wheel}", f"helpers of {working / 'helpers/__init__.py'}"]


@pytest.mark.slow
def test_what_make_kaggle_packs_runs_there_with_its_images(tmp_path, data_set):
    """Its folder cannot be written to; the images go to the home of whoever runs the lesson."""
    wheel, mirror = tmp_path / "deep_learning_by_building-1.0-py3-none-any.whl", tmp_path / "mirror"
    with zipfile.ZipFile(wheel, "w") as packed:
        for file in (ROOT / "helpers").rglob("*.py"):
            packed.write(file, file.relative_to(ROOT))
    mirror.mkdir()
    (mirror / "mnist_sample.tgz").write_bytes(b"\x1f\x8b")
    kaggle.pack(wheel, data_set, mirror)
    for path in data_set.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    told = """
import torchinfo
from helpers.data.fetch import catalogue, origins
entry = catalogue.CATALOGUE["mnist_sample"]
print(Path(torchinfo.__file__).parent, origins.in_mirror_folder(entry))
(first, *_) = origins.sources(entry)
print(first.where, *first.fetch(Path("nowhere")))
"""
    working, inputs = tmp_path / "kaggle" / "working", tmp_path / "kaggle" / "input"
    said = run(working, kaggle=inputs, more=told).splitlines()
    images = data_set / origins.BESIDE
    assert said == [
        f"helpers of {data_set / 'helpers/__init__.py'}",
        f"{data_set / 'torchinfo'} True",
        f"{images} {images / 'mnist_sample.tgz.kept'}",
    ]
    assert not list(working.iterdir())
    assert (data_set / "LICENSE").is_file() and (data_set / "torchinfo" / "LICENSE").is_file()


def test_images_that_are_nowhere_are_missed(tmp_path):
    wheel = tmp_path / "deep_learning_by_building-1.0-py3-none-any.whl"
    zipfile.ZipFile(wheel, "w").close()
    with pytest.raises(ValueError, match="expected archives such as"):
        kaggle.pack(wheel, tmp_path / "out", tmp_path)
