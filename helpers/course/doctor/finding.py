"""What a look at the machine finds, and how it is printed."""

import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from helpers.language import say

OK = "ok"
NOTE = "note"  # all lessons run, but there is something to know
FIX = "fix"  # at least one lesson cannot run

WIDTH = 100
_WORD, _SUBJECT = 6, 14  # columns


class Finding(NamedTuple):
    """One line of the report.

    Attributes:
        word: ``OK``, ``NOTE`` or ``FIX``.
        subject: what was looked at, in a word or two.
        text: what was found, and what to do about it.
    """

    word: str
    subject: str
    text: str

    def __str__(self) -> str:
        """The line, continued in the column of the text where it is long.

        Example:
            >>> print(Finding(OK, "Python", "3.13.1"))
            ok    Python        3.13.1
        """
        begin = f"{self.word:{_WORD}}{self.subject:{_SUBJECT}}"
        return textwrap.fill(
            self.text,
            WIDTH,
            initial_indent=begin,
            subsequent_indent=" " * (_WORD + _SUBJECT),
            break_long_words=False,
            break_on_hyphens=False,
        )


Look = Callable[[], Iterable[Finding]]


def each(looks: Iterable[tuple[str, Look]]) -> Iterator[Finding]:
    """The findings of all looks, in order; one that fails is a finding, too.

    Example:
        >>> [str(finding) for finding in each([("torch", lambda: 1 / 0)])]
        ['fix   torch         cannot be looked at (ZeroDivisionError: division by zero)']
    """
    for subject, look in looks:
        try:
            yield from look()
        except Exception as error:  # in a broken environment anything may fail; the rest is told
            yield Finding(FIX, subject, say("cannot be looked at ({error})", error=in_short(error)))


def in_short(error: BaseException) -> str:
    """An error in one line: its type and the first line of its text."""
    first = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
