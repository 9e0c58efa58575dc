"""``python -m helpers hint 2.3 --level 1``: what ``check`` says of a saved answer.

An assistant that helps a learner reads it with ``--json``; ``AGENTS.md`` says how. Without a number
it lists the exercises.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.course.grading.arguments import TIMEOUT, own_folder
from helpers.course.grading.isolate import CannotStart, Runner
from helpers.course.grading.marking import MISSING, STOPPED, UNREADABLE
from helpers.course.grading.sandbox import walls
from helpers.course.grading.submissions import is_notebook, read_file
from helpers.course.grading.table import printable
from helpers.course.grading.verdict import EXERCISES, hinted
from helpers.language import of_file, say, speaking

LEVELS = (1, 2)  # where to look, what to do


@dataclass(frozen=True)
class Hint:
    """What there is to say about an answer. The names are those of the JSON and stay as they are.

    Attributes:
        exercise: its number, such as ``2.3``.
        result: right, wrong, not tried, stopped, missing or unreadable.
        level: of the hint; 1 where a stronger one was asked for and there is none.
        hint: a sentence for the learner.
        stronger: whether there is a hint of the next level.
    """

    exercise: str
    result: str
    level: int
    hint: str
    stronger: bool = False


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0 when the answer could be looked at, right or wrong; 1 when none can be run here.
    """
    parser = argparse.ArgumentParser(
        prog="python -m helpers hint",
        description="Say what check says of an answer, as the notebook was last saved.",
    )
    parser.add_argument("exercise", nargs="?", help="such as 2.3; without it: all, as a list")
    parser.add_argument(
        "--level", type=int, choices=LEVELS, default=1, help="1: where to look, 2: what to do"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--notebook", type=Path, metavar="FILE", help="the lesson (else: the one in notebooks)"
    )
    chosen = parser.parse_args(arguments)
    if chosen.exercise is None:
        print(json.dumps({"exercises": list(EXERCISES)}) if chosen.json else "\n".join(EXERCISES))
        return 0
    if chosen.exercise not in EXERCISES:
        parser.error(f"there is no exercise {chosen.exercise!r}; without a number all are listed")
    try:
        file = chosen.notebook or _lesson(chosen.exercise)
        content = read_file(file)
    except (OSError, ValueError) as error:
        parser.error(f"--notebook: expected the saved notebook of this lesson, but: {error}")
    with speaking(of_file(content, file)):
        return _tell(chosen, content)


def _tell(chosen: argparse.Namespace, content: bytes) -> int:
    """Print what there is to say, and give the exit status."""
    try:
        with Runner(walls()) as runner:
            hint = hint_for(chosen.exercise, content, chosen.level, runner)
    except CannotStart as error:
        print(say("Stopped: {error}", error=error), file=sys.stderr)
        return 1
    if chosen.json:
        print(json.dumps(asdict(hint)))
        return 0
    print(f"{hint.exercise}  {say(hint.result)}: {hint.hint}")
    if hint.stronger:
        print(say("A stronger hint: --level 2."))
    return 0


def hint_for(
    number: str, notebook: bytes, level: int, runner: Runner, timeout: float = TIMEOUT
) -> Hint:
    """Judge one answer of a notebook, and say what ``check(..., hint=level)`` would.

    Args:
        level: 1 or 2.

    Raises:
        CannotStart: when no notebook can be run here.

    Example:
        >>> with Runner(None) as runner:
        ...     hint_for("1.1", b'{"cells": []}', level=1, runner=runner).result
        'missing'
    """
    others = [other for other in EXERCISES if other != number]
    ended = runner.run(notebook, others, timeout)
    said: dict = {}
    for words in reversed(ended.said):
        said |= words
    if "unreadable" in said:
        return Hint(number, UNREADABLE, 1, _line(said["unreadable"]))
    if "questions" in said and number not in said["questions"]:
        return Hint(
            number,
            MISSING,
            1,
            say('The notebook has no check("{number}", ...) any more.', number=number),
        )
    if said.get("number") != number:
        return Hint(number, STOPPED, 1, _line(ended.reason))
    try:
        result, says, more = hinted(number, said.get("gave"))
    except Exception as error:  # what it gave is nothing that can be judged
        return Hint(number, STOPPED, 1, _line(f"{type(error).__name__}: {error}"))
    if level == 2 and more:
        return Hint(number, result, 2, _line(more))
    return Hint(number, result, 1, _line(says), stronger=bool(more))


def _lesson(number: str) -> Path:
    """The notebook of an exercise, in the folder ``notebooks`` or in this one."""
    folder = own_folder()
    begin = f"{int(number.split('.')[0]):02d}_"
    found = [name for name in os.listdir(folder) if name.startswith(begin) and is_notebook(name)]
    if len(found) != 1:
        raise ValueError(
            say(
                "{folder} holds {count} files {begin}*.ipynb; name one",
                folder=folder,
                count=len(found),
                begin=begin,
            )
        )
    return folder / found[0]


def _line(words: object) -> str:
    """On one line, without characters that would steer a terminal."""
    return printable(" ".join(str(words).split()))[:1000]
