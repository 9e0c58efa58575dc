"""For Sphinx: two languages side by side, the Korean pages in the folder ``ko``.

Each page leads to itself in the other language, or to the front page where there is none.
"""

import re
from pathlib import PurePosixPath

from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.en import SearchEnglish

from tools.site.words import say

KOREAN = "ko"


class SearchKorean(SearchEnglish):
    """Finds 손실 where a page has 손실은: a particle is one or two syllables behind the word."""

    lang = KOREAN

    def split(self, input: str) -> list[str]:
        """The words of a text, those of Hangul also without their last syllables.

        Example:
            >>> SearchKorean({}).split("손실은 loss를")
            ['손실은', 'loss를', 'loss', '손실']
        """
        words = super().split(input)
        names = re.findall(r"[A-Za-z]\w*?(?=[가-힣])", input)
        shorter = [
            w[:-k] for w in words for k in (1, 2) if re.fullmatch("[가-힣]{3,}", w[-k - 2 :])
        ]
        return [*words, *names, *(word for word in shorter if len(word) > 1)]


def other(page: str, lang: str, pages: frozenset[str]) -> str:
    """The address of a page in the other language, from the page itself.

    Args:
        page: its name, such as "notebooks/01_guess".
        lang: its language.
        pages: the names of all pages that the other language has.

    Example:
        >>> other("notebooks/01_guess", "en", frozenset({"notebooks/01_guess"}))
        '../ko/notebooks/01_guess.html'
        >>> other("helpers", "ko", frozenset())
        '../index.html'
    """
    up = len(PurePosixPath(page).parts) - 1 + (lang == KOREAN)
    target = page if page in pages | {"search"} else "index"
    return "../" * up + f"{KOREAN}/" * (lang != KOREAN) + f"{target}.html"


def switch(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Tell the template where the switch leads."""
    lang = app.config.language
    if app.config.other_pages:
        context["other_page"] = other(page, lang, frozenset(app.config.other_pages))
        context["other_name"] = say(lang, "other")
        context["other_lang"] = "en" if lang == KOREAN else KOREAN


def open_korean(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Make the buttons of a Korean page open its own notebook."""
    if app.config.language == KOREAN:
        _open_korean(context.get("header_buttons", []))


def _open_korean(buttons: list[dict]) -> None:
    for button in buttons:
        _open_korean(button.get("buttons", []))
        if "/blob/" in button.get("url", ""):
            button["url"] = button["url"].replace("/notebooks/", f"/notebooks/{KOREAN}/")


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx call the above."""
    languages[KOREAN] = SearchKorean
    app.add_config_value("other_pages", [], "html")
    app.connect("html-page-context", switch, priority=400)  # the theme looks what is empty
    app.connect("html-page-context", open_korean, priority=900)  # the theme has added buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
