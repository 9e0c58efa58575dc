"""Submissions side by side: each worker judges one after the other, and all share nothing.

A worker is a fork of the command with a ``Runner`` of its own, so what one submission takes, breaks
or ends is not the other's. On each processor one submission runs at a time: its answers are held
to that processor, so that a hundred busy processes of one cannot make another late. And there are
no more workers than the memory holds that their submissions may take.
"""

import contextlib
import json
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from helpers.course.grading import inside
from helpers.course.grading.isolate import CannotStart, Runner, in_words
from helpers.course.grading.limits import TOGETHER, available
from helpers.course.grading.sandbox import Walls
from helpers.course.grading.stopping import Stopped, signals_raise
from helpers.course.grading.submissions import HandIn
from helpers.course.grading.table import Row

PATIENCE = 20.0  # seconds that a worker may take to end what it has started


class AtOnce(NamedTuple):
    """How many submissions run side by side.

    Attributes:
        jobs: their number.
        why: in words, why it is not the number that was asked for; else empty.
    """

    jobs: int
    why: str = ""


def at_once(asked: int | None, left: int) -> AtOnce:
    """How many of ``left`` submissions to run side by side.

    Args:
        asked: the number that the user wants; None for as many as there are processors.
        left: submissions that are to be judged, 0 or more.

    Example:
        >>> at_once(4, left=1)
        AtOnce(jobs=1, why='')
    """
    if min(left, 2 if asked is None else asked) < 2:
        return AtOnce(1)
    if sys.platform != "linux":
        return AtOnce(1, "submissions run side by side on Linux only")
    processors, memory = len(os.sched_getaffinity(0)), available()
    wanted = min(asked or processors, left)
    if wanted > processors:
        why = f"there are {processors} processors, and each runs one submission at a time"
    elif wanted > memory // TOGETHER:
        each, free = (round(size / 2**30, 1) for size in (TOGETHER, memory))
        why = f"each submission may take {each:g} GiB of memory, and {free:g} GiB are free"
    else:
        return AtOnce(wanted)
    jobs = max(1, min(wanted, processors, memory // TOGETHER))
    return AtOnce(jobs, why if asked else "")


def in_turn(
    found: Sequence[HandIn],
    judge: Callable[[HandIn, Runner], list[Row]],
    runner: Runner,
) -> Generator[list[Row], None, None]:
    """The rows of one submission after the other, from this process."""
    with runner as ready:
        for hand_in in found:
            yield judge(hand_in, ready)


def side_by_side(
    found: Sequence[HandIn],
    judge: Callable[[HandIn, Runner], list[Row]],
    walls: Walls | None,
    jobs: int,
) -> Generator[list[Row], None, None]:
    """The rows of each submission, as they come.

    Args:
        judge: gives the rows of one; it runs in a worker.

    Raises:
        CannotStart: when no notebook can be run here.
        Stopped: when a signal has ended a worker.
    """
    open_ = deque(range(len(found)))
    processors = sorted(os.sched_getaffinity(0))
    workers: list[_Worker] = []

    def start(processor: int) -> None:
        workers.append(_Worker(found, judge, walls, processor))
        workers[-1].give(open_.popleft())

    try:
        for number in range(min(jobs, len(found))):
            start(processors[number % len(processors)])
        while busy := {worker.line: worker for worker in workers if worker.task is not None}:
            for line in wait([*busy]):
                worker = busy[line]  # type: ignore[index]
                task = worker.task
                rows = worker.heard()
                if rows is None:  # it has gone, and nobody else with it
                    workers.remove(worker)
                    rows = [_lost(found[task or 0], worker.why())]
                    if open_:
                        start(worker.processor)
                elif open_:
                    worker.give(open_.popleft())
                yield rows
    finally:
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.end()


class _Worker:
    """A process that judges what it is given, one submission at a time."""

    def __init__(
        self,
        found: Sequence[HandIn],
        judge: Callable[[HandIn, Runner], list[Row]],
        walls: Walls | None,
        processor: int,
    ) -> None:
        self.processor = processor
        self.task: int | None = None  # the place in ``found`` of what it judges
        self.line, other = multiprocessing.Pipe()
        given = (other, found, judge, walls, processor, os.getpid())
        fork = multiprocessing.get_context("fork")
        self.process = fork.Process(target=_work, args=given, daemon=True)
        self.process.start()
        other.close()

    def give(self, task: int) -> None:
        self.task = task
        with contextlib.suppress(OSError):  # it has gone, which the next look at its line tells
            self.line.send_bytes(json.dumps(task).encode())

    def heard(self) -> list[Row] | None:
        """The rows of what it has judged; None when it has gone."""
        self.task = None
        try:
            words = json.loads(self.line.recv_bytes())
        except (EOFError, OSError):
            return None
        if "cannot" in words:
            raise CannotStart(words["cannot"])
        return [Row(*row) for row in words["rows"]]

    def why(self) -> str:
        """Why it has gone; raises ``Stopped`` when that was asked of it."""
        self.end()
        status = self.process.exitcode or 0
        if status > 128:
            raise Stopped(status - 128)
        return in_words(status)

    def end(self) -> None:
        self.process.join(PATIENCE)
        self.process.kill()
        self.process.join()
        self.line.close()


def _work(
    line: Connection,
    found: Sequence[HandIn],
    judge: Callable[[HandIn, Runner], list[Row]],
    walls: Walls | None,
    processor: int,
    parent: int,
) -> None:
    """What a worker does, until a signal ends it."""
    try:
        with signals_raise():
            inside.end_with_parent()
            if os.getppid() != parent:  # it had gone before
                return
            with Runner(walls, processor) as runner:
                while True:
                    hand_in = found[json.loads(line.recv_bytes())]
                    try:
                        words: dict[str, object] = {"rows": judge(hand_in, runner)}
                    except CannotStart as error:
                        words = {"cannot": str(error)}
                    line.send_bytes(json.dumps(words).encode())
    except Stopped as error:
        sys.exit(error.status)
    except (EOFError, OSError):  # nobody listens any more
        sys.exit(1)


def _lost(hand_in: HandIn, why: str) -> Row:
    """The row of a submission whose judge has gone; without a digest it is judged anew later."""
    says = f"could not be judged: {why}"
    return Row(hand_in.learner, hand_in.notebook, "", "stopped", says)
