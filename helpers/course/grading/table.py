"""The table of a class: a CSV file that holds each result as soon as it is known; also in parts."""

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping
from errno import EISDIR
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

_MARK = "\ufeff"  # by which Excel knows that it is UTF-8

# A spreadsheet takes a text that begins in one of these ways for a formula, also in the middle of
# a cell where it separates columns by semicolons.
_FORMULA = re.compile(r"(^|;)(\s*)([=+\-@＝＋－＠])")


class Row(NamedTuple):
    """One line of the table; the names are the columns of the CSV file and stay as they are.

    Attributes:
        learner: the folder's name, or the file's for one that lies beside the folders.
        notebook: the file, below the learner's folder.
        exercise: its number, such as ``3.1``; empty for a line about the notebook as a whole.
        result: right, wrong, not tried, stopped, missing or unreadable.
        says: what the check says about it.
        digest: of the notebook's bytes, by which a second run knows what is judged already.
    """

    learner: str
    notebook: str
    exercise: str
    result: str
    says: str
    digest: str = ""

    def key(self) -> tuple[str, str, str]:
        """By what the rows of one notebook are found again: learner, notebook, digest."""
        return self.learner, self.notebook, self.digest

    def harmless(self) -> "Row":
        """The same row in characters that steer neither a terminal nor a spreadsheet.

        Example:
            >>> Row("=1+1", "a.ipynb", "1.1", "right", "a; -b").harmless()[:5:4]
            ("'=1+1", "a; '-b")
        """
        return Row(*(_FORMULA.sub(r"\1\2'\3", printable(text)) for text in self))


def printable(text: str) -> str:
    """The text without characters that a terminal would obey instead of showing them.

    Example:
        >>> printable("a" + chr(27) + "[2Jb")
        'a?[2Jb'
    """
    return "".join(c if c.isprintable() else "?" for c in text)


class Table:
    """A CSV file to which rows are added; each call of ``add`` is on disk when it returns.

    Args:
        file: is made, or continued when it is a table of this form.
        kept: tells which of the rows that it holds are to stay.

    Raises:
        OSError: when it cannot be written.
        ValueError: when the file is something else, which is left as it is.
    """

    def __init__(self, file: Path, kept: Iterable[tuple[str, str, str]]) -> None:
        wanted = set(kept)
        self._file = file
        found = read_rows(file)
        self.rows = [row for row in found if row.key() in wanted]
        write_rows(file, self.rows)
        self._out = open(file, "ab", buffering=0)  # noqa: SIM115 -- closed by __exit__

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *error: object) -> None:
        self._out.close()

    def add(self, rows: Iterable[Row]) -> None:
        """Write the rows of a notebook, all or none.

        Raises:
            OSError: when they cannot be written; the rows before them stay.
        """
        rows = [row.harmless() for row in rows]
        end = self._out.seek(0, os.SEEK_END)
        try:
            text = _text(rows)
            while text:
                text = text[self._out.write(text) :]
            os.fsync(self._out.fileno())
        except BaseException:  # a signal, too, must not leave half of them
            self._out.truncate(end)
            raise
        self.rows += rows

    def put_in_order(self, order: Iterable[tuple[str, str]]) -> None:
        """Write all rows anew as if they had come in this order of learner and notebook.

        Raises:
            OSError: when they cannot be written; the rows stay as they were.
        """
        place = {key: number for number, key in enumerate(order)}
        rows = sorted(self.rows, key=lambda row: place.get(row.key()[:2], len(place)))
        if rows != self.rows:
            write_rows(self._file, rows)
            self._out.close()
            self._out = open(self._file, "ab", buffering=0)  # noqa: SIM115 -- see __init__
            self.rows = rows

    def judged(self) -> set[tuple[str, str, str]]:
        """Learner, notebook and digest of all that has rows."""
        return {row.key() for row in self.rows}


