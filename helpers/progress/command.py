"""The command line of ``python -m helpers progress``, and the tables that it prints."""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tqdm import tqdm

from helpers.progress.isolate import walls
from helpers.progress.marks import WORDS, Mark, marks
from helpers.progress.submissions import Row, notebooks, rows, write

TIMEOUT = 60.0  # seconds for the answers of a notebook


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: what follows ``progress`` on the command line.

    Returns:
        0 when the results could be told, whatever they are.

    Raises:
        SystemExit: when there is no such folder, or an argument is of another form.
    """
    parser = argparse.ArgumentParser(
        prog="python -m helpers progress",
        description="Tell which exercises pass in the notebooks on disk, as they were last saved.",
    )
    parser.add_argument(
        "place", nargs="?", type=Path, help="a notebook or a folder of them (else: notebooks)"
    )
    parser.add_argument(
        "--submissions", type=Path, metavar="FOLDER", help="one folder or notebook a learner"
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="where the table of submissions goes"
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=TIMEOUT,
        metavar="SECONDS",
        help="for one notebook",
    )
    chosen = parser.parse_args(arguments)
    if chosen.submissions is None:
        if chosen.csv is not None:
            parser.error("--csv belongs to --submissions")
        place = chosen.place or (Path("notebooks") if Path("notebooks").is_dir() else Path("."))
        return _own(place, chosen.timeout, parser)
    if chosen.place is not None or not chosen.submissions.is_dir():
        parser.error(f"--submissions: expected one folder, got {chosen.submissions}")
    return _class(chosen.submissions, chosen.csv or Path("progress.csv"), chosen.timeout)


def own_table(found: Iterable[tuple[str, Sequence[Mark]]]) -> str:
    """A learner's results as text: lesson, exercise, result, what the check says.

    Args:
        found: name of the notebook and its marks.

    Example:
        >>> print(own_table([("02_gradients", [Mark("2.1", "wrong", "value: too large.")])]))
        lesson        exercise  result
        02_gradients  2.1       wrong       value: too large.
    """
    found = list(found)
    width = max(len(name) for name in ["lesson", *(name for name, _ in found)])
    lines = [f"{'lesson':{width}}  exercise  result"]
    for name, its_marks in found:
        for place, mark in enumerate(its_marks):
            shown = "" if place else name
            says = "" if mark.result in ("right", "not tried") else mark.says
            lines.append(f"{shown:{width}}  {mark.exercise:8}  {mark.result:10}  {says}".rstrip())
    return "\n".join(lines)


def class_table(table: Iterable[Row]) -> str:
    """How often each learner has each result, as text.

    Example:
        >>> print(class_table([Row("ann", "a.ipynb", "1.1", "right", "")]))
        learner  right  wrong  not tried  stopped  missing  unreadable
        ann          1      0          0        0        0           0
    """
    counts: dict[str, Counter] = {}
    for row in table:
        counts.setdefault(row.learner, Counter())[row.result] += 1
    width = max(len(name) for name in ["learner", *counts])
    lines = [f"{'learner':{width}}  " + "  ".join(WORDS)]
    for name, count in counts.items():
        numbers = "  ".join(f"{count[word]:{len(word)}}" for word in WORDS)
        lines.append(f"{name:{width}}  {numbers}")
    return "\n".join(lines)


def _own(place: Path, timeout: float, parser: argparse.ArgumentParser) -> int:
    files = [place] if place.is_file() else sorted(place.glob("*.ipynb"))
    if not files:
        parser.error(f"there is no notebook in {place}; name the folder or the file")
    found = [(file.stem, marks(file, timeout)) for file in tqdm(files, leave=False, disable=None)]
    print(own_table([(name, its_marks) for name, its_marks in found if its_marks]))
    count = Counter(mark.result for _, its_marks in found for mark in its_marks)
    results = ", ".join(f"{count[word]} {word}" for word in WORDS if count[word])
    print(f"\n{results or 'No exercises'}. Notebooks count as they were last saved.")
    return 0


def _class(folder: Path, file: Path, timeout: float) -> int:
    table: list[Row] = []
    for learner, notebook in tqdm(sorted(notebooks(folder)), leave=False, disable=None):
        name = notebook.relative_to(folder).as_posix().removeprefix(f"{learner}/")
        table += rows(learner, name, marks(notebook, timeout))
    write(table, file)
    print(class_table(table))
    print(f"\n{file}: {len(table)} rows, one a learner and exercise.")
    if not walls():
        print(
            "The network was blocked within Python only: this system does not permit unshare. "
            "Programs that a submission starts could use it."
        )
    return 0


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text}")
    return seconds
