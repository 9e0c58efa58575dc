"""The pages that are not lessons, written in Markdown for Sphinx."""

import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.site.board import boards
from tools.site.lessons import Lesson
from tools.site.modules import Module
from tools.site.words import say
from tools.translate.pages import replaced

FOLDER = Path(__file__).parent / "templates"
FRONT = "index.md.jinja"
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def front(lessons: list[Lesson], lang: str = "en", words: Mapping[str, str] | None = None) -> str:
    """The front page: the scoreboard, and what each lesson is about.

    Args:
        lessons: those that it leads to.
        lang: its language.
        words: other paragraphs for its template, by name (see ``tools.translate.pages``).
    """
    template = (FOLDER / FRONT).read_text(encoding="utf-8")
    page = _TEMPLATES.from_string(replaced(template, words or {})).render(
        lessons=lessons,
        boards=boards(lessons, lang),
        pages={lesson.number: lesson.page for lesson in lessons},
        lang=lang,
    )
    # The page about the helpers is made of docstrings, so there is one of it.
    link = r'<a href="../helpers.html" hreflang="en">\1</a>'
    return page if lang == "en" else re.sub(r"\[([^\]]+)\]\(helpers\.md\)", link, page)


def book(lessons: list[Lesson], lang: str, ran: str) -> str:
    """The first page of the book; ``ran`` says when and with what the lessons ran."""
    words = {key: say(lang, key) for key in ("title", "about", "licence")}
    return _render("book.md.jinja", lessons=lessons, ran=ran, **words)


def helpers(lessons: list[Lesson], modules: list[Module]) -> str:
    """The page about ``helpers``: what there is, and the docstrings."""
    users = {m.name: [one for one in lessons if one.uses & m.imported_as] for m in modules}
    return _render("helpers.md.jinja", modules=modules, users=users)


def _render(template: str, **values: object) -> str:
    return _TEMPLATES.get_template(template).render(**values)
