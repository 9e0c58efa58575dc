"""Renew what grows old, and say what has changed: ``make refresh``.

Colab's list of versions, the lock, and, when the lessons have run with these, the report of that
run. A step that fails ends it; ``git restore .`` undoes what was done till then.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import colab_versions
from tools.lessons import ran

ROOT = Path(__file__).resolve().parents[1]
YOUNGEST = "7 days"  # as in .ci/uv.toml
_LOCKED = re.compile(r'^\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"', re.MULTILINE)
_SETTING = re.compile(r"^\[options\]\n(?:exclude-newer.*\n)+\n", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Take all steps; return the status of the one that failed, or 0.

    Args:
        arguments: the name of make on this machine, and a file with Colab's list if it is not
            to be fetched.
    """
    make, *lists = sys.argv[1:] if arguments is None else arguments
    python = sys.executable
    before = look(ROOT)
    steps = [
        [make, "colab-versions", *(f"LIST={name}" for name in lists)],
        [python, "-m", "uv", "lock", "--upgrade", "--exclude-newer", YOUNGEST],
        [make, "test-real"],  # installs what the lock says first
        [make, "ran"],
    ]
    for step in steps:
        status = subprocess.run(step, cwd=ROOT).returncode
        if status:
            print(f"refresh: {' '.join(step)} failed; git restore . undoes what came before it")
            return status
        if "lock" in step:  # after no other step: make sets everything up again for a newer lock
            lock = ROOT / "uv.lock"
            lock.write_text(any_age(lock.read_text("utf-8")), encoding="utf-8", newline="\n")
    for name, now in look(ROOT).items():
        lines = changes(before.get(name, {}), now)
        print(f"{name}: {len(lines) or 'no'} changes")
        for line in lines:
            print(f"    {line}")
    return 0


def look(root: Path) -> dict[str, dict[str, str]]:
    """What a checkout names: versions in the lock, where several are possible, and of Colab, and
    the last run of each lesson on each system.
    """
    locked: dict[str, str] = {}
    for name, version in _LOCKED.findall((root / "uv.lock").read_text("utf-8")):
        locked[name] = f"{locked[name]} or {version}" if name in locked else version
    colab = colab_versions.versions((root / colab_versions.KEPT).read_text("utf-8"))
    last = {
        f"{run.lesson} on {run.system}": " ".join([run.date, *map(" ".join, run.versions.items())])
        for run in ran.kept(root)
    }
    return {"uv.lock": locked, "Colab": colab, "last run": last}


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs between two lists of versions, a line each.

    Example:
        >>> changes({"a": "1", "b": "1", "c": "1"}, {"a": "2", "c": "1", "d": "3"})
        ['a: 1, now 2', 'b: 1, now gone', 'd: new, 3']
    """
    lines = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old != new:
            lines.append(f"{name}: {old}, now {new or 'gone'}" if old else f"{name}: new, {new}")
    return lines


def any_age(lock: str) -> str:
    """A lock without the note that young packages were left out.

    With it, uv would want the same setting wherever the lock is used.
    """
    return _SETTING.sub("", lock)


if __name__ == "__main__":
    sys.exit(main())
