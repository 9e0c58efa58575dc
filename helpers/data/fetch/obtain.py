"""Get a whole copy of a set into a folder to work in: from a source, or made on this machine."""

import os
import time
from pathlib import Path

from helpers.data.fetch import archive
from helpers.data.fetch.catalogue import DataSet
from helpers.data.fetch.faults import DataError, Unreachable
from helpers.data.fetch.layout import Checked
from helpers.data.fetch.origins import Source, sha256_of, sources
from helpers.language import say

NOWHERE = Path(os.devnull)  # a folder's archives are read where they lie


def obtain_real(entry: DataSet, work: Path) -> Checked:
    """Put the real set into ``work``, from the first source that has all of it.

    What it costs is printed, and so is each source that fails. When all fail, the message of the
    Unreachable lists them, with the reasons.
    """
    failures = []
    for source in sources(entry):
        try:
            return _from(source, entry, work)
        except DataError as error:
            failures.append(f"{source.label}: {error}")
            print(f"{entry.name}: {failures[-1]}.", flush=True)
    tried = "".join(f"\n  - {failure}" for failure in failures)
    raise Unreachable(
        say(
            "{name}: the real images could not be had, and LESSONS_DATA=official allows no "
            "others. Connect to the internet, or set LESSONS_MIRROR, then start again. "
            "Tried:{tried}",
            name=entry.name,
            tried=tried,
        )
    )


def rehearse(source: Source, entry: DataSet) -> None:
    """Raise what ``obtain_real`` would say of a source, as far as one can know without fetching."""
    if not source.is_folder:
        source.ask()
        return
    packed = list(source.fetch(NOWHERE))
    if any(sha256_of(file) not in listed.whole for file, listed in zip(packed, entry.archives)):
        _unpacked(source, entry, NOWHERE)


def obtain_practice(entry: DataSet, work: Path) -> Checked:
    """The practice set, made in ``work``. What it costs is printed."""
    start = time.perf_counter()
    folder = work / entry.name
    folder.mkdir()
    entry.draw_practice(folder)
    checked = entry.practice_layout.check(folder)
    if not checked.whole:
        raise DataError(
            say(
                "{name}: the practice images differ from what was expected: {problems}. Is this an "
                "unusual version of scikit-learn?",
                name=entry.name,
                problems=checked.summary(),
            )
        )
    print(
        say(
            "{name}: practice images made on this machine, about {disk:.0f} MB on disk, "
            "{seconds:.1f} seconds.",
            name=entry.name,
            disk=entry.practice_layout.megabytes,
            seconds=time.perf_counter() - start,
        ),
        flush=True,
    )
    return checked


def _from(source: Source, entry: DataSet, work: Path) -> Checked:
    start = time.perf_counter()
    files, checked, size = _unpacked(source, entry, work)
    folder = work / entry.name
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    print(
        say(
            "{name}: {size:.1f} MB from {source}, about {disk:.0f} MB on disk, "
            "{seconds:.1f} seconds.",
            name=entry.name,
            size=size / 1e6,
            source=source.label,
            disk=entry.layout.megabytes,
            seconds=time.perf_counter() - start,
        ),
        flush=True,
    )
    if entry.layout.lossy(folder):
        print(
            say(
                "{name}: these are JPEG files, compressed with loss: networks get a little worse "
                "on them than on the original PNG files.",
                name=entry.name,
            ),
            flush=True,
        )
    return checked


def _unpacked(source: Source, entry: DataSet, work: Path) -> tuple[dict[str, bytes], Checked, int]:
    """The files of a set by path below its folder, what they are, and their packed size in bytes.

    ``work`` holds downloads, which do not stay.
    """
    layout, top, size = entry.layout, f"{entry.name}/", 0
    files: dict[str, bytes] = {}
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
    checked = layout.judge(files, lambda path, most: files[path][:most])
    if not checked.whole:
        raise DataError(
            say(
                "what it holds is not exactly the images of the set: {problems}",
                problems=checked.summary(),
            )
        )
    return files, checked, size
