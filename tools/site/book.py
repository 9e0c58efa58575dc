"""The lessons as a book: an EPUB, and one page to print, of the same source as the website.

There is no script in it: what folds on the website lies open, and the five questions are those of
the lesson, with its own answers.
"""

import json
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.builders.epub3 import Epub3Builder

from tools.lessons import ran
from tools.site import build, conf, lessons, pages
from tools.site.lessons import Lesson
from tools.site.words import LANGUAGES, say

NAME = "deep-learning-by-building"
_FOLD = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>", re.DOTALL)
_RULE = re.compile(r"([^{}]+){([^{}]*)}")
_OLD = ("align", "border", "scoped", "valign")  # attributes that HTML 5 has given up
_NOT_HERE = {"tools.site.quiz", "sphinx.ext.autodoc", "sphinx.ext.viewcode"}


def make(root: Path, folder: Path) -> int:
    """Make the books of a checkout, one a language.

    Args:
        root: the checkout.
        folder: where they go. What is there is replaced, once the new ones are whole.

    Returns:
        0, or 1 when Sphinx had a complaint; it stands on stderr.
    """
    with TemporaryDirectory() as temporary:
        work = Path(temporary).resolve()
        for lang in LANGUAGES:
            if found := lessons.find(root, lang):
                _write_source(root, found, work / lang, lang)
                for kind in ("epub", "singlehtml"):
                    if status := _run(root, work, lang, kind):
                        return status
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work / "book", folder)
    return 0


def unfold(text: str) -> str:
    """Markdown of a cell with its folded answers open.

    Example:
        >>> unfold("<details><summary>Why?</summary>So.</details>")
        '<div class="answer"><p><strong>Why?</strong></p>\\n\\nSo.\\n\\n</div>'
    """
    opened = _FOLD.sub(r'<div class="answer"><p><strong>\1</strong></p>\n\n', text)
    return opened.replace("</details>", "\n\n</div>")


def tidy(page: str) -> str:
    """A page as XHTML that every reader takes: no script, no old attribute, no style in its text.

    The colours that pandas gives the cells of a table stand in a style of their own before it; they
    are put into the cells. A style sheet of myst_nb is left out, which only comes with websites.
    """
    soup = BeautifulSoup(page, "html.parser")
    for style in soup.select("body style"):
        for selectors, look in _RULE.findall(style.get_text()):
            for place in re.findall(r"#[\w-]+", selectors):
                for cell in soup.select(place):
                    cell["style"] = f"{cell.get('style', '')}{' '.join(look.split())}"
    for gone in soup.select("script, body style, link[href*=mystnb]"):
        gone.decompose()
    seen: set[str] = set()
    for tag in soup.find_all(True):
        for name in _OLD:
            del tag[name]
        if tag.get("id") in seen:
            del tag["id"]
        seen.add(str(tag.get("id")))
    return str(soup)


class Book(Epub3Builder):
    """As Sphinx's own, with tidy pages, and formulas declared as such."""

    def build_content(self) -> None:
        """Tidy all pages before their list is written."""
        out = Path(self.outdir)
        for script in out.rglob("*.js"):
            script.unlink()
        formulas = set()
        for path in out.rglob("*.xhtml"):
            text = tidy(path.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8")
            if "<math" in text:
                formulas.add(path.relative_to(out).as_posix())
        super().build_content()
        listed = out / "content.opf"
        text = listed.read_text(encoding="utf-8")
        for name in formulas:
            text = text.replace(f'href="{name}"', f'href="{name}" properties="mathml"')
        listed.write_text(text, encoding="utf-8")


def adapt(app: Sphinx, page: str, source: list[str]) -> None:
    """Open the answers, and leave out the code that makes things ready."""
    if not page.startswith("notebooks/"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = unfold("".join(cell["source"]))
    setup = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    setup["metadata"]["tags"] = ["remove-input"]
    source[0] = json.dumps(notebook)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx call the above."""
    app.connect("source-read", adapt, priority=900)  # after those of the website
    app.add_builder(Book, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write_source(root: Path, found: list[Lesson], source: Path, lang: str) -> None:
    build.copy_lessons(root, source, lang)
    names = [Path(lesson.page).name for lesson in found]
    page = pages.book(found, lang, ran.sentence(ran.kept(root), names, lang))
    (source / "index.md").write_text(page, encoding="utf-8")


def _run(root: Path, work: Path, lang: str, kind: str) -> int:
    """Make one kind of book in one language, and return the status of Sphinx."""
    made = work / "made" / lang / kind
    if status := build.run(work, made, lang, kind, _settings(lang) | {"lessons_root": root}):
        return status
    shown = work / "book" / ("" if lang == "en" else lang)
    shown.mkdir(parents=True, exist_ok=True)
    if kind == "epub":
        shutil.copy(made / f"{NAME}.epub", shown)
    else:
        shutil.copytree(made, shown / "print")
    return 0


def _settings(lang: str) -> dict[str, object]:
    title, writers = say(lang, "title"), say(lang, "writers")
    return {
        "language": lang,
        "project": title,
        "html_title": title,
        "author": writers,
        "copyright": writers,
        "version": "1",
        "extensions": [*(e for e in conf.extensions if e not in _NOT_HERE), "tools.site.book"],
        "html_theme": "basic",
        "html_theme_options": {"nosidebar": True},
        "html_css_files": ["book.css"],
        "html_js_files": [],
        "html_copy_source": False,
        "html_show_sphinx": False,
        "epub_basename": NAME,
        "epub_css_files": ["book.css"],
        "epub_contributor": writers,
        "epub_description": say(lang, "about"),
        "epub_identifier": f"{NAME}-{lang}",
        "epub_show_urls": "no",
        "epub_tocdepth": 2,
        "epub_uid": f"{NAME}-{lang}",  # the two tables of contents name the book by one each
    }
