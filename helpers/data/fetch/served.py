"""Find a set once per process: on this machine, from a source, or the practice set."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from helpers.data.fetch import decoded, home, obtain
from helpers.data.fetch.catalogue import DataSet, lookup
from helpers.data.fetch.editions import UNKNOWN, recognise
from helpers.data.fetch.errors import DataError, Unreachable, Unwritable
from helpers.data.fetch.home import Home, data_home
from helpers.data.fetch.layout import Layout
from helpers.data.fetch.store import settle
from helpers.data.images import Split
from helpers.settings import setting

MODES = ("", "official", "practice")
IN_WORDS = {"train": "training", "valid": "validation", "test": "test"}


@dataclass(frozen=True)
class Found:
    """Where a set is.

    Attributes:
        path: its folder, whole and verified.
        layout: what it holds.
        practice: whether it is the practice set.
        edition: see ``helpers.data.fetch.editions``.
        stamp: of the folder when it was found, see ``Layout.stamp``.
    """

    path: Path
    layout: Layout
    practice: bool
    edition: str = field(default="", compare=False)
    stamp: str = field(default="", compare=False)

    def line(self) -> str:
        """What is said about it at every use, the same on every machine."""
        line = self._line()
        if self.edition == UNKNOWN:
            known = " or ".join(edition.name for edition in self.layout.editions)
            line += (
                f"\n{self.path.name}: these are not the pixels of an edition that the lessons know "
                f"({known}), so figures may differ from the text."
            )
        return line

    def _line(self) -> str:
        numbers = [f"{self.layout.total(s):,} {IN_WORDS[s]}" for s in self.layout.counts]
        what = f"{' and '.join(numbers)} images of {', '.join(self.layout.classes)}"
        if self.practice:
            return f"{self.path.name}: PRACTICE DATA, {what} - figures differ from the real ones"
        return f"{self.path.name}: {what} - on this machine, complete"


Key = tuple[str, str, Path]
_found: dict[Key, Found] = {}


def mode() -> str:
    """``LESSONS_DATA``: empty (sources in order), "official" (real data only), or "practice"."""
    value = setting("LESSONS_DATA")
    if value not in MODES:
        raise DataError(
            "LESSONS_DATA should be 'official' (real images only), 'practice' (practice images "
            f"only) or not set, but is {value!r}. Change or remove it, then start again."
        )
    return value


def resolve(name: str) -> Found:
    """Where the set ``name`` is; the first call in a process verifies, and fetches when needed."""
    found = known(name)
    if found is None:
        found, _ = find(name)
    return found


def take(name: str) -> tuple[Found, dict[str, Split]]:
    """Where the set ``name`` is, and its images; as quick as what is known of it allows."""
    found = known(name)
    splits = decoded.read(found.path, found.layout) if found is not None else None
    if splits is not None:
        return found, splits
    return glance(name) or find(name)


def find(name: str) -> tuple[Found, dict[str, Split]]:
    """Look for the set ``name`` afresh, remember where it is, and give its decoded images."""
    entry, wanted = lookup(name), mode()
    if wanted != "practice":
        try:
            return _find_real(entry)
        except DataError as error:
            if wanted == "official":
                raise
            if not isinstance(error, Unreachable):  # whose reasons were told one by one
                print(error, flush=True)
            print(_why_practice(entry), flush=True)
    layout = entry.practice_layout

    def settled(here: Home) -> tuple[Path, dict[str, Split]]:
        root = here.data / "practice" / name
        return root, settle(root, layout, lambda work: obtain.draw(entry, work))

    return _remembered(entry, layout, True, *_in_a_home(home.current(), settled))


def glance(name: str) -> tuple[Found, dict[str, Split]] | None:
    """The stored images of the real set, when its folder is as it was when they were stored.

    Quick, because a folder of many files is judged by its stamp; ``find`` looks at every file.
    """
    entry, here = lookup(name), home.current()
    root = here.data / name
    if mode() == "practice" or not os.path.isfile(decoded.file_of(root)):
        return None
    layout, stamp = entry.layout, entry.layout.stamp(root)
    splits = decoded.read(root, layout, stamp=stamp)
    if splits is None:
        return None
    home.move_to(here)
    edition = decoded.words(root, layout).get("edition", "")
    return Found(root, layout, False, edition, stamp), splits


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


def _find_real(entry: DataSet) -> tuple[Found, dict[str, Split]]:
    def settled(here: Home) -> tuple[Path, dict[str, Split]]:
        root = here.data / entry.name
        _link(real_folder(here, entry.name), root)
        return root, settle(root, entry.layout, lambda work: obtain.fetch(entry, work))

    return _remembered(entry, entry.layout, False, *_in_a_home(home_for(entry), settled))


def _in_a_home(
    here: Home, settled: Callable[[Home], tuple[Path, dict[str, Split]]]
) -> tuple[Path, dict[str, Split]]:
    """Do it in this home; where that turns out not to be writable, in a scratch one."""
    home.move_to(here)
    try:
        return settled(here)
    except Unwritable as error:
        there = home.scratch(here, str(error))
        if there is None:
            raise
        home.move_to(there)
        return settled(there)


def _link(there: Path, root: Path) -> None:
    """Read a set from a home that cannot be written to as if it lay in this one."""
    if there == root:
        return
    with suppress(OSError):  # some systems let only a few users make links
        root.parent.mkdir(parents=True, exist_ok=True)
        root.symlink_to(there, target_is_directory=True)
        if os.path.isfile(decoded.file_of(there)):
            decoded.file_of(root).symlink_to(decoded.file_of(there))


def _remembered(
    entry: DataSet, layout: Layout, practice: bool, root: Path, splits: dict[str, Split]
) -> tuple[Found, dict[str, Split]]:
    stored = decoded.words(root, layout)
    edition = stored["edition"] if stored else recognise(splits, layout.editions)
    found = Found(root, layout, practice, edition, layout.stamp(root))
    _found[_key(entry.name)] = found
    return found, splits


def _key(name: str) -> Key:
    return lookup(name).name, mode(), data_home()


def _why_practice(entry: DataSet) -> str:
    return (
        f"{entry.name}: the real images cannot be had, so this runs on PRACTICE DATA: "
        "a small stand-in that needs no network.\nEvery cell works, but its figures differ from "
        "those in the text.\nFor the real images: connect to the internet, or set LESSONS_MIRROR "
        f"to a folder or address that holds {', '.join(entry.files)}; then restart the kernel and "
        "run again."
    )
