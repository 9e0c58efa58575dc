"""``python -m tools.translate COMMAND [NN …]``: the Korean edition, kept in step with the English.

- ``make``     brings the catalogues to the English of today, then makes the Korean notebooks;
- ``run``      runs them, and stores what they show;
- ``status``   counts what is translated, stale and missing; with lessons it lists what is to do;
- ``take``     reads such a list, with the Korean filled in, from stdin into a lesson's catalogue;
- ``check``    names what differs between the English and the Korean.
"""

import argparse
import sys
from pathlib import Path

import polib

from tools.lessons.execute import written
from tools.lessons.notebook import read
from tools.translate import catalogue, checks, glossary, make
from tools.translate.texts import texts


def refreshed(lesson: Path) -> polib.POFile:
    """The catalogue of a lesson, brought to the English texts of today."""
    return catalogue.updated(catalogue.read(make.catalogue_of(lesson)), texts(read(lesson)))


def make_all(lessons: list[Path]) -> None:
    """Refresh the catalogues of some lessons, and make their Korean notebooks."""
    for lesson in lessons:
        path = make.catalogue_of(lesson)
        if catalogue.write(refreshed(lesson), path):
            print(f"{path}: refreshed")
        path, text = make.made_of(lesson), written(make.made(lesson))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path}: made")


def status(lessons: list[Path], details: bool, strict: bool) -> int:
    """Print how many texts are translated, stale and missing, and how many cells not run in Korean.

    Returns:
        0, or with ``strict`` 1 unless everything is translated and was run.
    """
    undone = 0
    print("lesson  translated  stale  missing  not run")
    for lesson in lessons:
        known = refreshed(lesson)
        stale, missing = catalogue.stale(known), catalogue.missing(known)
        done = len(catalogue.korean(known))
        cells = len(make.not_run(lesson))
        undone += len(stale) + len(missing) + cells
        print(f"{lesson.name[:2]:6}  {done:10}  {len(stale):5}  {len(missing):7}  {cells:7}")
        for entry in catalogue.entries(known) if details else []:
            if entry.msgctxt in (*stale, *missing):
                print(f"\n{catalogue.listed(entry)}")
    return 1 if strict and undone else 0


def take(lessons: list[Path]) -> int:
    """Take the Korean from stdin into the catalogue of a lesson."""
    if len(lessons) != 1:
        print("expected one lesson: python -m tools.translate take 01 < list", file=sys.stderr)
        return 2
    path = make.catalogue_of(lessons[0])
    known = refreshed(lessons[0])
    try:
        names = catalogue.taken(known, sys.stdin.read())
    except ValueError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    catalogue.write(known, path)
    print(f"{path}: {len(names)} texts taken")
    return 0


def check(lessons: list[Path]) -> list[checks.Problem]:
    """What differs between English and Korean in some lessons, without what is allowed."""
    terms = glossary.read()
    found = []
    for lesson in lessons:
        for entry in catalogue.entries(catalogue.read(make.catalogue_of(lesson))):
            if entry.msgstr and not entry.fuzzy:
                fine = checks.allowed(entry.tcomment)
                problems = checks.problems(entry.msgctxt, entry.msgid, entry.msgstr, terms)
                found += [
                    one._replace(text=f"{lesson.name[:2]} {one.text}")
                    for one in problems
                    if one.kind not in fine
                ]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.translate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["make", "run", "status", "take", "check"])
    parser.add_argument("lessons", nargs="*", help="their numbers, as in 01; by default all")
    parser.add_argument("--strict", action="store_true", help="status: fail unless all is there")
    parser.add_argument("--practice", action="store_true", help="run: on practice data, as a trial")
    parser.add_argument("--timeout", type=float, default=600, help="run: seconds a cell may take")
    options = parser.parse_args(arguments)
    lessons = [
        path
        for path in make.lessons(make.ROOT)
        if not options.lessons or path.name[:2] in options.lessons
    ]
    if len(lessons) < len(set(options.lessons)):
        parser.error(f"expected numbers of lessons such as 01, got {' '.join(options.lessons)}")
    if options.command == "status":
        return status(lessons, bool(options.lessons), options.strict)
    if options.command == "take":
        return take(lessons)
    if options.command == "check":
        found = check(lessons)
        print(*found, sep="\n", end="\n" if found else "")
        print(f"{len(found)} differences")
        return 1 if found else 0
    if options.command == "make":
        make_all(lessons)
    for lesson in lessons if options.command == "run" else []:
        make.run(lesson, options.practice, options.timeout)
        print(f"{make.made_of(lesson)}: ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())
