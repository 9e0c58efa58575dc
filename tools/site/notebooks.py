"""For Sphinx: descriptions of pictures, and what only makes sense in Jupyter."""

import json
import re

from docutils import nodes
from sphinx.application import Sphinx

from helpers.language import everywhere

_PLAY = re.compile(r"^play\(", re.MULTILINE)
_BADGE = re.compile(r"^\[!\[.*\]\(.*\)\n+", re.MULTILINE)
# How ``helpers.pictures.canvas.show`` begins the text that stands in for a picture.
_PICTURE = [text.partition("{")[0] for text in everywhere("Picture: {words}")]


def adapt(app: Sphinx, page: str, source: list[str]) -> None:
    """Fold the first code cell, and leave out the badge: pages have a button of their own.

    A cell with sliders is marked, so that ``stills.js`` shows its still pictures one at a time.

    The file that a reader can download stays as it is.
    """
    if not page.startswith("notebooks/"):
        return
    notebook = json.loads(source[0])
    first, *_ = notebook["cells"]
    text = "".join(first["source"])
    first["source"] = _BADGE.sub("", text)
    setup = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    setup["metadata"].setdefault("tags", []).append("hide-input")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and _PLAY.search("".join(cell["source"])):
            cell["metadata"].setdefault("tags", []).append("stills")
    source[0] = json.dumps(notebook)


def describe(app: Sphinx, doctree: nodes.document) -> None:
    """Give each picture the words that its notebook has for it.

    A cell's output is here still a bundle of forms to choose from, the text among them.
    """
    for bundle in doctree.findall(nodes.container):
        if bundle.get("nb_element") != "mime_bundle":
            continue
        forms = {form["mime_type"]: form for form in bundle.children}
        words = forms["text/plain"].astext() if "text/plain" in forms else ""
        for begin in _PICTURE:
            words = words.removeprefix(begin)
        for picture in bundle.findall(nodes.image):
            picture["alt"] = words


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx call the above."""
    app.connect("source-read", adapt)
    app.connect("doctree-read", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
