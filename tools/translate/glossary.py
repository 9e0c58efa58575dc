"""The glossary, ``translations/ko/glossary.md``, read as a machine reads it.

A row of its tables names English terms and, in their order, the Korean. A term that stands in an
English text must stand in the Korean as the columns *Korean* or *also fine* have it; what *avoid*
names must not. Terms with ``†`` are everyday words too, and are left to the readers, as are verbs,
which change their form. Remarks in brackets are for people.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "translations" / "ko" / "glossary.md"

# What no Korean text of ours has, whatever the English.
_STYLE = {
    r"[은을이와과](?=\((?:는|를|가|과|와)\))": "one particle, by how the word is read",
    r"\d\s?~\s?\d": "a range is written 0에서 1까지, without '~'",
    r"십시오": "requests end in -세요",
    r"당신": "'you' is left out, or 여러분",
    r"되어지|나뉘어지|되 있": "a double passive or a misspelt one",
    r"에 의해": "the one who does it is the subject: no passive with 에 의해",
}


@dataclass(frozen=True)
class Term:
    """An English term and its Korean.

    Args:
        english: as a text may have it, in the singular.
        korean: what may stand for it; the first is the one to prefer.
        avoid: what must not.
        held: whether a text with it must have its Korean.
    """

    english: str
    korean: tuple[str, ...]
    avoid: tuple[str, ...] = ()
    held: bool = True
    _pattern: re.Pattern = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plural = r"(?:e?s)?" if self.english[-1:].isalpha() else ""
        words = re.escape(self.english).replace(r"\ ", r"[\s-]+")
        pattern = re.compile(rf"(?<![\w-]){words}{plural}(?![\w-])", re.IGNORECASE)
        object.__setattr__(self, "_pattern", pattern)

    def where(self, text: str) -> list[tuple[int, int]]:
        """Where an English text has the term."""
        return [match.span() for match in self._pattern.finditer(text)]


@dataclass(frozen=True)
class Glossary:
    """All terms."""

    terms: list[Term]

    def problems(self, english: str, korean: str) -> list[tuple[str, str]]:
        """The terms that a Korean text renders otherwise, each with what is wrong.

        Args:
            english: the prose of a text.
            korean: the prose of its translation.

        Example:
            >>> Glossary([Term("tensor", ("텐서",))]).problems("Two tensors.", "벡터 둘")
            [('tensor', 'expected 텐서, got neither')]
        """
        here = self._named(english)
        fine = {form for term in here for form in term.korean}
        found = []
        for term in here:
            bad = [a for a in term.avoid if a not in fine and _has(korean, a, fine)]
            good = any(_loose(form) in _loose(korean) for form in term.korean)
            wanted = " or ".join(term.korean)
            if bad:
                found.append((term.english, f"expected {wanted}, got {', '.join(bad)}"))
            elif term.held and not good:
                found.append((term.english, f"expected {wanted}, got neither"))
        return found

    def style(self, korean: str) -> list[str]:
        """What a Korean text has that none should.

        Example:
            >>> Glossary([]).style("0~1입니다.")
            ["'0~1': a range is written 0에서 1까지, without '~'"]
        """
        return [
            f"{match[0]!r}: {says}"
            for pattern, says in _STYLE.items()
            if (match := re.search(pattern, korean))
        ]

    def _named(self, english: str) -> list[Term]:
        """The terms of a text; the longest wins where one is a part of another."""
        places = [(a, b, term) for term in self.terms for a, b in term.where(english)]
        inside = {
            (a, b, term.english)
            for a, b, term in places
            for c, d, _ in places
            if c <= a and b <= d and d - c > b - a
        }
        named = {t.english: t for a, b, t in places if (a, b, t.english) not in inside}
        return list(named.values())


def read(path: Path = PATH) -> Glossary:
    """The glossary of the project, or of another file.

    Raises:
        ValueError: when a row has not as many Korean terms as English ones.
    """
    terms: dict[str, Term] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 6 or cells[0] == "English" or "**" in line:
            continue
        if set(cells[0]) <= set("-: "):
            continue
        for term in _row(cells, f"{path}:{number}"):
            known = terms.get(term.english)
            terms[term.english] = _both(known, term) if known else term
    return Glossary(list(terms.values()))


def _row(cells: list[str], where: str) -> Iterable[Term]:
    held = "†" not in cells[0]
    english = _items(cells[0].replace("†", ""))
    korean, fine = _items(cells[1], ";"), _items(cells[2], ";")
    groups = [[form] for form in korean]
    if len(english) == 1:
        groups = [korean]
    elif len(korean) == 1:  # two names of one thing
        groups = [korean] * len(english)
    if len(groups) != len(english):
        raise ValueError(
            f"{where}: expected as many Korean terms as English ones, "
            f"got {len(english)}: {english}, and {len(korean)}: {korean}"
        )
    avoid = [
        item
        for item in re.split(r",\s*", re.sub(r"\((?:seen|often|spacing)[^)]*\)", "", cells[4]))
        if re.fullmatch(r"[가-힣 ]{2,}", item.strip())
    ]
    for place, (name, forms) in enumerate(zip(english, groups)):
        also = fine if len(english) == 1 or len(fine) != len(english) else fine[place : place + 1]
        also = [form for form in also if form != "–"]
        verbs = [form for form in forms if form.endswith("다")]
        yield Term(
            english=name,
            korean=tuple(dict.fromkeys([*forms, *also, *([name] if name.isupper() else [])])),
            avoid=tuple(item.strip() for item in avoid if item.strip() not in forms),
            held=held and not verbs,
        )


def _items(cell: str, more: str = "") -> list[str]:
    """What commas part, without remarks in brackets."""
    cell = re.sub(r"\s*\([^)]*\)\s*", " ", cell.replace("`", ""))
    parts = re.split(rf"[,{more}]\s*" if more else r"[,;]\s*", cell)
    return [part.strip() for part in parts if part.strip()]


def _both(one: Term, other: Term) -> Term:
    """A word with two senses: each may stand."""
    korean = tuple(dict.fromkeys(one.korean + other.korean))
    avoid = tuple(a for a in dict.fromkeys(one.avoid + other.avoid) if a not in korean)
    return Term(one.english, korean, avoid, one.held and other.held)


def _loose(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _has(text: str, form: str, fine: Iterable[str]) -> bool:
    """Whether a text has a form other than as a part of a form that is fine."""
    for good in sorted(fine, key=len, reverse=True):
        if form in good:
            text = text.replace(good, " ")
    return re.search(rf"(?<![가-힣]){re.escape(form)}", text) is not None
