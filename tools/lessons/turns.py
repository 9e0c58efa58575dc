"""Whose turn it is: ``python -m tools.lessons.turns en``, or ``ko``, or ``en 3``.

A lesson is tried in pairs of ways that have most in common: solved in English or in Korean, in the
browser or with Colab's versions. ``make test`` tries all. Where ``LESSONS_TURN`` holds a digest, as
in ``.ci/run``, each lesson is tried in one way of each pair, and other commits try the other; a
third of the lessons is computed as another processor would (``en 3``). Of the site's pages a turn
is a smaller part.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from tools.lessons.notebook import lessons

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def due(items: Sequence[T], second: bool = False, of: int = 2) -> list[T]:
    """What is to be tried in the first way of a pair, or in the second: every other, or all.

    Args:
        items: in order; their places decide, and the digest.
        second: whether it is the second way.
        of: in how many turns all are tried.

    Example:
        >>> os.environ["LESSONS_TURN"] = "a0"
        >>> due(["01", "02", "03"]), due(["01", "02", "03"], second=True)
        (['01', '03'], ['02'])
        >>> del os.environ["LESSONS_TURN"]
        >>> due(["01", "02", "03"], second=True)
        ['01', '02', '03']
    """
    digest = os.environ.get("LESSONS_TURN")
    if not digest:
        return list(items)
    return list(items[(int(digest, 16) + second) % of :: of])


if __name__ == "__main__":
    lang, *of = sys.argv[1:]
    mine = due(lessons(ROOT, lang), second=lang != "en", of=int(of[0]) if of else 2)
    print(*[path.relative_to(ROOT).as_posix() for path in mine])
