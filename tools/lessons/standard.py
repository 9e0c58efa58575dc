"""The parts of a lesson and their order.

Each function of ``CHECKS`` takes a notebook and returns its problems; ``same_setup`` compares
notebooks with each other.
"""

import ast
import re
from collections.abc import Mapping
from statistics import median

from nbformat import NotebookNode

from tools.lessons import exercises, pictures
from tools.lessons.notebook import code_cells, parse, unfenced, where
from tools.lessons.prose import numbers_are_shown, one_run_is_named

OPENING = ("What you will do", "What you will learn", "What you need")
PREDICTION = "Before you run it"
PREDICTIONS = 2
QUESTIONS = 5
TYPICAL_LINES = 5  # the median of a lesson's cells, at most
LONG_LINES = 15
LONG_CELLS = 3  # cells longer than that, at most
MOST_LINES = 25
AHEAD = 2  # code cells from an import to where it is used, at most

_IMPORT = re.compile(r"(?:import|from) [^;]*$")
_HANGUL = re.compile(r"[가-힣]")


def title(notebook: NotebookNode) -> list[str]:
    """The first cell is text and starts with the title."""
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not re.match(r"# \S", first.source):
        return ["the first cell must be text that starts with the title: '# Verb ...'"]
    return []


def opening(notebook: NotebookNode) -> list[str]:
    """Before any code the lesson says what one will do, learn and need."""
    text = ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            break
        text += unfenced(cell) + "\n"
    return [
        f"the opening must say **{phrase}** (bold or as a heading) before the first code cell"
        for phrase in OPENING
        if not re.search(rf"(?:\*\*|^#+ ){phrase}", text, re.MULTILINE)
    ]


def sections(notebook: NotebookNode) -> list[str]:
    """Sections are numbered: ``## 1. ...``, ``## 2. ...`` and so on."""
    found = re.findall(r"^## (\d+)\. \S", _prose(notebook), re.MULTILINE)
    if not found:
        return ["there are no numbered sections; begin each with a heading '## 1. ...'"]
    if [int(number) for number in found] != list(range(1, len(found) + 1)):
        return [f"sections are numbered {', '.join(found)}; expected 1 to {len(found)} in order"]
    return []


def predictions(notebook: NotebookNode) -> list[str]:
    """The reader is asked to predict before running."""
    count = len(re.findall(PREDICTION, _prose(notebook), re.IGNORECASE))
    if count >= PREDICTIONS:
        return []
    return [f"{PREDICTION!r} is said {count} times; ask for at least {PREDICTIONS} predictions"]


def playing(notebook: NotebookNode) -> list[str]:
    """There is something to play with."""
    for cell in code_cells(notebook):
        for node in ast.walk(parse(cell)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "play":
                return []
    return ["there is nothing to play with; add a cell that calls play(...)"]


def recap(notebook: NotebookNode) -> list[str]:
    """The last section holds the terms, the scoreboard, five questions and what comes next."""
    headings = list(re.finditer(r"^## (.*)$", _prose(notebook), re.MULTILINE))
    if not headings or not headings[-1].group(1).startswith("Recap"):
        return ["the last section must be '## Recap'"]
    text = _prose(notebook)[headings[-1].end() :]
    problems = [] if _has_korean_column(text) else [
        "the recap needs a table of the terms with a column 'Korean', filled in every row"
    ]  # fmt: skip
    if not re.search(r"\bscoreboard\b", text, re.IGNORECASE):
        problems.append("the recap must say what changed in the scoreboard")
    answers = len(re.findall(r"<details\b", text))
    if answers != QUESTIONS:
        problems.append(
            f"the recap has {answers} folded answers (<details>), expected {QUESTIONS} questions"
        )
    if not re.search(r"\bNext\b", text):
        problems.append("the recap must end with what comes next: '**Next** ...'")
    return problems


def code_style(notebook: NotebookNode) -> list[str]:
    """No star imports, and cells short enough to be read at a glance.

    Imports do not count, nor does the setup cell among the long ones: nobody needs to read them.
    """
    problems = []
    lengths = []
    for cell in code_cells(notebook):
        for node in ast.walk(parse(cell)):
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                problems.append(
                    f"{where(notebook, cell)}: imports * from {node.module}; name what is used"
                )
        lines = [line for line in cell.source.splitlines() if line.strip()]
        lengths.append(sum(not _IMPORT.match(line) for line in lines))
    if lengths and median(lengths) > TYPICAL_LINES:
        problems.append(
            f"half of the code cells have {median(lengths):g} lines or more; "
            f"at most {TYPICAL_LINES} are wanted: split them"
        )
    sized = [(where(notebook, c), n) for c, n in zip(code_cells(notebook), lengths)]
    for name, length in sized:
        if length > MOST_LINES:
            problems.append(f"{name}: has {length} lines, at most {MOST_LINES} are allowed")
    long = [f"{name} ({length})" for name, length in sized[1:] if length > LONG_LINES]
    if len(long) > LONG_CELLS:
        problems.append(
            f"{len(long)} cells have more than {LONG_LINES} lines, at most {LONG_CELLS} may: "
            + ", ".join(long)
        )
    return problems


def imports(notebook: NotebookNode) -> list[str]:
    """What is imported is used there or soon; one that is never used has its effect at once."""
    cells = code_cells(notebook)
    trees = [parse(cell) for cell in cells]
    used = [{n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} for tree in trees]
    problems = []
    for place, tree in list(enumerate(trees))[1:]:  # the setup cell is of no lesson
        for node in tree.body:
            for one in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
                name = (one.asname or one.name).partition(".")[0]
                ahead = [k - place for k in range(place, len(cells)) if name in used[k]]
                if ahead and ahead[0] > AHEAD:
                    problems.append(
                        f"{where(notebook, cells[place])}: imports {name}, which is used "
                        f"{ahead[0]} code cells later; import it there"
                    )
    return problems


def same_setup(notebooks: Mapping[str, NotebookNode]) -> list[str]:
    """The first code cell is the same in every lesson, byte for byte."""
    setups = {name: code_cells(n)[0].source for name, n in notebooks.items() if code_cells(n)}
    first = next(iter(setups), "")
    return [
        f"{name}: In [1], the setup cell, is not that of {first}; copy one into the other"
        for name, source in setups.items()
        if source != setups[first]
    ]


CHECKS = (
    title,
    opening,
    sections,
    predictions,
    playing,
    recap,
    code_style,
    imports,
    numbers_are_shown,
    one_run_is_named,
    pictures.described,
    pictures.own,
    pictures.whole,
    exercises.complete,
    exercises.untouched,
)


def _prose(notebook: NotebookNode) -> str:
    return "\n\n".join(unfenced(cell) for cell in notebook.cells if cell.cell_type == "markdown")


def _has_korean_column(text: str) -> bool:
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        rows = [[c.strip() for c in row.strip("| ").split("|")] for row in table.splitlines()]
        if len(rows) > 2 and "Korean" in rows[0]:
            column = rows[0].index("Korean")
            return all(len(row) > column and _HANGUL.search(row[column]) for row in rows[2:])
    return False
