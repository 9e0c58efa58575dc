"""Unpack an archive without letting it write anywhere else."""

import gzip
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.data.errors import DataError
from helpers.data.progress import reading


def unpack(archive: Path, into: Path) -> None:
    """Unpack a .tgz of plain files and folders, or a .gz of one file, into the folder ``into``.

    Raises:
        DataError: when the archive is damaged, or a member is a link, is no plain file, or points
            outside. What was unpacked until then stays in ``into``: the caller's to remove.
    """
    with _errors_of(archive), reading(archive, "unpacking") as raw, gzip.open(raw) as unpacked:
        if archive.suffix == ".gz":
            with open(into / archive.stem, "wb") as file:
                shutil.copyfileobj(unpacked, file)
        else:
            _extract(unpacked, into)


def _extract(unpacked: gzip.GzipFile, into: Path) -> None:
    if not hasattr(tarfile, "data_filter"):
        raise DataError(
            "This Python cannot unpack archives safely. Expected 3.11.4 or newer: update Python."
        )
    with tarfile.open(fileobj=unpacked, mode="r:") as members:
        members.extractall(into, filter=_plain)
        while unpacked.read(2**20):
            pass  # gzip's checksum comes last, where tarfile does not look


@contextmanager
def _errors_of(archive: Path) -> Iterator[None]:
    """Say in words what is wrong with an archive."""
    try:
        yield
    except tarfile.FilterError as error:
        raise DataError(
            f"{archive.name} holds {error.tarinfo.name!r}, which points outside its folder or is "
            "no plain file; nothing was kept of it. Do not use this archive: get another copy"
        ) from error
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(f"{archive.name} is damaged or ends early ({error})") from error


def _plain(member: tarfile.TarInfo, into: str) -> tarfile.TarInfo:
    # tarfile's own filter would quietly turn /etc/x into etc/x, and let links inside pass.
    if member.name.startswith(("/", "\\")):
        raise tarfile.AbsolutePathError(member)
    if not (member.isfile() or member.isdir()):
        raise tarfile.SpecialFileError(member)
    return tarfile.data_filter(member, into)
