"""Memory and disk."""

from collections.abc import Iterator

from helpers.course.doctor.report import FIX, NOTE, OK, Finding
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
