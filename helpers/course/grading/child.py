"""What runs a learner's answers. It says what they gave; it does not judge them.

``python -m helpers.course.grading.child [DONE ...]`` reads a notebook from its standard input and
writes one JSON object a line to what was its standard output when it began. Everything that is
printed later goes nowhere.
"""

import json
import linecache
import os
import sys
from collections.abc import Callable, Sequence

from helpers.course.exercises.framework import is_stub
from helpers.course.grading import inside
from helpers.course.grading.cells import Question, cells_of, questions
from helpers.course.grading.limits import limit
from helpers.course.grading.sandbox import WORK
from helpers.course.grading.verdict import EXERCISES, is_known
from helpers.course.grading.wire import pack


def main(done: Sequence[str]) -> None:
    """Run the answers of the notebook on file 0, each in names of its own.

    Args:
        done: exercises to pass over.
    """
    channel = os.dup(1)
    notebook = os.fdopen(os.dup(0), "rb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)

    def say(**words: object) -> None:
        text = json.dumps(words).encode() + b"\n"
        while text:
            text = text[os.write(channel, text) :]

    say(ready=True)
    try:
        with notebook:  # is closed before any answer runs
            asked = questions(cells_of(notebook.read()))
    except (ValueError, OSError, RecursionError, MemoryError) as error:
        say(unreadable=str(error) or type(error).__name__)
        return
    asked = [question for question in asked if is_known(question.number)]
    answers = {question.number: question.digest() for question in asked}
    say(questions=[question.number for question in asked], answers=answers)
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
    try:
        if not callable(answer):
            return {"answer": pack(answer)}
        return {"outcomes": _outcomes(question.number, answer), "stub": is_stub(answer)}
    except BaseException as error:  # an object may do anything when it is looked at
        return {"problem": _told(error)}


def _outcomes(number: str, answer: Callable) -> list[dict]:
    exercise, outcomes = EXERCISES[number], []
    for arguments in exercise.inputs():
        try:
            outcomes.append({"value": pack(exercise.result_of(answer, arguments))})
        except BaseException as error:  # SystemExit, too, is only what this answer does
            return [*outcomes, {"error": type(error).__name__, "text": _text(error)}]
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
    return f"{type(error).__name__}: {_text(error)}"


def _text(error: BaseException) -> str:
    try:
        return str.__str__(str(error))[:2000]
    except BaseException:
        return "(without a text)"


if __name__ == "__main__":
    limit()
    if sys.platform == "linux":
        inside.end_with_parent()
        if os.getcwd() == WORK:  # behind walls
            inside.refuse_calls()
    main(sys.argv[1:])
    os._exit(0)  # threads that an answer has started do not keep the process
