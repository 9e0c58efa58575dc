"""``pytest --nbval`` with what nbval lacks.

Added to nbval 0.11: numbers are compared within a tolerance (``compare``), displays may change
(``live``), a cell that was never run fails, cells that depend on the images are not compared on
practice data, and a summary says how much of each notebook was compared and where time went.
A display that a later cell updates still differs: a cell is judged before the next one runs.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from tests.nbcheck import compare, live, summary
from tests.nbcheck.kernel import environment, on_practice_data
from tests.nbcheck.notebook import data_sets, notes


class LessonCell(IPyNbCell):
    """A code cell; the first one is number 1, as in ``In [1]``."""

    def runtest(self) -> None:
        """Run the cell and compare what it shows with what is stored."""
        if self.parent.practice and notes(self.cell).get("depends") == "data":
            self.options["check"] = False
        self.record = {"cell": self.cell_num, "data": self.parent.data, "compared": False}
        self.user_properties.append((summary.RECORD, self.record))
        self.parent.running, self.parent.page = self, None
        super().runtest()
        if self.cell.execution_count is None and self.cell.source.strip():
            self.raise_cell_error(
                "was never run, so there is nothing to compare with. "
                f"Run: python -m tests.nbcheck.execute {self.path.name}"
            )

    def compare_outputs(self, test: list, ref: list, skip_compare: object = None) -> bool:
        """Compare new outputs (``test``) with stored ones (``ref``)."""
        self.record["compared"] = True
        problem = compare.difference(ref, test, compare.tolerance_of(self.cell))
        self.comparison_traceback = [problem or ""]
        return problem is None


class LessonFile(IPyNbFile):
    """A notebook."""

    data = "no"
    practice = False
    running: LessonCell | None = None
    page: live.Page | None = None

    def collect(self) -> Iterator[LessonCell]:
        """Yield the code cells."""
        for number, cell in enumerate(super().collect(), start=1):
            yield LessonCell.from_parent(
                self,
                name=f"Cell {number}",
                cell_num=number,
                cell=cell.cell,
                options=cell.options,
            )

    def setup(self) -> None:
        """Find out which data there is, then start the kernel."""
        self.practice = on_practice_data(self.nb)
        if data_sets(self.nb):
            self.data = "practice" if self.practice else "real"
        # nbval passes its own environment on to the kernel.
        with patch.dict(os.environ, environment(self.practice), clear=True):
            super().setup()

    def get_kernel_message(self, timeout: float | None = None, stream: str = "iopub") -> dict:
        """The next message that nbval is to see; the page takes those that change a display."""
        while True:
            message = super().get_kernel_message(timeout=timeout, stream=stream)
            if self.page is None:
                self.page = live.Page(self.running.test_outputs)
            if not self.page.receive(message):
                return message


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator:
    """Put our kind of file where nbval puts its own."""
    collected = yield
    return [
        LessonFile.from_parent(file.parent, path=file.path) if type(file) is IPyNbFile else file
        for file in collected
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much of each notebook was compared, and where the time went."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    lines = summary.lines([r for r in reports if isinstance(r, pytest.TestReport)])
    if lines:
        terminalreporter.section("notebooks")
        for line in lines:
            terminalreporter.write_line(line)
