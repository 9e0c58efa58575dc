"""When, with which versions and on which systems the lessons last ran without a fault.

A run of ``make test-real`` writes it to ``build/ran``. ``python -m tools.lessons.ran`` takes it
over into ``tests/lessons/ran`` and into the README's sentence, together with what was put there
from other systems; ``--check`` fails when the last run is more than 60 days ago.
"""

import argparse
import json
import os
import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.lessons import notebook as files
from tools.lessons.notebook import code_cells, read
from tools.lessons.summary import RECORD
from tools.lessons.variants import STEERED

ROOT = Path(__file__).resolve().parents[2]
NEW = Path("build", "ran")
KEPT = Path("tests", "lessons", "ran")
DAYS = 60  # what is older is called so
PACKAGES = ("torch", "fastai")
BEGIN, END = "<!-- Written by: make ran -->\n", "\n<!-- until here -->"


class Run(NamedTuple):
    """The last run of a lesson on one system in which no cell failed, on the real images.

    Attributes:
        lesson: name of its notebook without the ending.
        system: such as "Linux x86_64".
        date: when, as "2026-11-27" (UTC).
        versions: of Python and some packages, such as ``{"Python": "3.11.7"}``.
    """

    lesson: str
    system: str
    date: str
    versions: dict[str, str]


def passed(root: Path, reports: Iterable[pytest.TestReport]) -> list[str]:
    """The lessons that a run of pytest ran whole, without a fault and on the real images."""
    of_lesson: defaultdict[str, list[pytest.TestReport]] = defaultdict(list)
    for report in reports:
        of_lesson[report.nodeid.split("::")[0]].append(report)
    return [Path(name).stem for name in sorted(of_lesson) if _whole(root / name, of_lesson[name])]


def _whole(path: Path, reports: list[pytest.TestReport]) -> bool:
    """Not a lesson with its exercises solved: that is no file."""
    if path.parent.name != "notebooks" or path.suffix != ".ipynb" or not path.is_file():
        return False
    calls = [report for report in reports if report.when == "call"]
    records = [value for report in calls for key, value in report.user_properties if key == RECORD]
    real = all(isinstance(r, dict) and r["data"] != "practice" for r in records)
    good = all(report.passed for report in reports)
    return good and real and len(records) == len(code_cells(read(path)))


def record(root: Path, reports: Iterable[pytest.TestReport]) -> None:
    """Write what a run of pytest has shown, unless it imitates another processor."""
    if any(name in os.environ for name in STEERED - {"OMP_NUM_THREADS"}):
        return
    system = f"{platform.system().replace('Darwin', 'macOS')} {platform.machine()}"
    versions = {name: metadata.version(name).split("+")[0] for name in PACKAGES}
    versions = {"Python": platform.python_version()} | versions
    today = datetime.now(UTC).date().isoformat()
    runs = [Run(lesson, system, today, versions) for lesson in passed(root, reports)]
    if runs:
        _write(root / NEW, [*_found(root / NEW), *runs])


def kept(root: Path) -> list[Run]:
    """What the checkout tells of runs; nothing where it tells nothing."""
    return _found(root / KEPT)


def sentence(runs: Iterable[Run], lessons: Sequence[str], lang: str = "en") -> str:
    """What there is to say of some lessons.

    Args:
        runs: all that are known, also of other lessons.
        lessons: names of their notebooks.
        lang: in which to say it, ``"en"`` or ``"ko"``.

    Example:
        >>> sentence([Run("01_a", "Linux x86_64", "2026-11-27", {"torch": "2.15.0"})], ["01_a"])
        'Lesson 01 last ran without a fault on 2026-11-27 with torch 2.15.0, on 1 system (Linux x86_64).'
        >>> sentence([], ["01_a"], "ko")
        '01강은 아직 실행한 기록이 없습니다.'
    """  # noqa: E501
    facts = _facts(list(runs), lessons)
    korean = lang == "ko"
    told = []
    if facts.known:
        told.append(_told_in_korean(facts) if korean else _told(facts))
    if facts.missing or not facts.known:
        told.append(
            f"{_named_in_korean(facts.missing)} 아직 실행한 기록이 없습니다."
            if korean
            else f"No run is recorded yet of {_named(facts.missing)}."
        )
    return " ".join(told)


class _Facts(NamedTuple):
    known: list[str]
    missing: list[str]
    dates: list[str]
    versions: dict[str, list[str]]
    systems: list[str]


def _facts(runs: list[Run], lessons: Sequence[str]) -> _Facts:
    """What there is to say of some lessons, before it is said."""
    known = _last(runs, lessons)
    dates = sorted({run.date for run in known.values()})
    versions: defaultdict[str, set[str]] = defaultdict(set)
    for run in known.values():
        for name, version in run.versions.items():
            versions[name].add(version)
    return _Facts(
        sorted(known),
        [lesson for lesson in lessons if lesson not in known],
        dates,
        {name: sorted(all_) for name, all_ in versions.items()},
        sorted({r.system for r in runs if r.lesson in known and _days(r.date, dates[-1]) <= DAYS}),
    )


