"""A number in the text is one that an output of the same notebook shows.

A number typed into the text goes stale when the code beside it changes. What the text writes is
compared at its own precision: 95.1 % is shown by 0.9511. Left out are integers below 100, the
numbers of lessons, sections and exercises, years of citations, formulas and links. A number in a
code span may also stand in the code.

A figure that comes out otherwise on another processor (``lesson.spread``), or whose output is not
compared at all, is one of a single run; the paragraph must say so: "in this run", or "about".
"""

import re
from collections.abc import Iterable

from nbformat import NotebookNode

from tools.lessons.notebook import (
    code_cells,
    is_ignored,
    output_texts,
    unfenced,
    where,
    without_tags,
)
from tools.lessons.spread import numbers_of, recorded
from tools.lessons.tokens import Number, numbers

SMALL = 100  # integers below it are counting words

# Words by which a reader knows that a figure is not the same in each run.
_OF_ONE_RUN = re.compile(
    r"\b(?:in|of) (?:this|the full|a full|our full) (?:run|training)\b"
    r"|\b(?:about|around|nearly|almost|roughly|some|this machine|machine that made this page)\b",
    re.I,
)
_CODE_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_NOT_PROSE = re.compile(
    r"\$\$.+?\$\$|(?<![\w\\])\$(?=\S)[^$]+?(?<=\S)\$(?!\d)"  # formulas
    r"|\]\([^)\s]*(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:.*$"  # the targets of links
    r"|<?https?://[^\s>)]+>?",
    re.DOTALL | re.MULTILINE,
)
_LABEL = re.compile(
    r"\b(?i:lesson|exercise|section|chapter)s?\s+\d+(?:\.\d+)*"
    r"(?:(?:,|,? and|,? or|,? to|\s?[-–])\s*\d+(?:\.\d+)*)*\b"
    r"|^\#+\s+\d+(?:\.\d+)+\b"  # ## 3.1 Heading
    r"|\((?:[^()]*[A-Z][^()]*,\s*)?(?:1[5-9]|20)\d\d[a-z]?\)",  # (2008), (Okabe and Ito, 2008)
    re.MULTILINE,
)


def numbers_are_shown(notebook: NotebookNode) -> list[str]:
    """Every number of the text is in an output, or it is a problem that names number and cell."""
    shown = [
        value
        for cell in code_cells(notebook)
        for output in cell.outputs
        for text in output_texts(output)
        for value in _values(without_tags(text))
    ]
    coded = [value for cell in code_cells(notebook) for value in _values(cell.source)]
    problems = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        words, spans = _words_and_spans(cell)
        problems += [
            f"{where(notebook, cell)}: no output shows the number {found}; "
            "show it in a cell, correct it, or say it without a number"
            for found in _without_source(words, shown)
        ]
        problems += [
            f"{where(notebook, cell)}: neither an output nor the code has the number {found} of "
            "a code span; correct it"
            for span in spans
            for found in _without_source(span, shown + coded)
        ]
    return problems


def one_run_is_named(notebook: NotebookNode) -> list[str]:
    """A paragraph with a figure that wobbles from machine to machine says that it does."""
    wobbly: list[tuple[float, float]] = []
    steady = [(value, 0.0) for cell in code_cells(notebook) for value in _values(cell.source)]
    for cell in code_cells(notebook):
        off = dict(recorded(cell))
        places = {pair.stored.text: off[k] for k, pair in enumerate(numbers_of(cell)) if k in off}
        for output in cell.outputs:
            for text in map(without_tags, output_texts(output)):
                for number in numbers(text):
                    values = _values(number.text + (" %" if _is_percent(text, number) else ""))
                    which = wobbly if is_ignored(cell) else steady
                    which.extend((value, places.get(number.text, 0.0)) for value in values)
    problems = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for paragraph in re.split(r"\n\s*\n", _words_and_spans(cell)[0]):
            if _OF_ONE_RUN.search(paragraph):
                continue
            problems += [
                f"{where(notebook, cell)}: {number.text} differs from machine to machine; say that "
                "it is of one run ('in this run', 'about'), or write fewer digits"
                for number in numbers(paragraph)
                if _counts(paragraph, number)
                and not _holds(number, paragraph, steady)
                and _shown(number, paragraph, steady + wobbly)
            ]
    return problems


def _holds(number: Number, text: str, shown: list[tuple[float, float]]) -> bool:
    """Whether an output shows the number, and shows it on every machine."""
    scales = (1, 100) if _is_percent(text, number) else (1,)
    return any(
        _agrees(number, scale * value) and scale * off <= 0.5 * number.unit
        for value, off in shown
        for scale in scales
    )


def _shown(number: Number, text: str, shown: list[tuple[float, float]]) -> bool:
    return _holds(number, text, [(value, 0.0) for value, _ in shown])


def _words_and_spans(cell: NotebookNode) -> tuple[str, list[str]]:
    text = unfenced(cell)
    spans = [match.group(2) for match in _CODE_SPAN.finditer(text)]
    text = _NOT_PROSE.sub(" ", _CODE_SPAN.sub(" ", text))
    # A link or a tag never joins two words into one number, so a blank stands for it.
    return _LABEL.sub(" ", without_tags(text)), spans


def _is_percent(text: str, number: Number) -> bool:
    return re.match(r"[ \u00a0\u202f]?(?:%|percent\b|per cent\b)", text[number.end :]) is not None


def _values(text: str) -> list[float]:
    """What an output shows; 95.11 % is 95.11 and also 0.9511."""
    return [
        value
        for number in numbers(text)
        for value in (
            [number.value, number.value / 100] if _is_percent(text, number) else [number.value]
        )
    ]


def _without_source(text: str, shown: Iterable[float]) -> list[str]:
    missing = []
    for number in numbers(text):
        percent = _is_percent(text, number)
        if not _counts(text, number):
            continue
        scales = (1, 100) if percent else (1,)
        if not any(_agrees(number, scale * value) for value in shown for scale in scales):
            missing.append(number.text.removesuffix(".") + (" %" if percent else ""))
    return missing


def _counts(text: str, number: Number) -> bool:
    """Whether a number is more than a counting word."""
    return not number.is_whole or abs(number.value) >= SMALL or _is_percent(text, number)


def _agrees(number: Number, value: float) -> bool:
    """Whether a value, rounded as the text rounds, is the number; a sign may be in words."""
    # The small surplus lets a value on the border of two roundings go to either.
    return abs(abs(value) - abs(number.value)) <= 0.5 * number.unit * (1 + 1e-6)
