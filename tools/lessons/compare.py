"""Stored against new outputs: numbers within a tolerance, everything else exactly.

Training on another processor changes the last digits of a number and nothing else. So a text is
cut into its numbers and the rest. Blanks count as one, because tensors and tables pad their
columns to the widest number. Pictures are not compared, but they must be there or not.

A line that states how far its figure may be off is taken at its word: ``0.997 (expected 0.995 ±
0.006)``, as ``expect`` prints it, allows every figure from 0.989 to 1.001, and ``0.73 ±
0.01`` one from 0.72 to 0.74. Everything else is compared as its cell asks.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nbformat import NotebookNode

from helpers.language import everywhere
from tools.lessons.notebook import notes
from tools.lessons.tokens import Number, between, numbers

# Their content differs from run to run or machine to machine; that they are there does not.
_ONLY_PRESENT = ("image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json")

# How ``expect`` begins what it expects, in each language.
_STATED = tuple(
    text.partition("{figure} ")[2].partition(" {goal}")[0]
    for text in everywhere("{name}: {figure} (expected {goal})")
)
_STYLER_ID = re.compile(r"\bT_[0-9a-f]{5}(?=_|\b)")
_STYLER = re.compile(r"(<pandas\.io\.formats\.style\.Styler) at 0x[0-9a-fA-F]+>")


@dataclass(frozen=True)
class Tolerance:
    """How far a new number may be from the stored one.

    Args:
        relative: as a share of the stored number.
        absolute: in the number's own unit, on top.
        whole: whether numbers written as integers may be off as well.
    """

    relative: float = 1e-3
    absolute: float = 0.0
    whole: bool = False

    def allows(self, stored: Number, new: Number) -> bool:
        """Whether the new number will do for the stored one; nan will for nan, inf for inf."""
        a, b = stored.value, new.value
        if a == b or math.isnan(a) and math.isnan(b):
            return True
        if stored.is_whole and new.is_whole and not self.whole:
            return False
        return math.isfinite(a) and abs(a - b) <= self.room(stored)

    def room(self, stored: Number) -> float:
        """How far a new number may be from the stored one, in its own unit."""
        return self.absolute + self.relative * abs(stored.value)

    def __str__(self) -> str:
        return f"{self.relative:g} of it" + (f" + {self.absolute:g}" if self.absolute else "")


@dataclass(frozen=True)
class Stated:
    """A tolerance that stands in the text, behind ``±``.

    Args:
        target: what the figure is expected to be.
        radius: how far it may be from that.
    """

    target: float
    radius: float

    def allows(self, stored: Number, new: Number) -> bool:
        """Whether the new figure lies as near to the target as the text says."""
        return abs(new.value - self.target) <= self.radius + new.unit / 2  # it is printed rounded

    def room(self, stored: Number) -> float:
        """How far a figure may be off."""
        return self.radius

    def __str__(self) -> str:
        return f"{self.target:g} ± {self.radius:g}, as the line says"


class Pair(NamedTuple):
    """A number and what became of it.

    Attributes:
        stored: as the notebook has it.
        new: as it was this time.
        rule: how far they may be apart.
    """

    stored: Number
    new: Number
    rule: Tolerance | Stated


def tolerance_of(cell: NotebookNode) -> Tolerance:
    """The tolerance a cell asks for with ``lesson.tolerance`` and ``lesson.absolute``."""
    asked = notes(cell)
    usual = Tolerance()
    return Tolerance(
        relative=asked.get("tolerance", usual.relative),
        absolute=asked.get("absolute", usual.absolute),
        whole="tolerance" in asked or "absolute" in asked,
    )


def canonical_tables(text: str, known: dict[str, str] | None = None) -> str:
    """Bring the tables that pandas styles into one form.

    Their random ids are numbered in the order they appear, and the address is taken out of the
    plain text that stands behind such a table and that nobody can change.

    Args:
        text: any text.
        known: ids numbered so far; it is added to. Pass one dict for texts of one page, so that
            two tables there keep two ids.

    Example:
        >>> canonical_tables("#T_3fa9c_row0 #T_11111_row0 #T_3fa9c_row1")
        '#T_00000_row0 #T_00001_row0 #T_00000_row1'
    """
    known = {} if known is None else known
    text = _STYLER.sub(r"\1>", text)
    return _STYLER_ID.sub(lambda m: known.setdefault(m.group(), f"T_{len(known):05x}"), text)


def text_difference(stored: str, new: str, tolerance: Tolerance) -> str | None:
    """Say where two texts first differ, or None when they do not.

    Example:
        >>> text_difference("accuracy 0.9511", "accuracy  0.95112", Tolerance())
        >>> print(text_difference("6131 threes", "6132 threes", Tolerance()))
        line 1: stored 6131, now 6132: off by 1 (0.0163 %); integers must be equal
            stored: 6131 threes
            now:    6132 threes
    """
    before = canonical_tables(stored).split("\n")
    after = canonical_tables(new).split("\n")
    for number, (old, fresh) in enumerate(zip(before, after), start=1):
        problem = _line_difference(old, fresh, tolerance)
        if problem:
            return f"line {number}: {problem}\n    stored: {_cut(old)}\n    now:    {_cut(fresh)}"
    if len(before) != len(after):
        longer, which = (before, "stored") if len(before) > len(after) else (after, "now")
        extra = longer[min(len(before), len(after))]
        return (
            f"stored {len(before)} lines, now {len(after)}; the first one too many is\n"
            f"    {which}: {_cut(extra)}"
        )
    return None


def difference(stored: list, new: list, tolerance: Tolerance) -> str | None:
    """Say where the outputs of a cell first differ, or None when they do not.

    Outputs of one kind are compared in their order; the order between kinds is free, because
    printed text and displays reach the page by different ways.
    """
    before, after = _by_kind(stored), _by_kind(new)
    for kind in [*before, *(kind for kind in after if kind not in before)]:
        old, fresh = before[kind], after[kind]
        for a, b in zip(old, fresh):
            problem = text_difference(a, b, tolerance)
            if problem:
                return f"{kind}, {problem}"
        if len(old) != len(fresh):
            extra = (old if len(old) > len(fresh) else fresh)[min(len(old), len(fresh))]
            return f"{kind}: stored {len(old)} outputs of this kind, now {len(fresh)}\n" + (
                f"    {'stored' if len(old) > len(fresh) else 'now'}: {_cut(extra)}"
            )
    return None


def pairs(stored: list, new: list, tolerance: Tolerance) -> Iterator[Pair]:
    """The numbers of a cell's outputs, each with what became of it, where the texts agree."""
    before, after = _by_kind(stored), _by_kind(new)
    for kind in before:
        for old, fresh in zip(before[kind], after[kind]):
            lines = (canonical_tables(text).split("\n") for text in (old, fresh))
            for one, other in zip(*lines):
                yield from _line_pairs(one, other, tolerance) or ()


