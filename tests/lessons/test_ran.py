"""When the lessons last ran: recorded by a run, kept, told, and told when it is long ago."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import nbformat
import pytest

from tests import ROOT
from tools.lessons import ran
from tools.lessons.ran import Run, is_old, kept, oldest, sentence
from tools.lessons.sample import code, notebook, value
from tools.lessons.variants import STEERED

TODAY = datetime.now(UTC).date()
NOW = {"Python": "3.13.1", "torch": "2.15.0"}
THEN = {"Python": "3.13.1", "torch": "2.14.0"}
RUNS = [
    Run("01_a", "Linux x86_64", "2026-11-27", NOW),
    Run("01_a", "macOS arm64", "2026-11-20", THEN),
    Run("01_a", "Windows AMD64", "2026-01-01", THEN),
    Run("02_b", "Linux x86_64", "2026-11-25", THEN),
]


def test_a_lesson_says_when_with_what_and_where():
    assert sentence(RUNS, ["01_a"]) == (
        "Lesson 01 last ran without a fault on 2026-11-27 with Python 3.13.1 and torch 2.15.0, "
        "on 2 systems (Linux x86_64, macOS arm64)."
    )


def test_all_lessons_say_it_together():
    assert sentence(iter(RUNS), ["01_a", "02_b"]) == (
        "Lessons 01 and 02 last ran without a fault between 2026-11-25 and 2026-11-27 with "
        "Python 3.13.1 and torch 2.14.0 or 2.15.0, on 2 systems (Linux x86_64, macOS arm64)."
    )
    some = sentence(RUNS, ["01_a", "02_b", "03_c", "04_d", "05_e"])
    assert some.endswith(" No run is recorded yet of lessons 03 to 05.")
    assert sentence([], ["03_c"]) == "No run is recorded yet of lesson 03."
    assert sentence([], ["02_b", "04_d"]) == "No run is recorded yet of lessons 02 and 04."


def test_the_oldest_run_counts_and_one_that_is_missing_is_old():
    assert oldest(RUNS, ["01_a", "02_b"]) == "2026-11-25"
    assert oldest(RUNS, ["01_a", "03_c"]) == ""
    assert is_old("", date(2026, 11, 27)) and not is_old("2026-11-27", date(2026, 11, 27))
    assert is_old("2026-09-27", date(2026, 11, 27)) and not is_old("2026-09-28", date(2026, 11, 27))


def test_the_readme_says_what_the_report_says():
    lessons = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    told = ran.BEGIN + sentence(kept(ROOT), lessons) + ran.END
    assert told in (ROOT / "README.md").read_text("utf-8"), "run: make ran"


# A checkout with two lessons, one of them faulty.


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    for name in STEERED:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pytest.ini").touch()
    for name, shown in (("01_good", "2"), ("02_bad", "3")):
        lesson = notebook(code("1"), code("1 + 1", value(shown)))
        for number, cell in enumerate(lesson.cells, start=1):
            cell.execution_count = number
        lesson.cells[0].outputs = [value("1")]
        nbformat.write(lesson, tmp_path / "notebooks" / f"{name}.ipynb")
    (tmp_path / "README.md").write_text(f"# A\n\n{ran.BEGIN}old{ran.END}\nmore\n", "utf-8")
    return tmp_path


def run_lessons(checkout, *more: str) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "tools.lessons.plugin", "--nbval", "-q"]
    command += ["-p", "no:cacheprovider", "--nbval-current-env", "--rootdir", str(checkout)]
    subprocess.run(
        [*command, *more, str(checkout / "notebooks")], cwd=ROOT, stdout=subprocess.DEVNULL
    )


@pytest.mark.slow
def test_a_run_records_what_passed_whole_and_it_reaches_the_readme(checkout):
    run_lessons(checkout)
    (report,) = (checkout / ran.NEW).glob("*.json")
    assert list(json.loads(report.read_text())["lessons"]) == ["01_good"]
    assert ran.main(["--root", str(checkout)]) == 0
    (run,) = kept(checkout)
    assert run.lesson == "01_good" and set(run.versions) == {"Python", *ran.PACKAGES}
    assert 0 <= (TODAY - date.fromisoformat(run.date)).days <= 1
    text = (checkout / "README.md").read_text("utf-8")
    told = sentence([run], ["01_good", "02_bad"])
    assert text == f"# A\n\n{ran.BEGIN}{told}{ran.END}\nmore\n"
    ran.keep(checkout)
    assert (checkout / "README.md").read_text("utf-8") == text


@pytest.mark.slow
def test_a_part_of_a_lesson_or_another_processor_imitated_is_no_run(checkout, monkeypatch):
    run_lessons(checkout, "-k", "Cell and 2")
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    run_lessons(checkout)
    assert not (checkout / ran.NEW).exists()


@pytest.mark.parametrize(("days", "status"), [(0, 0), (59, 0), (70, 1)])
def test_the_check_fails_when_the_last_run_is_too_long_ago(checkout, days, status, capsys):
    day = (TODAY - timedelta(days=days)).isoformat()
    for path in (checkout / "notebooks").iterdir():
        ran._write(checkout / ran.KEPT, [*kept(checkout), Run(path.stem, "Linux x", day, NOW)])
    assert ran.main(["--root", str(checkout), "--check"]) == status
    assert ("make refresh" in capsys.readouterr().out) == bool(status)


def test_reports_of_other_systems_lie_beside_and_the_newest_counts(checkout):
    folder = checkout / ran.NEW / "downloaded"
    ran._write(folder, RUNS)
    ran._write(checkout / ran.KEPT, [Run("01_a", "macOS arm64", "2026-11-26", NOW)])
    ran.keep(checkout)
    found = {(run.lesson, run.system): run.date for run in kept(checkout)}
    assert found["01_a", "macOS arm64"] == "2026-11-26" and len(found) == 4
    assert len(list((checkout / ran.KEPT).iterdir())) == 3
