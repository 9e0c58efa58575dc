"""Start several processes that compute together, and end all of them, whatever happens.

Each process is a Python of its own. It gets the function with all that it uses, joins the group of
the others, and hands its result back in a file. ``launch`` waits for all, but not for ever.

What else there is was tried. ``torch.multiprocessing.spawn`` has no time limit, brings back no
results, and takes only functions of a file. ``notebook_launcher`` and ``debug_launcher`` of
Accelerate 1.15 copy the running program (fork): after it had computed with two threads both hung,
without a limit; and on Colab without two GPUs the first one runs the function in the notebook.
"""

import faulthandler
import linecache
import multiprocessing
import os
import pickle
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cloudpickle
import torch
import torch.distributed as dist

from helpers import checks
from helpers.training.joining import device_and_backend, in_group

SEQUEL = 1.0  # seconds in which those that waited for a dead process can say so, too
STARTING = 60.0  # seconds that starting may take beyond the limit: a first one imports torch
LAST_LINES = 12  # of what a process has written, in a message

_KILLED = {
    "SIGKILL": "by hand, or by the system because memory was full",
    "SIGTERM": "by another program, which asked it to end",
}

# A server that has imported torch once and forks a fresh process for each request, in a tenth of a
# second; starting Python and importing torch takes seconds. Nothing of the notebook is in it.
_HEAVY = ("torch._dynamo", "torch.distributed.fsdp")  # seconds; each optimiser asks for the first
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


class ProcessFailed(RuntimeError):
    """One of several processes has failed; the message says which, and why."""


def launch(
    function: Callable, processes: int, *args: object, limit: float = 60.0, device: str = "cpu"
) -> list[Any]:
    """Run a function in several processes at once, and return what each of them returned.

    Within the function ``torch.distributed`` knows its rank and all others. What the processes
    print is shown only when one fails. However this ends (all is well, an error, a killed process,
    an interrupted kernel, a kernel that died, time is up), no process is left over.

    Args:
        function: called as ``function(*args)`` in each process; it may be one of a notebook.
        *args: copied into each process.
        limit: seconds for all of it; starting the first processes does not count.
        device: "cpu", or "cuda" for one GPU a process.

    Returns:
        list: the results, in the order of the ranks.

    Raises:
        ProcessFailed: when a process stops with an error, which is shown, or is killed.
        TimeoutError: when the time is up; says where each process was.

    Example:
        ``launch(lambda: dist.get_rank(), 2)`` gives ``[0, 1]``.
    """
    if not checks.is_whole(processes) or processes < 1:
        raise ValueError(f"launch: expected one process or more, got {processes!r}")
    if not limit > 0:
        raise ValueError(f"launch: expected a limit of more than 0 seconds, got {limit!r}")
    device_and_backend(device, 0, processes)
    before = set(multiprocessing.active_children())
    with TemporaryDirectory(prefix="launch") as name:
        folder = Path(name)
        (folder / "job").write_bytes(cloudpickle.dumps((function, args, _source(function))))
        try:
            started = _start(folder, processes, limit, device)
            _wait(started, limit + STARTING)
            return _results(folder, started, limit)
        finally:
            _end(set(multiprocessing.active_children()) - before)


def _start(folder: Path, processes: int, limit: float, device: str) -> list:
    context: Any = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        context.set_forkserver_preload([*_HEAVY, __name__])
    started = [
        context.Process(target=_run, args=(rank, folder, processes, limit, device), daemon=True)
        for rank in range(processes)
    ]
    for process in started:
        process.start()
    return started


def _wait(started: Sequence, seconds: float) -> None:
    """Until all have ended, or the time is up; when one has failed, a moment longer."""
    end, failed = time.monotonic() + seconds, False
    while alive := [process for process in started if process.exitcode is None]:
        left = end - time.monotonic()
        if left <= 0:
            return
        # Not longer at a time: an interrupt that reaches another thread would not end the wait.
        connection.wait([process.sentinel for process in alive], min(left, 0.5))
        if not failed and any(process.exitcode for process in started):
            failed, end = True, min(end, time.monotonic() + SEQUEL)


def _end(processes: set) -> None:
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


def _source(function: Callable) -> dict:
    """The text of a cell, by which a traceback can show its lines in another process."""
    file = getattr(getattr(function, "__code__", None), "co_filename", "")
    entry = linecache.cache.get(file)
    return {file: entry} if entry is not None and not os.path.isfile(file) else {}


# In the process


