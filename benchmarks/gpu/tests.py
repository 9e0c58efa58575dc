"""The project's tests on a GPU: those marked ``gpu``, then the unit tests of what uses a device."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

from benchmarks.gpu.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
LESSON = "test_lesson_on_gpu.py"  # the lessons are stages of their own


class Counter:
    """A plugin of pytest that puts how many tests have passed, failed or were skipped so far."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage, self.name = stage, name
        self.counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
        self.said: dict[str, list[str]] = {"failed": [], "skipped": []}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        self.counts[report.outcome] += 1
        if report.outcome in self.said:
            why = report.longrepr
            why = why[-1] if isinstance(why, tuple) else getattr(why, "reprcrash", why)
            why = getattr(why, "message", str(why))
            self.said[report.outcome].append(f"{report.nodeid}: {' '.join(why.split())[:240]}")
        self.put()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.counts["failed"] += 1
            self.said["failed"].append(f"{report.nodeid}: {str(report.longrepr)[-240:]}")
            self.put()

    def put(self) -> None:
        """Without printing: pytest says it all."""
        figures = self.counts | {"failures": self.said["failed"], "skips": self.said["skipped"]}
        self.stage.results.put({f"{self.stage.name}.{self.name}_{k}": figures[k] for k in figures})


def run(stage: Stage) -> None:
    """Both parts; a failed test is the stage's failure, too."""
    os.chdir(ROOT)
    for variable in ("LESSONS_DATA", "LESSONS_SCALE"):  # tests set what they need
        os.environ.pop(variable, None)
    marked = [path for path in sorted(Path("tests").rglob("test_*.py")) if speaks_of_gpu(path)]
    units = unit_tests()
    if stage.small:
        marked, units = [Path("tests/device/test_memory.py")], [Path("tests/device/test_place.py")]
    side_by_side = importlib.util.find_spec("xdist") and not stage.small
    with stage.part("gpu"):
        pytest_part(stage, "gpu", "-m", "gpu", *marked)
    with stage.part("units"):
        several = ("-n", "8") if side_by_side else ()
        os.environ["OMP_NUM_THREADS"] = "1"  # of each process
        pytest_part(stage, "units", "-m", "not gpu", *several, *units)


def speaks_of_gpu(path: Path) -> bool:
    """Whether some of its tests are marked ``gpu``; not the lessons, stages of their own."""
    return path.name != LESSON and "@pytest.mark.gpu" in path.read_text("utf-8")


def unit_tests() -> list[Path]:
    """The tests of those helpers that speak of a device, and of the benchmarks."""
    files = [Path("tests", *path.parts[1:-1], f"test_{path.name}")
             for room in ("device", "data", "models", "training", "pictures")
             for path in sorted(Path("helpers", room).glob("*.py"))
             if re.search(r"\b(device|cuda)\b", path.read_text("utf-8"))]  # fmt: skip
    files += sorted(Path("tests", "repo").glob("test_benchmark_cifar10*.py"))
    return [path for path in files if path.exists()]


def pytest_part(stage: Stage, name: str, *options: str | Path) -> None:
    """Run pytest in this process, so that its figures are stored as they come."""
    counter = Counter(stage, name)
    fixed = ["-v", "-rs", "--tb=short", "-p", "no:cacheprovider"]
    pytest.main([*fixed, *map(str, options)], plugins=[counter])
    counter.put()
    stage.failed |= counter.counts["failed"] > 0
