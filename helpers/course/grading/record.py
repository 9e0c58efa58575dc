"""A record of completion: one page that says what was solved, and how it is checked again.

There is no server and no key. What makes a record worth something is that anybody who has the
notebooks can grade them again and compare: ``differences``. It proves the work, not the person.

The page holds its data twice, as a table for people and as JSON in the same file. ``read_record``
takes a page only if both tell the same, to the last letter.
"""

import html
import json
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import torch

import helpers
from helpers.course.grading.marking import RIGHT, Mark
from helpers.course.grading.table import printable

FORM = 1  # of the data
LONGEST = 4 * 2**20  # bytes of a page
BEGINS = "(?s)<!DOCTYPE html>.*<title>Record of completion</title>"  # by which one is known


@dataclass(frozen=True)
class Entry:
    """An exercise.

    Attributes:
        notebook: the file's name.
        exercise: its number; empty where a notebook as a whole is meant.
        result: one of ``marking.WORDS``.
        answer: a digest of the code that was judged.
    """

    notebook: str
    exercise: str
    result: str
    answer: str


@dataclass(frozen=True)
class Record:
    """What a page says.

    Attributes:
        entries: the exercises, in order.
        date: when it was written, year first, UTC; nobody can check it.
        course, python, torch: versions with which the answers were judged.
    """

    entries: tuple[Entry, ...]
    date: str
    course: str
    python: str
    torch: str


def record_of(found: Iterable[tuple[str, Sequence[Mark]]]) -> Record:
    """The record of some notebooks, of today.

    Example:
        >>> record_of([("02.ipynb", [Mark("2.1", "right", "")])]).entries[0].exercise
        '2.1'
    """
    entries = tuple(
        Entry(printable(name), mark.exercise, mark.result, mark.answer)
        for name, its_marks in found
        for mark in its_marks
    )
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    versions = helpers.__version__, platform.python_version(), str(torch.__version__)
    return Record(entries, today, *versions)


def page(record: Record) -> bytes:
    """The record as an HTML page that needs no other file and runs no program."""
    rows = "\n".join(_row(entry) for entry in record.entries)
    right = sum(entry.result == RIGHT for entry in record.entries)
    data = json.dumps({"form": FORM, **asdict(record)}, ensure_ascii=True).replace("<", "\\u003c")
    words = {
        "RIGHT": right,
        "ALL": sum(bool(entry.exercise) for entry in record.entries),
        "NOTEBOOKS": len({entry.notebook for entry in record.entries}),
        "DATE": record.date,
        "COURSE": record.course,
        "PYTHON": record.python,
        "TORCH": record.torch,
    }
    text = re.sub("|".join(words), lambda word: html.escape(str(words[word[0]])), _PAGE)
    return text.replace("<!--rows-->", rows).replace("<!--data-->", data).encode()


def read_record(content: bytes) -> Record:
    """What a page says.

    Raises:
        ValueError: when it is no record, or has been altered.
    """
    if len(content) > LONGEST:
        raise ValueError(f"is larger than any record: {len(content)} bytes")
    found = re.search(rb'<script type="application/json" id="record">(.*?)</script>', content)
    try:
        words = json.loads(found[1] if found else b"{}")
        entries = tuple(Entry(**entry) for entry in words.pop("entries"))
        form = words.pop("form")
        record = Record(entries, **words)
        texts = [*words.values(), *(text for e in entries for text in asdict(e).values())]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError
        written = page(record)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ValueError("is no record of this course, or was altered") from error
    if form != FORM:
        raise ValueError(f"is a record of another form, {form}: the course is older than it")
    if written != content:
        raise ValueError("was altered: what its table shows and what its data say differ")
    return record


def differences(record: Record, found: Iterable[tuple[str, Sequence[Mark]]]) -> list[str]:
    """In what the notebooks are not what a record says, in words; empty when they agree.

    Example:
        >>> was = record_of([("02.ipynb", [Mark("2.1", "right", "", "sha256-1")])])
        >>> differences(was, [("02.ipynb", [Mark("2.1", "wrong", "", "sha256-2")])])
        ['02.ipynb 2.1: recorded as right, graded as wrong, and the answer is another one']
    """
    now = {(e.notebook, e.exercise): e for e in record_of(found).entries}
    then = {(e.notebook, e.exercise): e for e in record.entries}
    told = []
    for key in dict.fromkeys([*then, *now]):
        name = " ".join(key).strip()
        if key not in now:
            told.append(f"{name}: recorded as {then[key].result}, and is not there")
        elif key not in then:
            told.append(f"{name}: is not in the record, and graded as {now[key].result}")
        else:
            said = []
            if then[key].result != now[key].result:
                said.append(f"recorded as {then[key].result}, graded as {now[key].result}")
            if then[key].answer != now[key].answer:
                said.append("the answer is another one")
            told += [f"{name}: {', and '.join(said)}"] if said else []
    if len(then) < len(record.entries):
        told.append("the record names an exercise twice")
    return [printable(line) for line in told]


def _row(entry: Entry) -> str:
    cells = [entry.notebook, entry.exercise, entry.result, entry.answer]
    kind = "right" if entry.result == RIGHT else "other"
    return f'<tr class="{kind}"><td>' + "</td><td>".join(map(html.escape, cells)) + "</td></tr>"


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Record of completion</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #8888 }
td:last-child { font-family: monospace; overflow-wrap: anywhere }
.right td:nth-child(3) { font-weight: bold }
</style>
</head>
<body>
<main>
<h1>Record of completion</h1>
<p><strong>RIGHT of ALL exercises right</strong>, in NOTEBOOKS notebooks, on DATE (UTC).</p>
<p>This page proves the work, not the person: it says what the answers in some notebooks are worth,
and not who wrote them. The date is what the writer's clock said. Whoever has the notebooks can
grade them again and compare, with the same version of the course:</p>
<pre>python -m helpers progress --verify record.html notebooks/</pre>
<p>Version of the course COURSE, Python PYTHON, torch TORCH.</p>
<table>
<thead><tr><th scope="col">notebook</th><th scope="col">exercise</th><th scope="col">result</th>
<th scope="col">digest of the answer's code</th></tr></thead>
<tbody>
<!--rows-->
</tbody>
</table>
</main>
<script type="application/json" id="record"><!--data--></script>
</body>
</html>
"""
