"""Whose turn it is: ``python -m tools.lessons.turns en``, or ``ko``.

A lesson is tried in pairs of ways that have most in common: solved in English or in Korean, in the
browser or with Colab's versions. ``make test`` tries all. Where ``LESSONS_TURN`` holds a digest, as
in ``.ci/run``, each lesson is tried in one way of each pair, and other commits try the other.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.lessons.notebook import lessons

ROOT = Path(__file__).resolve().parents[2]


def due(paths: Iterable[Path], second: bool = False) -> list[Path]:
    """The lessons whose turn it is to be tried in the first way of a pair, or in the second.

    Args:
        paths: of lessons; their numbers decide, and the parity of the digest.

    Example:
        >>> os.environ["LESSONS_TURN"] = "a0"
        >>> pair = [Path("01_guess.ipynb"), Path("02_look.ipynb")]
        >>> [path.name for path in due(pair)], [path.name for path in due(pair, second=True)]
        (['02_look.ipynb'], ['01_guess.ipynb'])
        >>> del os.environ["LESSONS_TURN"]
        >>> len(due(pair)), len(due(pair, second=True))
        (2, 2)
    """
    digest = os.environ.get("LESSONS_TURN")
    if not digest:
        return list(paths)
    shift = int(digest, 16) + second
    return [path for path in paths if (int(path.name[:2]) + shift) % 2 == 0]


if __name__ == "__main__":
    (lang,) = sys.argv[1:]
    mine = due(lessons(ROOT, lang), second=lang != "en")
    print(*[path.relative_to(ROOT).as_posix() for path in mine])
