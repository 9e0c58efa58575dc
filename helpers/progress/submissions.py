"""A folder of submissions: whose notebooks they are, and a table of all results."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from helpers.progress.marks import Mark


class Row(NamedTuple):
    """One line of the table; the names are the columns of the CSV file and stay as they are.

    Attributes:
        learner: the folder's name, or the file's for one that lies beside the folders.
        notebook: the file, below the learner's folder.
        exercise: its number, such as ``3.1``; empty for a line about the notebook as a whole.
        result: right, wrong, not tried, stopped, missing or unreadable.
        says: what the check says about it.
    """

    learner: str
    notebook: str
    exercise: str
    result: str
    says: str


def notebooks(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each notebook below ``folder`` with the learner's name; links are not followed.

    A learner is a folder, whatever lies in it how deep, or a single file. Hidden folders, such as
    Jupyter's ``.ipynb_checkpoints``, and ``__MACOSX`` do not count.
    """
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__MACOSX")
        for name in sorted(files):
            if name.endswith(".ipynb") and not name.startswith("."):
                file = Path(place, name)
                first = file.relative_to(folder).parts[0]
                yield first.removesuffix(".ipynb"), file


def rows(learner: str, notebook: str, marks: Iterable[Mark]) -> list[Row]:
    """The lines of one notebook; also one that checks no exercise has a line."""
    found = list(marks) or [Mark("", "missing", "checks no exercise of a lesson")]
    return [Row(learner, notebook, *mark) for mark in found]


def write(table: Iterable[Row], file: Path) -> None:
    """Write the rows as a CSV file (UTF-8 with a mark, so that Excel reads all names).

    The file appears, or is replaced, only when it is whole.

    Raises:
        OSError: when it cannot be written.
    """
    place = file.absolute().parent
    with TemporaryDirectory(dir=place, prefix=f".{file.name}.") as work:
        whole = Path(work, file.name)
        with open(whole, "w", newline="", encoding="utf-8-sig", errors="backslashreplace") as out:
            sheet = csv.writer(out)
            sheet.writerow(Row._fields)
            sheet.writerows([[_harmless(text) for text in row] for row in table])
        os.replace(whole, file)


def _harmless(text: str) -> str:
    """A spreadsheet takes a text that begins like a formula for one, and learners choose texts."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
