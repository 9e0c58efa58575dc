"""``pytest --nbval`` with what nbval lacks.

Added to nbval 0.11: numbers are compared within a tolerance (``compare``), displays may change
(``live``), a cell that was never run fails, cells that depend on the images are not compared on
practice data, and a summary says how much of each notebook was compared and where time went. What
ran whole is recorded (``ran``).
A notebook with exercises is collected a second time, as a learner leaves it who solves them all:
on practice data, marked ``solved``; there each check must accept its solution.
A display that a later cell updates still differs: a cell is judged before the next one runs.
"""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from tools.lessons import compare, exercises, live, ran, summary
from tools.lessons.kernel import environment, on_practice_data
from tools.lessons.notebook import CHECK, data_sets, language, notes, read, tags

Collecting = Generator[None, list[pytest.Collector], list[pytest.Collector]]


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
                f"Run: python -m tools.lessons.execute {self.path.name}"
            )

    def compare_outputs(self, test: list, ref: list, skip_compare: object = None) -> bool:
        """Compare new outputs (``test``) with stored ones (``ref``)."""
        self.record["compared"] = True
        problem = compare.difference(ref, test, compare.tolerance_of(self.cell))
        self.comparison_traceback = [problem or ""]
        return problem is None


class LessonFile(IPyNbFile):
    """A notebook."""

    kind = LessonCell
    data = "no"
    practice = False
    running: LessonCell  # puts itself there
    page: live.Page | None = None

    def collect(self) -> Iterator[LessonCell]:
        """Yield the code cells."""
        for number, cell in enumerate(super().collect(), start=1):
            yield self.kind.from_parent(
                self,
                name=f"Cell {number}",
                cell_num=number,
                cell=cell.cell,
                options=cell.options,
            )

    def setup(self) -> None:
        """Find out which data there is, then start the kernel."""
        self.practice = self.on_practice_data()
        if data_sets(self.nb):
            self.data = "practice" if self.practice else "real"
        # nbval passes its own environment on to the kernel.
        with patch.dict(os.environ, self.environment(), clear=True):
            super().setup()

    def on_practice_data(self) -> bool:
        """Whether the lesson runs on practice data."""
        return on_practice_data(self.nb)

    def environment(self) -> dict[str, str]:
        """The variables of its kernel."""
        return environment(self.practice, lang=language(self.nb))

    def get_kernel_message(self, timeout: float | None = None, stream: str = "iopub") -> dict:
        """The next message that nbval is to see; the page takes those that change a display."""
        while True:
            message = super().get_kernel_message(timeout=timeout, stream=stream)
            if self.page is None:
                self.page = live.Page(self.running.test_outputs)
            if not self.page.receive(message):
                return message


class SolvedCell(LessonCell):
    """A code cell of a lesson whose exercises are solved."""

    def compare_outputs(self, test: list, ref: list, skip_compare: object = None) -> bool:
        """A check must accept the solution; every other cell shows what is stored."""
        if CHECK not in tags(self.cell):
            return super().compare_outputs(test, ref, skip_compare)
        self.record["compared"] = True
        problem = exercises.refused(test)
        self.comparison_traceback = [problem or ""]
        return problem is None


class SolvedFile(LessonFile):
    """A notebook with its solutions put in, on practice data."""

    kind = SolvedCell

    def collect(self) -> Iterator[LessonCell]:
        """Yield the code cells, the stubs with their solutions."""
        cells = list(super().collect())  # this reads the notebook
        exercises.solve(self.nb)
        yield from cells

    def on_practice_data(self) -> bool:
        """Always: a solution is right on any data, and these are small."""
        return True

    def environment(self) -> dict[str, str]:
        """With a data folder of its own: a training that a lesson keeps there fits one data set."""
        return super().environment() | {
            "FASTAI_HOME": str(self.config.rootpath / "build" / "practice")
        }


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Collecting:
    """Put our kinds of files where nbval puts its own."""
    collected = yield
    for place, file in enumerate(collected):
        if type(file) is IPyNbFile:
            mine = [LessonFile.from_parent(parent, path=file_path)]
            if exercises.find(read(file_path)):
                name = f"{file_path.name} solved"
                nodeid = f"{mine[0].nodeid} solved"
                mine.append(
                    SolvedFile.from_parent(parent, path=file_path, name=name, nodeid=nodeid)
                )
                mine[-1].add_marker("solved")
            collected[place : place + 1] = mine
    return collected


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "solved: a lesson with its exercises solved")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much of each notebook was compared, and where the time went."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    reports = [report for report in reports if isinstance(report, pytest.TestReport)]
    ran.record(terminalreporter.config.rootpath, reports)
    lines = summary.lines(reports)
    if lines:
        terminalreporter.section("notebooks")
        for line in lines:
            terminalreporter.write_line(line)
