"""How much of each notebook was compared, and where the time went."""

from collections import defaultdict
from collections.abc import Iterable

import pytest

RECORD = "lesson"


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """Two lines for each notebook, in the order of their names; none without notebooks.

    Args:
        reports: those of a whole run. What a cell has to tell lies under ``RECORD`` in the
            report's ``user_properties``, a dict with ``cell``, ``data`` and ``compared``: there
            it also comes back from another process (pytest-xdist).
    """
    notebooks: defaultdict[str, list[pytest.TestReport]] = defaultdict(list)
    for report in reports:
        name = report.nodeid.split("::")[0]
        if name.endswith((".ipynb", ".ipynb solved")):
            notebooks[name].append(report)
    return [line for name in sorted(notebooks) for line in _of(name, notebooks[name])]


def _of(name: str, reports: list[pytest.TestReport]) -> list[str]:
    calls = [report for report in reports if report.when == "call"]
    records = [
        record
        for r in calls
        for key, record in r.user_properties
        if key == RECORD and isinstance(record, dict)
    ]
    if not records:
        return [f"{name}: no cell was run"]
    compared = sum(record["compared"] for record in records)
    share = 100 * compared / len(records)
    seconds = sum(report.duration for report in reports)
    slowest = sorted(calls, key=lambda report: report.duration, reverse=True)[:3]
    times = ", ".join(f"{r.nodeid.split('::')[1]} {r.duration:.1f} s" for r in slowest)
    return [
        f"{name}: compared {compared} of {len(records)} code cells ({share:.0f} %), "
        f"{records[0]['data']} data, {seconds:.1f} s",
        f"    slowest: {times}",
    ]
