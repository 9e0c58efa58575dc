"""Unpack an archive without letting it write anywhere else."""

import gzip
import tarfile
import zlib
from pathlib import Path

from helpers.data.errors import DataError


def extract(archive: Path, into: Path) -> None:
    """Unpack a .tgz of plain files and folders into the folder ``into``.

    Raises:
        DataError: when the archive is damaged, or a member is a link, is no plain file, or points
            outside. What was unpacked until then stays in ``into``: the caller's to remove.
    """
    if not hasattr(tarfile, "data_filter"):
        raise DataError(
            "This Python cannot unpack archives safely. Expected 3.11.4 or newer: update Python."
        )
    try:
        with gzip.open(archive) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as members:
            members.extractall(into, filter=_plain)
            while unpacked.read(2**20):
                pass  # gzip's checksum comes last, where tarfile does not look
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
