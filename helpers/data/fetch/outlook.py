"""What the next use of a set will do, found out without doing it.

It asks the code that a lesson runs: the same check of the folder, the same archives and servers,
the same words for what is wrong with them.
"""

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers.data.fetch import decoded, faults, home
from helpers.data.fetch.catalogue import DataSet, lookup
from helpers.data.fetch.faults import DataError, Unwritable
from helpers.data.fetch.layout import first
from helpers.data.fetch.obtain import rehearse
from helpers.data.fetch.origins import sources
from helpers.data.fetch.served import home_for, mode, real_folder
from helpers.data.fetch.store import examine, unchanged

REAL, PRACTICE, NOTHING = "real images", "practice images", "an error"


@dataclass(frozen=True)
class Forecast:
    """What the next use will do.

    Attributes:
        gives: ``REAL``, ``PRACTICE`` or ``NOTHING``.
        folder: where the real set lies or will lie.
        broken: what is wrong with the copy that is there; empty when it is whole, or none is there.
        source: where a copy will come from; empty when none is needed, or none can be had.
        failures: why each source, or the disk, cannot give the real images.
        strangers: what will be moved out of the folder.
        edition: of the copy that is there, see ``layout.recognise``.
        needs: MB of disk that it will take.
    """

    gives: str
    folder: Path | None = None
    broken: str = ""
    source: str = ""
    failures: list[str] = field(default_factory=list)
    strangers: str = ""
    edition: str = ""
    needs: float = 0.0


def forecast(names: Iterable[str]) -> dict[str, Forecast]:
    """Look at each set; all servers are asked at the same time."""
    entries = [lookup(name) for name in names]
    if mode() == "practice":
        return {e.name: Forecast(PRACTICE, needs=e.practice_layout.megabytes) for e in entries}
    here = {entry.name: _on_this_machine(entry) for entry in entries}
    away = [entry for entry in entries if here[entry.name].gives != REAL]
    with ThreadPoolExecutor(8) as pool:
        asked = [
            [(s.label, pool.submit(rehearse, s, entry)) for s in sources(entry)] for entry in away
        ]
    found = {e.name: _from_sources(here[e.name], e, one) for e, one in zip(away, asked)}
    return here | found


def _on_this_machine(entry: DataSet) -> Forecast:
    """The set as it lies here: ``REAL`` when a lesson can use it, after tidying at most."""
    root, layout = real_folder(home.current(), entry.name), entry.layout
    if not os.path.isdir(root):
        return Forecast(NOTHING, root, strangers=root.name if os.path.lexists(root) else "")
    try:
        if unchanged(root, layout) is not None:
            strangers, edition = layout.strangers(root), decoded.notes(root, layout)["edition"]
        else:
            checked, strangers = examine(root, layout)
            if not checked.whole:
                return Forecast(NOTHING, root, broken=checked.summary())
            edition = checked.edition
    except OSError as error:
        return Forecast(NOTHING, root, broken=faults.of_system(error))
    return Forecast(REAL, root, strangers=first(strangers), edition=edition)


def _from_sources(here: Forecast, entry: DataSet, asked: Iterable[tuple[str, Future]]) -> Forecast:
    """The first source that has the set, as in ``obtain_real``; else practice images."""
    failures = []
    try:
        folder = home_for(entry).data / entry.name
    except Unwritable as error:
        failures.append(str(error))
    else:
        for label, answer in asked:
            problem = answer.exception()
            if problem is None:
                ready = replace(here, gives=REAL, folder=folder, source=label)
                return replace(ready, failures=failures, needs=entry.needs)
            if not isinstance(problem, DataError):
                raise problem
            failures.append(f"{label}: {problem}")
    gives = NOTHING if mode() == "official" else PRACTICE
    needs = entry.practice_layout.megabytes
    return replace(here, gives=gives, strangers="", failures=failures, needs=needs)
