"""Results as a person reads them in a terminal."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from helpers.course.grading.marking import RIGHT, UNTRIED, WORDS, Mark
from helpers.course.grading.table import Row, printable
from helpers.language import say


def own_table(found: Iterable[tuple[str, Sequence[Mark]]]) -> str:
    """A learner's results as text: lesson, exercise, result, what the check says.

    Example:
        >>> print(own_table([("02_gradients", [Mark("2.1", "wrong", "value: too large.")])]))
        lesson        exercise  result
        02_gradients  2.1       wrong       value: too large.
    """
    found = [(printable(name), its_marks) for name, its_marks in found]
    head = say("lesson"), say("exercise"), say("result")
    widths = (
        max(map(_columns, [head[0], *(name for name, _ in found)])),
        max(8, _columns(head[1])),
        10,
    )
    lines = ["  ".join(map(_padded, head, widths)).rstrip()]
    for name, its_marks in found:
        for place, mark in enumerate(its_marks):
            shown = "" if place else name
            says = "" if mark.result in (RIGHT, UNTRIED) else mark.says
            cells = map(_padded, (shown, mark.exercise, say(mark.result)), widths)
            lines.append("  ".join([*cells, says]).rstrip())
    return "\n".join(lines)


def _columns(text: str) -> int:
    """How wide a text is in a terminal, where a Korean syllable takes two columns."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def class_table(table: Iterable[Row]) -> str:
    """How often each learner has each result, as text.

    Example:
        >>> print(class_table([Row("ann", "a.ipynb", "1.1", "right", "")]))
        learner  right  wrong  not tried  stopped  missing  unreadable
        ann          1      0          0        0        0           0
    """
    counts: dict[str, Counter] = {}
    for row in table:
        counts.setdefault(printable(row.learner), Counter())[row.result] += 1
    width = max(len(name) for name in ["learner", *counts])
    lines = [f"{'learner':{width}}  " + "  ".join(WORDS)]
    for name, count in sorted(counts.items()):
        numbers = "  ".join(f"{count[word]:{len(word)}}" for word in WORDS)
        lines.append(f"{name:{width}}  {numbers}")
    return "\n".join(lines)
