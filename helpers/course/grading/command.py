"""The command ``python -m helpers progress``."""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from tqdm import tqdm

import helpers
from helpers.course.grading.arguments import parser_of_progress, refuse_what_makes_no_sense
from helpers.course.grading.formats import FORMATS, write_results
from helpers.course.grading.isolate import CannotStart, Runner
from helpers.course.grading.jobs import at_once, in_turn, side_by_side
from helpers.course.grading.marking import WORDS, Mark, marks, missing, unreadable
from helpers.course.grading.record import Record, differences, page, read_record, record_of
from helpers.course.grading.results import results_of
from helpers.course.grading.sandbox import Walls, walls
from helpers.course.grading.shown import class_table, own_table
from helpers.course.grading.stopping import Stopped, signals_raise
from helpers.course.grading.submissions import (
    HandIn,
    digest_of,
    hand_ins,
    is_notebook,
    read_file,
    work_of,
)
from helpers.course.grading.table import (
    Row,
    Table,
    is_in_shard,
    joined,
    printable,
    read_rows,
    write_rows,
    write_whole,
)
from helpers.language import say

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


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Returns:
        0 when the results could be told, whatever they are; 1 when no answer can be run or the
        table cannot be written any more; 128 and the signal's number when one has ended it.
    """
    parser = parser_of_progress()
    chosen = parser.parse_args(arguments)
    refuse_what_makes_no_sense(chosen, parser)
    with signals_raise():
        if chosen.merge is not None:
            return _merge(chosen, parser)
        return _own(chosen, parser) if chosen.submissions is None else _class(chosen, parser)


def _own(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    place = chosen.place
    names = [place.name] if place.is_file() else sorted(filter(is_notebook, os.listdir(place)))
    folder = place.parent if place.is_file() else place
    if not names:
        parser.error(
            say("there is no notebook in {place}; name the folder or the file", place=place)
        )
    record = None
    if chosen.verify:
        try:
            record = read_record(read_file(chosen.verify))
        except (OSError, ValueError) as error:
            print(
                say(
                    "{file} cannot be verified: {words}",
                    file=chosen.verify,
                    words=printable(str(error)),
                )
            )
            return 1
        # Somebody else's notebooks, and no more of them than it names.
        names = [name for name in names if name in {entry.notebook for entry in record.entries}]
    protection = _walls_around(folder, chosen, parser) if record else walls()
    found: list[tuple[str, list[Mark]]] = []
    try:
        with Runner(protection) as runner:
            for name in tqdm(names, leave=False, disable=None):
                read = partial(read_file, folder / name)
                found.append((name, _marks(read, chosen.timeout, runner)[0]))
    except (Stopped, CannotStart, OSError) as error:
        return _told(error, say("No result was written."))
    shown = [(Path(name).stem, its_marks) for name, its_marks in found if its_marks]
    print(own_table(shown))
    count = Counter(mark.result for _, its_marks in found for mark in its_marks)
    results = ", ".join(
        say("{n} {what}", n=count[word], what=say(word)) for word in WORDS if count[word]
    )
    print(
        say(
            "\n{results}. Notebooks count as they were last saved.",
            results=results or say("No exercises"),
        )
    )
    if chosen.record:
        try:
            write_whole(chosen.out, page(record_of(found)))
        except (Stopped, OSError) as error:
            return _told(error, say("No result was written."))
        print(say("{file}: a page that proves the work, not the person.", file=chosen.out))
    return _compared(record, found, chosen.verify) if record else 0


def _compared(record: Record, found: Sequence[tuple[str, Sequence[Mark]]], file: Path) -> int:
    """Tell whether a record and the notebooks agree, and give the exit status."""
    told = differences(record, found)
    agree = say("these notebooks are what it says. It proves the work, not the person.")
    says = say("it differs from these notebooks.") if told else agree
    print(
        say(
            "\n{file} of {words}: {says}",
            file=file,
            words=printable(record.date),
            says=says,
        )
    )
    for line in told:
        print(f"  {line}")
    if record.course != helpers.__version__:
        versions = say(
            "{words} of the course, and this is {version}",
            words=printable(record.course),
            version=helpers.__version__,
        )
        print(
            say(
                "It was written with version {versions}: their exercises may differ.",
                versions=versions,
            )
        )
    return 1 if told else 0


def _class(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    folder, file = chosen.submissions, chosen.csv
    protection = _walls_around(folder, chosen, parser)
    found = [(hand_in, _key(hand_in, hand_in.digest())) for hand_in in _found(chosen, parser)]
    try:
        table = Table(file, [key for _, key in found if key[2]])
    except (OSError, ValueError) as error:
        words = f"cannot write {file}: {error.strerror}" if isinstance(error, OSError) else error
        if not file.absolute().parent.is_dir():
            words = f"there is no folder {file.parent} to write {file.name} into"
        parser.error(f"--csv: {words}")
    with table:
        judged = table.judged()
        left = [hand_in for hand_in, key in found if key not in judged]
        if len(left) < len(found):
            print(
                say(
                    "{file} holds {count} of {all} notebooks already.",
                    file=file,
                    count=len(found) - len(left),
                    all=len(found),
                )
            )
        jobs, why = at_once(chosen.jobs, len(left))
        if why:
            print(
                say(
                    "--jobs: {jobs} in place of {asked}, as {why}.",
                    jobs=jobs,
                    asked=chosen.jobs,
                    why=why,
                )
            )
        try:
            _fill(table, left, chosen.timeout, protection, jobs)
            table.put_in_order(key[:2] for _, key in found)
            rows = table.rows
            try:
                _write(rows, chosen)
            except ValueError as error:
                parser.error(f"{error}; {file} itself is written")
        except (Stopped, CannotStart, OSError) as error:
            held = f"{file} holds {len(table.rows)} rows"
            return _told(error, f"{held}; the same command goes on from there.")
    print(class_table(rows))
    print(say("\n{file}: {count} rows, one a learner and exercise.", file=file, count=len(rows)))
    if protection is None:
        print(OPEN)
    return 0


def _merge(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    try:
        for file in chosen.merge:
            if not file.exists():
                raise ValueError(say("there is no table {file}", file=file))
        rows = joined({str(file): read_rows(file) for file in chosen.merge})
        read_rows(chosen.csv)  # what is something else is left alone
        write_rows(chosen.csv, rows)
        _write(rows, chosen)
    except (OSError, ValueError) as error:
        parser.error(f"--merge: {error}")
    print(class_table(rows))
    print(
        say(
            "\n{file}: {count} rows of {all} tables.",
            file=chosen.csv,
            count=len(rows),
            all=len(chosen.merge),
        )
    )
    if chosen.submissions is None:
        return 0
    there = {row.key()[:2] for row in rows}
    keys = [_key(hand_in)[:2] for hand_in in _found(chosen, parser)]
    lacking = [" ".join(key).strip() for key in keys if key not in there]
    for name in lacking:
        print(say("in no table: {words}", words=printable(name)))
    return 1 if lacking else 0


def _walls_around(
    folder: Path, chosen: argparse.Namespace, parser: argparse.ArgumentParser
) -> Walls | None:
    """Walls for the code of others, from which nothing in their folder can be seen."""
    if chosen.unprotected:
        return None
    protection = walls()
    if protection is None:
        parser.error(NO_WALLS)
    if not protection.hide(folder):
        parser.error(
            f"{folder} lies among Python's own files, where the code of a submission could read "
            "it: move it elsewhere"
        )
    return protection


def _found(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> list[HandIn]:
    """What was handed in, as far as it belongs to this part."""
    folder, own = chosen.submissions, {chosen.csv.absolute()}
    if chosen.out is not None:
        own.add(chosen.out.absolute())
    try:
        found = work_of(folder, chosen.learner) if chosen.learner else hand_ins(folder, own)
        return [
            hand_in
            for hand_in in found
            if chosen.shard is None or is_in_shard(hand_in.learner, *chosen.shard)
        ]
    except OSError as error:
        parser.error(f"--submissions: cannot read {folder}: {error.strerror}")


def _fill(
    table: Table, found: Sequence[HandIn], timeout: float, protection: Walls | None, jobs: int
) -> None:
    """Judge the hand-ins; each is on disk as soon as it is judged."""
    judge = partial(_judged, timeout)
    tqdm.monitor_interval = 0  # no thread of its own: workers are forks
    if jobs == 1:
        judged = in_turn(found, judge, Runner(protection))
    else:
        judged = side_by_side(found, judge, protection, jobs)
    with closing(judged):
        for rows in tqdm(judged, total=len(found), unit="notebook", leave=False, disable=None):
            table.add(rows)


def _judged(timeout: float, hand_in: HandIn, runner: Runner) -> list[Row]:
    """The rows of a hand-in."""
    found, digest = _marks(hand_in.read, timeout, runner)
    its_marks = found or [missing()]
    return [Row(hand_in.learner, hand_in.notebook, *mark[:3], digest) for mark in its_marks]


def _write(rows: Sequence[Row], chosen: argparse.Namespace) -> None:
    """The results in the format that was asked for, besides the table."""
    if chosen.format == "csv":
        return
    form = FORMATS[chosen.format]
    results = results_of(rows, chosen.lesson)
    if form.alone and not chosen.split and len(results) != 1:
        raise ValueError(
            say(
                "--format {format} tells of one learner, and the tables of {count}",
                format=chosen.format,
                count=len(results),
            )
        )
    files = write_results(form, results, chosen.out, chosen.split)
    shown = files[0] if len(files) == 1 else f"{len(files)} files {form.file} in {chosen.out}"
    print(say("{shown}: written as {format}.", shown=shown, format=chosen.format))


def _marks(read: Callable[[], bytes], timeout: float, runner: Runner) -> tuple[list[Mark], str]:
    """The marks of a notebook, and the digest of the very bytes that were judged."""
    try:
        content = read()
    except (OSError, ValueError, MemoryError) as error:
        return unreadable(error), ""
    return marks(content, timeout, runner), digest_of(content)


def _key(hand_in: HandIn, digest: str = "") -> tuple[str, str, str]:
    """By what a row is found again."""
    return Row(hand_in.learner, hand_in.notebook, "", "", "", digest).harmless().key()


def _told(error: BaseException, rest: str) -> int:
    """Say why the command ends early, if there is still a terminal, and give its exit status."""
    try:
        print(say("\nStopped: {error}. {rest}", error=error, rest=rest), flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python would complain once more at its end
    return error.status if isinstance(error, Stopped) else 1
