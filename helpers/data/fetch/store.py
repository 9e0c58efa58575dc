"""Make the folder of a set whole, and never leave half of one there."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.data.fetch import decoded, faults
from helpers.data.fetch.errors import DataError, Unreachable, Unwritable
from helpers.data.fetch.home import OTHER
from helpers.data.fetch.layout import Checked, Layout, digest, first
from helpers.data.images import Split

Obtain = Callable[[Path], Checked]
ASIDE = "set-aside"  # beside the sets: what lay among the images, or in their way
DECODED_AGAIN = (
    "{}: the data folder cannot be written to, so its images are decoded again each time."
)
NO_WRITING = (errno.EROFS, errno.EACCES, errno.EPERM)


def settle(root: Path, layout: Layout, obtain: Obtain) -> dict[str, Split]:
    """See that the folder ``root`` holds a whole set and nothing else, and give its images.

    A folder that was found whole before, and was not written to since, costs a look at its file
    list. Any other is checked file by file. Only what is missing or damaged is replaced. What lies
    among the images and is none of them is moved to a folder beside, and that is said.

    Args:
        root: where the set belongs.
        layout: what it must hold.
        obtain: given an empty folder to work in, returns a whole copy of the set inside it, or
            raises Unreachable.

    Raises:
        Unreachable: when the set is not whole and cannot be obtained.
        Unwritable: when the place cannot be written to.
    """
    try:
        splits = look(root, layout)
        if splits is not None and not layout.strangers(root):
            return splits
        with _alone(root) as work:
            # Another process may have done it all while this one waited.
            splits = look(root, layout)
            if splits is not None and not layout.strangers(root):
                return splits
            return _make_whole(root, layout, obtain, work)
    except OSError as error:
        return _without_writing(root, layout, error)


def look(root: Path, layout: Layout) -> dict[str, Split] | None:
    """The decoded images of a folder that has not changed since it was found whole."""
    if not (os.path.isdir(root) and os.path.isfile(decoded.file_of(root))):
        return None
    return decoded.read(root, layout, digest=digest(layout.listing(root)))


def examine(root: Path, layout: Layout) -> tuple[Checked, list[str]]:
    """What a folder holds of the set, after a check of every file, and what else lies in it."""
    known = decoded.checksums(root, layout)
    strangers = layout.strangers(root, known)
    return layout.check(root, known, strangers), strangers


def _make_whole(root: Path, layout: Layout, obtain: Obtain, work: Path) -> dict[str, Split]:
    if os.path.isdir(root):
        checked, strangers = examine(root, layout)
        if not checked.whole:
            checked = _repair(checked, layout, obtain, work, strangers)
        elif strangers:
            checked = _tidy(checked, layout, work, strangers)
    else:
        checked = _install(obtain(work), layout, root)
    try:
        _clear(root, decoded.file_of(root), lambda path: not os.path.isdir(path))
        decoded.write(root, checked, work)
    except OSError:
        _say_once(DECODED_AGAIN.format(root.name))
    return checked.splits


def _tidy(checked: Checked, layout: Layout, work: Path, strangers: list[str]) -> Checked:
    """Move away what lies among the images; where that is not allowed, copy the images."""
    root = checked.root
    try:
        _set_aside(root, [root / path for path in strangers])
    except OSError as error:
        if error.errno not in NO_WRITING:
            raise
        copy = work / root.name
        for path in layout.listing(root).keys() - set(strangers):
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, copy / path)
        return _install(replace(checked, root=copy), layout, root)
    return replace(checked, stamp=layout.stamp(root))


def _repair(
    broken: Checked, layout: Layout, obtain: Obtain, work: Path, strangers: list[str]
) -> Checked:
    """Replace single files, so that whatever else a learner keeps in the folder stays."""
    root = broken.root
    print(f"{root.name}: the copy on this machine is not whole: {broken.summary()}.", flush=True)
    try:
        whole = obtain(work)
    except Unreachable as error:
        raise Unreachable(f"{error}\n  - this machine: {broken.summary()}") from error
    # Two archives of a set may name their images differently.
    others = layout.listing(root).keys() - layout.listing(whole.root).keys() - set(strangers)
    files = [f.relative_to(whole.root) for f in whole.root.rglob("*") if f.is_file()]
    files = [f for f in files if f.as_posix() in broken.problems or not os.path.isfile(root / f)]
    moved = 0
    try:
        _set_aside(root, [root / path for path in [*strangers, *sorted(others)]])
        for file in files:
            for above in reversed(file.parents[:-1]):
                _clear(root, root / above, os.path.isdir)
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            _clear(root, root / file, os.path.isfile)
            _move(whole.root / file, root / file)
            moved += 1
    except OSError as error:
        if moved or error.errno not in NO_WRITING:
            raise
        whole = _install(whole, layout, root)
        print(f"{root.name}: repaired, a whole copy is in its place.", flush=True)
        return whole
    checked = layout.check(root)
    if not checked.whole:
        raise DataError(
            f"{root.name} could not be repaired: {checked.summary() or checked.extras()}. "
            f"Move the folder {root} away, then run this again."
        )
    print(f"{root.name}: repaired, {moved:,} files replaced.", flush=True)
    return checked


def _install(whole: Checked, layout: Layout, root: Path) -> Checked:
    """Put a whole copy in its place; whatever is there is moved away."""
    _clear(root, root, lambda path: False)
    try:
        os.replace(whole.root, root)
    except OSError:  # without locks another process may have been quicker
        if not (os.path.isdir(root) and layout.check(root).whole):
            raise
    return layout.found_at(root, whole)


def _clear(root: Path, path: Path, may_stay: Callable[[Path], bool]) -> None:
    """Move away what lies where a part of the set belongs, if it is of the wrong kind."""
    if os.path.lexists(path) and not may_stay(path):
        _set_aside(root, [path])


def _set_aside(root: Path, paths: Collection[Path]) -> None:
    """Move things into a folder of their own beside the set ``root``, and say so."""
    if not paths:
        return
    aside = _new_folder(root.with_name(ASIDE))
    for path in paths:
        target = aside / path.relative_to(root.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    shown = first([path.relative_to(root.parent).as_posix() for path in paths])
    print(
        f"{root.name}: what is no image of the set, or lies in its way, was moved to {aside}: "
        f"{shown}.",
        flush=True,
    )


def _new_folder(above: Path) -> Path:
    """The first of ``above/1``, ``above/2`` and so on that is not there yet."""
    above.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        try:
            (above / str(number)).mkdir()
        except FileExistsError:
            continue
        return above / str(number)


def _move(source: Path, target: Path) -> None:
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # a link led to another disk
            raise
        shutil.move(source, target)


def _without_writing(root: Path, layout: Layout, error: OSError) -> dict[str, Split]:
    """Whole data on a disk that cannot be written to is good data; anything else is an error."""
    found = ""
    with suppress(OSError):
        if os.path.isdir(root):
            checked, strangers = examine(root, layout)
            if checked.whole and not strangers:
                _say_once(DECODED_AGAIN.format(root.name))
                return checked.splits
            if not checked.whole:
                found = f" What is there is not whole: {checked.summary()}."
    raise Unwritable(
        f"{root.name}: cannot write to the data folder {root.parent} "
        f"({faults.of_system(error)}).{found} The set needs about {layout.megabytes:.0f} MB there. "
        f"Make room, or {OTHER}, then start again."
    ) from error


@cache
def _say_once(text: str) -> None:
    print(text, flush=True)


@contextmanager
def _alone(root: Path) -> Iterator[Path]:
    """Keep other processes out, and give an empty folder to work in, on the disk of ``root``."""
    root.parent.mkdir(parents=True, exist_ok=True)
    with _locked(root) as alone:
        if alone:
            for left in root.parent.glob(f".{root.name}.partial*"):  # by a run that was killed
                shutil.rmtree(left) if os.path.isdir(left) else left.unlink()
            work = root.with_name(f".{root.name}.partial")
            work.mkdir()
        else:
            work = Path(tempfile.mkdtemp(prefix=f".{root.name}.partial-", dir=root.parent))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _locked(root: Path) -> Iterator[bool]:
    """Hold the lock of a set; False where the file system has none, as on some network drives."""
    lock = FileLock(root.with_name(f".{root.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"{root.name}: another process is getting it ready; waiting for that.", flush=True)
        lock.acquire()
    except (OSError, NotImplementedError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