def _run(rank: int, folder: Path, size: int, limit: float, device: str) -> None:
    """What a process does from its beginning to its end."""
    log = open(folder / f"{rank}.log", "w", buffering=1)  # noqa: SIM115  # until the process ends
    sys.stdout = sys.stderr = log
    for number in (1, 2):  # what C++ writes, too
        os.dup2(log.fileno(), number)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the notebook decides
    threading.Thread(target=_end_with_the_notebook, daemon=True).start()
    faulthandler.enable(file=log)
    faulthandler.dump_traceback_later(limit, exit=True, file=log)
    os.environ.update(RANK=str(rank), WORLD_SIZE=str(size), LOCAL_RANK=str(rank))
    os.environ["LOCAL_WORLD_SIZE"] = str(size)
    if device == "cpu":  # else fully_shard would take GPUs, one for each process, unasked
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    torch.set_num_threads(max(1, torch.get_num_threads() // size))
    try:
        function, args, source = pickle.loads((folder / "job").read_bytes())
        linecache.cache.update(source)
        store = dist.FileStore(str(folder / "meeting"), size)
        with in_group(device, seconds=limit + STARTING, store=store):
            result = cloudpickle.dumps(function(*args))
        (folder / f"{rank}.result").write_bytes(result)
    except BaseException as error:
        cause = error.__cause__ if isinstance(error, ConnectionAbortedError) else None
        frames = traceback.extract_tb((cause or error).__traceback__)
        words = "".join(traceback.format_list([f for f in frames if f.filename != __file__]))
        report = (time.time(), f"{type(error).__name__}: {error}", words)
        (folder / f"{rank}.error").write_bytes(pickle.dumps(report))
        os._exit(1)  # at once: no tidying up that could wait for the others


def _end_with_the_notebook() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


# What has become of them


def _results(folder: Path, started: Sequence, limit: float) -> list[Any]:
    if all(process.exitcode == 0 for process in started):
        return [
            pickle.loads((folder / f"{rank}.result").read_bytes()) for rank in range(len(started))
        ]
    raise _cause(folder, [process.exitcode for process in started], limit)


def _cause(folder: Path, codes: list[int | None], limit: float) -> Exception:
    """What happened first; what follows from it in other processes is left out."""
    size, late = len(codes), []
    for rank, code in enumerate(codes):
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            why = _KILLED.get(
                name, "a fault in compiled code. It was here:\n" + _place(folder, rank)
            )
            return ProcessFailed(f"process {rank} of {size} was killed ({name}): {why}")
    errors = [(*pickle.loads(file.read_bytes()), int(file.stem)) for file in folder.glob("*.error")]
    causes = [error for error in errors if not error[1].startswith("ConnectionAbortedError")]
    if causes:
        _, words, where, rank = min(causes)
        return ProcessFailed(
            f"process {rank} of {size} stopped with {words}\n\nIn that process:\n{where}"
        )
    told = {error[-1] for error in errors}
    for rank, code in enumerate(codes):
        if code is None or "Timeout (" in _written(folder, rank, None):
            late.append(rank)
        elif code and rank not in told:
            return ProcessFailed(
                f"process {rank} of {size} ended itself with exit code {code}\n"
                f"{_written(folder, rank)}".strip()
            )
    if late:
        return TimeoutError(
            f"after {limit:g} s {_named(late)} of {size} had not finished, and all were ended. Do "
            "all processes call the same functions of torch.distributed, equally often?\n"
            + "\n".join(f"Process {rank} was here:\n{_place(folder, rank)}" for rank in late)
        )
    _, words, where, rank = min(errors)
    return ProcessFailed(
        f"{words.partition(': ')[2]}\nNo other process reports an error: it ended too early.\n\n"
        f"In that process:\n{where}"
    )


def _written(folder: Path, rank: int, lines: int | None = LAST_LINES) -> str:
    """What a process has written, or the end of it."""
    log = folder / f"{rank}.log"
    text = log.read_text("utf-8", "replace") if log.is_file() else ""
    return "\n".join(text.splitlines()[-(lines or 0) :])


def _place(folder: Path, rank: int) -> str:
    """Where the function was, the innermost line first, by the report of ``faulthandler``."""
    text = _written(folder, rank, None)
    frames = re.findall(r"^  File .*$", text[text.rfind("hread 0x") :], re.M)
    ends = [place for place, frame in enumerate(frames) if f'"{__file__}"' in frame]
    return "\n".join(frames[: ends[-1]] if ends else frames[:1])


def _named(ranks: Sequence[int]) -> str:
    return f"process{'es' if len(ranks) > 1 else ''} {', '.join(map(str, ranks))}"
