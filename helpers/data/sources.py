"""Where archives come from when a set is not on this machine: a mirror, then the official host."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from helpers.data.catalogue import Archive, DataSet
from helpers.data.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"
SUMS = "SHA256SUMS"  # what `sha256sum * > SHA256SUMS` writes


@dataclass(frozen=True)
class Source:
    """One place to get the archives of a set from.

    Attributes:
        label: what to call it in a message.
        fetch: given an empty folder, gives the paths of the archives one by one, each checked as
            far as the source allows: in that folder, or where the source keeps them. Raises
            DataError.
    """

    label: str
    fetch: Callable[[Path], Iterator[Path]]


def sources(entry: DataSet) -> Iterator[Source]:
    """The places to try, in order: the mirror that ``LESSONS_MIRROR`` names, the official host."""
    if mirror := mirror_place():
        fetch = _from_address if mirror.startswith(("http://", "https://")) else _from_folder
        yield Source(f"the mirror {mirror}", lambda into: fetch(mirror, entry.files, into))
    yield Source(f"the official host {entry.host}", lambda into: _official(entry, into))


def mirror_place() -> str:
    """The folder or address in ``LESSONS_MIRROR``; empty when there is none."""
    return os.environ.get("LESSONS_MIRROR", "").strip().rstrip("/")


def in_mirror_folder(entry: DataSet) -> bool:
    """Whether the mirror is a folder that holds the archives (not asking any network)."""
    mirror = mirror_place()
    return bool(mirror) and all(
        (Path(mirror).expanduser() / name).is_file() for name in entry.files
    )


def _official(entry: DataSet, into: Path) -> Iterator[Path]:
    for archive in entry.archives:
        yield _download(f"{entry.host}/{archive.file}", into, partial(_is_official, archive))


def _is_official(archive: Archive, file: Path) -> None:
    _no_web_page(file)
    size = file.stat().st_size
    if size != archive.size:
        raise ValueError(f"{size:,} bytes came instead of {archive.size:,}")
    with open(file, "rb") as content:
        start = content.read(archive.md5_covers)
    if hashlib.md5(start, usedforsecurity=False).hexdigest() != archive.md5:
        raise ValueError("what came is not the archive: its checksum (MD5) is wrong")


def _from_address(mirror: str, names: Iterable[str], into: Path) -> Iterator[Path]:
    from helpers.data.download import NotThere

    try:
        sums = _download(f"{mirror}/{SUMS}", into, lambda file: None, progress=False)
    except NotThere:
        sums = None  # a mirror need not have sums; every image is checked later on anyway
    for name in names:
        wanted = _sum_of(name, sums) if sums else None
        yield _download(f"{mirror}/{name}", into, partial(_matches, sha256=wanted))


def _from_folder(mirror: str, names: Iterable[str], into: Path) -> Iterator[Path]:
    folder = Path(mirror).expanduser()
    for name in names:
        try:
            wanted = _sum_of(name, folder / SUMS) if (folder / SUMS).exists() else None
            _matches(folder / name, wanted)
        except FileNotFoundError as error:
            raise DataError(f"there is no {name} in it") from error
        except (OSError, ValueError) as error:
            raise DataError(str(error)) from error
        yield folder / name


def _download(url: str, into: Path, check: Callable[[Path], None], progress: bool = True) -> Path:
    # pooch and requests are slow to import, and most runs have nothing to download.
    from helpers.data.download import download

    return download(url, into, check, progress)


def _sum_of(name: str, sums: Path) -> str | None:
    """The SHA-256 that a file in sha256sum's format gives for ``name``; None when it gives none."""
    text = sums.read_text(encoding="utf8", errors="replace")
    found = re.search(
        rf"^([0-9a-fA-F]{{64}}) [ *](?:\./)?{re.escape(name)}\s*$", text, re.MULTILINE
    )
    return found[1].lower() if found else None


def _matches(file: Path, sha256: str | None) -> None:
    _no_web_page(file)
    with open(file, "rb") as content:
        if sha256 and hashlib.file_digest(content, "sha256").hexdigest() != sha256:
            raise ValueError(f"the archive is damaged: its SHA-256 is not the one in {SUMS}")


def _no_web_page(file: Path) -> None:
    start = _first_mebibyte(file)
    if not start.startswith(GZIP_MAGIC) and start.lstrip()[:1] == b"<":
        raise DataError(
            "a web page came instead of the archive; is this network waiting for you to log in? "
            "Open any page in a browser and log in there"
        )


def _first_mebibyte(file: Path) -> bytes:
    with open(file, "rb") as content:
        return content.read(2**20)
