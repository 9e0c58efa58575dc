"""Read an archive into memory: nothing of it reaches the disk before it has been looked at.

pooch's ``Untar`` and ``Decompress`` write to the disk what an archive holds, however much that is,
and with Python 3.11 wherever its names lead.
"""

import gzip
import io
import posixpath
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

from helpers.data.fetch import faults
from helpers.data.fetch.faults import DataError
from helpers.language import say

KEPT = ".kept"  # behind an archive's name it keeps hosts such as Kaggle from unpacking it
LONG = 3  # seconds; quicker work shows no bar
LONGEST = 200  # bytes of a name; file systems take 255, and a name may have to grow a little


def contents(
    archive: Path, most: int, wanted: Callable[[str], bool] = lambda path: True
) -> dict[str, bytes]:
    """The files in a .tgz of plain files and folders, or the one in a .gz, by path.

    Args:
        archive: the packed file; a DataError says what is wrong with it.
        most: bytes that all of it together can have, unpacked.
        wanted: which paths to keep; folders and other files are passed over.
    """
    try:
        unpacked = _unpacked(archive, most)
        if (name := archive.name.removesuffix(KEPT)).endswith(".gz"):
            return {name.removesuffix(".gz"): unpacked.getvalue()}
        with tarfile.open(fileobj=unpacked, mode="r:") as members:
            plain = ((_plain_path(member, archive), member) for member in members)
            return {
                path: content.read()
                for path, member in plain
                if wanted(path) and (content := members.extractfile(member))
            }
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(
            say("{name} is damaged or ends early ({error})", name=archive.name, error=error)
        ) from error
    except OSError as error:
        raise DataError(
            say(
                "{name} cannot be read ({why})",
                name=archive.name,
                why=faults.of_system(error),
            )
        ) from error


def _unpacked(archive: Path, most: int) -> io.BytesIO:
    from tqdm import tqdm  # slow to import, and most runs have nothing to unpack

    bar = dict(
        total=archive.stat().st_size, desc=say("unpacking {name}", name=archive.name), unit="B"
    )
    bar |= dict(unit_scale=True, delay=LONG, mininterval=1, leave=False)
    content = io.BytesIO()
    with open(archive, "rb") as file, tqdm.wrapattr(file, "read", **bar) as counted:
        packed = gzip.GzipFile(fileobj=counted)
        while piece := packed.read(2**20):  # to its end, where its checksum is
            if content.tell() + len(piece) > most:
                raise DataError(
                    say(
                        "{name} holds far more than the images of the set. Do not use this "
                        "archive: get another copy",
                        name=archive.name,
                    )
                )
            content.write(piece)
    content.seek(0)
    return content


def _plain_path(member: tarfile.TarInfo, archive: Path) -> str:
    path = posixpath.normpath(member.name)
    parts = path.split("/")
    if (
        not (member.isfile() or member.isdir())
        or member.issparse()  # it takes next to nothing in the archive, and what it likes unpacked
        or path.startswith("/")
        or ".." in parts
        or not path.isprintable()
        or any(mark in path for mark in '\\:*?"<>|')
        or max(len(part.encode()) for part in parts) > LONGEST
    ):
        shown = member.name if len(member.name) <= 60 else f"{member.name[:60]}..."
        raise DataError(
            say(
                "{name} holds {shown!r}, which points outside its folder, is no plain file or has "
                "no plain name; nothing was kept of it. Do not use this archive: get another copy",
                name=archive.name,
                shown=shown,
            )
        )
    return path
