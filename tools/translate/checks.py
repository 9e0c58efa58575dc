"""What differs between a text and its Korean: everything that a translation must leave as it is.

A problem names its kind, so that a translator can allow one with a reason, as a comment on the
entry: ``# allowed: numbers: the sum of both is said in words``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from markdown_it import MarkdownIt

from tools.lessons.notebook import FENCED
from tools.lessons.tokens import numbers
from tools.translate import literals
from tools.translate.glossary import Glossary

SMALL = 20  # whole numbers up to here may be words in one of the two languages


class Problem(NamedTuple):
    """What differs.

    Attributes:
        text: the name of the text.
        kind: which check it is.
        says: what was expected, what came.
    """

    text: str
    kind: str
    says: str

    def __str__(self) -> str:
        return f"{self.text}: {self.kind}: {self.says}"


_MATH = re.compile(r"\$\$.+?\$\$|(?<![\w\\$])\$(?=\S)[^$\n]+?(?<=\S)\$(?!\d)", re.DOTALL)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_TARGET = re.compile(r"\]\(\s*<?([^)>\s]+)[^)]*\)|(?:src|href)=\"([^\"]*)\"|<(https?://[^>]+)>")
_BARE = re.compile(r"https?://[^\s)>\]\"]+")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)\b[^<>]*>")
_HEADING = re.compile(r"^(#{1,6}) (.*)$", re.MULTILINE)
_NUMBER_OF_HEADING = re.compile(r"^(?:(?:Exercise|연습문제)\s+)?(\d+(?:\.\d+)*)")
_TABLE = re.compile(r"(?:^\|.*(?:\n|\Z))+", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+\S", re.MULTILINE)
_SCALES = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "천": 1e3, "만": 1e4, "백만": 1e6,
    "천만": 1e7, "억": 1e8, "십억": 1e9,
}  # fmt: skip
_SCALE = re.compile(r"\s?(thousand|million|billion|백만|천만|십억|천|만|억)(?![가-힣]*분)")
# Small numbers as words, 0 to 20: what the English may have for a figure of the Korean, and the
# other way round.
_ENGLISH_WORDS = [
    "zero|no|none|nothing",
    "an?|ones?|first|once|single|each|every",
    "two|twice|second|half|halves|both|pairs?|double[ds]?",
    "three|thirds?|triple",
    "four|fourth|quarters?",
    "five|fifths?",
    "six|sixth",
    "seven|seventh",
    "eight|eighth",
    "nine|ninth",
    "ten|tenths?",
    "eleven|eleventh",
    "twelve|twelfth",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen|sixteenth",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_KOREAN_WORDS = [
    "영|없",
    "하나|한|첫|일",
    "둘|두|절반|반|양쪽|이중",
    "셋|세|삼|석",
    "넷|네|사|넉",
    "다섯|오",
    "여섯|육",
    "일곱|칠",
    "여덟|팔",
    "아홉|구",
    "열|십",
    "열하나|열한",
    "열둘|열두",
    "열셋|열세",
    "열넷|열네",
    "열다섯",
    "열여섯",
    "열일곱",
    "열여덟",
    "열아홉",
    "스물|스무|이십",
]


def problems(name: str, english: str, korean: str, glossary: Glossary) -> list[Problem]:
    """Everything that differs between a text and its Korean.

    Example:
        >>> from tools.translate.glossary import Glossary
        >>> for one in problems("a", "Take `x` and 12.", "`y`와 12를 봅니다.", Glossary([])):
        ...     print(one)
        a: code names: the English has `x`, the Korean has `y`
    """
    kind = name.partition(":")[2].rstrip("0123456789")
    if kind in ("comment", "words"):
        found = _by_line(english, korean, words=kind == "words")
    elif kind == "alt":
        found = [*_placeholders(english, korean), *numbers_differ(english, korean)]
    else:
        found = [one for check in _OF_TEXTS for one in check(english, korean)]
    found += [
        (f"term {term}", says)
        for term, says in glossary.problems(prose(_said(kind, english)), prose(korean))
    ]
    found += [("style", says) for says in glossary.style(prose(korean))]
    if kind in ("", "alt") and re.search("[A-Za-z]{3}", prose(english)) and not _hangul(korean):
        found.append(("language", "expected Korean, but there is no Hangul in it"))
    return [Problem(name, kind, says) for kind, says in found]


def allowed(comment: str) -> dict[str, str]:
    """What a translator has allowed on an entry, with the reason: the kinds of problems.

    Example:
        >>> allowed("allowed: numbers: both are said in words")
        {'numbers': 'both are said in words'}
    """
    found = re.findall(r"^allowed: ([^:\n]+): *(\S.*)$", comment, re.MULTILINE)
    return {kind.strip(): reason for kind, reason in found}


def prose(text: str) -> str:
    """A text without code, formulas, tags and the targets of links."""
    text = _SPAN.sub(" ` ", FENCED.sub(" ", text))
    text = re.sub(r"<code>.*?</code>", " ` ", text, flags=re.DOTALL)
    for pattern in (_MATH, re.compile(r"(?<=\])\([^)]*\)"), _BARE, _TAG):
        text = pattern.sub(" ", text)
    return text


def formulas(english: str, korean: str) -> list[tuple[str, str]]:
    """Formulas are the same, in any order."""
    return _counted(
        "formulas", *(map(_tidy, _MATH.findall(_uncoded(t))) for t in (english, korean))
    )


def code_names(english: str, korean: str) -> list[tuple[str, str]]:
    """What stands in backticks is the same; how often it is named may differ."""
    old, new = ({m[2] for m in _SPAN.finditer(FENCED.sub("", t))} for t in (english, korean))
    return _counted("code names", (f"`{s}`" for s in old), (f"`{s}`" for s in new))


def links(english: str, korean: str) -> list[tuple[str, str]]:
    """Links and pictures lead to the same places."""

    def targets(text: str) -> list[str]:
        plain = FENCED.sub("", text)
        return ["".join(groups) for groups in _TARGET.findall(plain)]

    return _counted("links", targets(english), targets(korean))


def code_blocks(english: str, korean: str) -> list[tuple[str, str]]:
    """Code blocks are the same but for comments and strings that are Korean now."""
    old, new = ([m[0] for m in FENCED.finditer(text)] for text in (english, korean))
    if len(old) != len(new):
        return [("code blocks", f"the English has {len(old)}, the Korean {len(new)}")]
    found = []
    for place, (one, other) in enumerate(zip(old, new), start=1):
        if one == other or re.match(r"```+{", one):  # a directive of the website has words, too
            continue
        for a, b in zip(_code_lines(one, other), _code_lines(other, other)):
            if a != b:
                found.append(
                    ("code blocks", f"block {place}: the English has {a!r}, the Korean {b!r}")
                )
                break
        else:
            if len(one.splitlines()) != len(other.splitlines()):
                found.append(("code blocks", f"block {place}: the numbers of lines differ"))
    return found


def headings(english: str, korean: str) -> list[tuple[str, str]]:
    """Headings have the same levels and numbers, in the same order."""

    def shape(text: str) -> list[str]:
        found = _HEADING.findall(FENCED.sub("", text))
        numbered = ((level, _NUMBER_OF_HEADING.match(words)) for level, words in found)
        return [f"{level} {number[1] if number else '…'}" for level, number in numbered]

    return _same("headings", shape(english), shape(korean))


def exercises(english: str, korean: str) -> list[tuple[str, str]]:
    """Exercises and their folded solutions are called by the words that the tests look for."""
    found = []
    for pattern, wanted in (
        (r"^### Exercise (\d+\.\d+)", "### 연습문제 {}"),
        (r"<summary>Solution()", "<summary>해답"),
    ):
        for number in re.findall(pattern, english, re.MULTILINE):
            if korean.count(wanted.format(number)) == 0:
                found.append(("exercises", f"expected {wanted.format(number)!r}, got none"))
    return found


def tables(english: str, korean: str) -> list[tuple[str, str]]:
    """Tables have the same rows and columns."""

    def shape(text: str) -> list[str]:
        found = []
        for table in _TABLE.findall(FENCED.sub("", text)):
            rows = [re.split(r"(?<!\\)\|", r.strip().strip("|")) for r in table.strip().split("\n")]
            found.append(" ".join(str(len(row)) for row in rows))
        return found

    return _same("tables (columns of each row)", shape(english), shape(korean))


def lists(english: str, korean: str) -> list[tuple[str, str]]:
    """Lists have as many items."""
    counts = [str(len(_ITEM.findall(FENCED.sub("", text)))) for text in (english, korean)]
    return _same("list items", counts[:1], counts[1:])


def tags(english: str, korean: str) -> list[tuple[str, str]]:
    """HTML tags are the same, in the same order."""
    found = [[m[0] for m in _TAG.finditer(_uncoded(text))] for text in (english, korean)]
    found = [[re.sub(r"(title|alt)=\"[^\"]*\"", r"\1", tag) for tag in tags] for tags in found]
    return _same("tags", *found)


def numbers_differ(english: str, korean: str) -> list[tuple[str, str]]:
    """Numbers are the same, but that small ones may be words in one of the two.

    Example:
        >>> numbers_differ("Two of 6,131 3s.", "3 이미지 6,131장 중 2장입니다.")
        []
        >>> numbers_differ("At 0.5 of it.", "0.6에서 봅니다.")
        [('numbers', 'the English has 0.5, the Korean has 0.6')]
    """
    english = re.sub(r"(?<=\d)(?=s\b)", " ", prose(english))
    korean = re.sub(r"(?<=\d)(?=[가-힣])", " ", prose(korean))
    old, new = Counter(_values(english)), Counter(_values(korean))
    lost = {v for v in old - new if not _is_word(v, korean, _KOREAN_WORDS, "")}
    come = {v for v in new - old if not _is_word(v, english, _ENGLISH_WORDS, r"\b")}
    if not lost and not come:
        return []
    return [("numbers", _differ(sorted(map(_short, lost)), sorted(map(_short, come))))]


def rendered(english: str, korean: str) -> list[tuple[str, str]]:
    """No mark of Markdown is left in the page: ``**손실(loss)**은`` would print its asterisks."""
    found = []
    for token in MarkdownIt().enable(["table", "strikethrough"]).parse(_MATH.sub("0", korean)):
        for part in token.children or []:
            if part.type == "text" and "**" in part.content:
                found.append(("marks", f"asterisks would be printed: {part.content[:60]!r}"))
            if part.type == "s_open":
                found.append(("marks", "two '~' strike out what is between: write 0에서 1까지"))
    bold = [len(re.findall(r"\*\*.+?\*\*", _uncoded(t))) for t in (english, korean)]
    if bold[0] and not bold[1]:
        found.append(("marks", f"the English has {bold[0]} words in bold, the Korean none"))
    return found


Check = Callable[[str, str], list[tuple[str, str]]]
_OF_TEXTS: tuple[Check, ...] = (
    headings,
    exercises,
    formulas,
    numbers_differ,
    links,
    code_names,
    code_blocks,
    tables,
    lists,
    tags,
    rendered,
)


def _by_line(english: str, korean: str, words: bool) -> list[tuple[str, str]]:
    old, new = english.split("\n"), korean.split("\n")
    if len(old) != len(new):
        return [("lines", f"the English has {len(old)} lines, the Korean {len(new)}")]
    found = []
    for one, other in zip(old, new):
        if words:
            found += _placeholders(one, other)
            if one and not other.strip():
                found.append(("lines", f"the line for {one!r} is empty"))
        else:
            found += numbers_differ(one, other) + code_names(one, other)
    return found


def _placeholders(english: str, korean: str) -> list[tuple[str, str]]:
    old, new = (literals.placeholders(text) for text in (english, korean))
    return _counted("placeholders", old, new)


def _counted(kind: str, old: Iterable[str], new: Iterable[str]) -> list[tuple[str, str]]:
    before, after = Counter(old), Counter(new)
    lost, come = sorted((before - after).elements()), sorted((after - before).elements())
    return [(kind, _differ(lost, come))] if lost or come else []


def _same(kind: str, old: list[str], new: list[str]) -> list[tuple[str, str]]:
    return [] if old == new else [(kind, _differ(old, new))]


def _differ(lost: list[str], come: list[str]) -> str:
    lists = (", ".join(some) or "none of these" for some in (lost, come))
    return "the English has {}, the Korean has {}".format(*lists)


def _uncoded(text: str) -> str:
    return _SPAN.sub(" ", FENCED.sub(" ", text))


def _tidy(formula: str) -> str:
    return " ".join(formula.split())


def _code_lines(block: str, korean: str) -> list[str]:
    """The lines of a block without comments; strings are left out where the Korean has Hangul."""
    lines = [re.sub(r"(?:^|\s+)#\s.*$", "", line) for line in block.splitlines()]
    return [re.sub(r"([\"'])(?:(?!\1).)*\1", "'…'", x) for x in lines] if _hangul(korean) else lines


def _values(text: str) -> list[float]:
    values = []
    for number in numbers(text):
        if number.value != number.value:  # nan is a word
            continue
        scale = _SCALE.match(text, number.end)
        values.append(round(abs(number.value) * (_SCALES[scale[1]] if scale else 1), 9))
    return values


def _said(kind: str, text: str) -> str:
    """A text without the names in the braces of an f-string."""
    names = literals.placeholders(text) if kind in ("words", "alt") else []
    for name in names:
        text = text.replace(name, " ")
    return text


def _hangul(text: str) -> bool:
    return re.search("[가-힣]", text) is not None


def _is_word(value: float, text: str, words: list[str], edge: str) -> bool:
    if value != int(value) or value > SMALL:
        return False
    return re.search(rf"{edge}(?:{words[int(value)]}){edge}", text, re.IGNORECASE) is not None


def _short(value: float) -> str:
    return f"{value:.12g}"
