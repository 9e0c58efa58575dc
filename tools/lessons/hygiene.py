"""Stored outputs come from one clean run and tell nothing of the machine they were made on.

Each function takes a notebook and returns its problems: sentences that name the cell and say
what to do. ``CHECKS`` lists them.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbval.plugin import comment_markers

from tools.lessons.notebook import (
    IGNORED,
    RAISES,
    code_cells,
    data_sets,
    is_ignored,
    notes,
    output_texts,
    tags,
    where,
)

LARGEST = 1_500_000  # bytes of a notebook's file
LEAST_COMPARED = 0.80  # share of the code cells

_AGAIN = "run it again: python -m tools.lessons.execute"
_ROOT = Path(__file__).resolve().parents[2]

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
_OWN_PATH = re.compile(
    r"(?<!\w)~/[\w.][^\s\"'<]*|/home/\w[^\s\"'<]*|/Users/\w[^\s\"'<]*|(?<![\w.<])/root\b[^\s\"'<]*"
    r"|[A-Za-z]:\\+Users\b[^\s\"'<]*|/tmp/ipykernel_?\w*|[^\s\"'<]*[/\\](?:site|dist)-packages\b"
    rf"|{re.escape(str(_ROOT))}\b"
)
_SPREAD = {"off", "numbers", "variants", "versions", "date", "code"}
_TIMING = re.compile(
    r"\d\s*(?:it/s|s/it)\b"  # tqdm
    r"|(?<![\d:.\[])[0-5]?\d:[0-5]\d(?![\d:\]])"  # 00:03 of tqdm and fastai, not the slice [10:20]
    r"|\d\s*%\|"
    r"|[█▏▎▍▌▋▊▉]"
    r"|\bWall time:|\bCPU times:|\bloops? each\b"
    r"|<progress\b"
)


def run_in_order(notebook: NotebookNode) -> list[str]:
    """Every code cell has run, once, from top to bottom in a fresh kernel."""
    problems = []
    for count, cell in enumerate(code_cells(notebook), start=1):
        if not cell.source.strip():
            problems.append(f"{where(notebook, cell)}: an empty code cell; remove it")
        elif cell.execution_count is None:
            problems.append(f"{where(notebook, cell)}: was not run; {_AGAIN}")
        elif cell.execution_count != count:
            problems.append(
                f"{where(notebook, cell)}: has the execution count {cell.execution_count}, "
                f"expected {count}, so cells ran out of order; {_AGAIN}"
            )
    return problems


def errors(notebook: NotebookNode) -> list[str]:
    """No cell shows an error, unless it is tagged to raise one; then it does."""
    problems = []
    for cell in code_cells(notebook):
        names = [o.ename for o in cell.outputs if o.output_type == "error"]
        if names and RAISES not in tags(cell):
            problems.append(
                f"{where(notebook, cell)}: shows {names[0]}; mend it, or tag the cell "
                f"{RAISES!r} if the error is shown on purpose"
            )
        if not names and RAISES in tags(cell):
            problems.append(f"{where(notebook, cell)}: is tagged {RAISES!r} but shows no error")
    return problems


def stderr(notebook: NotebookNode) -> list[str]:
    """Nothing is printed to stderr: no warnings, no log lines."""
    return [
        f"{where(notebook, cell)}: prints to stderr {output.text[:80]!r}; "
        "mend its cause or filter the warning"
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


def addresses(notebook: NotebookNode) -> list[str]:
    """No memory addresses: they differ in each run."""
    return _found(
        notebook,
        _ADDRESS,
        "memory address",
        "end the line with a semicolon or show something better",
    )


def own_paths(notebook: NotebookNode) -> list[str]:
    """No home folders or other paths of one machine."""
    return _found(
        notebook, _OWN_PATH, "path of this machine", "show a relative path or the name alone"
    )


def timings(notebook: NotebookNode) -> list[str]:
    """No times and no remains of progress bars in what is compared."""
    return _found(
        notebook,
        _TIMING,
        "time or progress bar",
        f"switch the bar off (learn.no_bar()), or tag the cell {IGNORED!r} with a reason",
        only_compared=True,
    )


def size(notebook: NotebookNode) -> list[str]:
    """The file stays small enough to be read on the web."""
    length = len(nbformat.v4.writes(notebook).encode())
    if length <= LARGEST:
        return []
    largest = max(code_cells(notebook), key=lambda cell: len(str(cell.outputs)))
    return [
        f"the file has {length / 1e6:.1f} MB, at most {LARGEST / 1e6:.1f} are allowed; most lie in "
        f"{where(notebook, largest)}: make its pictures fewer or smaller"
    ]


def form(notebook: NotebookNode) -> list[str]:
    """Format 4.5, valid, with a unique id for each cell and only the metadata that is needed."""
    problems = []
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        version = f"{notebook.nbformat}.{notebook.nbformat_minor}"
        problems.append(f"the format is {version}, expected 4.5; {_AGAIN}")
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids:
        problems.append(f"cell {ids.index(None) + 1} has no id; {_AGAIN}")
    twice = sorted({i for i in ids if i is not None and ids.count(i) > 1})
    if twice:
        problems.append(f"two cells have the id {twice[0]!r}; delete one id, then {_AGAIN}")
    if not problems:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                nbformat.validate(notebook)
            except (nbformat.ValidationError, Warning) as error:
                problems.append(f"not a valid notebook: {str(error).splitlines()[0]}; {_AGAIN}")
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        problems.append(f"the kernel must be named 'python3'; {_AGAIN}")
    if notebook.metadata.get("language_info") != {"name": "python"}:
        problems.append(f"language_info must be {{'name': 'python'}}; {_AGAIN}")
    extra = sorted(set(notebook.metadata) - {"kernelspec", "language_info", "lesson", "widgets"})
    if extra:
        problems.append(f"the notebook's metadata has {', '.join(extra)}; {_AGAIN}")
    try:
        data_sets(notebook)
    except ValueError as error:
        problems.append(str(error))
    return problems


def cell_metadata(notebook: NotebookNode) -> list[str]:
    """Cells carry tags and ``lesson`` only, and say there what is understood."""
    understood: dict[str, Callable[[object], bool]] = {
        "reason": lambda value: isinstance(value, str),
        "tolerance": _is_share,
        "absolute": _is_share,
        "depends": lambda value: value == "data",
        "digest": lambda value: isinstance(value, str),
        "ran": lambda value: isinstance(value, str),
        "one_seed": lambda value: isinstance(value, str),
        "spread": lambda value: isinstance(value, dict) and set(value) >= _SPREAD,
    }
    known = {IGNORED, RAISES}
    problems = []
    for cell in notebook.cells:
        name = where(notebook, cell)
        for key in sorted(set(cell.metadata) - {"tags", "lesson"}):
            problems.append(f"{name}: has the metadata {key!r}; {_AGAIN}")
        for key, value in notes(cell).items():
            if key not in understood or not understood[key](value):
                problems.append(f"{name}: cannot understand lesson.{key} = {value!r}")
        for tag in tags(cell):
            if (tag.startswith("nbval") or tag.endswith("exception")) and tag not in known:
                problems.append(f"{name}: the tag {tag!r} is not used here; use {sorted(known)}")
    return problems


def markers(notebook: NotebookNode) -> list[str]:
    """Tags, not comments, say what is not compared: a learner need not read it."""
    return [
        f"{where(notebook, cell)}: has the comment {marker}; use the tag {IGNORED!r}"
        for cell in code_cells(notebook)
        for marker in comment_markers
        if re.search(rf"#\s*{marker}\b", cell.source, re.IGNORECASE)
    ]


def reasons(notebook: NotebookNode) -> list[str]:
    """A cell whose output is not compared says why."""
    return [
        f"{where(notebook, cell)}: its output is ignored without a reason; "
        "put a sentence into its metadata under lesson.reason"
        for cell in code_cells(notebook)
        if is_ignored(cell) and not str(notes(cell).get("reason", "")).strip()
    ]


def share_compared(notebook: NotebookNode) -> list[str]:
    """Most cells are compared."""
    cells = code_cells(notebook)
    ignored = [cell for cell in cells if is_ignored(cell)]
    if not cells or 1 - len(ignored) / len(cells) >= LEAST_COMPARED:
        return []
    return [
        f"only {len(cells) - len(ignored)} of {len(cells)} code cells are compared, at least "
        f"{LEAST_COMPARED:.0%} are wanted; ignored are "
        + ", ".join(where(notebook, cell) for cell in ignored)
    ]


def widget_state(notebook: NotebookNode) -> list[str]:
    """No stored state of sliders: it is long, and differs in each run."""
    problems = []
    if "widgets" in notebook.metadata:
        problems.append(f"the notebook's metadata holds widget state; {_AGAIN}")
    problems += [
        f"{where(notebook, cell)}: shows a live widget, which is empty in a stored notebook; "
        "show a still picture when LESSONS_HEADLESS is set"
        for cell in code_cells(notebook)
        for output in cell.outputs
        if any("vnd.jupyter.widget" in kind for kind in output.get("data", {}))
    ]
    return problems


CHECKS = (
    run_in_order,
    errors,
    stderr,
    addresses,
    own_paths,
    timings,
    size,
    form,
    cell_metadata,
    markers,
    reasons,
    share_compared,
    widget_state,
)


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _found(
    notebook: NotebookNode, pattern: re.Pattern, what: str, remedy: str, only_compared: bool = False
) -> list[str]:
    return [
        f"{where(notebook, cell)}: its output has a {what}, {match.group()!r}; {remedy}"
        for cell in code_cells(notebook)
        if not (only_compared and is_ignored(cell))
        for match in _first_matches(cell, pattern)
    ]


def _first_matches(cell: NotebookNode, pattern: re.Pattern) -> Iterator[re.Match]:
    for output in cell.outputs:
        matches = (pattern.search(text) for text in output_texts(output))
        yield from list(filter(None, matches))[:1]
