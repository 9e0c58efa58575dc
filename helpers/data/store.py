"""Make the folder of a set whole, and never leave half of one there."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.data import decoded
from helpers.data.errors import DataError, Unreachable
from helpers.data.images import Split
from helpers.data.layout import NOTHING, Checked, Layout, digest, first

Obtain = Callable[[Path], Checked]


def settle(root: Path, layout: Layout, obtain: Obtain) -> dict[str, Split]:
    """See that the folder ``root`` holds a whole set, and give its decoded images.

    A folder that was found whole before, and was not written to since, costs a look at its file
    list. Any other is checked file by file. Only what is missing or damaged is replaced.

    Args:
        root: where the set belongs.
        layout: what it must hold.
        obtain: given an empty folder to work in, returns a whole copy of the set inside it, or
            raises Unreachable.

    Raises:
        Unreachable: when the set is not whole and cannot be obtained.
        DataError: when there are images too many, or the place cannot be written to.
    """
    splits = _known(root, layout)
    if splits is not None:
        return splits
    try:
        with _alone(root) as work:
            # Another process may have done it all while this one waited.
            return _known(root, layout) or _make_whole(root, layout, obtain, work)
    except OSError as error:
        return _without_writing(root, layout, error)


def _known(root: Path, layout: Layout) -> dict[str, Split] | None:
    """The decoded images of a folder that has not changed since it was found whole."""
    if not (root.is_dir() and decoded.file_of(root).exists()):
        return None
    return decoded.read(root, layout, digest=digest(layout.listing(root)))


def _make_whole(root: Path, layout: Layout, obtain: Obtain, work: Path) -> dict[str, Split]:
    checked = _check(root, layout, decoded.checksums(root)) if root.is_dir() else None
    if checked is None:
        checked = obtain(work)
        os.replace(checked.root, root)
    elif not checked.whole:
        checked = _repair(checked, layout, obtain, work)
    decoded.write(root, checked, work)
    return checked.splits


def _repair(broken: Checked, layout: Layout, obtain: Obtain, work: Path) -> Checked:
    """Replace single files, so that whatever else a learner keeps in the folder stays."""
    root = broken.root
    print(f"{root.name}: the copy on this machine is not whole: {broken.summary()}.", flush=True)
    try:
        whole = obtain(work).root
    except Unreachable as error:
        raise Unreachable(f"{error}\n  - this machine: {broken.summary()}") from error
    # Before anything is touched: two archives of a set may name their images differently.
    _no_more_than_the_set(root, sorted(set(layout.listing(root)) - set(layout.listing(whole))))
    files = [file.relative_to(whole) for file in whole.rglob("*") if file.is_file()]
    replaced = [
        file for file in files if file.as_posix() in broken.problems or not (root / file).exists()
    ]
    for file in replaced:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        os.replace(whole / file, root / file)
    checked = _check(root, layout)
    if not checked.whole:
        raise DataError(
            f"{root.name} could not be repaired: {checked.summary()}. "
            f"Move the folder {root} away, then run this again."
        )
    print(f"{root.name}: repaired, {len(replaced):,} files replaced.", flush=True)
    return checked


def _check(root: Path, layout: Layout, known: Mapping[str, int] = NOTHING) -> Checked:
    checked = layout.check(root, known)
    _no_more_than_the_set(root, checked.extra)
    return checked


def _no_more_than_the_set(root: Path, extra: list[str]) -> None:
    if extra:
        raise DataError(
            f"{root.name}: expected only the images of the set, but found also "
            f"{first(extra)}, which would change the figures. Move what does not belong there "
            f"out of {root}, then run this again."
        )


def _without_writing(root: Path, layout: Layout, error: OSError) -> dict[str, Split]:
    """Whole data on a disk that cannot be written to is good data; anything else is an error."""
    checked = _check(root, layout) if root.is_dir() else None
    if checked is not None and checked.whole:
        _say_once(
            f"{root.name}: the data folder cannot be written to, so its images are decoded again "
            "each time."
        )
        return checked.splits
    found = "" if checked is None else f" What is there is not whole: {checked.summary()}."
    raise DataError(
        f"{root.name}: cannot write to the data folder {root.parent} ({error.strerror or error})."
        f"{found} The set needs about {layout.megabytes:.0f} MB there. Make room, or set the "
        "environment variable FASTAI_HOME to a folder that can take it, then start again."
    ) from error


@cache
def _say_once(text: str) -> None:
    print(text, flush=True)


@contextmanager
def _alone(root: Path) -> Iterator[Path]:
    """Keep other processes out, and give an empty folder to work in, on the disk of ``root``."""
    root.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root.with_name(f".{root.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"{root.name}: another process is getting it ready; waiting for that.", flush=True)
        lock.acquire()
    try:
        work = root.with_name(f".{root.name}.partial")
        if work.exists():  # left by a run that was killed
            shutil.rmtree(work)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
    finally:
        lock.release()
