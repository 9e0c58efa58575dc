"""``python -m tools.translate COMMAND [PART …]``: the Korean edition, in step with the English.

- ``make``     brings the catalogues to the English of today, then makes the Korean files;
- ``run``      runs the Korean notebooks, and stores what they show;
- ``status``   counts what is translated, stale and missing; with parts it lists what is to do;
- ``take``     reads such a list, with the Korean filled in, from stdin into a part's catalogue;
- ``check``    names what differs between the English and the Korean.

A part is a lesson, such as 01, the ``readme``, or the front page of the website, ``site``.
"""

import argparse
import sys
from pathlib import Path

from tools.translate import catalogue, checks, glossary, make


def make_all(sources: list[Path]) -> None:
    """Refresh the catalogues, and make what is made of them."""
    for source in [*sources, *sources]:  # twice: what one has lost may have come to one before it
        path = make.catalogue_of(source)
        if catalogue.write(make.refreshed(source), path):
            print(f"{path}: refreshed")
    for source in sources:
        made = make.made_of(source)
        if made is None:
            continue
        text = make.text_of(source)
        if not made.exists() or made.read_text(encoding="utf-8") != text:
            made.parent.mkdir(exist_ok=True)
            made.write_text(text, encoding="utf-8", newline="\n")
            print(f"{made}: made")


def status(sources: list[Path], details: bool, strict: bool) -> int:
    """Print how many texts are translated, stale and missing, and how many cells not run in Korean.

    Returns:
        0, or with ``strict`` 1 unless everything is translated and was run.
    """
    undone = 0
    print("part    translated  stale  missing  not run")
    for source in sources:
        known = make.refreshed(source)
        stale, missing = catalogue.stale(known), catalogue.missing(known)
        done = len(catalogue.korean(known))
        cells = len(make.not_run(source)) if source.suffix == ".ipynb" else 0
        undone += len(stale) + len(missing) + cells
        name = make.name_of(source)
        print(f"{name:6}  {done:10}  {len(stale):5}  {len(missing):7}  {cells:7}")
        for entry in catalogue.entries(known) if details else []:
            if entry.msgctxt in (*stale, *missing):
                print(f"\n{catalogue.listed(entry)}")
    return 1 if strict and undone else 0


def take(sources: list[Path]) -> int:
    """Take the Korean from stdin into one catalogue."""
    if len(sources) != 1:
        print("expected one part: python -m tools.translate take 01 < list", file=sys.stderr)
        return 2
    path, known = make.catalogue_of(sources[0]), make.refreshed(sources[0])
    try:
        names = catalogue.taken(known, sys.stdin.read())
    except ValueError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    catalogue.write(known, path)
    print(f"{path}: {len(names)} texts taken")
    return 0


def check(sources: list[Path]) -> list[checks.Problem]:
    """What differs between English and Korean, without what is allowed."""
    terms = glossary.read()
    found = []
    for source in sources:
        for entry in catalogue.entries(catalogue.read(make.catalogue_of(source))):
            if entry.msgstr and not entry.fuzzy:
                fine = checks.allowed(entry.tcomment)
                problems = checks.problems(entry.msgctxt, entry.msgid, entry.msgstr, terms)
                found += [
                    one._replace(text=f"{make.name_of(source)} {one.text}")
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
    parser.add_argument("parts", nargs="*", help="such as 01, readme, site; by default all")
    parser.add_argument("--strict", action="store_true", help="status: fail unless all is there")
    parser.add_argument("--practice", action="store_true", help="run: on practice data, as a trial")
    parser.add_argument("--timeout", type=float, default=600, help="run: seconds a cell may take")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="run: also renew numbers that differ from an earlier Korean run within the tolerance",
    )
    options = parser.parse_args(arguments)
    sources = {make.name_of(path): path for path in make.sources(make.ROOT)}
    unknown = sorted(set(options.parts) - set(sources))
    if unknown:
        parser.error(f"expected some of {', '.join(sources)}, got {' '.join(unknown)}")
    chosen = [path for name, path in sources.items() if not options.parts or name in options.parts]
    if options.command == "status":
        return status(chosen, bool(options.parts), options.strict)
    if options.command == "take":
        return take(chosen)
    if options.command == "check":
        found = check(chosen)
        print(*found, sep="\n", end="\n" if found else "")
        print(f"{len(found)} differences")
        return 1 if found else 0
    if options.command == "make":
        make_all(chosen)
    for lesson in chosen if options.command == "run" else []:
        if lesson.suffix == ".ipynb":
            make.run(lesson, options.practice, options.timeout, options.fresh)
            print(f"{make.made_of(lesson)}: ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())
