"""Fences around code of others, from inside its own process. Once up, they cannot be taken down.

They stop accidents and simple tricks: a download, a file overwritten by its full path, a tensor
that fills the memory. They are no prison: native code (``ctypes``) and other programs that the
code starts are not held back by them. Code that means harm belongs on a machine of its own.
"""

import contextlib
import os
import sys
from pathlib import Path

MEMORY = 4 * 2**30  # bytes that the process may allocate
LARGEST_FILE = 64 * 2**20  # bytes in one file that it writes

NETWORK = {
    f"socket.{what}"
    for what in ("bind", "connect", "getaddrinfo", "gethostbyaddr", "gethostbyname", "sendto")
}
SIGNALS = {"os.kill", "os.killpg"}
# Events of Python that change a file, and how many paths come first among their arguments.
CHANGES = {
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
    "shutil.rmtree": 1,
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def fence(folder: Path) -> None:
    """From here on no network, no signals, no large files, and no writing outside ``folder``."""
    inside = os.path.realpath(folder)
    sys.addaudithook(lambda event, arguments: _watch(event, arguments, inside))
    _limit()


def _watch(event: str, arguments: tuple, inside: str) -> None:
    if event in NETWORK:
        raise PermissionError("an answer is checked without network")
    if event in SIGNALS:
        raise PermissionError("an answer may not stop other processes")
    if event in CHANGES:
        paths = arguments[: CHANGES[event]]
    elif event == "open" and arguments[2] & _WRITING:
        paths = arguments[:1]
    else:
        return
    for path in paths:
        # A number is a file that is open already.
        if not isinstance(path, int) and not _allowed(os.fsdecode(path), inside):
            raise PermissionError(f"an answer may not write to {path}")


def _allowed(path: str, inside: str) -> bool:
    place = os.path.realpath(path)
    return place == os.devnull or place == inside or place.startswith(inside + os.sep)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for name, most in (("RLIMIT_DATA", MEMORY), ("RLIMIT_FSIZE", LARGEST_FILE), ("RLIMIT_CORE", 0)):
        # A system that refuses one of them still has the time limit.
        with contextlib.suppress(AttributeError, OSError, ValueError):
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))
