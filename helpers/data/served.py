"""Find a set once per process: on this machine, from a source, or the practice set."""

import os
from dataclasses import dataclass
from pathlib import Path

from helpers.data import decoded, obtain
from helpers.data.catalogue import DataSet, lookup
from helpers.data.errors import DataError, Unreachable
from helpers.data.home import data_home
from helpers.data.images import Split
from helpers.data.layout import Layout
from helpers.data.store import settle

MODES = ("", "official", "practice")
IN_WORDS = {"train": "training", "valid": "validation", "test": "test"}


@dataclass(frozen=True)
class Found:
    """Where a set is.

    Attributes:
        path: its folder, whole and verified.
        layout: what it holds.
        practice: whether it is the practice set.
    """

    path: Path
    layout: Layout
    practice: bool

    def line(self) -> str:
        """What is said about it at every use, the same on every machine."""
        numbers = [f"{self.layout.total(s):,} {IN_WORDS[s]}" for s in self.layout.counts]
        what = f"{' and '.join(numbers)} images of {', '.join(self.layout.classes)}"
        if self.practice:
            return f"{self.path.name}: PRACTICE DATA, {what} - figures differ from the real ones"
        return f"{self.path.name}: {what} - on this machine, complete"


Key = tuple[str, str, Path]
_found: dict[Key, Found] = {}


def mode() -> str:
    """``LESSONS_DATA``: empty (sources in order), "official" (real data only), or "practice"."""
    value = os.environ.get("LESSONS_DATA", "").strip()
    if value not in MODES:
        raise DataError(
            "LESSONS_DATA should be 'official' (real images only), 'practice' (practice images "
            f"only) or not set, but is {value!r}. Change or remove it, then start again."
        )
    return value


def resolve(name: str) -> Found:
    """Where the set ``name`` is; the first call in a process verifies, and fetches when needed."""
    if known(name) is None:
        find(name)
    return _found[_key(name)]


def find(name: str) -> dict[str, Split]:
    """Look for the set ``name`` afresh, remember where it is, and give its decoded images."""
    entry, key = lookup(name), _key(name)
    _, wanted, home = key
    if wanted != "practice":
        try:
            splits = settle(home / name, entry.layout, lambda work: obtain.fetch(entry, work))
        except Unreachable:
            if wanted == "official":
                raise
            print(_why_practice(entry), flush=True)
        else:
            _found[key] = Found(home / name, entry.layout, practice=False)
            return splits
    root = home / "practice" / name
    splits = settle(root, entry.practice_layout, lambda work: obtain.draw(entry, work))
    _found[key] = Found(root, entry.practice_layout, practice=True)
    return splits


def glance(name: str) -> tuple[Found, dict[str, Split]] | None:
    """The stored images of the real set, when its folder is as it was when they were stored.

    Quick, because a folder of many files is judged by its stamp; ``find`` looks at every file.
    """
    entry, (_, wanted, home) = lookup(name), _key(name)
    root = home / name
    if wanted == "practice" or not decoded.file_of(root).exists():
        return None
    splits = decoded.read(root, entry.layout, stamp=entry.layout.stamp(root))
    return None if splits is None else (Found(root, entry.layout, practice=False), splits)


def known(name: str) -> Found | None:
    """What ``resolve`` found before in this process, when its folder is still there."""
    found = _found.get(_key(name))
    return found if found is not None and found.path.is_dir() else None


def practice_in_use() -> bool:
    """Whether any set has been served as practice data in this process.

    Example:
        >>> practice_in_use()
        False
    """
    return any(found.practice for found in _found.values())


def _key(name: str) -> Key:
    return lookup(name).name, mode(), data_home()


def _why_practice(entry: DataSet) -> str:
    return (
        f"{entry.name}: no source could give the real images, so this runs on PRACTICE DATA: "
        "a small stand-in that needs no network.\nEvery cell works, but its figures differ from "
        "those in the text.\nFor the real images: connect to the internet, or set LESSONS_MIRROR "
        f"to a folder or address that holds {', '.join(entry.files)}; then restart the kernel and "
        "run again."
    )
