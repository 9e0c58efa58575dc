"""What can be said after ``python -m helpers progress``, and what goes together."""

import argparse
import os
import re
from pathlib import Path

from helpers.course.grading.formats import FORMATS
from helpers.course.grading.record import BEGINS
from helpers.course.grading.results import exercises_of
from helpers.course.grading.submissions import is_handed_in
from helpers.course.grading.table import try_place
from helpers.language import spoken

TIMEOUT = 60.0  # seconds for the answers of a notebook

# What is about a class, and makes no sense without one.
OF_CLASS = ("csv", "format", "jobs", "learner", "lesson", "shard")


def own_folder() -> Path:
    """Where somebody's own notebooks are when nobody says so: in ``notebooks``, or here.

    Who asks for Korean has the Korean ones, where there are any.
    """
    folder = Path("notebooks") if Path("notebooks").is_dir() else Path(".")
    korean = folder / "ko"
    return korean if spoken() == "ko" and korean.is_dir() else folder


def parser_of_progress() -> argparse.ArgumentParser:
    """What can follow ``python -m helpers progress``.

    Example:
        >>> parser_of_progress().parse_args(["--shard", "2/3"]).shard
        (2, 3)
    """
    parser = argparse.ArgumentParser(
        prog="python -m helpers progress",
        description="Tell which exercises pass in the notebooks on disk, as they were last saved.",
    )
    parser.add_argument(
        "place", nargs="?", type=Path, help="a notebook or a folder of them (else: notebooks)"
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="write the results of these notebooks as a page, record.html, or --out FILE",
    )
    parser.add_argument(
        "--verify",
        type=Path,
        metavar="FILE",
        help="grade the notebooks again, and tell where they are not what this record says",
    )
    parser.add_argument(
        "--submissions", type=Path, metavar="FOLDER", help="one folder, notebook or .zip a learner"
    )
    parser.add_argument(
        "--learner",
        metavar="NAME",
        help="all that lies in the folder of submissions is the work of this one learner",
    )
    parser.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="where the table of submissions goes (else: progress.csv); what it holds already "
        "about the same files is not judged again: delete it to start anew",
    )
    parser.add_argument(
        "--jobs",
        type=_whole,
        metavar="N",
        help="how many submissions are judged side by side (else: as many as there are "
        "processors, and as the memory holds)",
    )
    parser.add_argument(
        "--shard",
        type=_shard,
        metavar="I/N",
        help="judge only part I of N of the learners, as one job of many (else: all; the table is "
        "progress-I-of-N.csv)",
    )
    parser.add_argument(
        "--merge",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="make one table of those of several parts, and judge nothing; with --submissions it "
        "tells who is in none of them",
    )
    parser.add_argument(
        "--format",
        choices=("csv", *FORMATS),
        default="csv",
        help="write the results in this form, too",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="where they go: a file, or for a class in a format of one learner each, a folder",
    )
    parser.add_argument(
        "--lesson",
        type=_whole,
        action="append",
        default=[],
        metavar="N",
        help="what was to be handed in, for --format: all exercises of this lesson count, and no "
        "others; may be given more than once (else: those count that are there)",
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
    return parser


def refuse_what_makes_no_sense(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Find out before any work whether arguments fit together and results can be written.

    It fills in where things are, and where they go, as far as nobody has said that.
    """
    if chosen.submissions is None and chosen.merge is None:
        _of_one(chosen, parser)
    else:
        _of_class(chosen, parser)
    if chosen.out is not None:
        _refuse_place(chosen, parser)


def _refuse_place(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Keep ``--out`` from what cannot be written, and from what others have written there."""
    out = chosen.out
    if not out.absolute().parent.is_dir():
        parser.error(f"--out: there is no folder {out.parent} to write into")
    for name in ("csv", "verify"):
        other = getattr(chosen, name)
        if other is not None and os.path.realpath(out) == os.path.realpath(other):
            parser.error(f"--out and --{name} are one file, {out}: name another one")
    if chosen.record:
        what, begins, split, place, files = "record", BEGINS, False, out, [out]
    else:
        form = FORMATS[chosen.format]
        what, begins, split = chosen.format, form.begins, chosen.split
        place = out / form.file if split and out.is_dir() else out
        files = list(out.glob(f"*/{form.file}")) if split else [out]
    if not split and is_handed_in(out.name):
        parser.error(f"--out: {out} is the name of a notebook or an archive: name another file")
    try:
        try_place(place)
        others = [file for file in files if file.exists() and not _begins(file, begins)]
    except OSError as error:
        parser.error(f"--out: cannot write {out}: {error.strerror}")
    if others:
        parser.error(
            f"--out: {others[0]} is there already and is no {what} of this command: "
            "name another place, or delete it"
        )


def _begins(file: Path, begins: str) -> bool:
    """Whether a file is empty or begins as it should; any does where nothing is asked for."""
    if not begins:
        return True
    if not file.is_file():
        return False
    with open(file, "rb") as opened:
        text = opened.read(1000).decode(errors="replace")
    return not text or bool(re.match(begins, text))


def _of_one(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    wrong = {*OF_CLASS, *(() if chosen.record else ("out",))}
    wrong |= set() if chosen.verify else {"unprotected"}
    given = sorted(n for n in wrong if getattr(chosen, n) != parser.get_default(n))
    if given:
        parser.error(f"--{', --'.join(given)}: belongs to --submissions")
    if chosen.place is None:
        chosen.place = own_folder()
    if not chosen.place.exists():
        parser.error(f"there is no notebook in {chosen.place}; name the folder or the file")
    if chosen.record:
        chosen.out = chosen.out or Path("record.html")


def _of_class(chosen: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    folder = chosen.submissions
    if chosen.record or chosen.verify:
        parser.error("--record and --verify are about one learner's notebooks: name their folder")
    if chosen.place is not None or (folder is not None and not folder.is_dir()):
        parser.error(f"--submissions: expected one folder, got {folder}")
    if chosen.csv is None:
        part = "-{}-of-{}".format(*chosen.shard) if chosen.shard else ""
        chosen.csv = Path(f"progress{part}.csv")
    try:
        exercises_of(chosen.lesson)
    except ValueError as error:
        parser.error(f"--lesson: {error}")
    if chosen.format == "csv":
        if chosen.out is not None:
            parser.error("--out belongs to another --format than csv; a table goes to --csv FILE")
        return
    form = FORMATS[chosen.format]
    lacking = [name for name in form.needs if not os.environ.get(name)]
    if lacking:
        parser.error(
            f"--format {chosen.format}: expected what {chosen.format} says of the submission, but "
            f"{', '.join(lacking)} are not set; it is written where its runner starts this command"
        )
    chosen.split = form.alone and chosen.learner is None
    if chosen.split and form.needs:
        parser.error(f"--format {chosen.format} tells of one submission: name it by --learner NAME")
    chosen.out = chosen.out or Path(chosen.format if chosen.split else form.file)
    if chosen.out.exists() and chosen.out.is_dir() != chosen.split:
        expected = "a folder, with a folder a learner" if chosen.split else "a file"
        parser.error(f"--out: expected {expected}, and {chosen.out} is something else")


def _whole(text: str) -> int:
    if not re.fullmatch("0*[1-9][0-9]{0,5}", text):
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, got {text}")
    return int(text)


def _shard(text: str) -> tuple[int, int]:
    parts = re.fullmatch("([0-9]{1,6})/([0-9]{1,6})", text)
    if not parts or not 1 <= int(parts[1]) <= int(parts[2]):
        raise argparse.ArgumentTypeError(
            f"expected a part and their number, such as 1/4 to 4/4, got {text}"
        )
    return int(parts[1]), int(parts[2])


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text}")
    return seconds
