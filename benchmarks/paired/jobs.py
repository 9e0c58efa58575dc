"""Trials one after another here, or several at the same time in other processes."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
import torch.multiprocessing

from benchmarks.paired.recipe import Recipe, Scale
from helpers.device.memory import keep_freed_memory

Facts = dict[str, Any]
Trial = tuple[Recipe, Scale, int]  # the last is the seed
Train = Callable[[Recipe, Scale, int], Facts]


def in_turn(train: Train, trials: Iterable[Trial]) -> Iterator[tuple[Trial, Facts]]:
    """Each trial, and what it came to."""
    for trial in trials:
        yield trial, train(*trial)


def shared_out(
    jobs: int, seconds: float | None, train: Train, trials: Iterable[Trial]
) -> Iterator[tuple[Trial, Facts]]:
    """The same, several at a time, in the order in which they end.

    A small network's step keeps a GPU busy for less time than Python needs to ask for it, so that
    several processes share one well. On a processor they only take each other's cores.

    Args:
        jobs: how many processes.
        seconds: none begins a trial after so many, if not None.
        train: makes a trial, in each process.
        trials: which ones.
    """
    end = time.time() + seconds if seconds else float("inf")
    start = train, end, torch.get_num_threads()
    context = torch.multiprocessing.get_context("spawn")  # a forked process has no GPU
    with context.Pool(jobs, _start, start) as pool:
        yield from filter(None, pool.imap_unordered(_one, trials))


_ready: tuple[Train, float]  # in a process of the pool


def _start(train: Train, end: float, threads: int) -> None:
    global _ready
    torch.set_num_threads(threads)
    keep_freed_memory()
    _ready = train, end


def _one(trial: Trial) -> tuple[Trial, Facts] | None:
    train, end = _ready
    return (trial, train(*trial)) if time.time() < end else None
