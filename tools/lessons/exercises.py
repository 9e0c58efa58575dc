"""An exercise has a stub, a check and a folded solution that the check accepts.

In a notebook an exercise is a text cell ``### Exercise N.M``, a code cell tagged ``exercise`` (the
stub), a code cell tagged ``check``, and a text cell with the solution in a code block, folded
away: ``<details><summary>Solution</summary>``. In Korean they are called 연습문제 and 해답.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from helpers.course import exercises as said
from helpers.language import everywhere
from tools.lessons.notebook import CHECK, EXERCISE, output_texts, tags, where

FEWEST = 3

# How a check begins its reply, in both languages.
RIGHT, UNTRIED, WRONG = map(everywhere, (said.RIGHT, said.UNTRIED, said.WRONG))

# What a text cell may hold of exercises. Code blocks are skipped: a comment is no heading.
_PARTS = re.compile(
    r"^### (?:Exercise|연습문제) (?P<heading>\d+\.\d+)\b"
    r"|^(?P<end>\#{1,2}) "
    r"|<details>\s*<summary>\s*(?:<b>)?(?:Solution|해답).*?</summary>(?P<solution>.*?)</details>"
    r"|^```.*?^```\s*$",
    re.MULTILINE | re.DOTALL,
)
_PYTHON = re.compile(r"^```python\s*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Exercise:
    """Where the parts of an exercise lie; None for a part that is missing.

    Args:
        number: as in the heading, for example ``"1.2"``.
        stub: position of the stub among the notebook's cells.
        check: position of the check.
        solution: position of the folded solution.
        code: the solution's code.
    """

    number: str
    stub: int | None
    check: int | None
    solution: int | None
    code: str


def find(notebook: NotebookNode) -> list[Exercise]:
    """The exercises of a notebook, in order, whole or not.

    A text cell may hold the solution of one exercise and the heading of the next.
    """
    found: list[dict] = []
    current: dict = {}  # before the first exercise, and after the last: read and dropped
    for kind, place, text in _parts(notebook):
        if kind == "heading":
            current = {"number": text}
            found.append(current)
        elif kind == "end":
            current = {}
        elif kind != "solution":
            current.setdefault(kind, place)
        elif _code(text):
            current.setdefault(kind, place)
            current.setdefault("code", _code(text))
    return [
        Exercise(
            number=one["number"],
            stub=one.get(EXERCISE),
            check=one.get(CHECK),
            solution=one.get("solution"),
            code=one.get("code", ""),
        )
        for one in found
    ]


def complete(notebook: NotebookNode) -> list[str]:
    """There are enough exercises, numbered in order, each with its parts in order."""
    found = find(notebook)
    problems = []
    if len(found) < FEWEST:
        problems.append(
            f"there are {len(found)} exercises ('### Exercise N.M'), at least {FEWEST} are wanted"
        )
    lesson = found[0].number.split(".")[0] if found else ""
    expected = [f"{lesson}.{count}" for count in range(1, len(found) + 1)]
    if [exercise.number for exercise in found] != expected:
        numbers = ", ".join(exercise.number for exercise in found)
        problems.append(f"exercises are numbered {numbers}; expected {', '.join(expected)}")
    for exercise in found:
        parts = {
            f"a code cell tagged {EXERCISE!r}": exercise.stub,
            f"a code cell tagged {CHECK!r}": exercise.check,
            "a folded solution with a ```python block": exercise.solution,
        }
        missing = [part for part, place in parts.items() if place is None]
        there = [place for place in parts.values() if place is not None]
        if missing:
            problems.append(f"Exercise {exercise.number} has no {', no '.join(missing)}")
        elif there != sorted(set(there)):
            problems.append(
                f"Exercise {exercise.number}: expected stub, check and solution in this order"
            )
    used = {place for e in found for place in (e.stub, e.check)}
    for place, cell in enumerate(notebook.cells):
        if place not in used and {EXERCISE, CHECK} & set(tags(cell)):
            problems.append(
                f"{where(notebook, cell)}: is tagged {', '.join(tags(cell))} but is not the stub "
                "or the check of an exercise; each has one of both"
            )
    return problems


def untouched(notebook: NotebookNode) -> list[str]:
    """The stored notebook shows the exercises before anyone has tried them."""
    return [
        f"{where(notebook, notebook.cells[exercise.check])}: the check of exercise "
        f"{exercise.number} must say {said.UNTRIED!r} in the stored notebook, but its output is "
        f"{' '.join(_lines(notebook.cells[exercise.check].outputs))[:80]!r}; put the stub back"
        for exercise in find(notebook)
        if exercise.check is not None
        and not all(
            line.startswith(UNTRIED)
            for line in _verdicts(notebook.cells[exercise.check].outputs) or [""]
        )
    ]


def hide(notebook: NotebookNode) -> None:
    """Take the folded solutions out; the notebook is changed in place.

    Answers to questions in the text stay, and so does a text that stands beside a solution.
    """

    def kept(part: re.Match) -> str:
        return "" if part["solution"] and _code(part["solution"]) else part[0]

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _PARTS.sub(kept, cell.source).strip("\n")
    notebook.cells = [cell for cell in notebook.cells if cell.source or cell.cell_type == "code"]


def solve(notebook: NotebookNode) -> None:
    """Put each solution's code into its stub; the notebook is changed in place."""
    for exercise in find(notebook):
        if exercise.stub is not None and exercise.solution is not None:
            notebook.cells[exercise.stub].source = exercise.code


def refused(outputs: list[NotebookNode]) -> str | None:
    """Why the outputs of a check do not say that a solution is right; None when they do."""
    said = _lines(outputs)
    verdicts = _verdicts(outputs)
    if verdicts and all(line.startswith(RIGHT) for line in verdicts):
        return None
    return f"the check does not accept the solution; it says {' '.join(said)!r}"


def _parts(notebook: NotebookNode) -> Iterator[tuple[str, int, str]]:
    """What belongs to exercises, as it is read: its kind, the position of its cell, its text."""
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            yield from ((tag, place, "") for tag in (EXERCISE, CHECK) if tag in tags(cell))
        elif cell.cell_type == "markdown":
            for match in _PARTS.finditer(cell.source):
                if match.lastgroup:
                    yield match.lastgroup, place, match[match.lastgroup]


def _code(text: str) -> str:
    """The code of a folded solution; empty where there is none."""
    return "\n".join(_PYTHON.findall(text)).rstrip("\n")


def _lines(outputs: list[NotebookNode]) -> list[str]:
    return [
        line.strip()
        for output in outputs
        for text in output_texts(output)
        for line in text.splitlines()
    ]


def _verdicts(outputs: list[NotebookNode]) -> list[str]:
    return [line for line in _lines(outputs) if line.startswith((*RIGHT, *UNTRIED, *WRONG))]
