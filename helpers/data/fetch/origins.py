"""Where archives come from when a set is not on this machine: a mirror, then the official host."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from helpers.data.fetch import faults
from helpers.data.fetch.catalogue import Archive, DataSet
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.home import place
from helpers.settings import setting

GZIP_MAGIC = b"\x1f\x8b"
SUMS = "SHA256SUMS"  # what `sha256sum * > SHA256SUMS` writes
MOST_SUMS = 2**20  # bytes
WEB = ("http://", "https://")


@dataclass(frozen=True)
class Source:
    """One place to get the archives of a set from.

    Attributes:
        label: what to call it in a message.
        fetch: given an empty folder, gives the paths of the archives one by one, each checked as
            far as the source allows: in that folder, or where the source keeps them. Raises
            DataError.
        ask: raises DataError when a server does not have the archives, and fetches nothing; None
            for a folder, where fetching costs nothing.
    """

    label: str
    fetch: Callable[[Path], Iterator[Path]]
    ask: Callable[[], None] | None = None


def sources(entry: DataSet) -> Iterator[Source]:
    """The places to try, in order: the mirror that ``LESSONS_MIRROR`` names, the official host."""
    if mirror := mirror_place():
        shown = f"the mirror {faults.without_password(mirror)}"
        if mirror.startswith(WEB):
            ask = partial(_ask, mirror, entry.archives, official=False)
            yield Source(shown, partial(_from_address, mirror, entry.archives), ask)
        else:
            yield Source(shown, partial(_from_folder, Path(mirror), entry.archives))
    ask = partial(_ask, entry.host, entry.archives, official=True)
    yield Source(f"the official host {entry.host}", partial(_official, entry), ask)


def mirror_place() -> str:
    """The folder or address in ``LESSONS_MIRROR``; empty when there is none."""
    text = setting("LESSONS_MIRROR")
    return text.rstrip("/") if not text or text.startswith(WEB) else str(place(text))


def in_mirror_folder(entry: DataSet) -> bool:
    """Whether the mirror is a folder that holds the archives (not asking any network)."""
    mirror = mirror_place()
    return bool(mirror) and all(os.path.isfile(Path(mirror, name)) for name in entry.files)


def _official(entry: DataSet, into: Path) -> Iterator[Path]:
    for archive in entry.archives:
        check = partial(_is_official, archive)
        yield _download(f"{entry.host}/{archive.file}", into, check, archive.size)


def _is_official(archive: Archive, file: Path) -> None:
    _no_web_page(file)
    size = file.stat().st_size
    if size != archive.size:
        raise ValueError(f"{size:,} bytes came instead of {archive.size:,}")
    with open(file, "rb") as content:
        start = content.read(archive.md5_covers)
    if hashlib.md5(start, usedforsecurity=False).hexdigest() != archive.md5:
        raise ValueError("what came is not the archive: its checksum (MD5) is wrong")


def _from_address(mirror: str, archives: tuple[Archive, ...], into: Path) -> Iterator[Path]:
    from helpers.data.fetch.http import NotThere

    try:
        sums = _download(f"{mirror}/{SUMS}", into, lambda file: None, MOST_SUMS, progress=False)
    except NotThere:
        sums = None  # a mirror need not have sums; every image is checked later on anyway
    for archive in archives:
        check = partial(_matches, sha256=_sum_of(archive.file, sums) if sums else None)
        yield _download(f"{mirror}/{archive.file}", into, check, archive.most)


def _from_folder(folder: Path, archives: tuple[Archive, ...], into: Path) -> Iterator[Path]:
    if not os.path.isdir(folder):
        raise DataError("there is no such folder: correct LESSONS_MIRROR, or connect the drive")
    for archive in archives:
        file, sums = folder / archive.file, folder / SUMS
        if not os.path.isfile(file):
            raise DataError(f"there is no {archive.file} in it")
        try:
            if (size := file.stat().st_size) > archive.most:
                raise DataError(f"{archive.file} has {size:,} bytes, and is no archive of this set")
            _matches(file, _sum_of(archive.file, sums) if os.path.isfile(sums) else None)
        except OSError as error:
            raise DataError(faults.of_system(error)) from error
        except ValueError as error:
            raise DataError(str(error)) from error
        yield file


def _ask(host: str, archives: tuple[Archive, ...], official: bool) -> None:
    """Ask for all files at once, and look at the beginning of each answer."""
    from helpers.data.fetch.http import NotThere, ask

    def problem(name: str, most: int) -> None:
        try:
            start = ask(f"{host}/{name}", most)
        except NotThere:
            if name != SUMS:
                raise
        else:
            if name != SUMS:
                _refuse_web_page(start)

    wanted = [(a.file, a.size if official else a.most) for a in archives]
    wanted += [] if official else [(SUMS, MOST_SUMS)]
    with ThreadPoolExecutor(len(wanted)) as pool:
        for answer in [pool.submit(problem, *one) for one in wanted]:
            answer.result()


def _download(
    url: str, into: Path, check: Callable[[Path], None], most: int, progress: bool = True
) -> Path:
    # pooch and requests are slow to import, and most runs have nothing to download.
    from helpers.data.fetch.http import download

    return download(url, into, check, most, progress)


def _sum_of(name: str, sums: Path) -> str | None:
    """The SHA-256 that a file in sha256sum's format gives for ``name``; None when it gives none."""
    with open(sums, "rb") as content:
        text = content.read(MOST_SUMS).decode(errors="replace")
    found = re.search(
        rf"^([0-9a-fA-F]{{64}}) [ *](?:\./)?{re.escape(name)}\s*$", text, re.MULTILINE
    )
    return found[1].lower() if found else None


def _matches(file: Path, sha256: str | None) -> None:
    _no_web_page(file)
    if sha256 and sha256_of(file) != sha256:
        raise ValueError(f"the archive is damaged: its SHA-256 is not the one in {SUMS}")


def sha256_of(file: Path) -> str:
    """The hex digest of a file."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _no_web_page(file: Path) -> None:
    with open(file, "rb") as content:
        _refuse_web_page(content.read(2**12))


def _refuse_web_page(start: bytes) -> None:
    if not start.startswith(GZIP_MAGIC) and start.lstrip()[:1] == b"<":
        raise DataError(
            "a web page came instead of the archive; is this network waiting for you to log in? "
            "Open any page in a browser and log in there"
        )