def _told(facts: _Facts) -> str:
    known, _, dates, versions, systems = facts
    when = f"on {dates[0]}" if len(dates) == 1 else f"between {dates[0]} and {dates[-1]}"
    programs = _listed([f"{name} {' or '.join(all_)}" for name, all_ in versions.items()])
    where = f"{len(systems)} system{'s' * (len(systems) > 1)} ({', '.join(systems)})"
    which = _named(known).capitalize()
    return f"{which} last ran without a fault {when} with {programs}, on {where}."


def _told_in_korean(facts: _Facts) -> str:
    known, _, dates, versions, systems = facts
    when = f"{dates[0]}에" if len(dates) == 1 else f"{dates[0]}에서 {dates[-1]} 사이에"
    programs = ", ".join(f"{name} {' 또는 '.join(all_)}" for name, all_ in versions.items())
    return (
        f"{_named_in_korean(known)} {when} 마지막으로 오류 없이 실행했습니다. "
        f"버전: {programs}. 시스템 {len(systems)}개({', '.join(systems)})."
    )


def oldest(runs: Iterable[Run], lessons: Sequence[str]) -> str:
    """The date since which each of these lessons has run; empty where one never has."""
    known = _last(runs, lessons)
    return min(run.date for run in known.values()) if len(known) == len(lessons) else ""


def is_old(day: str, today: date) -> bool:
    """Whether a date is more than 60 days ago; no date is.

    Example:
        >>> is_old("2026-09-28", date(2026, 11, 27)), is_old("2026-09-27", date(2026, 11, 27))
        (False, True)
    """
    return not day or _days(day, today.isoformat()) > DAYS


def keep(root: Path) -> None:
    """Take new runs over, and renew the README's sentence."""
    _write(root / KEPT, [*kept(root), *_found(root / NEW)])
    readme = root / "README.md"
    before, _, rest = readme.read_text("utf-8").partition(BEGIN)
    text = before + BEGIN + sentence(kept(root), _lessons(root)) + END + rest.partition(END)[2]
    readme.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> int:
    """Take over what is new, or check; return 1 when the last run is too long ago."""
    parser = argparse.ArgumentParser(prog="python -m tools.lessons.ran", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout; else this one")
    options = parser.parse_args(arguments)
    root, today = options.root, datetime.now(UTC).date()
    if not options.check:
        keep(root)
    lessons = _lessons(root)
    print(sentence(kept(root), lessons))
    if options.check and is_old(oldest(kept(root), lessons), today):
        print(f"Expected a run of each lesson in the last {DAYS} days. Run: make refresh")
        return 1
    return 0


def _lessons(root: Path) -> list[str]:
    return [path.stem for path in files.lessons(root)]


def _last(runs: Iterable[Run], lessons: Sequence[str]) -> dict[str, Run]:
    """The newest run of each of the lessons."""
    known: dict[str, Run] = {}
    for run in sorted(runs, key=lambda run: run.date):
        if run.lesson in lessons:
            known[run.lesson] = run
    return known


def _found(folder: Path) -> list[Run]:
    found = []
    for path in sorted(folder.rglob("*.json")):
        report = json.loads(path.read_text("utf-8"))
        for lesson, run in report["lessons"].items():
            found.append(Run(lesson, report["system"], run["date"], run["versions"]))
    return found


def _write(folder: Path, runs: Iterable[Run]) -> None:
    """One file a system, with the newest run of each lesson there."""
    from helpers.training.checkpoint import replacing  # imports torch, as in tools.lessons.execute

    folder.mkdir(parents=True, exist_ok=True)
    of_system: defaultdict[str, dict[str, dict]] = defaultdict(dict)
    for run in sorted(runs, key=lambda run: (run.lesson, run.date)):
        of_system[run.system][run.lesson] = {"date": run.date, "versions": run.versions}
    for system, lessons in of_system.items():
        text = json.dumps({"system": system, "lessons": lessons}, indent=1) + "\n"
        with replacing(folder / f"{system.lower().replace(' ', '-')}.json") as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def _named(lessons: Sequence[str]) -> str:
    """Such as "lessons 01 to 03"."""
    numbers = [lesson[:2] for lesson in lessons]
    if _in_a_row(numbers):
        return f"lessons {numbers[0]} to {numbers[-1]}"
    return f"lesson{'s' * (len(numbers) > 1)} {_listed(numbers)}"


def _named_in_korean(lessons: Sequence[str]) -> str:
    """Such as "01강부터 03강까지는"."""
    numbers = [lesson[:2] for lesson in lessons]
    if _in_a_row(numbers):
        return f"{numbers[0]}강부터 {numbers[-1]}강까지는"
    return ", ".join(f"{number}강" for number in numbers) + "은"


def _in_a_row(numbers: Sequence[str]) -> bool:
    return len(numbers) > 2 and int(numbers[-1]) - int(numbers[0]) == len(numbers) - 1


def _listed(words: Sequence[str]) -> str:
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last


if __name__ == "__main__":
    sys.exit(main())
