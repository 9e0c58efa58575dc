"""Read an archive into memory: nothing of it reaches the disk before it has been looked at."""

import gzip
import posixpath
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from helpers.data.fetch import faults
from helpers.data.fetch.faults import DataError

LONG = 3  # seconds; quicker work shows no bar
LONGEST = 200  # bytes of a name; file systems take 255, and a name may have to grow a little


def contents(
    archive: Path, most: int, wanted: Callable[[str], bool] = lambda path: True
) -> dict[str, bytes]:
    """The files in a .tgz of plain files and folders, or the one in a .gz, by path.

    A DataError refuses links, whatever else is no plain file, and names that point outside or that
    not every file system takes.

    Args:
        archive: the packed file.
        most: bytes that all of it together can have, unpacked.
        wanted: which paths to keep; folders and other files are passed over.
    """
    with _errors_of(archive), _reading(archive) as raw, gzip.open(raw) as unpacked:
        bounded = _Bounded(unpacked, most)
        if archive.suffix == ".gz":
            return {archive.stem: b"".join(bounded.pieces())}
        files, left = {}, most
        with tarfile.open(fileobj=bounded, mode="r|") as members:
            for member in members:
                members.members = []  # tarfile would keep a record of every one that it has seen
                path = _plain_path(member, archive)
                if not member.isfile() or not wanted(path):
                    continue
                left -= member.size  # a sparse file takes next to nothing in the archive
                if left < 0:
                    raise _TooLarge
                files[path] = members.extractfile(member).read()
        for _ in bounded.pieces():
            pass  # gzip's checksum comes last, where tarfile does not look
    return files


def _plain_path(member: tarfile.TarInfo, archive: Path) -> str:
    path = posixpath.normpath(member.name)
    parts = path.split("/")
    if (
        not (member.isfile() or member.isdir())
        or path.startswith("/")
        or ".." in parts
        or not path.isprintable()
        or any(mark in path for mark in '\\:*?"<>|')
        or max(len(part.encode()) for part in parts) > LONGEST
    ):
        shown = member.name if len(member.name) <= 60 else f"{member.name[:60]}..."
        raise DataError(
            f"{archive.name} holds {shown!r}, which points outside its folder, is no plain file or "
            "has no plain name; nothing was kept of it. Do not use this archive: get another copy"
        )
    return path


@contextmanager
def _reading(archive: Path) -> Iterator[BinaryIO]:
    """Open an archive to be read to its end, with a bar on stderr when that takes long."""
    from tqdm import tqdm  # slow to import, and most runs have nothing to unpack

    bar = dict(total=archive.stat().st_size, desc=f"unpacking {archive.name}", unit="B")
    bar |= dict(unit_scale=True, delay=LONG, mininterval=1, leave=False)
    with open(archive, "rb") as content, tqdm.wrapattr(content, "read", **bar) as counted:
        yield counted


class _TooLarge(Exception):
    """More comes out of an archive than belongs in it."""


class _Bounded:
    """A stream that gives up when more comes than it should hold."""

    def __init__(self, stream: gzip.GzipFile, most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise _TooLarge
        return data

    def pieces(self) -> Iterator[bytes]:
        """The rest."""
        return iter(lambda: self.read(2**20), b"")


@contextmanager
def _errors_of(archive: Path) -> Iterator[None]:
    """Say in words what is wrong with an archive."""
    try:
        yield
    except _TooLarge:
        raise DataError(
            f"{archive.name} holds far more than the images of the set. Do not use this archive: "
            "get another copy"
        ) from None
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(f"{archive.name} is damaged or ends early ({error})") from error
    except OSError as error:
        raise DataError(f"{archive.name} cannot be read ({faults.of_system(error)})") from error
