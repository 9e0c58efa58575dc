"""Where archives come from when a set is not on this machine: a mirror, then the official host."""

import hashlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from helpers.data.fetch import faults
from helpers.data.fetch.archive import KEPT
from helpers.data.fetch.catalogue import Archive, DataSet
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.home import CHECKOUT, place
from helpers.language import marked, say
from helpers.settings import setting

GZIP_MAGIC = b"\x1f\x8b"
MIRROR = marked("the mirror")
SUMS = "SHA256SUMS"  # what `sha256sum * > SHA256SUMS` writes
BESIDE = "lesson_images"  # a folder beside helpers that is a mirror when no other one is named
MOST_SUMS = 2**20  # bytes
WEB = ("http://", "https://")


@dataclass(frozen=True)
class Source:
    """One place to get the archives of a set from.

    Attributes:
        label: what to call it in a message.
        where: a folder, or an address.
        archives: what to get there.
        official: whether the sizes and MD5 sums there are known; a mirror may have SHA256SUMS.
    """

    label: str
    where: str
    archives: tuple[Archive, ...]
    official: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether it is on this machine, where fetching costs nothing."""
        return not self.where.startswith(WEB)

    def ask(self) -> None:
        """Raise a DataError when a server does not have the archives; nothing is fetched."""
        _ask(self)

    def fetch(self, into: Path) -> Iterator[Path]:
        """The archives one by one, each checked as far as the source allows, or a DataError.

        They lie in the empty folder ``into``, or where the source keeps them.
        """
        return _from_folder(self) if self.is_folder else _from_address(self, into)


def sources(entry: DataSet) -> Iterator[Source]:
    """The places to try, in order: the mirror that ``LESSONS_MIRROR`` names, the official host."""
    if mirror := mirror_place():
        label = f"{say(MIRROR)} {faults.without_password(mirror)}"
        yield Source(label, mirror, entry.archives)
    label = f"{say('the official host')} {entry.host}"
    yield Source(label, entry.host, entry.archives, official=True)


def mirror_place() -> str:
    """The folder or address in ``LESSONS_MIRROR``, or the folder beside helpers; else empty."""
    beside = CHECKOUT / BESIDE
    text = setting("LESSONS_MIRROR", str(beside) if os.path.isdir(beside) else "")
    return text.rstrip("/") if not text or text.startswith(WEB) else str(place(text))


def in_mirror_folder(entry: DataSet) -> bool:
    """Whether the mirror is a folder that holds the archives (not asking any network)."""
    mirror = mirror_place()
    return bool(mirror) and all(os.path.isfile(_lies(Path(mirror, name))) for name in entry.files)


def sha256_of(file: Path) -> str:
    """The hex digest of a file."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _lies(file: Path) -> Path:
    """Where an archive lies in a folder: under its name, or under that with ``KEPT`` behind."""
    kept = file.with_name(f"{file.name}{KEPT}")
    return kept if os.path.isfile(kept) and not os.path.isfile(file) else file


def _from_folder(source: Source) -> Iterator[Path]:
    folder = Path(source.where)
    if not os.path.isdir(folder):
        raise DataError(
            say("there is no such folder: correct LESSONS_MIRROR, or connect the drive")
        )
    for archive in source.archives:
        file, sums = _lies(folder / archive.file), folder / SUMS
        if not os.path.isfile(file):
            raise DataError(say("there is no {file} in it", file=archive.file))
        try:
            if (size := file.stat().st_size) > archive.most:
                raise DataError(
                    say(
                        "{file} has {size:,} bytes, and is no archive of this set",
                        file=archive.file,
                        size=size,
                    )
                )
            _compare(file, archive, sums if os.path.isfile(sums) else None)
        except OSError as error:
            raise DataError(faults.of_system(error)) from error
        except ValueError as error:
            raise DataError(str(error)) from error
        yield file


def _from_address(source: Source, into: Path) -> Iterator[Path]:
    # pooch and requests are slow to import, and most runs have nothing to download.
    from helpers.data.fetch.http import NotThere, download

    sums = None
    with suppress(NotThere):  # a mirror need not have sums; every image is checked later on anyway
        if not source.official:
            sums = download(f"{source.where}/{SUMS}", into, lambda file: None, MOST_SUMS, False)
    for archive in source.archives:
        if source.official:
            check, most = partial(_compare_with_official, archive=archive), archive.size
        else:
            check, most = partial(_compare, archive=archive, sums=sums), archive.most
        yield download(f"{source.where}/{archive.file}", into, check, most)


def _ask(source: Source) -> None:
    """Ask for all files at once, and look at the beginning of each answer."""
    from helpers.data.fetch.http import NotThere, ask

    def look(archive: Archive) -> None:
        most = archive.size if source.official else archive.most
        _refuse_web_page(ask(f"{source.where}/{archive.file}", most))

    def look_at_sums() -> None:
        with suppress(NotThere):
            ask(f"{source.where}/{SUMS}", MOST_SUMS)

    with ThreadPoolExecutor(1 + len(source.archives)) as pool:
        answers = [pool.submit(look, archive) for archive in source.archives]
        answers += [] if source.official else [pool.submit(look_at_sums)]
        for answer in answers:
            answer.result()


def _compare_with_official(file: Path, archive: Archive) -> None:
    with open(file, "rb") as content:
        start = content.read(archive.md5_covers)
    _refuse_web_page(start)
    size = file.stat().st_size
    if size != archive.size:
        raise ValueError(
            say("{size:,} bytes came instead of {right:,}", size=size, right=archive.size)
        )
    if hashlib.md5(start, usedforsecurity=False).hexdigest() != archive.md5:
        raise ValueError(say("what came is not the archive: its checksum (MD5) is wrong"))


def _compare(file: Path, archive: Archive, sums: Path | None) -> None:
    """Look at an archive of a mirror, and at the SHA-256 that ``sums`` gives for it, if any."""
    with open(file, "rb") as content:
        _refuse_web_page(content.read(2**12))
    if sums is None:
        return
    with open(sums, "rb") as content:
        text = content.read(MOST_SUMS).decode(errors="replace")
    line = rf"^([0-9a-fA-F]{{64}}) [ *](?:\./)?{re.escape(archive.file)}\s*$"
    found = re.search(line, text, re.MULTILINE)
    if found and sha256_of(file) != found[1].lower():
        raise ValueError(
            say("the archive is damaged: its SHA-256 is not the one in {sums}", sums=SUMS)
        )


def _refuse_web_page(start: bytes) -> None:
    if not start.startswith(GZIP_MAGIC) and start.lstrip()[:1] == b"<":
        raise DataError(
            say(
                "a web page came instead of the archive; is this network waiting for you to log "
                "in? Open any page in a browser and log in there"
            )
        )
