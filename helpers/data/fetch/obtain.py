"""Get a whole copy of a set into a folder to work in: from a source, or made on this machine."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from helpers.data.fetch import archive
from helpers.data.fetch.catalogue import DataSet
from helpers.data.fetch.errors import DataError, Unreachable
from helpers.data.fetch.layout import Checked
from helpers.data.fetch.origins import Source, sha256_of, sources

NOWHERE = Path(os.devnull)  # a folder's archives are read where they lie


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


def rehearse(source: Source, entry: DataSet) -> None:
    """Whether a source can give the set: as far as one can know without fetching it.

    Raises:
        DataError: what ``fetch`` would say about the source.
    """
    if source.ask is not None:
        source.ask()
        return
    packed = list(source.fetch(NOWHERE))
    if any(sha256_of(file) not in listed.whole for file, listed in zip(packed, entry.archives)):
        _read(source, entry, NOWHERE)


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
    files, checked, size = _read(source, entry, work)
    folder = work / entry.name
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    print(
        f"{entry.name}: {size / 1e6:.1f} MB from {source.label}, about "
        f"{entry.layout.megabytes:.0f} MB on disk, {time.perf_counter() - start:.1f} seconds.",
        flush=True,
    )
    if entry.layout.lossy(folder):
        print(
            f"{entry.name}: these are JPEG files, compressed with loss: networks get a little "
            "worse on them than on the original PNG files.",
            flush=True,
        )
    return entry.layout.found_at(folder, checked)


def _read(source: Source, entry: DataSet, work: Path) -> tuple[dict[str, bytes], Checked, int]:
    """The files of a set by path below its folder, what they are, and their packed size in bytes.

    ``work`` holds downloads, which do not stay.
    """
    layout, top, files, size = entry.layout, f"{entry.name}/", {}, 0
    most = int(3e6 * layout.megabytes) + 2**20  # with room for what other systems put beside
    for packed in source.fetch(work):
        size += packed.stat().st_size
        inside = archive.contents(
            packed, most, lambda path: path.startswith(top) and layout.belongs(path[len(top) :])
        )
        below = f"{entry.below}/" if entry.below else ""
        files |= {f"{below}{path}".removeprefix(top): content for path, content in inside.items()}
        if packed.parent == work:  # downloaded
            packed.unlink()
    checked = layout.judge(files, lambda path, most: files[path][:most], name=entry.name)
    if not checked.whole:
        wrong = checked.summary() or f"{checked.extras()} too many"
        raise DataError(f"what it holds is not exactly the images of the set: {wrong}")
    return files, checked, size