def read_rows(file: Path) -> list[Row]:
    """The rows of a table; none when there is no such file yet.

    Raises:
        OSError: when it cannot be read.
        ValueError: when it is something else.
    """
    if not file.exists() or (file.is_file() and not file.stat().st_size):
        return []
    try:
        text = file.read_text(encoding="utf-8-sig", errors="strict")
        head, *lines = csv.reader(io.StringIO(text, newline=""))
        if tuple(head) != Row._fields:
            raise ValueError("its columns are others")
    except (ValueError, csv.Error) as error:
        raise ValueError(
            f"{file} is there already and is no table of this command ({error}): "
            "name another file, or delete it"
        ) from error
    return [Row(*line) for line in lines if len(line) == len(Row._fields)]


def write_rows(file: Path, rows: Iterable[Row]) -> None:
    """Write a table in one step, see ``write_whole``."""
    write_whole(file, _text([Row._fields, *rows]))


def _text(rows: Iterable[Iterable[str]]) -> bytes:
    rows, out = list(rows), io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    mark = _MARK if rows[:1] == [Row._fields] else ""
    return (mark + out.getvalue()).encode("utf-8", errors="backslashreplace")


def try_place(file: Path) -> None:
    """Find out before any work whether ``write_whole`` can write a file.

    Raises:
        OSError: when it cannot.
    """
    if file.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(file))
    with NamedTemporaryFile(dir=file.absolute().parent, prefix=f".{file.name[:50]}."):
        pass


def write_whole(file: Path, content: bytes) -> None:
    """Write a file in one step: it is the old one or the new one, never half of either.

    Raises:
        OSError: when it cannot be written; what was there stays.
    """
    place = file.absolute().parent
    with NamedTemporaryFile(dir=place, prefix=f".{file.name[:50]}.", delete=False) as out:
        try:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
            out.close()
            _permit(Path(out.name))
            os.replace(out.name, file)
        except BaseException:
            out.close()
            Path(out.name).unlink(missing_ok=True)
            raise


def _permit(file: Path) -> None:
    """The rights of an ordinary new file; a temporary one is its owner's alone."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        file.chmod(0o666 & ~mask)


# A class in parts


def is_in_shard(learner: str, number: int, of: int) -> bool:
    """Whether a learner belongs to part ``number`` of ``of``.

    Only the name tells, so each machine of many finds the same without a look at the others, and
    nobody is lost when somebody hands in late.

    Example:
        >>> [number for number in (1, 2, 3) if is_in_shard("ann", number, of=3)]
        [3]
    """
    if not 1 <= number <= of:
        raise ValueError(f"expected a part from 1 to {of}, got {number}: the first is 1/{of}")
    first = sha256(learner.encode(errors="surrogateescape")).digest()[:8]
    return int.from_bytes(first) % of == number - 1


def joined(tables: Mapping[str, Iterable[Row]]) -> list[Row]:
    """The rows of several tables as one, by learner and notebook.

    The same rows may stand in several tables. Rows about what could not be read or judged, which
    have no digest, give way to others about the same notebook.

    Args:
        tables: the rows of each, by a name for messages.

    Raises:
        ValueError: when two of them tell different things of a notebook.

    Example:
        >>> right = Row("ann", "a.ipynb", "1.1", "right", "", "sha256-1")
        >>> wrong = right._replace(result="wrong")
        >>> joined({"1.csv": [right], "2.csv": [right]}) == [right]
        True
        >>> joined({"1.csv": [right], "2.csv": [wrong]})
        Traceback (most recent call last):
        ...
        ValueError: 1.csv and 2.csv say different things of ann's a.ipynb: leave out the older one
    """
    found: dict[tuple[str, str], tuple[str, list[Row]]] = {}
    for name, rows in tables.items():
        of_table: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            of_table.setdefault(row.key()[:2], []).append(row)
        for key, new in of_table.items():
            before, old = found.get(key, ("", []))
            if not any(row.digest for row in old):
                found[key] = name, new
            elif any(row.digest for row in new) and new != old:
                learner, notebook = key
                raise ValueError(
                    f"{before} and {name} say different things of {learner}'s {notebook}: "
                    "leave out the older one"
                )
    return [row for key in sorted(found) for row in found[key][1]]
