"""Memory, disk, and the images on it: is a set here, can it be had, or is there practice only?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpers.course.doctor.finding import FIX, NOTE, OK, Finding
from helpers.language import say

MEMORY = 2.0  # GB that a lesson takes at most, on a processor


def memory() -> Iterator[Finding]:
    """Memory that is free now."""
    try:
        import psutil
    except ImportError:
        yield Finding(NOTE, "memory", say("not looked at: psutil is not installed"))
        return
    found = psutil.virtual_memory()
    free, all_of_it = found.available / 1e9, found.total / 1e9
    text = say("{free:.1f} of {total:.1f} GB are free", free=free, total=all_of_it)
    if free < MEMORY:
        yield Finding(
            NOTE,
            "memory",
            say("{text}, a lesson can take {most:g}: close programs", text=text, most=MEMORY),
        )
    else:
        yield Finding(OK, "memory", text)


def disk(needed: float) -> Iterator[Finding]:
    """Whether the folder of the images can be written to, and has room for those to come.

    Args:
        needed: GB that the sets need that are not on this machine yet.
    """
    try:
        from helpers.data.fetch import home
    except Exception:  # a damaged torch fails in many ways; the report has a line about each
        yield Finding(NOTE, "disk", say("not looked at: what looks after the images does not load"))
        return
    here = home.current()
    free = home.free(here.data) / 1e3
    more = say(", the images to come need {size}", size=_size(needed)) if needed else ""
    text = say("{size} free in {folder}{more}", size=_size(free), folder=here.data, more=more)
    other = say("make room, or {other}", other=say(home.OTHER))
    if here.instead_of is not None:
        yield Finding(
            NOTE,
            "disk",
            say(
                "{text}, which is used meanwhile and may be emptied at any time: {place} cannot "
                "be used ({why}). To keep the images, {other}",
                text=text,
                place=here.instead_of,
                why=here.why,
                other=other,
            ),
        )
    elif here.why:
        yield Finding(
            FIX,
            "disk",
            say(
                "{folder} cannot be used ({why}): {other}",
                folder=here.data,
                why=here.why,
                other=other,
            ),
        )
    elif free < needed:
        yield Finding(NOTE, "disk", f"{text}: {other}")
    else:
        yield Finding(OK, "disk", text)


def _size(gigabytes: float) -> str:
    return f"{gigabytes:.1f} GB" if gigabytes >= 1 else f"{gigabytes * 1e3:.0f} MB"


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
    from helpers.data.fetch.origins import MIRROR
    from helpers.data.fetch.outlook import NOTHING, PRACTICE
    from helpers.data.fetch.served import mode

    damaged = (
        say(
            "the copy in {folder} is not whole ({broken}); ",
            folder=found.folder,
            broken=found.broken,
        )
        if found.broken
        else ""
    )
    if found.gives == PRACTICE and mode() == "practice":
        return Finding(OK, name, say("practice images, as LESSONS_DATA=practice says"))
    why = "; ".join(found.failures)
    told = {
        "why": why,
        "what_to_do": say(
            "connect to the internet, or set LESSONS_MIRROR to a place that has the archives"
        ),
    }
    if found.gives == NOTHING:
        text = say(
            "cannot be had, and LESSONS_DATA=official allows nothing else ({why}): {what_to_do}",
            **told,
        )
        return Finding(FIX, name, damaged + text)
    if found.gives == PRACTICE:
        text = say(
            "PRACTICE IMAGES only, figures differ ({why}). For the real ones {what_to_do}", **told
        )
        return Finding(NOTE, name, damaged + text)
    tried = f" ({why})" if why else ""
    if found.broken:
        return Finding(
            NOTE,
            name,
            say(
                "{damaged}at the next use it is repaired from {source}",
                damaged=damaged,
                source=found.source,
            ),
        )
    if found.source:
        packed = sum(archive.size for archive in lookup(name).archives) / 1e6
        size = "" if found.source.startswith(say(MIRROR)) else f", {packed:.0f} MB"
        away = (
            say("; {folder} is moved away, it is no folder", folder=found.folder)
            if found.strangers
            else ""
        )
        text = say(
            "fetched at its first use from {source}{size}{tried}{away}",
            source=found.source,
            size=size,
            tried=tried,
            away=away,
        )
        return Finding(OK, name, text)
    edition = f" ({say(found.edition)})" if found.edition else ""
    text = say("here, all files{edition}, in {folder}", edition=edition, folder=found.folder)
    if found.strangers:
        text += say(
            "; what is no image of the set is moved away at the next use: {strangers}",
            strangers=found.strangers,
        )
    return Finding(NOTE if found.strangers or found.edition == UNKNOWN else OK, name, text)
