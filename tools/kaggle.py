"""A folder to upload as a Kaggle data set: ``python -m tools.kaggle WHEELS FOLDER``.

A notebook on Kaggle has no network by default, and its data sets lie, read-only, below
``/kaggle/input``. There the setup cell of a lesson finds helpers and torchinfo, unpacked, and the
helpers find the images. Nothing is installed.
"""

import argparse
import shutil
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from helpers.data.fetch.archive import KEPT
from helpers.data.fetch.catalogue import CATALOGUE
from helpers.data.fetch.origins import BESIDE, SUMS
from tools.onefile import ROOT, newest

README = """# Deep learning, built by hand: helpers for Kaggle

1. Upload this folder as a data set (Datasets > New Dataset), whatever its name.
2. In a new notebook: File > Import Notebook, one of the lessons' files.
3. Add Input: your data set. No internet is needed; with images beside, not for the data either.
4. Accelerator: none, or a GPU; of two T4s the lessons use the first. Then Run All.
"""


def pack(wheel: Path, folder: Path, images: Path | None = None) -> None:
    """Write the folder anew.

    Args:
        wheel: the helpers.
        folder: where to; what is there is replaced.
        images: a mirror that holds the archives of the data sets; those that are there are taken.

    Raises:
        ValueError: when there is no archive in ``images``.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder, [n for n in packed.namelist() if n.startswith("helpers/")])
    for file in distribution("torchinfo").files or []:
        if file.parts[0] == "torchinfo" and file.suffix != ".pyc":
            _copy(Path(str(file.locate())), folder / file)
        elif file.name.startswith("LICEN"):
            _copy(Path(str(file.locate())), folder / "torchinfo" / "LICENSE")
    _copy(ROOT / "LICENSE", folder / "LICENSE")
    (folder / "README.md").write_text(README, encoding="utf-8")
    if images:
        _copy_images(images, folder / BESIDE)


def _copy_images(images: Path, folder: Path) -> None:
    """Under names that say nothing of archives: Kaggle unpacks those that it knows."""
    names = [name for entry in CATALOGUE.values() for name in entry.files]
    found = [name for name in dict.fromkeys(names) if (images / name).is_file()]
    if not found:
        raise ValueError(f"{images}: expected archives such as {names[0]}, got none")
    for name in found:
        _copy(images / name, folder / f"{name}{KEPT}")
    if (images / SUMS).is_file():
        _copy(images / SUMS, folder / SUMS)


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)  # not its rights: a mirror may be read-only


def main(arguments: list[str] | None = None) -> None:
    """Write the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tools.kaggle", description=__doc__)
    parser.add_argument("wheels", type=Path, help="the folder that make wheel builds into")
    parser.add_argument("folder", type=Path, help="where it goes; what is there is replaced")
    parser.add_argument("--images", type=Path, help="a folder with the archives of the data sets")
    options = parser.parse_args(arguments)
    try:
        pack(newest(options.wheels), options.folder, options.images)
    except ValueError as error:
        parser.error(str(error))
    size = sum(file.stat().st_size for file in options.folder.rglob("*") if file.is_file())
    print(f"{options.folder}: {size / 2**20:.1f} MiB; its README.md says how to go on")


if __name__ == "__main__":
    main()
