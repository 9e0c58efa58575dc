"""Copy, write, build, and put in place only what is whole."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from tools.lessons import notebook
from tools.site import lessons, modules, pages
from tools.site.lessons import Lesson
from tools.site.words import LANGUAGES, say
from tools.translate import catalogue


def build(root: Path, folder: Path) -> int:
    """Build the website of a checkout.

    Args:
        root: the checkout.
        folder: where the website goes. What is there is replaced, once the new one is whole.

    Returns:
        0, or 1 when Sphinx had a complaint; it stands on stderr.

    Raises:
        ValueError: when a lesson does not say what it must (see ``lessons``).
    """
    found = {lang: lessons.find(root, lang) for lang in LANGUAGES}
    with TemporaryDirectory() as temporary:
        # Sphinx has links resolved, and compares what it gets with them.
        work = Path(temporary).resolve()
        for lang in (lang for lang in LANGUAGES if found[lang]):
            write_source(root, found[lang], work / lang, lang)
            settings = launch(found[lang]) | speaking(lang, found) | {"lessons_root": root}
            out = work / "html" / ("" if lang == "en" else lang)
            if status := run(work, out, lang, "html", settings):
                return status
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work / "html", folder)
    return 0


def run(work: Path, out: Path, lang: str, kind: str, settings: dict[str, object]) -> int:
    """Let Sphinx make one kind of pages in one language, and return its status.

    Args:
        work: holds the source of each language, and what Sphinx has read of it.
        out: where the pages go.
        lang: the language.
        kind: the name of a builder of Sphinx.
        settings: those that ``conf`` leaves open.
    """
    here = Path(__file__).parent
    with patch_docutils(here), docutils_namespace():
        sphinx = Sphinx(
            srcdir=work / lang,
            confdir=here,
            outdir=out,
            doctreedir=work / "doctrees" / lang,
            buildername=kind,
            confoverrides=settings,
            status=None,
            warning=sys.stderr,
            warningiserror=True,
        )
        sphinx.build()
    return sphinx.statuscode


def write_source(root: Path, found: list[Lesson], source: Path, lang: str = "en") -> None:
    """Write what Sphinx reads: the lessons as they are, and the other pages."""
    copy_lessons(root, source, lang)
    if lang == "en":
        helpers = pages.helpers(found, modules.find(root / "helpers"))
        (source / "helpers.md").write_text(helpers, encoding="utf-8")
        front = pages.front(found)
    else:
        known = catalogue.read(root / "translations" / lang / "site.po")
        front = pages.front(found, lang, catalogue.korean(known))
    (source / "index.md").write_text(front, encoding="utf-8")


def copy_lessons(root: Path, source: Path, lang: str) -> None:
    """Copy the lessons of one language to where Sphinx reads them."""
    (source / "notebooks").mkdir(parents=True)
    for path in notebook.lessons(root, lang):
        shutil.copy(path, source / "notebooks")


def speaking(lang: str, found: dict[str, list[Lesson]]) -> dict[str, object]:
    """Settings for a language, and the pages that the other one has."""
    (other,) = (one for one in LANGUAGES if one != lang)
    return {
        "language": lang,
        "project": say(lang, "title"),
        "html_title": say(lang, "title"),
        "nb_code_prompt_show": say(lang, "setup"),
        "nb_code_prompt_hide": say(lang, "setup"),
        "html_theme_options.search_bar_text": say(lang, "search"),
        "other_pages": ["index", *(lesson.page for lesson in found[other])] if found[other] else [],
    }


def launch(found: list[Lesson]) -> dict[str, object]:
    """Settings for the buttons that open a lesson in Colab and its repository on GitHub.

    ``make publish`` has written into the lessons where they are published. Before it has, there
    are no buttons: they would lead nowhere.
    """
    places = {lesson.place for lesson in found if lesson.place}
    if len(places) != 1:
        return {}
    (place,) = places
    return {
        "html_theme_options.repository_url": f"https://github.com/{place.repository}",
        "html_theme_options.repository_branch": place.branch,
        "html_theme_options.use_repository_button": True,
        "html_theme_options.launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }
