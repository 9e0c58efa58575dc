"""A process of its own for a notebook's answers: limited, cut off, and gone afterwards."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO

import helpers

START = 300.0  # seconds that a process may take to import what it needs
LONGEST = 8 * 2**20  # bytes that are read of what a process says

# All that a process is told of the machine around it; no tokens, no paths into the home folder.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True)
class Ended:
    """How a process came to its end.

    Attributes:
        said: the JSON objects that it wrote, in order.
        reason: why it stopped, in a few words.
    """

    said: list[dict]
    reason: str


def run(notebook: Path, done: Iterable[str], timeout: float) -> Ended:
    """Run the answers of a copy of ``notebook``, in an empty folder, on the practice data.

    Args:
        notebook: is only read.
        done: exercises to pass over.
        timeout: seconds for the answers; then the process and all that it started are killed.

    The copy's home is empty. Where Linux permits it, the process has no network and sees no other
    processes (see ``walls``); everywhere ``helpers.progress.guard`` keeps Python from both.
    """
    with (
        TemporaryDirectory(prefix="answers-", ignore_cleanup_errors=True) as folder,
        TemporaryFile() as output,
    ):
        copy, work = Path(folder, "notebook.ipynb"), Path(folder, "work")
        work.mkdir()
        shutil.copyfile(notebook, copy)
        child = [sys.executable, "-P", "-m", "helpers.progress.child", copy, work, *done]
        process = subprocess.Popen(
            [*walls(), *child],
            cwd=work,
            env=_environment(work),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for_start(process, output)
            reason = _in_words(process.wait(timeout))
        except subprocess.TimeoutExpired as expired:
            reason = f"still running after {expired.timeout:g} seconds"
        finally:
            _kill(process)
        return _read(output, reason)


@cache
def walls() -> tuple[str, ...]:
    """The command that gives a process a network and a process table of its own; else nothing.

    It is Linux's ``unshare``, which some systems do not have or do not permit. With it nothing can
    be reached, and whatever the process starts ends with it.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    command = (unshare, "--map-current-user", "--net", "--pid", "--fork", "--kill-child")
    try:
        done = subprocess.run([*command, "true"], capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if done.returncode == 0 else ()


def _environment(home: Path) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    places = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "FASTAI_HOME", "MPLCONFIGDIR")
    return {
        **passed_on,
        **dict.fromkeys(places, str(home)),
        "PYTHONPATH": str(Path(helpers.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "LESSONS_DATA": "practice",
        "LESSONS_HEADLESS": "1",
    }


def _wait_for_start(process: subprocess.Popen, output: BinaryIO) -> None:
    """Until it says something, a process only imports torch, which may take long: on our account.

    Raises:
        TimeoutExpired: when it does not begin at all.
    """
    latest = time.monotonic() + START
    while process.poll() is None and not os.fstat(output.fileno()).st_size:
        if time.monotonic() > latest:
            raise subprocess.TimeoutExpired(process.args, START)
        time.sleep(0.02)


def _kill(process: subprocess.Popen) -> None:
    """End the process and all that it has started, also what it left behind."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True)
    process.kill()
    process.wait()


def _in_words(status: int) -> str:
    if status >= 0:
        return f"the process ended itself (exit status {status})"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"the process crashed ({name})"


def _read(output: BinaryIO, reason: str) -> Ended:
    """The objects among the lines; a line of anything else is the end of an error message."""
    output.seek(0)
    said, other = [], ""
    for line in output.read(LONGEST).splitlines():
        try:
            words = json.loads(line)
        except (ValueError, RecursionError):
            words = None
        if isinstance(words, dict):
            said.append(words)
        elif line.strip():
            other = line.decode(errors="replace").strip()
    return Ended(said, f"{reason}: {other[:500]}" if other else reason)
