"""Run notebooks and store their outputs: ``python -m tools.lessons.execute [notebook ...]``.

The only way in which stored outputs are made. A notebook is written when its whole run succeeded,
in one canonical form, so that running it twice changes no byte. An output that is not compared
(tag ``nbval-ignore-output``: a time, say) is kept while the code up to its cell is unchanged, and
so is one that passes the comparison; ``--fresh`` renews both.
"""

import argparse
import copy
import os
import re
import sys
import time
import uuid
from itertools import groupby
from pathlib import Path

import nbformat
from nbclient.exceptions import CellControlSignal
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams

import helpers
from tools.lessons.compare import canonical_tables, difference, tolerance_of
from tools.lessons.kernel import on_practice_data, run
from tools.lessons.notebook import code_cells, digests, is_ignored, notes, read

ROOT = Path(__file__).resolve().parents[2]

# Where Python and its packages lie, in the head of a traceback's frame.
_INSTALLED = re.compile(
    r"(?:~|[A-Za-z]:)?[/\\][^\s:\"'\x1b]*[/\\](?:(?:site|dist)-packages|lib[/\\]python3\.\d+)[/\\]"
)


class PracticeDataError(RuntimeError):
    """The real data cannot be had, and outputs made on practice data are not to be stored."""


def execute(
    path: Path,
    fresh: bool = False,
    allow_practice: bool = False,
    timeout: float = 600,
    threads: int = 1,
    unaffected: bool = False,
) -> None:
    """Run one notebook and store its outputs.

    Args:
        path: the notebook's file; it is replaced in one step, or left as it is.
        fresh: also renew outputs that are not compared, or differ within the tolerance.
        allow_practice: store outputs even where the data are practice data.
        timeout: the longest a cell may take, in seconds.
        threads: on how many torch computes.
        unaffected: keep outputs that are not compared although code before them has changed.

    Raises:
        CellExecutionError: when a cell fails; CellTimeoutError when it takes too long.
        PracticeDataError: when the outputs would be those of practice data.
        ValueError: when the notebook does not name its data sets.
    """
    stored = read(path)
    practice = on_practice_data(stored) or os.environ.get("LESSONS_DATA") == "practice"
    if practice and not allow_practice:
        raise PracticeDataError(
            "the real data are not here, and figures made on practice data are not to be stored. "
            "Get the real ones (see the README), or pass --allow-practice."
        )
    notebook = copy.deepcopy(stored)
    run(notebook, path.resolve().parent, practice, timeout, threads)
    if not fresh:
        _keep(notebook, stored, unaffected)
    store(canonical(notebook), path)


def store(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook's file, in one step, so that it is never half there."""
    from helpers.training.checkpoint import replacing  # imports torch, which others here do without

    with replacing(path) as temporary:
        temporary.write_text(written(notebook), encoding="utf-8", newline="\n")


def written(notebook: NotebookNode) -> str:
    """The text of a notebook's file."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def canonical(notebook: NotebookNode) -> NotebookNode:
    """Bring a notebook into its one form: metadata, ids, texts and paths. Changed in place."""
    lesson = notebook.metadata.get("lesson", {}) | {"helpers": helpers.__version__}
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "lesson": lesson,
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.setdefault("id", uuid.uuid4().hex[:8])
        kept = {key: value for key, value in notes(cell).items() if key != "digest"}
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
        if kept:
            cell.metadata["lesson"] = kept
    tables: dict[str, str] = {}
    for cell, digest in zip(code_cells(notebook), digests(notebook)):
        if is_ignored(cell):
            cell.metadata["lesson"] = notes(cell) | {"digest": digest}
        cell.outputs = merged(cell.outputs)
        for output in cell.outputs:
            _clean(output, tables)
    nbformat.validate(notebook)
    return notebook


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks named on the command line, or all; return how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.lessons.execute", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all of them by default")
    parser.add_argument("--fresh", action="store_true", help="renew all outputs, changed or not")
    parser.add_argument(
        "--unaffected",
        action="store_true",
        help="keep outputs that are not compared (a full training, say) although code before them "
        "has changed: you have made sure that they do not depend on it",
    )
    parser.add_argument(
        "--allow-practice", action="store_true", help="store outputs made on practice data"
    )
    parser.add_argument(
        "--timeout", type=float, default=600, help="seconds a cell may take (default: 600)"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="for full trainings on a quiet machine (default: 1)"
    )
    options = parser.parse_args(arguments)
    failed = 0
    for path in options.paths or sorted((ROOT / "notebooks").glob("*.ipynb")):
        start = time.perf_counter()
        try:
            execute(
                path,
                options.fresh,
                options.allow_practice,
                options.timeout,
                options.threads,
                options.unaffected,
            )
        except (CellControlSignal, OSError, RuntimeError, ValueError) as error:
            failed += 1
            print(f"{path}: failed and was left as it is.\n{error}", file=sys.stderr)
        else:
            seconds, size = time.perf_counter() - start, path.stat().st_size / 1024
            print(f"{path}: {seconds:.1f} s, {size:.0f} KiB")
    return failed


def _keep(notebook: NotebookNode, stored: NotebookNode, unaffected: bool = False) -> None:
    """Put back what a run has not really changed, where the code up to it is that of then.

    That is what is not compared, and what would pass the comparison: the digits of another
    processor are no news, nor is a picture of a training at another scale.
    """
    old_cells = code_cells(stored)
    ran = [
        notes(old).get("digest") == digest or unaffected and is_ignored(old)
        for old, digest in zip(old_cells, digests(stored))
    ]
    for place, (cell, old) in enumerate(zip(code_cells(notebook), old_cells)):
        if not old.outputs or not any(ran[place:]):
            continue
        if is_ignored(old):
            keep = ran[place]
        else:
            keep = not difference(old.outputs, merged(cell.outputs), tolerance_of(old))
        if keep:
            cell.outputs = copy.deepcopy(old.outputs)


def merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was printed in a row, as a page does; how it was cut differs in each run."""
    # nbval joins in place: on copies, so that what is joined twice is not said twice.
    groups = groupby(copy.deepcopy(outputs), key=lambda o: (o.output_type, o.get("name")))
    return [output for _, group in groups for output in coalesce_streams(list(group))]


def _clean(output: NotebookNode, tables: dict[str, str]) -> None:
    """Bring styled tables into one form; shorten the paths of a traceback to what is portable."""
    for kind, value in output.get("data", {}).items():
        if isinstance(value, str) and kind.startswith("text/"):
            output.data[kind] = canonical_tables(value, tables)
    if output.output_type == "error":
        output.traceback = [
            _INSTALLED.sub("", line).replace(f"{ROOT}{os.sep}", "") for line in output.traceback
        ]


if __name__ == "__main__":
    sys.exit(main())
