"""The report of ``python -m helpers``, and its exit status."""

import argparse
from collections.abc import Iterator, Sequence

from helpers.course.doctor import machine, notebooks, packages
from helpers.course.doctor.finding import FIX, Finding, each, in_short
from helpers.language import say
from helpers.language.words import language_of
from helpers.settings import SCALES, setting


def main(arguments: Sequence[str]) -> int:
    """Print the report line by line, as things are found.

    Returns:
        1 when at least one lesson cannot run here, else 0.
    """
    parser = argparse.ArgumentParser(
        prog="python -m helpers",
        description="Say what works on this machine, and what to do where it does not.",
        epilog="python -m helpers progress --help: which exercises pass",
    )
    parser.parse_args(arguments)
    faults = 0
    for finding in findings():
        print(finding, flush=True)
        faults += finding.word == FIX
    if not faults:
        print(say("\nEvery lesson can run."))
    elif faults == 1:
        print(say("\n1 thing to fix, then every lesson can run."))
    else:
        print(say("\n{n} things to fix, then every lesson can run.", n=faults))
    return 1 if faults else 0


def findings() -> Iterator[Finding]:
    """All findings, in the order of the report."""
    return each(
        [
            ("Python", packages.python),
            ("torch", packages.torch),
            ("torchvision", packages.torchvision),
            ("fastai", packages.fastai),
            ("packages", packages.others),
            ("memory", machine.memory),
            ("disk", _disk_and_images),
            ("JupyterLab", packages.lab),
            ("widgets", packages.widgets),
            ("settings", _settings),
            ("lessons", notebooks.lessons),
        ]
    )


def _settings() -> Iterator[Finding]:
    """What was asked for and does not exist; LESSONS_DATA is told with the images."""
    wish = setting("LESSONS_LANG")
    if wish and not language_of(wish):
        yield Finding(
            FIX,
            "language",
            say("LESSONS_LANG must be 'en' or 'ko', got {wish!r}: set it anew", wish=wish),
        )
    wish = setting("LESSONS_SCALE")
    if wish and wish not in SCALES:
        yield Finding(
            FIX, "scale", say("LESSONS_SCALE must be 'full' or 'part', got {wish!r}", wish=wish)
        )


def _disk_and_images() -> Iterator[Finding]:
    """The room that is needed depends on where the images will come from."""
    standings, problem = [], ""
    try:
        from helpers import data

        standings = machine.stand(data.names())
    except Exception as error:  # torch is missing, a setting cannot be understood ...
        problem = str(error) if isinstance(error, RuntimeError) else in_short(error)
    yield from each([("disk", lambda: machine.disk(sum(one.needs for one in standings)))])
    yield from (one.finding for one in standings)
    if problem:
        yield Finding(FIX, "data", say("cannot be looked at: {problem}", problem=problem))
