"""Stored against new outputs: numbers within a tolerance, everything else exactly.

Training on another processor changes the last digits of a number and nothing else. So a text is
cut into its numbers and the rest. Blanks count as one, because tensors and tables pad their
columns to the widest number. Pictures are not compared, but they must be there or not.
"""

import json
import math
import re
from collections import defaultdict
from dataclasses import dataclass

from nbformat import NotebookNode

from tests.nbcheck.notebook import notes
from tests.nbcheck.tokens import Number, between, numbers

# Their content differs from run to run or machine to machine; that they are there does not.
_ONLY_PRESENT = ("image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json")

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
        return math.isfinite(a) and abs(a - b) <= self.absolute + self.relative * abs(a)

    def __str__(self) -> str:
        return f"{self.relative:g} of it" + (f" + {self.absolute:g}" if self.absolute else "")


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

    Args:
        stored: the outputs in the notebook's file.
        new: those of the run.
        tolerance: for the numbers in them.
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


def _line_difference(stored: str, new: str, tolerance: Tolerance) -> str | None:
    old, fresh = numbers(stored), numbers(new)
    if _tidy(between(stored, old)) != _tidy(between(new, fresh)):
        return "the text differs"
    for a, b in zip(old, fresh):
        if not tolerance.allows(a, b):
            return _off(a, b, tolerance)
    return None


def _tidy(pieces: list[str]) -> list[str]:
    """Blanks beside a number come and go with the width of its column; elsewhere one is many."""
    return [re.sub(r"[ \t]+", " ", piece).strip(" ") for piece in pieces]


def _off(stored: Number, new: Number, tolerance: Tolerance) -> str:
    off = abs(new.value - stored.value)
    share = f" ({100 * off / abs(stored.value):.3g} %)" if stored.value else ""
    rule = (
        "integers must be equal"
        if stored.is_whole and new.is_whole and not tolerance.whole
        else f"allowed is {tolerance}"
    )
    return f"stored {stored.text}, now {new.text}: off by {off:.4g}{share}; {rule}"


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
