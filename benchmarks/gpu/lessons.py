"""Lessons 08 to 10 at full scale: the figures that they print, and the seconds of each cell."""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from benchmarks.gpu.stage import Stage
from tools.lessons.kernel import run as run_notebook
from tools.lessons.notebook import RAISES, code_cells, output_texts, read, tags

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
TITLES = {
    "cifar10_lesson": "08_cifar10",
    "modern_lesson": "09_modern_network",
    "fast_lesson": "10_as_fast_as_it_gets",
}
CHANGES = {
    "fast_lesson": ("test_split, 60, device", "test_split, 10, device")
}  # seconds: it trains by the clock
SMALL = 3  # code cells


def run(stage: Stage, changes: Mapping[str, tuple[str, str]] = CHANGES) -> None:
    """The lesson of that name, from top to bottom; what a cell gives is stored at once."""
    path = FOLDER / f"{TITLES[stage.name]}.ipynb"
    notebook = shortened(stage, read(path), changes)
    watch = Watch(stage, notebook)
    try:
        run_notebook(
            notebook, FOLDER, stage.small, timeout=round(stage.left()),
            threads=1 if stage.small else threads(), allow_errors=True,
            on_cell_start=watch.start, on_cell_executed=watch.executed,
        )  # fmt: skip
    finally:
        file = stage.results.path
        nbformat.write(notebook, file.with_name(f"{file.stem}_{stage.name}.ipynb"))
    stage.failed = bool(watch.errors)


def threads() -> int:
    """On how many torch computes: four at most, as small sums on many threads are slow."""
    return min(os.cpu_count() or 1, 4)


def shortened(
    stage: Stage, notebook: NotebookNode, changes: Mapping[str, tuple[str, str]] = CHANGES
) -> NotebookNode:
    """The notebook without outputs; with its change; a few cells in the small form."""
    cells = code_cells(notebook)
    for cell in cells:
        cell.outputs = []
    if stage.name in changes:
        old, new = changes[stage.name]
        there = any(old in cell.source for cell in cells)
        stage.put(changed=f"{old} -> {new}" if there else f"{old} is not there")
        for cell in cells:
            cell.source = cell.source.replace(old, new)
    if stage.small:
        notebook.cells = notebook.cells[: 1 + notebook.cells.index(cells[SMALL - 1])]
    return notebook


class Watch:
    """Stores what a run has given so far, cell by cell."""

    def __init__(self, stage: Stage, notebook: NotebookNode) -> None:
        self.stage, self.number = stage, len(code_cells(notebook))
        self.seconds: list[float] = []
        self.errors: list[str] = []
        self.lines: list[str] = []
        self.begin = self.start()

    def start(self, **_: object) -> float:
        self.begin = time.monotonic()
        return self.begin

    def executed(self, cell: NotebookNode, execute_reply: dict, **_: object) -> None:
        if cell.cell_type != "code":
            return
        self.seconds.append(round(time.monotonic() - self.begin, 2))
        place, content = f"In [{len(self.seconds)}]", execute_reply["content"]
        if content["status"] == "error" and RAISES not in tags(cell):
            self.errors.append(f"{place} {content['ename']}: {content['evalue']}"[:400])
        self.lines += figures_of(cell)
        slowest = sorted(range(len(self.seconds)), key=lambda k: -self.seconds[k])[:8]
        self.stage.put(
            cells=self.number, cells_run=len(self.seconds), cells_seconds=self.seconds,
            slowest=[f"In [{k + 1}] {self.seconds[k]:.1f} s" for k in slowest],
            errors=self.errors, lines=self.lines,
        )  # fmt: skip


def figures_of(cell: NotebookNode) -> list[str]:
    """The lines with a number in what a cell printed or showed; not code that it printed."""
    if "getsource" in cell.source:
        return []
    lines = [line.strip() for one in cell.outputs for text in output_texts(one)
             for line in text.splitlines()]  # fmt: skip
    return [line[:200] for line in lines if re.search(r"\d", line) and "<" not in line]
