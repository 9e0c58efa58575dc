"""What is done inside the walls, by Linux's own calls; needs the standard library only.

As a program it finishes the walls that ``unshare`` begins, ``inside.py WORK ROOM PATH ... --
PROGRAM ...``, or tells whether it is alone. ``apart`` and ``alone`` put a process that has
imported everything already behind walls of its own, as ``warm`` does for each notebook.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from pathlib import Path

# From <sched.h>, <sys/mount.h>, <sys/prctl.h>, <linux/seccomp.h> and <linux/keyctl.h>.
NEW_USER, NEW_PID, NEW_MOUNT, NEW_IPC, NEW_NET = 2**28, 2**29, 2**17, 2**27, 2**30
READ_ONLY, NO_SETUID, NO_DEVICES, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 2**12, 2**14, 2**18
REMOUNT, DETACH = 32, 2
DROP_BOUND, NO_NEW_POWERS, DIE_WITH_PARENT, SECCOMP = 24, 38, 1, 22
MOUNT_SETATTR, HERE, KILL = 442, -100, 9  # the system call has one number on all processors
SETFCAP = 31  # <linux/capability.h>; without it a superuser is not mapped into a namespace
IO_URING = 425
# Of a processor: its number as an architecture, and those of socket() and sched_setaffinity().
_CALLS = {"x86_64": (0xC000003E, 41, 203), "aarch64": (0xC00000B7, 198, 122)}
KEYCTL = {"x86_64": 250, "aarch64": 219}
INODES = 10_000  # files in a folder of memory
ROOM = 64 * 2**20  # bytes in it


def main(arguments: list[str]) -> None:
    """See the module; a failure is an OSError that names the call."""
    if "--" in arguments:
        end = arguments.index("--")
        work, room, *paths = arguments[:end]
        hang(work, int(room), paths)
        drop_powers(but=SETFCAP if os.getuid() == 0 else None)
        os.execv(arguments[end + 1], arguments[end + 1 :])
    if arguments == ["--nest"]:
        apart()
        child = os.fork()
        if child:
            os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        others = _processes()
        alone(os.getcwd())
    else:
        others = _processes()
    is_offline = {name for _, name in socket.if_nameindex()} <= {"lo"}
    if len(others) <= 4 and is_offline and not os.access("/", os.W_OK):
        Path("trial").write_text("can be written")
        print("alone", flush=True)


def hang(work: str, room: int, paths: list[str]) -> None:
    """Replace all that can be seen by a new root: paths to read, and a folder to write.

    Needs namespaces of its own already; what was mounted is left as it is outside.
    """
    base = next(place for place in ("/mnt", "/media", "/srv", "/tmp") if _is_free(place, paths))
    _mount(None, "/", RECURSIVE | PRIVATE)
    _memory(base, room)
    for path in paths:
        here = base + path
        os.makedirs(os.path.dirname(here), exist_ok=True)
        if os.path.islink(path) and path.count("/") == 1:
            os.symlink(os.readlink(path), here)
            continue
        if os.path.isdir(path):
            os.makedirs(here, exist_ok=True)
        else:
            Path(here).touch()
        _mount(path, here, BIND | RECURSIVE)
        _read_only(here, NO_SETUID | (0 if path.startswith("/dev/") else NO_DEVICES))
    for place in ("/proc", "/dev/shm", work, "/old"):
        os.makedirs(base + place, exist_ok=True)
    _call("mount", b"proc", f"{base}/proc".encode(), b"proc", NO_SETUID | NO_DEVICES | 8, None)
    _memory(f"{base}/dev/shm", room)
    _memory(base + work, room)
    _call("pivot_root", base.encode(), f"{base}/old".encode())
    os.chdir("/")
    _call("umount2", b"/old", DETACH)
    os.rmdir("/old")
    _mount(None, "/", REMOUNT | BIND | READ_ONLY | NO_SETUID | NO_DEVICES)
    os.chdir(work)


def apart() -> None:
    """Give this process a user namespace of its own, and its next child a process table."""
    user, group = os.getuid(), os.getgid()
    _call("unshare", NEW_USER | NEW_PID)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {user} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {group} 1")


def alone(work: str) -> None:
    """Hide from this process, a child of one that is ``apart``, all that others could have touched.

    It gets an empty ``work``, no network, no ``/proc``, no memory or keys that it shares, and no
    way to make further namespaces. It loses all powers over its own.
    """
    end_with_parent()
    _call("unshare", NEW_MOUNT | NEW_IPC | NEW_NET)
    _mount(None, "/", RECURSIVE | PRIVATE)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    for place in (work, "/dev/shm"):
        _memory(place, ROOM)
    for place in ("/proc", "/dev/pts"):
        if os.path.isdir(place):
            _memory(place, 4096, READ_ONLY)
    os.chdir(work)
    drop_powers()
    refuse_calls()


def end_with_parent() -> None:
    """When the process that has started this one ends, however it does, this one is killed."""
    _call("prctl", DIE_WITH_PARENT, KILL)


def drop_powers(but: int | None = None) -> None:
    """Give up all capabilities for good, also those that a program could bring, and all keys.

    Args:
        but: the number of one that stays.
    """
    for power in set(range(64)) - {but}:
        ctypes.CDLL(None).prctl(DROP_BOUND, power, 0, 0, 0)  # unknown ones are refused
    _call("prctl", NO_NEW_POWERS, 1, 0, 0, 0)
    low = 0 if but is None else 2**but
    version_3, kept = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(low, low)
    _call("capset", version_3, kept)
    if platform.machine() in KEYCTL:
        ctypes.CDLL(None).syscall(KEYCTL[platform.machine()], 1, None)  # a new session keyring


def refuse_calls() -> None:
    """No sockets but those that belong to a network namespace; others reach a machine's host.

    And no other processors than those that the process is held to: they are for other notebooks.
    That is a filter of system calls, which stays for good; ``drop_powers`` comes first.
    """
    if platform.machine() not in _CALLS:
        return
    architecture, socket_call, use_processors = _CALLS[platform.machine()]
    families = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
    load, equal, above, give = 0x20, 0x15, 0x35, 0x06
    end = 8 + len(families)  # the line that refuses; after it those that permit and that kill
    lines = [
        (load, 0, 0, 4),
        (equal, 0, end + 2 - 2, architecture),
        (load, 0, 0, 0),
        (above, end - 4, 0, 2**30),  # calls of another kind of program
        (equal, end - 5, 0, IO_URING),  # makes sockets, too
        (equal, end - 6, 0, use_processors),
        (equal, 0, end + 1 - 7, socket_call),
        (load, 0, 0, 16),
        *((equal, end + 1 - 9 - n, 0, family) for n, family in enumerate(families)),
        (give, 0, 0, 0x00050000 | errno.EAFNOSUPPORT),
        (give, 0, 0, 0x7FFF0000),
        (give, 0, 0, 0x80000000),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    program = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code))
    _call("prctl", SECCOMP, 2, program, 0, 0)


def _is_free(place: str, paths: list[str]) -> bool:
    return os.path.isdir(place) and not any(f"{path}/".startswith(f"{place}/") for path in paths)


def _processes() -> list[str]:
    return [name for name in os.listdir("/proc") if name.isdigit()]


def _memory(place: str, room: int, flags: int = 0) -> None:
    options = f"size={room},nr_inodes={INODES},mode=755"
    flags |= NO_SETUID | NO_DEVICES
    _call("mount", b"tmpfs", os.fsencode(place), b"tmpfs", flags, options.encode())


def _mount(source: str | None, target: str, flags: int) -> None:
    _call("mount", source and os.fsencode(source), os.fsencode(target), None, flags, None)


def _read_only(place: str, flags: int) -> None:
    """A mount and all that is mounted below it (Linux 5.12)."""
    attributes = (ctypes.c_uint64 * 4)(READ_ONLY | flags, 0, 0, 0)
    where, size = os.fsencode(place), ctypes.sizeof(attributes)
    _call("syscall", MOUNT_SETATTR, HERE, where, 0x8000, attributes, size)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


if __name__ == "__main__":
    main(sys.argv[1:])
