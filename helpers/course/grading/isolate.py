"""Processes for the answers of notebooks: limited, cut off, and gone afterwards."""

import contextlib
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO, Protocol

from helpers.course.grading.limits import below, excess
from helpers.course.grading.sandbox import WORK, Walls, environment
from helpers.language import say

START = 300.0  # seconds that a process may take to import what it needs
TICK = 0.1  # seconds from one look at a process to the next
LONGEST = 4 * 2**20  # bytes that are read of what a process says
MOST = 1_000  # lines of it


_KEEPER_GONE = "the process crashed (its keeper has gone)"


class CannotStart(Exception):
    """No process for answers can be started, whatever the notebook."""


@dataclass(frozen=True)
class Ended:
    """How a process came to its end.

    Attributes:
        said: the JSON objects that it wrote, in order.
        reason: why it stopped, in a few words.
        took: seconds since it was ready.
    """

    said: list[dict]
    reason: str
    took: float = 0.0


class Runner:
    """Runs the answers of notebooks, one notebook at a time, with nothing in common.

    Args:
        walls: those that ``walls`` has found. With None an answer runs with the rights
            of whoever calls this, in an empty folder, and only limits of time and size
            hold it.
        processor: the number of the only one that answers may use; with None they use all.

    Example:
        >>> with Runner(None) as runner:
        ...     ended = runner.run(b'{"cells": []}', done=[], seconds=10)
        >>> ended.said
        [{'ready': True}, {'questions': [], 'answers': {}}]
    """

    def __init__(self, walls: Walls | None, processor: int | None = None) -> None:
        self.walls, self.processor = walls, processor
        self._warm: _Warm | None = None

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *error: object) -> None:
        if self._warm is not None:
            self._warm.close()

    def run(self, notebook: bytes, done: Iterable[str], seconds: float) -> Ended:
        """Run the answers of a notebook on the practice data, in an empty home.

        Args:
            notebook: the file's bytes.
            seconds: for the answers together, from when all is imported. Each may take an equal
                share of what is left; then the process and all that it started are killed.

        Raises:
            CannotStart: when no notebook can be run here.
        """
        done = list(done)
        with TemporaryFile() as file:
            file.write(notebook)
            file.seek(0)
            with _held_to(self.processor):
                process = self._start(file, done)
            heard = _Heard(seconds, done)
            try:
                reason = _listen(process, heard)
            finally:
                process.stop()
        if heard.ready is None:
            raise CannotStart(say("no answer can be run here: {why}", why=heard.other or reason))
        return Ended(heard.said, reason, time.monotonic() - heard.ready)

    def _start(self, notebook: BinaryIO, done: list[str]) -> "_Process":
        if self.walls is None or not self.walls.nested:
            return _Fresh(self.walls, notebook, done)
        if self._warm is None or self._warm.process.poll() is not None:
            self._warm = _Warm(self.walls)
        return _Forked(self._warm, notebook, done)


class _Process(Protocol):
    """What runs the answers of one notebook."""

    number: int  # of the process below which it runs
    output: int  # the file that it says everything on

    def ended(self, seconds: float) -> str:
        """Why it is no longer running, after waiting for so long; empty while it runs."""

    def stop(self) -> None:
        """End it, and all that it has started."""


class _Fresh:
    """A new Python, inside walls if there are any."""

    def __init__(self, walls: Walls | None, notebook: BinaryIO, done: list[str]) -> None:
        self._folder = None
        if walls is None:
            self._folder = TemporaryDirectory(prefix="answers-", ignore_cleanup_errors=True)
        home = self._folder.name if self._folder else WORK
        self.output, answers = os.pipe()
        try:
            self._process = subprocess.Popen(
                [*(walls.command if walls else ()), *_python("child"), *done],
                cwd=home if self._folder else None,
                env=environment(home),
                stdin=notebook,
                stdout=answers,
                stderr=answers,
                start_new_session=True,
            )
        finally:
            os.close(answers)
        self.number = self._process.pid
        self._stopped = False

    def ended(self, seconds: float) -> str:
        try:
            return in_words(self._process.wait(seconds))
        except subprocess.TimeoutExpired:
            return ""

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            _kill(self._process)
        if self._folder:
            self._folder.cleanup()


