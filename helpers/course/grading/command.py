"""The command line of ``python -m helpers progress``, and the tables that it prints."""

import argparse
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tqdm import tqdm

from helpers.course.grading.isolate import CannotStart, Runner
from helpers.course.grading.marking import WORDS, Mark, marks, missing, unreadable
from helpers.course.grading.sandbox import Walls, walls
from helpers.course.grading.submissions import HandIn, hand_ins, is_notebook, read_file
from helpers.course.grading.table import Row, Table, printable

TIMEOUT = 60.0  # seconds for the answers of a notebook

# What is open without walls; the README says the same.
OPEN = (
    "Without walls the code of a submission runs with your rights: it can read and change your "
    "files and other submissions, use the network, and leave programs behind. Only time, and the "
    "memory and files of each process, are limited."
)
NO_WALLS = (
    "this system has no walls for the code of others: bubblewrap is not installed or not "
    "permitted, and neither is unshare. Install bubblewrap (apt install bubblewrap), or use the "
    f"container that README describes, or add --unprotected. {OPEN}"
)


class Stopped(BaseException):
    """A signal asks the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: what follows ``progress`` on the command line.

    Returns:
        0 when the results could be told, whatever they are; 1 when no answer can be run or the
        table cannot be written any more; 128 and the signal's number when one has ended it.

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
        "--submissions", type=Path, metavar="FOLDER", help="one folder, notebook or .zip a learner"
    )
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="where the table of submissions goes (else: progress.csv); what it holds already "
        "about the same files is not judged again: delete it to start anew",
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=TIMEOUT,
        metavar="SECONDS",
        help=f"for all answers of one notebook (else: {TIMEOUT:g}); each may take an equal share "
        "of what is left",
    )
    parser.add_argument(
        "--unprotected",
        action="store_true",
        help="judge submissions without walls around their code",
    )
    chosen = parser.parse_args(arguments)
    if chosen.submissions is None:
        if chosen.csv is not None or chosen.unprotected:
            parser.error("--csv and --unprotected belong to --submissions")
        place = chosen.place or (Path("notebooks") if Path("notebooks").is_dir() else Path("."))
        if not place.exists():
            parser.error(f"there is no notebook in {place}; name the folder or the file")
        with _signals():
            return _own(place, chosen.timeout, parser)
    if chosen.place is not None or not chosen.submissions.is_dir():
        parser.error(f"--submissions: expected one folder, got {chosen.submissions}")
    with _signals():
        return _class(chosen, parser)


def own_table(found: Iterable[tuple[str, Sequence[Mark]]]) -> str:
    """A learner's results as text: lesson, exercise, result, what the check says.

    Args:
        found: name of the notebook and its marks.

    Example:
        >>> print(own_table([("02_gradients", [Mark("2.1", "wrong", "value: too large.")])]))
        lesson        exercise  result
        02_gradients  2.1       wrong       value: too large.
    """
    found = [(printable(name), its_marks) for name, its_marks in found]
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
        counts.setdefault(printable(row.learner), Counter())[row.result] += 1
    width = max(len(name) for name in ["learner", *counts])
    lines = [f"{'learner':{width}}  " + "  ".join(WORDS)]
    for name, count in sorted(counts.items()):
        numbers = "  ".join(f"{count[word]:{len(word)}}" for word in WORDS)
        lines.append(f"{name:{width}}  {numbers}")
    return "\n".join(lines)


def _own(place: Path, timeout: float, parser: argparse.ArgumentParser) -> int:
    names = [place.name] if place.is_file() else sorted(filter(is_notebook, os.listdir(place)))
    folder = place.parent if place.is_file() else place
    if not names:
        parser.error(f"there is no notebook in {place}; name the folder or the file")
    found: list[tuple[str, list[Mark]]] = []
    try:
        with Runner(walls()) as runner:
            for name in tqdm(names, leave=False, disable=None):
                its_marks = _marks(partial(read_file, folder / name), timeout, runner)
                found.append((Path(name).stem, its_marks))
    except (Stopped, CannotStart) as error:
        return _told(error, "No result was written.")
    print(own_table([(name, its_marks) for name, its_marks in found if its_marks]))
    count = Counter(mark.result for _, its_marks in found for mark in its_marks)
    results = ", ".join(f"{count[word]} {word}" for word in WORDS if count[word])
    print(f"\n{results or 'No exercises'}. Notebooks count as they were last saved.")
    return 0


def _class(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    folder, file = chosen.submissions, chosen.csv or Path("progress.csv")
    protection = None if chosen.unprotected else walls()
    if protection is None and not chosen.unprotected:
        parser.error(NO_WALLS)
    if protection is not None and not protection.hide(folder):
        parser.error(
            f"--submissions: {folder} lies among Python's own files, where the code of a "
            "submission could read it: move it elsewhere"
        )
    try:
        found = [(hand_in, hand_in.digest()) for hand_in in hand_ins(folder, besides=file)]
    except OSError as error:
        parser.error(f"--submissions: cannot read {folder}: {error.strerror}")
    try:
        table = Table(file, [_key(hand_in, digest) for hand_in, digest in found if digest])
    except (OSError, ValueError) as error:
        words = f"cannot write {file}: {error.strerror}" if isinstance(error, OSError) else error
        if not file.absolute().parent.is_dir():
            words = f"there is no folder {file.parent} to write {file.name} into"
        parser.error(f"--csv: {words}")
    with table:
        judged = table.judged()
        left = [hand_in for hand_in, digest in found if _key(hand_in, digest) not in judged]
        if len(left) < len(found):
            print(f"{file} holds {len(found) - len(left)} of {len(found)} notebooks already.")
        try:
            _fill(table, left, chosen.timeout, protection)
        except (Stopped, CannotStart, OSError) as error:
            rows = f"{file} holds {len(table.rows)} rows"
            return _told(error, f"{rows}; the same command goes on from there.")
    print(class_table(table.rows))
    print(f"\n{file}: {len(table.rows)} rows, one a learner and exercise.")
    if protection is None:
        print(OPEN)
    return 0


def _fill(table: Table, found: Iterable[HandIn], timeout: float, protection: Walls | None) -> None:
    """Judge one hand-in after the other; each is on disk before the next one begins."""
    with Runner(protection) as runner:
        for hand_in in tqdm(found, leave=False, disable=None):
            its_marks = _marks(hand_in.read, timeout, runner) or [missing()]
            row = partial(Row, hand_in.learner, hand_in.notebook, digest=hand_in.digest())
            table.add(row(*mark) for mark in its_marks)


def _marks(read: Callable[[], bytes], timeout: float, runner: Runner) -> list[Mark]:
    try:
        content = read()
    except (OSError, ValueError, MemoryError) as error:
        return unreadable(error)
    return marks(content, timeout, runner)


def _key(hand_in: HandIn, digest: str) -> tuple[str, str, str]:
    """By what a row is found again."""
    row = Row(hand_in.learner, hand_in.notebook, "", "", "", digest).harmless()
    return row.learner, row.notebook, row.digest


def _told(error: BaseException, rest: str) -> int:
    """Say why the command ends early, if there is still a terminal, and give its exit status."""
    try:
        print(f"\nStopped: {error}. {rest}", flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python would complain once more at its end
    return error.status if isinstance(error, Stopped) else 1


@contextmanager
def _signals() -> Iterator[None]:
    """A closed terminal, SIGTERM and Ctrl-C raise ``Stopped``, once: then all is put in order."""
    if threading.current_thread() != threading.main_thread():
        yield
        return
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in names}
    heard = {number for number, handler in before.items() if handler != signal.SIG_IGN}  # nohup

    def stop(number: int, frame: object) -> None:
        for other in heard:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number] or signal.SIG_DFL)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text}")
    return seconds
