"""Copy, write, build, and put in place only what is whole."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from tools.site import lessons, modules, pages
from tools.site.lessons import Lesson


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
    found = lessons.find(root)
    settings = Path(__file__).parent
    with TemporaryDirectory() as temporary:
        # Sphinx has links resolved, and compares what it gets with them.
        work = Path(temporary).resolve()
        write_source(root, found, work / "source")
        with patch_docutils(settings), docutils_namespace():
            sphinx = Sphinx(
                srcdir=work / "source",
                confdir=settings,
                outdir=work / "html",
                doctreedir=work / "doctrees",
                buildername="html",
                confoverrides=launch(found) | {"lessons_root": root},
                status=None,
                warning=sys.stderr,
                warningiserror=True,
            )
            sphinx.build()
        if sphinx.statuscode == 0:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(work / "html", folder)
    return sphinx.statuscode


def write_source(root: Path, found: list[Lesson], source: Path) -> None:
    """Write what Sphinx reads: the lessons as they are, and the other pages."""
    (source / "notebooks").mkdir(parents=True)
    for lesson in found:
        shutil.copy(root / f"{lesson.page}.ipynb", source / "notebooks")
    written = {
        "index.md": pages.front(found),
        "helpers.md": pages.helpers(found, modules.find(root / "helpers")),
    }
    for name, text in written.items():
        (source / name).write_text(text, encoding="utf-8")


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