class _Warm:
    """A process of ``helpers.course.grading.warm`` inside the walls, ready to fork."""

    def __init__(self, walls: Walls) -> None:
        self.door, other = socket.socketpair()
        with other, TemporaryFile() as errors:
            self.process = subprocess.Popen(
                [*walls.command, *_python("warm")],
                env=environment(WORK),
                stdin=other.fileno(),
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
            other.close()
            self.door.settimeout(START)
            said = b""
            try:
                with contextlib.suppress(OSError):
                    said = self.door.recv(6)
            finally:
                if said != b"ready\n":
                    self.close()
            if said != b"ready\n":
                errors.seek(0)
                last = errors.read()[-5000:].decode(errors="replace").strip().splitlines()
                raise CannotStart(
                    say(
                        "no answer can be run here: {why}",
                        why=last[-1] if last else "no reason",
                    )
                )

    def close(self) -> None:
        self.door.close()
        if self.process.poll() is None:
            _kill(self.process)


class _Forked:
    """A fork of a warm process."""

    def __init__(self, warm: _Warm, notebook: BinaryIO, done: list[str]) -> None:
        self._warm, self._reason = warm, ""
        self.number = warm.process.pid
        self.output, answers = os.pipe()
        self._line, line = socket.socketpair()
        request = json.dumps(done).encode()
        try:
            with line:
                files = [notebook.fileno(), answers, line.fileno()]
                socket.send_fds(warm.door, [request], files)
        finally:
            os.close(answers)

    def ended(self, seconds: float) -> str:
        if not self._reason and select.select([self._line], [], [], seconds)[0]:
            status = self._line.recv(100)
            self._reason = in_words(int(status)) if status else _KEEPER_GONE
        return self._reason

    def stop(self) -> None:
        if self._line.fileno() < 0:  # it was stopped before
            return
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)
        if self.ended(10) in ("", _KEEPER_GONE):
            self._warm.close()
        self._line.close()


class _Heard:
    """What a process has said, and how long it may go on."""

    def __init__(self, seconds: float, done: list[str]) -> None:
        self.said: list[dict] = []
        self.other = ""  # the end of an error message
        self.ready: float | None = None
        self._seconds, self._done = seconds, done
        self._open: set[str] = set()  # exercises that have not begun
        self._begun, self._share = time.monotonic(), START
        self._rest = b""
        self._bytes = 0

    def hear(self, chunk: bytes) -> None:
        """Take in some bytes."""
        self._bytes += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if not self.full:
                self._line(line)

    @property
    def full(self) -> bool:
        """Whether nothing more is taken in."""
        return self._bytes > LONGEST or len(self.said) >= MOST

    def over(self) -> str:
        """Why it has to end, in words; empty while it may go on."""
        if self.full:
            return say("it said more than any answer")
        if time.monotonic() - self._begun > self._share:
            return say("still running after {seconds:g} seconds", seconds=round(self._share, 1))
        return ""

    def _line(self, line: bytes) -> None:
        try:
            words = json.loads(line)
        except (ValueError, RecursionError):
            words = None
        if not isinstance(words, dict):
            self.other = line.decode(errors="replace").strip()[:500] or self.other
            return
        self.said.append(words)
        now = time.monotonic()
        if self.ready is None and "ready" in words:
            self.ready, self._begun, self._share = now, now, self._seconds
        elif not self._open and isinstance(words.get("questions"), list) and len(self.said) == 2:
            self._open = {n for n in words["questions"] if isinstance(n, str)} - {*self._done}
        elif (
            self.ready is not None
            and isinstance(words.get("begins"), str)
            and words["begins"] in self._open
        ):
            left = self._seconds - (now - self.ready)
            self._begun, self._share = now, max(0.0, left) / len(self._open)
            self._open.discard(words["begins"])


def _listen(process: _Process, heard: _Heard) -> str:
    """Hear a process until it ends, or has to; say why."""
    chunks: queue.Queue[bytes | None] = queue.Queue(16)
    threading.Thread(target=_read, args=(process.output, chunks), daemon=True).start()
    reason, at_end = "", False
    while not reason:
        if at_end:
            reason = process.ended(TICK)
        else:
            with contextlib.suppress(queue.Empty):
                chunk = chunks.get(timeout=TICK)
                at_end = chunk is None
                heard.hear(chunk or b"")
            reason = "" if at_end else process.ended(0)
        reason = reason or heard.over() or excess(process.number)
    process.stop()
    with contextlib.suppress(queue.Empty):
        while not at_end and not heard.full:
            chunk = chunks.get(timeout=2)
            at_end = chunk is None
            heard.hear(chunk or b"")
    return reason


def _read(output: int, chunks: "queue.Queue[bytes | None]") -> None:
    """Hand on what comes out of a pipe, from a thread: Windows cannot wait for pipes otherwise."""
    with open(output, "rb", buffering=0) as pipe, contextlib.suppress(OSError):
        while chunk := pipe.read(2**16):
            chunks.put(chunk)
    chunks.put(None)


@contextlib.contextmanager
def _held_to(processor: int | None) -> Iterator[None]:
    """What is started in this block uses one processor only; behind walls it cannot change that."""
    if processor is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _python(module: str) -> list[str]:
    return [sys.executable, "-P", "-m", f"helpers.course.grading.{module}"]


def _kill(process: subprocess.Popen) -> None:
    """End a process and all that it has started, as far as it can still be found."""
    if os.name == "posix":
        for number in [*below(process.pid)][1:]:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True)
    process.kill()
    process.wait()


def in_words(status: int) -> str:
    """How a process has ended, by its exit status; a negative one is a signal's number.

    Example:
        >>> in_words(-9)
        'the process crashed (SIGKILL)'
    """
    if status >= 0:
        return say("the process ended itself (exit status {status})", status=status)
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return say("the process crashed ({name})", name=name)