def _line_pairs(stored: str, new: str, tolerance: Tolerance) -> list[Pair] | None:
    """The numbers of two lines; None when the text around them differs."""
    old, fresh = numbers(stored), numbers(new)
    around = _tidy(between(stored, old))
    if around != _tidy(between(new, fresh)):
        return None
    rules: list[Tolerance | Stated] = [tolerance] * len(old)
    for place, (number, radius) in enumerate(zip(old, old[1:])):
        if around[place + 1] == "±" and not math.isnan(radius.value):
            figure = place - 1 if place and around[place].endswith(_STATED) else place
            rules[figure] = Stated(number.value, radius.value)
    return [Pair(*three) for three in zip(old, fresh, rules)]


def _line_difference(stored: str, new: str, tolerance: Tolerance) -> str | None:
    found = _line_pairs(stored, new, tolerance)
    if found is None:
        return "the text differs"
    return next((_off(pair) for pair in found if not pair.rule.allows(*pair[:2])), None)


def _tidy(pieces: list[str]) -> list[str]:
    """Blanks beside a number come and go with the width of its column; elsewhere one is many."""
    return [re.sub(r"[ \t]+", " ", piece).strip(" ") for piece in pieces]


def _off(pair: Pair) -> str:
    stored, new, rule = pair
    off = abs(new.value - stored.value)
    share = f" ({100 * off / abs(stored.value):.3g} %)" if stored.value else ""
    whole = stored.is_whole and new.is_whole and not getattr(rule, "whole", True)
    allowed = "integers must be equal" if whole else f"allowed is {rule}"
    return f"stored {stored.text}, now {new.text}: off by {off:.4g}{share}; {allowed}"


def _by_kind(outputs: list) -> defaultdict[str, list[str]]:
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for output in outputs:
        if output["output_type"] == "stream":
            kinds[output["name"]].append(output["text"])
        elif output["output_type"] == "error":
            kinds["error"].append(f"{output['ename']}: {output['evalue']}")
        else:
            for kind, value in output["data"].items():
                kinds[kind].append(_as_text(kind, value))
    return kinds


def _as_text(kind: str, value: object) -> str:
    if kind in _ONLY_PRESENT:
        return f"({kind})"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, indent=1)


def _cut(line: str, length: int = 200) -> str:
    return line if len(line) <= length else line[:length] + " ..."
