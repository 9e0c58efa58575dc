"""Get a whole copy of a set into a folder to work in: from a source, or made on this machine."""

import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from helpers.data import archive
from helpers.data.catalogue import DataSet
from helpers.data.errors import DataError, Unreachable
from helpers.data.layout import Checked
from helpers.data.sources import Source, sources


def fetch(entry: DataSet, work: Path) -> Checked:
    """A whole copy of the real set, unpacked in ``work``, from the first source that has one.

    What it costs is printed, and so is each source that fails.

    Raises:
        Unreachable: when no source has one; the message lists them all, with the reasons.
    """
    failures = []
    for source in sources(entry):
        try:
            return _from(source, entry, work)
        except DataError as error:
            failures.append(f"{source.label}: {error}")
            print(f"{entry.name}: {failures[-1]}.", flush=True)
    raise Unreachable(_tried(entry.name, failures))


def draw(entry: DataSet, work: Path) -> Checked:
    """The practice set, made in ``work``. What it costs is printed."""
    start = time.perf_counter()
    folder = work / entry.name
    folder.mkdir()
    entry.draw_practice(folder)
    checked = entry.practice_layout.check(folder)
    if not checked.whole:
        raise DataError(
            f"{entry.name}: the practice images differ from what was expected: "
            f"{checked.summary()}. Is this an unusual version of scikit-learn?"
        )
    print(
        f"{entry.name}: practice images made on this machine, about "
        f"{entry.practice_layout.megabytes:.0f} MB on disk, "
        f"{time.perf_counter() - start:.1f} seconds.",
        flush=True,
    )
    return checked


def _tried(name: str, failures: Iterable[str]) -> str:
    lines = "".join(f"\n  - {failure}" for failure in failures)
    return (
        f"{name}: the real images could not be had, and LESSONS_DATA=official allows no others. "
        f"Connect to the internet, or set LESSONS_MIRROR, then start again. Tried:{lines}"
    )


def _from(source: Source, entry: DataSet, work: Path) -> Checked:
    start = time.perf_counter()
    unpacked = work / "unpacked"
    if unpacked.exists():  # what an earlier source left
        shutil.rmtree(unpacked)
    into = unpacked / entry.below
    into.mkdir(parents=True)
    size = 0
    for packed in source.fetch(unpacked):
        archive.unpack(packed, into)
        size += packed.stat().st_size
        if packed.parent == unpacked:  # downloaded
            packed.unlink()  # before the images are stored once more: it spares disk
    checked = entry.layout.check(unpacked / entry.name)
    if not checked.whole:
        wrong = checked.summary() or f"{checked.extras()} too many"
        raise DataError(f"what it holds is not exactly the images of the set: {wrong}")
    print(
        f"{entry.name}: {size / 1e6:.1f} MB from {source.label}, about "
        f"{entry.layout.megabytes:.0f} MB on disk, {time.perf_counter() - start:.1f} seconds.",
        flush=True,
    )
    if entry.layout.lossy(checked.root):
        print(
            f"{entry.name}: these are JPEG files, compressed with loss: networks get a little "
            "worse on them than on the original PNG files.",
            flush=True,
        )
    return checked
