"""Memory and disk."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

from helpers.doctor.report import FIX, NOTE, OK, Finding

MEMORY = 2.0  # GB that a lesson takes at most, on a processor
SPARE = 0.1  # GB of disk that are left beside the images


def memory() -> Iterator[Finding]:
    """Memory that is free now."""
    try:
        import psutil
    except ImportError:
        yield Finding(NOTE, "memory", "not looked at: psutil is not installed")
        return
    found = psutil.virtual_memory()
    free, all_of_it = found.available / 1e9, found.total / 1e9
    text = f"{free:.1f} of {all_of_it:.1f} GB are free"
    if free < MEMORY:
        yield Finding(NOTE, "memory", f"{text}, a lesson can take {MEMORY:g}: close programs")
    else:
        yield Finding(OK, "memory", text)


def data_folder() -> Path:
    """The folder that all images are kept in; a good guess when helpers.data fails."""
    try:
        from helpers.data import data_home

        return data_home()
    except Exception:  # a damaged torch fails in many ways; the report has a line about each
        return Path(os.environ.get("FASTAI_HOME", "~/.fastai")).expanduser().absolute()


def disk(folder: Path, needed: float, usage: Callable = shutil.disk_usage) -> Iterator[Finding]:
    """Whether the folder of the images can be written to, and has room for those to come.

    Args:
        folder: it need not exist.
        needed: GB that the sets need that are not on this machine yet.
        usage: gives an object with ``free`` bytes for a path.
    """
    there = next(place for place in (folder, *folder.parents) if place.exists())
    free = usage(there).free / 1e9
    other = "set FASTAI_HOME to a folder with room"
    if free < needed + SPARE:
        what = f"the images to come need {_size(needed)} and" if needed else "the lessons need"
        yield Finding(
            FIX,
            "disk",
            f"only {_size(free)} free in {folder}, {what} {_size(SPARE)} to spare: make room, or "
            f"{other}",
        )
        return
    problem = _cannot_write(there)
    if problem and needed:
        yield Finding(FIX, "disk", f"cannot write to {folder} ({problem}): {other}")
    elif problem:
        yield Finding(
            NOTE, "disk", f"cannot write to {folder} ({problem}): images are decoded at each start"
        )
    else:
        more = f", the images to come need {_size(needed)}" if needed else ""
        yield Finding(OK, "disk", f"{_size(free)} free in {folder}{more}")


def _size(gigabytes: float) -> str:
    return f"{gigabytes:.1f} GB" if gigabytes >= 1 else f"{gigabytes * 1e3:.0f} MB"


def _cannot_write(folder: Path) -> str:
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
    except OSError as error:
        return error.strerror or str(error)
    return ""
