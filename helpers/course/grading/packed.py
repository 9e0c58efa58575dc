"""Notebooks in a .zip that somebody else has made: all is bounded, and nothing is unpacked."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from functools import partial

LIST = 2**20  # bytes of an archive's list of members, enough for some thousand
MOST = 10_000  # members
TOTAL = 300 * 2**20  # bytes of all notebooks in one archive
RATIO = 200  # how much smaller an honest notebook may have become
_END = b"PK\5\6"
_END_64 = b"PK\6\7"


def members(
    archive: bytes, wanted: Callable[[str], bool], largest: int
) -> dict[str, Callable[[], bytes]]:
    """The members of an archive whose file names are ``wanted``, each with what reads it.

    Args:
        wanted: tells by a name without its folders.
        largest: bytes of one member.

    Raises:
        ValueError: when it is no archive, is damaged or larger than any honest one.
    """
    _short_list(archive)
    try:
        opened = zipfile.ZipFile(io.BytesIO(archive))
    except Exception as error:  # zipfile raises a dozen kinds on what is damaged
        raise ValueError(f"is damaged: {error}") from error
    infos = opened.infolist()
    if len(infos) > MOST:
        raise ValueError(f"has more than {MOST} members")
    found = {info.filename: info for info in infos if _plain(info, wanted)}
    if sum(info.file_size for info in found.values()) > TOTAL:
        raise ValueError(f"holds more than {TOTAL // 2**20} MB of notebooks")
    return {name: partial(_read, opened, info, largest) for name, info in found.items()}


def _short_list(archive: bytes) -> None:
    """An archive's list of members is read whole by ``zipfile``, so its size is looked at first."""
    end = archive.rfind(_END, max(0, len(archive) - 2**16 - 22))
    if end < 0 or len(archive) < end + 22:
        raise ValueError("is no .zip, or only a part of one")
    size = struct.unpack_from("<L", archive, end + 12)[0]
    if size > LIST or archive[max(0, end - 20) : end].startswith(_END_64):
        raise ValueError("has too many members")


def _plain(info: zipfile.ZipInfo, wanted: Callable[[str], bool]) -> bool:
    """Whether a member is a file of a wanted name; links, and hidden folders, are none."""
    *folders, name = info.filename.replace("\\", "/").split("/")
    hidden = any(part.startswith(".") and part.strip(".") or part == "__MACOSX" for part in folders)
    return wanted(name) and not hidden and not stat.S_ISLNK(info.external_attr >> 16)


def _read(opened: zipfile.ZipFile, info: zipfile.ZipInfo, largest: int) -> bytes:
    if info.flag_bits & 1:
        raise ValueError("is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("is packed in an unusual way")
    if info.file_size > max(2**20, RATIO * info.compress_size):
        raise ValueError("grows too much when it is unpacked")
    try:
        with opened.open(info) as member:
            content = member.read(largest + 1)
    except Exception as error:  # as above
        raise ValueError(f"is damaged: {error}") from error
    if len(content) > largest:
        raise ValueError(f"is larger than {largest // 2**20} MB")
    return content
