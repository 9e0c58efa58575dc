"""For Sphinx: below each page, when and with what its lesson last ran, or all lessons.

A page stays where it is while time goes on: a script of a few lines says so when a reader opens it
after 60 days.
"""

from datetime import UTC, datetime
from html import escape

from sphinx.application import Sphinx

from tools.lessons import ran
from tools.site.words import say


def told(runs: list[ran.Run], lessons: list[str], lang: str = "en") -> str:
    """The sentence as HTML.

    Args:
        runs: all that are known.
        lessons: names of the notebooks that the page is about.
        lang: the language of the page.
    """
    day = ran.oldest(runs, lessons)
    hidden = "" if ran.is_old(day, datetime.now(UTC).date()) else " hidden"
    note = say(lang, "old").format(days=ran.DAYS)
    old = f' <strong data-ran="{day}" data-days="{ran.DAYS}"{hidden}>{note}</strong>' if day else ""
    return f"<p>{escape(ran.sentence(runs, lessons, lang))}{old}</p>"


def add(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Put it where the theme has its place for a last line."""
    lessons = sorted(p.removeprefix("notebooks/") for p in app.env.found_docs if "notebooks/" in p)
    own = [lesson for lesson in lessons if page == f"notebooks/{lesson}"]
    runs = ran.kept(app.config.lessons_root)
    context["theme_extra_footer"] = told(runs, own or lessons, app.config.language)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx call the above."""
    app.add_config_value("lessons_root", ran.ROOT, "html")
    app.connect("html-page-context", add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
