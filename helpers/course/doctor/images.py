"""Each data set: is it here, can it be had, or will a lesson run on the practice images?"""

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.course.doctor.report import FIX, NOTE, OK, Finding


@dataclass(frozen=True)
class Standing:
    """Where a set stands.

    Attributes:
        finding: for the report.
        needs: GB of disk that it will take when it is first used.
    """

    finding: Finding
    needs: float


def stand(names: Iterable[str]) -> list[Standing]:
    """Look where the sets stand: on this machine, in the mirror, on the network, or nowhere.

    Nothing is fetched and nothing is changed; see ``helpers.data.fetch.outlook``.

    Raises:
        ImportError: when torch, which ``helpers.data`` needs, is missing or damaged.
        DataError: when ``LESSONS_DATA`` or another setting cannot be understood.
    """
    from helpers.data.fetch.outlook import forecast

    found = forecast(names)
    return [Standing(_finding(name, one), one.needs / 1e3) for name, one in found.items()]


def _finding(name: str, found) -> Finding:
    from helpers.data.fetch.catalogue import lookup
    from helpers.data.fetch.layout import UNKNOWN
    from helpers.data.fetch.outlook import NOTHING, PRACTICE
    from helpers.data.fetch.served import mode

    damaged = f"the copy in {found.folder} is not whole ({found.broken}); " if found.broken else ""
    if found.gives == PRACTICE and mode() == "practice":
        return Finding(OK, name, "practice images, as LESSONS_DATA=practice says")
    why = "; ".join(found.failures)
    what_to_do = "connect to the internet, or set LESSONS_MIRROR to a place that has the archives"
    if found.gives == NOTHING:
        text = f"cannot be had, and LESSONS_DATA=official allows nothing else ({why}): {what_to_do}"
        return Finding(FIX, name, damaged + text)
    if found.gives == PRACTICE:
        text = f"PRACTICE IMAGES only, figures differ ({why}). For the real ones {what_to_do}"
        return Finding(NOTE, name, damaged + text)
    tried = f" ({why})" if why else ""
    if found.broken:
        return Finding(NOTE, name, f"{damaged}at the next use it is repaired from {found.source}")
    if found.source:
        packed = sum(archive.size for archive in lookup(name).archives) / 1e6
        size = "" if found.source.startswith("the mirror") else f", {packed:.0f} MB"
        away = f"; {found.folder} is moved away, it is no folder" if found.strangers else ""
        text = f"fetched at its first use from {found.source}{size}{tried}{away}"
        return Finding(OK, name, text)
    edition = f" ({found.edition})" if found.edition else ""
    text = f"here, all files{edition}, in {found.folder}"
    if found.strangers:
        text += f"; what is no image of the set is moved away at the next use: {found.strangers}"
    return Finding(NOTE if found.strangers or found.edition == UNKNOWN else OK, name, text)
