"""Where the words of a code cell are: its comments and its strings, found and replaced.

What a reader of the code sees as prose is one of three:

- *comments*, each without its ``#``;
- *alternatives*, the words for a picture: the strings of ``alt=...``;
- *words*, the other strings that a page shows: what is printed, titles, labels.

A string is given as it stands between its quotes, so an f-string keeps its braces and ``\\n`` stays
two characters; only an escaped quote is bare. Pieces that Python joins are one string.
"""

import ast
import io
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WIDTH = 88  # a longer string is written in several pieces

_PIECE = re.compile(r"""([A-Za-z]{0,2})(\"{3}|'{3}|"|')((?:\\.|(?!\2).)*)\2""", re.DOTALL)
_BRACES = re.compile(r"\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
# Where a single word is shown, too.
_SHOWING = {"print", "expect"}
_TITLES = {"title", "titles", "label", "labels", "xlabel", "ylabel", "suptitle", "again"}


@dataclass(frozen=True)
class Literal:
    """A string in code.

    Args:
        start: where it begins in the source.
        end: where it ends.
        text: what is between its quotes.
        quote: one of its quotes.
        is_f: whether it is an f-string.
    """

    start: int
    end: int
    text: str
    quote: str
    is_f: bool

    def written(self, text: str, column: int) -> str:
        """The source of this string with another text, in pieces that fit a line."""
        prefix = "f" if self.is_f and "{" in text else ""
        pieces = _cut(text, max(20, WIDTH - column - len(prefix) - 2)) if len(text) > 1 else [text]
        joint = "\n" + " " * column
        return joint.join(f"{prefix}{self.quote}{self._quoted(p)}{self.quote}" for p in pieces)

    def _quoted(self, text: str) -> str:
        if not self.is_f:
            return text.replace(self.quote, "\\" + self.quote)
        places = [0, *(end for m in _BRACES.finditer(text) for end in m.span()), len(text)]
        parts = [text[a:b] for a, b in zip(places, places[1:])]
        escaped = "\\" + self.quote
        return "".join(
            part.replace(self.quote, escaped) if k % 2 == 0 else part
            for k, part in enumerate(parts)
        )


def comments(source: str) -> list[str]:
    """The comments of a cell, in order, each without ``#`` and the blank behind it.

    Example:
        >>> comments("# Look.\\nx = 1  # one")
        ['Look.', 'one']
    """
    return [text for _, _, text in _comments(source)]


def alternatives(source: str) -> list[Literal]:
    """The words for pictures, in order.

    Example:
        >>> [found.text for found in alternatives('show(f, alt="A red "\\n    "dot.")')]
        ['A red dot.']
    """
    return [literal for literal, calls in _literals(source) if "alt=" in calls and literal.text]


def words(source: str, more: Iterable[str] = ()) -> list[Literal]:
    """The other strings that a page shows, in order.

    Args:
        source: of the cell.
        more: strings that count as words wherever they stand: a name that is shown in one cell
            may be a key in another, and both must be changed.

    Example:
        >>> code = 'print(f"run {k}: {y:.2f}", sep=", "); open("a.txt"); s = "mean of all"'
        >>> [found.text for found in words(code)]
        ['run {k}: {y:.2f}', 'mean of all']
    """
    more = set(more)
    return [
        literal
        for literal, calls in _literals(source)
        if "alt=" not in calls and (_is_shown(literal, calls) or literal.text in more)
    ]


def with_comments(source: str, new: Iterable[str]) -> str:
    """A cell with other comments.

    Example:
        >>> with_comments("x = 1  # one", ["하나"])
        'x = 1  # 하나'
    """
    return _spliced(
        source, [(a, b, f"# {t}".rstrip()) for (a, b, _), t in zip(_comments(source), new)]
    )


def with_strings(source: str, old: Sequence[Literal], new: Sequence[str]) -> str:
    """A cell with other texts in some of its strings.

    Example:
        >>> code = 'show(f, alt="A red dot.")'
        >>> with_strings(code, alternatives(code), ["빨간 점."])
        'show(f, alt="빨간 점.")'
    """
    pieces = [
        (one.start, one.end, one.written(text, _column(source, one.start)))
        for one, text in zip(old, new)
        if one.text != text
    ]
    return _spliced(source, pieces)


def placeholders(text: str) -> list[str]:
    """What stands in the braces of an f-string, sorted: a translation must have the same.

    Example:
        >>> placeholders("run {k}: {y:.2f}")
        ['{k}', '{y:.2f}']
    """
    return sorted(part for part in _BRACES.findall(text) if part not in ("{{", "}}"))


def split(text: str) -> list[str]:
    """An f-string, cut before and behind each of its braces.

    Example:
        >>> split("run {k}: {y:.2f}")
        ['run ', '{k}', ': ', '{y:.2f}']
    """
    return [part for part in re.split(f"({_BRACES.pattern})", text) if part]


def _comments(source: str) -> Iterator[tuple[int, int, str]]:
    starts = _line_starts(source)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            start = starts[token.start[0] - 1] + token.start[1]
            yield start, start + len(token.string), token.string.removeprefix("#").strip()


def _literals(source: str) -> list[tuple[Literal, set[str]]]:
    """Every string of a cell, with the calls and the names of arguments that it stands in."""
    found: list[tuple[Literal, set[str]]] = []
    starts, lines = _line_starts(source), source.splitlines(keepends=True)

    def place(line: int, column: int) -> int:  # ast counts bytes
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    def walk(node: ast.AST, calls: set[str]) -> None:
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            start = place(node.lineno, node.col_offset)
            end = place(node.end_lineno or 0, node.end_col_offset or 0)
            found.append((_literal(source, start, end), calls))
            return
        if isinstance(node, ast.Call):
            calls = {c for c in calls if c.endswith("=")} | {ast.unparse(node.func).split(".")[-1]}
        if isinstance(node, ast.keyword):
            calls = calls | {f"{node.arg}="}
        for child in ast.iter_child_nodes(node):
            walk(child, calls)

    walk(ast.parse(source), set())
    return sorted(found, key=lambda one: one[0].start)


def _literal(source: str, start: int, end: int) -> Literal:
    pieces = list(_PIECE.finditer(source[start:end]))
    is_f = any("f" in piece[1].lower() for piece in pieces)
    texts = []
    for piece in pieces:
        text = re.sub(r"\\(['\"])", r"\1", piece[3])
        plain = "f" not in piece[1].lower()
        texts.append(text.replace("{", "{{").replace("}", "}}") if is_f and plain else text)
    return Literal(start, end, "".join(texts), pieces[0][2][0], is_f)


def _is_shown(literal: Literal, calls: set[str]) -> bool:
    plain = re.sub(r"\\.", " ", literal.text)
    said = _BRACES.sub(" ", plain) if literal.is_f else plain
    if not re.search(r"[A-Za-z]{2}", said) or "\n" in literal.text:
        return False
    titled = any(f"{name}=" in calls for name in _TITLES) or bool(_SHOWING & calls)
    return titled or bool(re.search(r"[A-Za-z]{2,}.*\s|\s.*[A-Za-z]{2,}", said))


def _cut(text: str, width: int) -> list[str]:
    """A text in pieces that are not wider; Hangul counts twice, and braces stay whole."""
    pieces = [""]
    for part in re.findall(rf"(?:{_BRACES.pattern}|\S)+\s*|\s+", text):
        if pieces[-1] and _wide(pieces[-1] + part.rstrip()) > width:
            pieces.append("")
        pieces[-1] += part
    return pieces


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _spliced(source: str, pieces: Sequence[tuple[int, int, str]]) -> str:
    for start, end, text in reversed(pieces):
        source = source[:start] + text + source[end:]
    return source


def _column(source: str, place: int) -> int:
    return place - (source.rfind("\n", 0, place) + 1)


def _line_starts(source: str) -> list[int]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts
