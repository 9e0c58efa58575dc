"""The process that runs a learner's answers. It says what they gave; it does not judge them.

``python -m helpers.progress.child NOTEBOOK FOLDER [DONE ...]`` writes one JSON object a line to
what was its standard output when it began. Everything that is printed later goes nowhere.
"""

import json
import linecache
import os
import sys
from pathlib import Path

from helpers.exercises import find
from helpers.exercises.framework import is_stub
from helpers.progress.guard import fence
from helpers.progress.judge import is_known
from helpers.progress.notebook import Question, questions, read
from helpers.progress.wire import pack


def main(notebook: Path, folder: Path, done: list[str]) -> None:
    """Run the answers of a notebook, each in names of its own.

    Args:
        notebook: the file.
        folder: the only place where answers may write.
        done: exercises to pass over.
    """
    channel = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)

    def say(**words: object) -> None:
        os.write(channel, json.dumps(words).encode() + b"\n")

    say(ready=True)
    try:
        asked = questions(read(notebook))
    except (ValueError, OSError) as error:
        say(unreadable=str(error))
        return
    asked = [question for question in asked if is_known(question.number)]
    say(questions=[question.number for question in asked])
    fence(folder)
    for question in asked:
        if question.number not in done:
            say(begins=question.number)
            say(number=question.number, gave=answered(question))


def answered(question: Question) -> dict:
    """What an answer gave: a value, or what it did with each of the exercise's inputs.

    Returns:
        ``{"problem": text}`` when there is no answer, ``{"answer": value}`` for one that is no
        function, or ``{"outcomes": [...], "stub": bool}``; values are packed for JSON.
    """
    names: dict[str, object] = {"__name__": "__main__"}
    problem = ""
    for place, part in enumerate(question.parts):
        problem = part.problem or _run(part.code, f"<{question.number}-{place}>", names) or problem
    try:
        answer = eval(question.answer, names)
    except BaseException as error:
        return {"problem": problem or _told(error)}
    if not callable(answer):
        return {"answer": pack(answer)}
    return {"outcomes": _outcomes(question.number, answer), "stub": is_stub(answer)}


def _outcomes(number: str, answer: object) -> list[dict]:
    exercise, outcomes = find(number), []
    for arguments in exercise.inputs():
        try:
            outcomes.append({"value": pack(exercise.result_of(answer, arguments))})
        except BaseException as error:  # SystemExit, too, is only what this answer does
            return [*outcomes, {"error": type(error).__name__, "text": str(error)[:2000]}]
    return outcomes


def _run(code: str, name: str, names: dict[str, object]) -> str:
    """Run a part as a notebook would: what it bound before an error stays; the error is told."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        exec(compile(code, name, "exec"), names)
    except BaseException as error:
        return _told(error)
    return ""


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:2000]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
    os._exit(0)  # threads that an answer has started do not keep the process
