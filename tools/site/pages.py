"""The pages that are not lessons, written in Markdown for Sphinx."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.site.board import boards
from tools.site.lessons import Lesson
from tools.site.modules import Module

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def front(lessons: list[Lesson]) -> str:
    """The front page: the scoreboard, and what each lesson is about."""
    pages = {lesson.number: lesson.page for lesson in lessons}
    return _render("index.md.jinja", lessons=lessons, boards=boards(lessons), pages=pages)


def helpers(lessons: list[Lesson], modules: list[Module]) -> str:
    """The page about ``helpers``: what there is, and the docstrings."""
    users = {m.name: [one for one in lessons if one.uses & m.imported_as] for m in modules}
    return _render("helpers.md.jinja", modules=modules, users=users)


def _render(template: str, **values: object) -> str:
    return _TEMPLATES.get_template(template).render(**values)
