"""Which trials are missing, made one after another here or several at a time in other processes."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.multiprocessing

from benchmarks.paired.questions import Question, check_unchanged
from benchmarks.paired.recipe import Recipe, Scale
from benchmarks.paired.store import Line, Trial, append, by_key, read
from helpers.device.memory import keep_freed_memory

ROUNDS = (4, 8, 12)  # all questions get so many seeds before one of them gets more
Facts = dict[str, Any]
Train = Callable[[Recipe, Scale, int], Facts]


def queue(
    questions: Iterable[Question], scales: Iterable[Scale], rounds: Iterable[int] = ROUNDS
) -> Iterator[tuple[Question, Recipe, Scale, int]]:
    """All trials in the order in which they should be made; some come more than once.

    At each scale a first round of a few seeds for all questions, then a second; seed by seed, with
    the part and without it in turn.
    """
    questions, rounds = list(questions), [*rounds, sys.maxsize]
    for scale in scales:
        for first, last in zip([0, *rounds], rounds):
            for question in questions:
                for seed in range(first, min(last, question.seeds.get(scale.name, 0))):
                    for recipe in (question.with_it, question.without):
                        yield question, recipe, scale, seed


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


def run(
    train: Train,
    path: Path,
    questions: dict[str, Question],
    asked: Iterable[tuple[Question, Recipe, Scale, int]],
    after: Callable[[Line], object] = lambda line: None,
    spread: Callable[[Train, Iterable[Trial]], Iterator[tuple[Trial, Facts]]] = in_turn,
    kind: Facts | None = None,
) -> int:
    """Make the trials that are not there yet; how many were made.

    Args:
        train: makes one.
        path: of the file that they are appended to.
        questions: all of them, to see that none was changed after its trials.
        asked: which trials.
        after: called with each new trial, when it is in the file.
        spread: makes some trials, here or in other processes.
        kind: what all of them will have in common, where that is known before the first is made.
    """
    lines = read(path)
    check_unchanged(questions, lines)
    check_alike([*lines, kind] if kind else lines)
    done, missing = by_key(lines), dict[Trial, Question]()
    for question, recipe, scale, seed in asked:
        if (trial := (recipe, scale, seed)) not in done:
            missing.setdefault(trial, question)  # who asks first
    made = 0
    for trial, facts in spread(train, missing):
        question, (recipe, scale, seed) = missing[trial], trial
        line = {
            "question": question.name,
            "asked": question.digest,
            "seed": seed,
            **facts,
            "recipe": recipe.plain(),
            "scale": scale.plain(),
        }
        lines.append(line)
        check_alike(lines)
        append(path, line)
        made += 1
        after(line)
    return made


def check_alike(lines: Iterable[Line]) -> None:
    """In another precision other recipes may be the best ones; each machine rounds otherwise.

    Raises:
        ValueError: when trials in two precisions or on two kinds of machine would come into a file.
    """
    if len(found := {kind_of(line) for line in lines}) > 1:
        raise ValueError(f"trials in {' and '.join(sorted(found))} do not mix; give another --file")


def kind_of(facts: Facts) -> str:
    """What must be the same for all trials of a file, in words.

    Example:
        >>> kind_of({"precision": "bfloat16", "machine": "GPU (NVIDIA H200)"})
        'bfloat16 on GPU (NVIDIA H200)'
    """
    return f"{facts['precision']} on {facts['machine']}"


_ready: tuple[Train, float]  # in a process of the pool


def _start(train: Train, end: float, threads: int) -> None:
    global _ready
    torch.set_num_threads(threads)
    keep_freed_memory()
    _ready = train, end


def _one(trial: Trial) -> tuple[Trial, Facts] | None:
    train, end = _ready
    return (trial, train(*trial)) if time.time() < end else None
