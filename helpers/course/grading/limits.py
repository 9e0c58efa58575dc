"""How much a learner's code may take of the machine: by the system's limits, and by looking."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from helpers.language import say

MEMORY = 4 * 2**30  # bytes that a process may add to what Python and torch take
TOGETHER = 5 * 2**30  # bytes of all processes of a notebook
LARGEST_FILE = 64 * 2**20  # bytes
FILES = 128  # open at a time
PROCESSES = 64  # and threads, where the system counts them for each notebook
SPARE = 0.03  # of the machine's memory stays free


def limit() -> None:
    """Limit this process, and all that it will start, for good."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    taken = _taken()
    most = {
        "RLIMIT_AS" if taken else "RLIMIT_DATA": taken + MEMORY,
        "RLIMIT_FSIZE": LARGEST_FILE,
        "RLIMIT_NOFILE": FILES,
        "RLIMIT_CORE": 0,
    }
    if _counts_processes():
        most["RLIMIT_NPROC"] = PROCESSES
    with contextlib.suppress(OSError):  # of all programs, this is the one to end for lack of memory
        Path("/proc/self/oom_score_adj").write_text("1000")
    for name, value in most.items():
        # A system that refuses one of them still has the time limit.
        with contextlib.suppress(AttributeError, OSError, ValueError):
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))


def excess(process: int) -> str:
    """What the processes below this one take too much of, in words; empty while all is well.

    Only Linux tells. Limits of a single process do not add up: memory can be shared, files can be
    held in memory, and a superuser may start as many processes as there are numbers.
    """
    processes = list(below(process))
    if len(processes) > PROCESSES:
        return say("more than {n} processes", n=PROCESSES)
    files = sum(_nameless(processes).values())
    # What is shared is counted once only where it may matter, as that takes longer.
    if all(sum(map(count, processes)) + files > TOGETHER for count in (_resident, _share)):
        return say("more than {n} GiB of memory", n=TOGETHER // 2**30)
    return "" if _free() > SPARE else say("the machine's memory was nearly used up")


def available() -> int:
    """Bytes of memory that programs may still take here, in a container those of the container."""
    try:
        total, free = _machine()
    except OSError:
        return TOGETHER  # for one submission at a time
    found = [int((free - SPARE * total) * 1024)]
    with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
        most, taken = (Path(f"/sys/fs/cgroup/memory.{n}").read_text() for n in ("max", "current"))
        found.append(int(most) - int(taken))
    return max(0, min(found))


def below(process: int) -> Iterator[int]:
    """The process and all that it has started, as far as they are still below it."""
    left = [process]
    while left and len(left) < 10_000:
        number = left.pop()
        yield number
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{number}/task"):
                with contextlib.suppress(OSError):
                    children = Path(f"/proc/{number}/task/{task}/children").read_text()
                    left += map(int, children.split())


def _taken() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def _counts_processes() -> bool:
    """Whether the limit is one of this user namespace; else it would count the user's programs."""
    if os.uname().sysname != "Linux":
        return False
    with contextlib.suppress(ValueError, OSError):
        release = tuple(int(number) for number in os.uname().release.split(".")[:2])
        alone = Path("/proc/self/uid_map").read_text().split()[-1] != str(2**32 - 1)
        return alone and release >= (5, 14)
    return False


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


def _share(process: int) -> int:
    """Resident memory, where what several processes share is counted once between them."""
    try:
        words = Path(f"/proc/{process}/smaps_rollup").read_text().split()
        return int(words[words.index("Pss:") + 1]) * 1024
    except (OSError, ValueError):
        return _resident(process)


def _nameless(processes: list[int]) -> dict[tuple[int, int], int]:
    """The bytes of open files that no folder holds, such as those in memory; each file once."""
    found = {}
    for number in processes:
        with contextlib.suppress(OSError):
            for file in os.listdir(f"/proc/{number}/fd"):
                with contextlib.suppress(OSError):
                    its = os.stat(f"/proc/{number}/fd/{file}")
                    if stat.S_ISREG(its.st_mode) and not its.st_nlink:
                        found[its.st_dev, its.st_ino] = its.st_blocks * 512
    return found


def _free() -> float:
    try:
        total, free = _machine()
    except OSError:
        return 1.0
    return free / total


def _machine() -> tuple[int, int]:
    """The machine's memory, and what is free of it, in KiB; an OSError where it is not told."""
    words = Path("/proc/meminfo").read_text().split()
    total, free = (int(words[words.index(name) + 1]) for name in ("MemTotal:", "MemAvailable:"))
    return total, free
