"""A folder of submissions: who has handed in what, and that nobody is lost on the way."""

import os
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from helpers.course.grading.packed import members

NOTEBOOKS = (".ipynb", ".ipynb.txt")  # some browsers add the second ending
ARCHIVES = (".zip",)
LARGEST = 100 * 2**20  # bytes of a file
MOST = 100  # notebooks of one learner
DEEPEST = 50  # folders in folders


@dataclass(frozen=True)
class HandIn:
    """One thing that a learner has handed in.

    Attributes:
        learner: the folder's name, or the file's for one that lies beside the folders.
        notebook: the file below the learner's folder; empty for what is no notebook.
        read: gives its bytes; raises ValueError or OSError when it cannot be read.
    """

    learner: str
    notebook: str
    read: Callable[[], bytes]

    def digest(self) -> str:
        """What tells this content from any other; empty where nothing can be read."""
        try:
            return digest_of(self.read())
        except (OSError, ValueError):
            return ""


def digest_of(content: bytes) -> str:
    """What tells these bytes from any others.

    Example:
        >>> digest_of(b"")
        'sha256-e3b0c44298fc1c14'
    """
    return f"sha256-{sha256(content).hexdigest()[:16]}"


def hand_ins(folder: Path, besides: Collection[Path] = ()) -> Iterator[HandIn]:
    """What lies in ``folder``, at least one hand-in for each learner.

    A learner is a folder, whatever lies in it how deep, or a single file. Archives (.zip) are
    looked into. Links are not followed. Names that begin with a dot, such as Jupyter's
    ``.ipynb_checkpoints`` and the ``._`` files of a Mac, and ``__MACOSX`` do not count.

    Args:
        folder: one folder or file a learner.
        besides: absolute paths that are nobody's, even if they lie there, such as the table.

    Raises:
        OSError: when ``folder`` itself cannot be read.
    """
    for entry in _listed(folder):
        place = Path(entry.path)
        if place.absolute() in besides:
            continue
        is_folder = entry.is_dir(follow_symlinks=False)
        learner = entry.name if is_folder else _without_ending(entry.name)
        yield from _hand_ins(place, learner, _below(place) if is_folder else _in_file(place, ""))


def work_of(folder: Path, learner: str) -> Iterator[HandIn]:
    """All that lies in ``folder`` as the work of one learner; else like ``hand_ins``."""
    _listed(folder)
    yield from _hand_ins(folder, learner, _below(folder))


def read_file(path: Path) -> bytes:
    """The bytes of a plain file, whatever stands in its place.

    Raises:
        ValueError: when it is a link, a folder, a pipe or a device, or too large.
        OSError: when it cannot be read.
    """
    if path.is_symlink():
        raise ValueError("is a link, and links are not followed")
    if path.is_dir():
        raise ValueError("is a folder, and no file")
    flags = [getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")]
    with open(os.open(path, os.O_RDONLY | sum(flags)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("is no plain file")
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"is larger than {LARGEST // 2**20} MB")
    return content


def is_handed_in(name: str) -> bool:
    """Whether a file's name is that of work: a notebook, or an archive of them.

    Example:
        >>> is_handed_in("02.ipynb"), is_handed_in("ann.zip"), is_handed_in("table.csv")
        (True, True, False)
    """
    return name.lower().endswith((*NOTEBOOKS, *ARCHIVES))


def is_notebook(name: str) -> bool:
    """Whether a file's name is that of a notebook.

    Example:
        >>> is_notebook("02.IPYNB"), is_notebook("._02.ipynb")
        (True, False)
    """
    return name.lower().endswith(NOTEBOOKS) and _counts(name)


def _hand_ins(
    place: Path, learner: str, notebooks: Iterator[tuple[str, Callable[[], bytes]]]
) -> Iterator[HandIn]:
    try:
        found = [*islice(notebooks, MOST + 1)]
    except (OSError, RecursionError) as error:
        found = [("", _refuse(f"cannot be read: {error}"))]
    if len(found) > MOST:
        found[MOST:] = [("", _refuse(f"more than {MOST} notebooks; the others were left out"))]
    for notebook, read in found or [("", _refuse(_nothing(place)))]:
        yield HandIn(learner, notebook, read)


def _counts(name: str) -> bool:
    return not name.startswith(".") and name != "__MACOSX"


def _without_ending(name: str) -> str:
    endings = (*NOTEBOOKS[::-1], *ARCHIVES, Path(name).suffix.lower())
    ending = next(ending for ending in endings if name.lower().endswith(ending))
    return name[: len(name) - len(ending)] or name


def _listed(folder: Path) -> list[os.DirEntry]:
    with os.scandir(folder) as entries:
        return sorted((e for e in entries if _counts(e.name)), key=lambda e: e.name)


def _below(learner: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The notebooks of a learner's folder; also those that cannot be read."""
    folders = [learner]
    while folders:
        folder = folders.pop()
        name = folder.relative_to(learner).as_posix()
        if len(folder.relative_to(learner).parts) > DEEPEST:
            yield name, _refuse("lies too deep")
            continue
        try:
            entries = _listed(folder)
        except OSError as error:
            yield name, _refuse(f"cannot be read: {error.strerror}")
            continue
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield from _in_file(Path(entry.path), os.path.relpath(entry.path, learner))
        folders += [Path(e.path) for e in entries[::-1] if e.is_dir(follow_symlinks=False)]


def _in_file(file: Path, name: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The notebooks of a file: itself, those in an archive, or none."""
    name = name.replace(os.sep, "/") or file.name
    if is_notebook(file.name):
        yield name, lambda: read_file(file)
    elif file.name.lower().endswith(ARCHIVES):
        try:
            found = members(read_file(file), is_notebook, LARGEST)
        except (OSError, ValueError) as error:
            yield name, _refuse(f"nothing readable: {file.name} ({error})")
            return
        for number, member in enumerate(found):
            yield f"{name}/{member}", _member(file, number)
        if not found:
            yield name, _refuse(f"nothing readable: {file.name} holds no notebook")


def _member(archive: Path, number: int) -> Callable[[], bytes]:
    """Read one notebook of an archive, each time anew: a class does not fit into memory."""

    def read() -> bytes:
        found = list(members(read_file(archive), is_notebook, LARGEST).values())
        if number >= len(found):
            raise ValueError("has changed while it was read")
        return found[number]()

    return read


def _nothing(place: Path) -> str:
    if place.is_symlink():
        return f"nothing readable: {place.name} is a link, and links are not followed"
    if not place.is_dir():
        return f"nothing readable: {place.name}"
    names = [entry.name for entry in _listed(place)]
    if not names:
        hidden = any(os.scandir(place))
        return f"nothing readable: {'only hidden files' if hidden else 'the folder is empty'}"
    return f"nothing readable: {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}"


def _refuse(why: str) -> Callable[[], bytes]:
    def read() -> bytes:
        raise ValueError(why)

    return read
