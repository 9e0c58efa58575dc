"""``python -m tools.translate COMMAND [NN …]``: the Korean edition, kept in step with the English.

- ``refresh``  brings the catalogues to the English texts of today;
- ``make``     refreshes, then makes the notebooks of ``notebooks/ko``;
- ``run``      runs them, and stores what they show;
- ``status``   counts what is translated, stale and missing; with lessons it lists what is to do;
- ``take``     reads such a list, with the Korean filled in, from stdin into a lesson's catalogue;
- ``check``    names what differs between the English and the Korean.
"""

import argparse
import sys
from pathlib import Path

from tools.lessons.execute import written
from tools.lessons.notebook import read
from tools.translate import catalogue, checks, glossary, make
from tools.translate.texts import texts


def refresh(lesson: Path) -> bool:
    """Bring a lesson's catalogue to its English texts; say whether it has changed."""
    path = make.catalogue_of(lesson)
    return catalogue.write(catalogue.updated(catalogue.read(path), texts(read(lesson))), path)


def status(lessons: list[Path], details: bool, strict: bool) -> int:
    """Print how many texts are translated, stale and missing, and how many cells not run in Korean.

    Returns:
        0, or with ``strict`` 1 unless everything is translated and was run.
    """
    undone = 0
    print("lesson  translated  stale  missing  not run")
    for lesson in lessons:
        known = catalogue.updated(
            catalogue.read(make.catalogue_of(lesson)), texts(read(lesson))
        )  # as it is now, refreshed or not
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
    refresh(lessons[0])
    known = catalogue.read(path)
    try:
        names = catalogue.taken(known, sys.stdin.read())
    except ValueError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    catalogue.write(known, path)
    print(f"{path}: {len(names)} texts taken")
    return 0


def check(lessons: list[Path], root: Path = make.ROOT) -> list[checks.Problem]:
    """What differs between English and Korean in some lessons, without what is allowed."""
    terms = glossary.read(root / "translations" / make.LANGUAGE / "glossary.md")
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
    parser.add_argument("command", choices=["refresh", "make", "run", "status", "take", "check"])
    parser.add_argument("lessons", nargs="*", help="their numbers, as in 01; by default all")
    parser.add_argument("--strict", action="store_true", help="status: fail unless all is there")
    parser.add_argument("--practice", action="store_true", help="run: on practice data, as a trial")
    parser.add_argument("--timeout", type=float, default=600, help="run: seconds a cell may take")
    options = parser.parse_args(arguments)
    lessons = [
        path for path in make.lessons() if not options.lessons or path.name[:2] in options.lessons
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
    for lesson in lessons:
        if options.command in ("refresh", "make") and refresh(lesson):
            print(f"{make.catalogue_of(lesson)}: refreshed")
        if options.command == "make":
            path, text = make.made_of(lesson), written(make.made(lesson))
            path.parent.mkdir(exist_ok=True)
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8", newline="\n")
                print(f"{path}: made")
        if options.command == "run":
            make.run(lesson, options.practice, options.timeout)
            print(f"{make.made_of(lesson)}: ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())
