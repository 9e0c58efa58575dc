"""Find a set once per process: on this machine, from a source, or the practice set."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from helpers.data.fetch import decoded, home, obtain
from helpers.data.fetch.catalogue import DataSet, lookup
from helpers.data.fetch.faults import DataError, Unreachable, Unwritable
from helpers.data.fetch.home import Home, data_home
from helpers.data.fetch.layout import UNKNOWN, Layout, recognise
from helpers.data.fetch.store import settle
from helpers.data.images import Split
from helpers.language import marked, say
from helpers.settings import setting

MODES = ("", "official", "practice")
IN_WORDS = {
    "train": marked("{n:,} training"),
    "valid": marked("{n:,} validation"),
    "test": marked("{n:,} test"),
}


@dataclass(frozen=True)
class Found:
    """Where a set is.

    Attributes:
        path: its folder, whole and verified.
        layout: what it holds.
        practice: whether it is the practice set.
        edition: see ``layout.recognise``.
        stamp: of the folder when it was found, see ``Layout.stamp``.
    """

    path: Path
    layout: Layout
    practice: bool
    edition: str
    stamp: str

    def line(self) -> str:
        """What is said about it at every use, the same on every machine."""
        numbers = [say(IN_WORDS[s], n=self.layout.total(s)) for s in self.layout.counts]
        what = say(
            "{numbers} images of {classes}",
            numbers=say(" and ").join(numbers),
            classes=", ".join(self.layout.classes),
        )
        if self.practice:
            line = say("PRACTICE DATA, {images} - figures differ from the real ones", images=what)
        else:
            line = say("{images} - on this machine, complete", images=what)
        if self.edition == UNKNOWN:
            known = say(" or ").join(say(edition.name) for edition in self.layout.editions)
            line += say(
                "\n{name}: these are not the pixels of an edition that the lessons know ({known}), "
                "so figures may differ from the text.",
                name=self.path.name,
                known=known,
            )
        return f"{self.path.name}: {line}"


_found: dict[tuple[str, str, Path], Found] = {}


def mode() -> str:
    """``LESSONS_DATA``: empty (sources in order), "official" (real data only), or "practice"."""
    value = setting("LESSONS_DATA")
    if value not in MODES:
        raise DataError(
            say(
                "LESSONS_DATA should be 'official' (real images only), 'practice' (practice images "
                "only) or not set, but is {value!r}. Change or remove it, then start again.",
                value=value,
            )
        )
    return value


def find_folder(name: str) -> Found:
    """Where the set ``name`` is; the first call in a process verifies, and fetches when needed."""
    return known(name) or _find(name)[0]


def find_images(name: str) -> tuple[Found, dict[str, Split]]:
    """Where the set ``name`` is, and its images; as quick as what is known of it allows."""
    found = known(name) or _as_stored(name)
    if found and (splits := decoded.kept(found.path, found.layout)):
        return found, splits
    return _find(name)


def known(name: str) -> Found | None:
    """What was found before in this process, when nothing has come or gone in its folder since."""
    found = _found.get(_key(name))
    if found is None or not os.path.isdir(found.path):
        return None
    return found if found.layout.stamp(found.path) == found.stamp else None


def practice_in_use() -> bool:
    """Whether any set has been served as practice data in this process.

    Example:
        >>> practice_in_use()
        False
    """
    return any(found.practice for found in _found.values())


def real_folder(here: Home, name: str) -> Path:
    """Where the real set lies or belongs; from a home that cannot be used it is only read."""
    root = here.data / name
    if here.instead_of is not None and not os.path.lexists(root):
        there = here.instead_of / name
        return there if os.path.isdir(there) else root
    return root


def home_for(entry: DataSet) -> Home:
    """Where the real set lies, or can be put; Unwritable when there is no such place."""
    here = home.current()
    return here if os.path.isdir(real_folder(here, entry.name)) else home.with_room(entry.needs)


def _as_stored(name: str) -> Found | None:
    """The real set, when its folder is as it was when its decoded images were stored.

    Quick, because a folder of many files is judged by its stamp; ``find_folder`` looks at every
    file, so this is not remembered.
    """
    here, layout = home.current(), lookup(name).layout
    root = here.data / name
    stored = {} if mode() == "practice" else decoded.notes(root, layout)
    if not stored or stored["stamp"] != layout.stamp(root):
        return None
    home.move_to(here)
    return Found(root, layout, False, stored["edition"], stored["stamp"])


def _find(name: str) -> tuple[Found, dict[str, Split]]:
    """Look for the set ``name`` afresh, remember where it is, and give its decoded images."""
    entry, wanted = lookup(name), mode()
    if wanted != "practice":
        try:
            return _find_in(home_for(entry), entry, practice=False)
        except DataError as error:
            if wanted == "official":
                raise
            if not isinstance(error, Unreachable):  # whose reasons were told one by one
                print(error, flush=True)
            print(_why_practice(entry), flush=True)
    return _find_in(home.current(), entry, practice=True)


def _find_in(here: Home, entry: DataSet, practice: bool) -> tuple[Found, dict[str, Split]]:
    """Find it in this home; where that turns out not to be writable, in a scratch one."""
    home.move_to(here)
    try:
        if practice:
            root, layout = here.data / "practice" / entry.name, entry.practice_layout
            splits = settle(root, layout, lambda work: obtain.obtain_practice(entry, work))
        else:
            root, layout = here.data / entry.name, entry.layout
            _link(real_folder(here, entry.name), root)
            splits = settle(root, layout, lambda work: obtain.obtain_real(entry, work))
    except Unwritable as error:
        there = home.scratch(here, str(error))
        if there is None:
            raise
        return _find_in(there, entry, practice)
    stored = decoded.notes(root, layout)
    edition = stored["edition"] if stored else recognise(splits, layout.editions)
    found = Found(root, layout, practice, edition, layout.stamp(root))
    _found[_key(entry.name)] = found
    return found, splits


def _link(there: Path, root: Path) -> None:
    """Read a set from a home that cannot be written to as if it lay in this one."""
    if there == root:
        return
    with suppress(OSError):  # some systems let only a few users make links
        root.parent.mkdir(parents=True, exist_ok=True)
        root.symlink_to(there, target_is_directory=True)
        if os.path.isfile(decoded.file_of(there)):
            decoded.file_of(root).symlink_to(decoded.file_of(there))


def _key(name: str) -> tuple[str, str, Path]:
    return lookup(name).name, mode(), data_home()


def _why_practice(entry: DataSet) -> str:
    return say(
        "{name}: the real images cannot be had, so this runs on PRACTICE DATA: a small "
        "stand-in that needs no network.\nEvery cell works, but its figures differ from those "
        "in the text.\nFor the real images: connect to the internet, or set LESSONS_MIRROR to "
        "a folder or address that holds {files}; then restart the kernel and run again.",
        name=entry.name,
        files=", ".join(entry.files),
    )
