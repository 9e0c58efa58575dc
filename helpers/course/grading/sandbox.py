"""Walls around a learner's code, made by Linux: of files, network and processes only its own.

They are built by bubblewrap (``bwrap``, what Flatpak stands on) where it is installed, else by
``unshare`` of util-linux. Inside there is a system without a home: what Python needs can be read,
the folder ``WORK`` can be written and is gone afterwards, and nothing else is there.
"""

import os
import shutil
import site
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import helpers
from helpers.course.grading import inside

WORK = "/answers"  # the only folder that can be written inside
ROOM = 64 * 2**20  # bytes in it
DEVICES = ("null", "zero", "full", "random", "urandom")

# Where Linux keeps programs and libraries. On most systems all but the first are links into it.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/gnu", "/nix")
_LINKER = ("/etc/ld.so.cache", "/etc/alternatives")
_PROCESSORS = "/sys/devices/system"  # what torch looks at to know the processor


@dataclass(frozen=True)
class Walls:
    """How to run a program inside.

    Attributes:
        builder: who keeps them, ``bubblewrap`` or ``unshare``.
        command: what stands before the program and its arguments.
        shown: what can be read inside.
        nested: whether further walls can be made inside, one for each notebook.
    """

    builder: str
    command: tuple[str, ...]
    shown: tuple[str, ...]
    nested: bool = True

    def hide(self, place: Path) -> bool:
        """Whether a file or folder cannot be seen inside."""
        seen = [place.resolve(), *place.resolve().parents]
        return not any(Path(path).resolve() in seen for path in self.shown)


@cache
def walls() -> Walls | None:
    """The walls that this system permits, tried on the spot; None when there are none.

    Example:
        >>> found = walls()
        >>> found is None or found.builder in ("bubblewrap", "unshare")
        True
    """
    return bubblewrap() or unshare()


@cache
def bubblewrap() -> Walls | None:
    """Walls by bubblewrap 0.8 or newer, where it works."""
    program = shutil.which("bwrap")
    if sys.platform != "linux" or program is None:
        return None
    options = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    options += ["--cap-add", "CAP_SETFCAP"] if os.getuid() == 0 else []  # see inside.SETFCAP
    options += ["--proc", "/proc", "--dev", "/dev", "--size", str(ROOM), "--tmpfs", "/dev/shm"]
    for path in _needed():
        link = os.path.islink(path) and path in _SYSTEM
        options += ["--symlink", os.readlink(path), path] if link else ["--ro-bind", path, path]
    options += ["--size", str(ROOM), "--tmpfs", WORK, "--chdir", WORK]
    options += ["--remount-ro", "/dev", "--remount-ro", "/", "--"]
    return _tried("bubblewrap", (program, *options))


@cache
def unshare() -> Walls | None:
    """The same walls by util-linux, where it works; ``inside`` hangs them up."""
    program, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    if sys.platform != "linux" or program is None:
        return None
    spaces = ["user", "mount", "net", "pid", "ipc", "uts", "cgroup"]
    options = [f"--{space}" for space in spaces]
    options += ["--map-current-user", "--keep-caps", "--fork", "--kill-child"]
    ends_with_us = (setpriv, "--pdeathsig", "KILL") if setpriv else ()
    setup = (sys.executable, "-I", "-S", inside.__file__, WORK, str(ROOM))
    paths = (*_needed(), *(f"/dev/{name}" for name in DEVICES))
    return _tried("unshare", (*ends_with_us, program, *options, *setup, *paths, "--"))


def environment(home: str) -> dict[str, str]:
    """All that a learner's code is told of the machine: no tokens, no paths into a home folder."""
    names = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    passed_on = {name: os.environ[name] for name in names if name in os.environ}
    places = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "FASTAI_HOME", "MPLCONFIGDIR")
    return {
        **passed_on,
        **dict.fromkeys(places, home),
        "USER": "learner",
        "LOGNAME": "learner",
        "PYTHONPATH": str(Path(helpers.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "LESSONS_DATA": "practice",
        "LESSONS_HEADLESS": "1",
    }


def _needed() -> list[str]:
    """The files and folders without which Python and torch do not start; parents come first."""
    python = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()]
    packages = [*site.getsitepackages(), str(Path(helpers.__file__).parent)]
    packages += [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    given = [*python, *packages, *map(os.path.realpath, python)]
    paths = {path for path in (*_SYSTEM, *_LINKER, _PROCESSORS, *given) if os.path.exists(path)}
    return sorted(path for path in paths if not any(map(paths.__contains__, _above(path))))


def _above(path: str) -> list[str]:
    return [str(parent) for parent in Path(path).parents]


def _tried(builder: str, command: tuple[str, ...]) -> Walls | None:
    """The walls, if a process is found to be alone inside and Python runs there."""
    for nested in (True, False):
        found = Walls(builder, command, tuple(_needed()), nested)
        trial = [*command, sys.executable, "-P", inside.__file__, *(["--nest"] if nested else [])]
        try:
            done = subprocess.run(
                trial,
                env=environment(WORK),
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=60,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode == 0 and done.stdout.strip() == b"alone":
            return found
    return None
