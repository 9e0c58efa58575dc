"""For Sphinx: the five questions of a lesson as choices that answer on the page itself.

The questions and their answers stand in the notebook; four options for each, one of them right,
and what is wrong with the others stand in ``choices``, a file a lesson, the Korean ones in
``choices/ko``. A few lines of script show what an option has to say; without a script, or without
such a file, the folded answers are there as before.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from html import escape, unescape
from pathlib import Path

from sphinx.application import Sphinx

from tools.site.words import say

CHOICES = Path(__file__).parent / "choices"
_ANSWER = re.compile(r"<details><summary>((\d)\. (.*?))</summary>", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """One question, with what a reader may choose.

    Attributes:
        asked: the question, as in the notebook, without its number.
        right: the right option.
        because: why it is right.
        wrong: each wrong option, and what is wrong with it.
    """

    asked: str
    right: str
    because: str
    wrong: dict[str, str]

    @property
    def options(self) -> list[str]:
        """All options in an order by chance, but the same in every build."""
        return sorted([self.right, *self.wrong], key=lambda option: _chance(self.asked + option))

    def says(self, option: str, lang: str = "en") -> str:
        """What there is to say about an option, in the language of its page."""
        if option == self.right:
            return f"{say(lang, 'right')} {self.because}"
        return f"{say(lang, 'wrong')} {self.wrong[option]}"


def choices(lesson: str, lang: str = "en") -> Path:
    """Where the choices for a lesson stand, if it has any.

    Example:
        >>> choices("01_guess", "ko").relative_to(CHOICES).as_posix()
        'ko/01.toml'
    """
    return CHOICES / ("" if lang == "en" else lang) / f"{lesson[:2]}.toml"


def read(path: Path) -> list[Question]:
    """The questions of one lesson.

    Args:
        path: a TOML file with a table ``[[question]]`` for each.

    Raises:
        ValueError: when the file is none, or a question is not whole; it names the place.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
        questions = [Question(**table) for table in tables]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        expected = "[[question]] with asked, right, because and [question.wrong]"
        raise ValueError(f"{path}: expected {expected}, got: {error}") from error
    for question in questions:
        if len({question.right, *question.wrong}) != 4:
            raise ValueError(
                f"{path}, {question.asked!r}: expected four different options, got "
                f"{len({question.right, *question.wrong})}"
            )
    return questions


def asked(text: str, lang: str = "en") -> dict[str, str]:
    """The questions of a lesson's text, from their number.

    Args:
        text: Markdown of a cell.
        lang: its language, in which the questions have their heading.

    Example:
        >>> asked("**Five questions.** <details><summary>1. Why &lt;0?</summary>So.</details>")
        {'1': 'Why <0?'}
    """
    _, found, rest = text.partition(say(lang, "questions"))
    return {number: _plain(words) for _, number, words in _ANSWER.findall(rest)} if found else {}


def with_choices(text: str, questions: list[Question], lang: str = "en") -> str:
    """A lesson's text with choices before each folded answer.

    Args:
        text: Markdown of a cell, in which the five questions stand.
        questions: those with choices.
        lang: the language of both.

    Raises:
        ValueError: when one of them is not asked there.
    """
    numbers = {words: number for number, words in asked(text, lang).items()}
    unknown = [question.asked for question in questions if question.asked not in numbers]
    if unknown:
        raise ValueError(f"expected a question of the lesson, got {unknown[0]!r}")
    known = {numbers[question.asked]: question for question in questions}

    def put(match: re.Match) -> str:
        heading, number, _ = match.groups()
        if number not in known:
            return match[0]
        return (
            f"{_form(heading, number, known[number], lang)}\n\n"
            f"<details><summary>{say(lang, 'answer')}</summary>"
        )

    begin = say(lang, "questions")
    before, _, rest = text.partition(begin)
    _, end, rest = rest.partition("\n")  # the lesson invites to unfold
    return f"{before}{begin} {say(lang, 'choose')}{end}{_ANSWER.sub(put, rest)}"


def adapt(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the choices into a lesson's page; the file to download stays as it is."""
    lang = app.config.language
    path = choices(Path(page).name, lang)
    if not page.startswith("notebooks/") or not path.is_file():
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and asked(text, lang):
            cell["source"] = with_choices(text, read(path), lang)
    source[0] = json.dumps(notebook)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx call the above."""
    app.connect("source-read", adapt)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _form(heading: str, number: str, question: Question, lang: str) -> str:
    """The choices as one block of HTML; an empty line would end it."""
    options = "".join(
        f'<label><input type="radio" name="question-{number}" '
        f'data-right="{str(option == question.right).lower()}" '
        f'data-says="{escape(question.says(option, lang))}"> <span>{_marked(option)}</span></label>'
        for option in question.options
    )
    return (
        f'<form class="quiz"><fieldset><legend>{heading}</legend>{options}'
        '<p class="reply" role="status"></p></fieldset></form>'
    )


def _marked(words: str) -> str:
    """Words as HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words, quote=False))


def _plain(html: str) -> str:
    """A question without marks, so that it can be compared: ``<code>x</code>`` is x."""
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def _chance(words: str) -> str:
    return sha256(words.encode()).hexdigest()
