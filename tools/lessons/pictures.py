"""A picture has words for those who cannot see it, lies in the notebook itself, and is whole."""

import base64
import io
import re
from html.parser import HTMLParser

from nbformat import NotebookNode
from PIL import Image

from tools.lessons.notebook import code_cells, unfenced, where

SHORTEST = 3  # words of a description
INK = 200  # of 255: what is darker at the edge of a picture on white is more than a faint line

# The badge that opens a notebook in Colab is drawn by Colab; it is a button, not a figure.
_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"

_MARKDOWN_IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)>\s]*)")


def described(notebook: NotebookNode) -> list[str]:
    """Every picture has a text alternative."""
    problems = []
    for cell in code_cells(notebook):
        for output in cell.outputs:
            for kind in output.get("data", {}):
                alt = output.metadata.get(kind, {}).get("alt", "")
                if kind.startswith("image/") and len(alt.split()) < SHORTEST:
                    problems.append(
                        f"{where(notebook, cell)}: its picture has the description {alt!r}; "
                        f"pass one of at least {SHORTEST} words: show(figure, alt=...)"
                    )
    problems += [
        f"{name}: the picture {source[:60]!r} has no description; add one (alt)"
        for name, alt, source in _linked(notebook)
        if not alt.strip()
    ]
    return problems


def own(notebook: NotebookNode) -> list[str]:
    """No picture is fetched from another site: lessons run without a network."""
    return [
        f"{name}: the picture {source[:60]!r} lies on another site; draw it in the notebook"
        for name, _, source in _linked(notebook)
        if re.match(r"(?:https?:)?//", source) and source != _BADGE
    ]


def whole(notebook: NotebookNode) -> list[str]:
    """No picture is cut off: what is drawn on white does not reach the edge.

    A photograph or a digit that is shown as it is reaches all four edges.
    """
    problems = []
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if "image/png" not in output.get("data", {}):
                continue
            drawn = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("L")
            wide, high = drawn.size
            edges = {
                "left": (0, 0, 1, high),
                "right": (wide - 1, 0, wide, high),
                "top": (0, 0, wide, 1),
                "bottom": (0, high - 1, wide, high),
            }
            darkest = {side: min(drawn.crop(box).tobytes()) for side, box in edges.items()}
            cut = [side for side, value in darkest.items() if value < INK]
            if 0 < len(cut) < len(edges):
                problems.append(
                    f"{where(notebook, cell)}: its picture is cut off at the {' and '.join(cut)}; "
                    "give it more room (figsize)"
                )
    return problems


class _Images(HTMLParser):
    """Collects the descriptions and the sources of an HTML text's pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            values = dict(attrs)
            self.found.append((values.get("alt") or "", values.get("src") or ""))


def _linked(notebook: NotebookNode) -> list[tuple[str, str, str]]:
    """The cell's name, the description and the source of each picture in text and in HTML."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            texts = [unfenced(cell)]
            images = _MARKDOWN_IMAGE.findall(unfenced(cell))
        else:
            outputs = cell.get("outputs", [])
            texts = [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]
            images = []
        for text in texts:
            parser = _Images()
            parser.feed(text)
            images += parser.found
        found += [(where(notebook, cell), alt, source) for alt, source in images]
    return found
