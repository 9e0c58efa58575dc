"""Make the folder of a set whole, and never leave half of one there."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.data.fetch import decoded, faults
from helpers.data.fetch.faults import Unreachable, Unwritable
from helpers.data.fetch.home import OTHER
from helpers.data.fetch.layout import Checked, Layout, first
from helpers.data.images import Split
from helpers.language import say

Obtain = Callable[[Path], Checked]
ASIDE = "set-aside"  # beside the sets: what lay among the images, or in their way


def settle(root: Path, layout: Layout, obtain: Obtain) -> dict[str, Split]:
    """See that the folder ``root`` holds a whole set and nothing else, and give its images.

    A folder that was found whole before, and was not written to since, costs a look at its file
    list. Any other is checked file by file, and replaced when it is not whole. What lies among the
    images and is none of them is moved to a folder beside, and that is said.

    ``obtain`` is given an empty folder to work in, and puts a whole copy of the set there, in a
    folder of the set's name, or raises Unreachable. Where nothing can be written it is Unwritable.
    """
    try:
        splits = _ready(root, layout)
        if splits is None:
            with _alone(root) as work:
                # Another process may have done it all while this one waited.
                splits = _ready(root, layout) or _make_whole(root, layout, obtain, work)
        return splits
    except OSError as error:
        return _without_writing(root, layout, error)


def unchanged(root: Path, layout: Layout) -> dict[str, Split] | None:
    """The decoded images of a folder that has not changed since it was found whole."""
    if not (os.path.isdir(root) and os.path.isfile(decoded.file_of(root))):
        return None
    return decoded.kept(root, layout, digest=layout.digest(root))


def _ready(root: Path, layout: Layout) -> dict[str, Split] | None:
    splits = unchanged(root, layout)
    return None if splits is None or layout.strangers(root) else splits


def examine(root: Path, layout: Layout) -> tuple[Checked, list[str]]:
    """What a folder holds of the set, after a check of every file, and what else lies in it."""
    known = decoded.checksums(root, layout)
    strangers = layout.strangers(root, known)
    return layout.check(root, known, strangers), strangers


def _make_whole(root: Path, layout: Layout, obtain: Obtain, work: Path) -> dict[str, Split]:
    checked = None
    if os.path.isdir(root):
        known = decoded.checksums(root, layout)
        _tidy(root, layout, layout.strangers(root, known), work)
        # Before the files are read: one that is written to meanwhile is noticed at the next look.
        prints = _prints(root, layout)
        checked = layout.check(root, known)
    if checked is None or not checked.whole:
        checked = _replace(root, checked, obtain, work)
        prints = _prints(root, layout)
    try:
        if os.path.isdir(decoded.file_of(root)):
            _set_aside(root, [decoded.file_of(root)])
        decoded.keep(root, checked, prints, work)
    except OSError:
        _say_once(root.name)
    return checked.splits


def _prints(root: Path, layout: Layout) -> dict[str, str]:
    return {"digest": layout.digest(root), "stamp": layout.stamp(root)}


def _tidy(root: Path, layout: Layout, strangers: list[str], work: Path) -> None:
    """Move away what lies among the images; where that is not allowed, copy the images."""
    try:
        _set_aside(root, [root / path for path in strangers])
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        copy = work / root.name
        for path in set(layout.paths(root)) - set(strangers):
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, copy / path)
        _install(copy, root)


def _replace(root: Path, broken: Checked | None, obtain: Obtain, work: Path) -> Checked:
    """Get a whole copy, and put it where none is, or a damaged one."""
    if broken is None:
        checked = obtain(work)
        _install(work / root.name, root)
        return checked
    print(
        say(
            "{name}: the copy on this machine is not whole: {problems}.",
            name=root.name,
            problems=broken.summary(),
        ),
        flush=True,
    )
    try:
        checked = obtain(work)
    except Unreachable as error:
        raise Unreachable(
            say("{error}\n  - this machine: {problems}", error=error, problems=broken.summary())
        ) from error
    own = set() if root.is_symlink() else set(os.listdir(root)) - set(os.listdir(work / root.name))
    aside = _install(work / root.name, root) or root
    for name in own:  # a learner's models, say
        shutil.move(aside / root.name / name, root / name)
    print(say("{name}: repaired, a whole copy is in its place.", name=root.name), flush=True)
    return checked


def _install(copy: Path, root: Path) -> Path | None:
    """Put a whole copy in its place; whatever is there is moved away, to the folder returned."""
    aside = _set_aside(root, [root] if os.path.lexists(root) else [])
    os.replace(copy, root)
    return aside


def _set_aside(root: Path, paths: Collection[Path]) -> Path | None:
    """Move things into a folder of their own beside the set ``root``, and say so."""
    if not paths:
        return None
    numbered = (root.with_name(ASIDE) / str(number) for number in count(1))
    aside = next(folder for folder in numbered if not os.path.lexists(folder))
    for path in paths:
        target = aside / path.relative_to(root.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    shown = first([path.relative_to(root.parent).as_posix() for path in paths])
    print(
        say(
            "{name}: what is no image of the set, or lies in its way, was moved to {aside}: "
            "{shown}.",
            name=root.name,
            aside=aside,
            shown=shown,
        ),
        flush=True,
    )
    return aside


def _without_writing(root: Path, layout: Layout, error: OSError) -> dict[str, Split]:
    """Whole data on a disk that cannot be written to is good data; anything else is an error."""
    found = ""
    with suppress(OSError):
        if os.path.isdir(root):
            checked, strangers = examine(root, layout)
            if checked.whole and not strangers:
                _say_once(root.name)
                return checked.splits
            if not checked.whole:
                found = say(" What is there is not whole: {problems}.", problems=checked.summary())
    raise Unwritable(
        say(
            "{name}: cannot write to the data folder {folder} ({why}).{found} The set "
            "needs about {size:.0f} MB there. Make room, or {other}, then start again.",
            name=root.name,
            folder=root.parent,
            why=faults.of_system(error),
            found=found,
            size=layout.megabytes,
            other=say(OTHER),
        )
    ) from error


@cache
def _say_once(name: str) -> None:
    print(
        say(
            "{name}: the data folder cannot be written to, so its images are decoded again each "
            "time.",
            name=name,
        ),
        flush=True,
    )


@contextmanager
def _alone(root: Path) -> Iterator[Path]:
    """Keep other processes out, and give an empty folder to work in, on the disk of ``root``.

    Some network drives have no locks; there each process works in a folder of its own.
    """
    root.parent.mkdir(parents=True, exist_ok=True)
    partial = f".{root.name}.partial"
    lock = FileLock(root.with_name(f".{root.name}.lock"))
    with ExitStack() as stack:
        try:
            stack.enter_context(lock.acquire(timeout=0))
        except Timeout:
            print(
                say(
                    "{name}: another process is getting it ready; waiting for that.", name=root.name
                ),
                flush=True,
            )
            stack.enter_context(lock.acquire())
        except (OSError, NotImplementedError):
            pass
        if lock.is_locked:
            for left in root.parent.glob(f"{partial}*"):  # by a run that was killed
                shutil.rmtree(left) if os.path.isdir(left) else left.unlink()
        work = Path(tempfile.mkdtemp(prefix=f"{partial}-", dir=root.parent))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        yield work
