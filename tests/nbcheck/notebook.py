"""What a notebook and its cells say about themselves, and how a problem names a cell."""

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

IGNORED = "nbval-ignore-output"
RAISES = "raises-exception"
EXERCISE = "exercise"
CHECK = "check"

FENCED = re.compile(r"^(```+|~~~+).*?^\1\s*$", re.MULTILINE | re.DOTALL)

_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def read(path: Path) -> NotebookNode:
    """Read a notebook as it is in the file; nothing is upgraded, filled in or repaired.

    Raises:
        ValueError: when the file is not a notebook of format 4.
    """
    text = Path(path).read_text(encoding="utf-8")
    version = nbformat.reader.reads(text).nbformat if text.strip() else None
    if version != 4:
        raise ValueError(f"{path}: expected a notebook of format 4, got {version or 'no text'}")
    return nbformat.v4.reads(text)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> list[str]:
    """The cell's tags."""
    return list(cell.metadata.get("tags", []))


def notes(cell: NotebookNode) -> dict:
    """What a cell says about itself: ``metadata.lesson``."""
    return dict(cell.metadata.get("lesson", {}))


def is_ignored(cell: NotebookNode) -> bool:
    """Whether the cell asks that its output is not compared."""
    return IGNORED in tags(cell)


def data_sets(notebook: NotebookNode) -> list[str]:
    """The names of the data sets that a notebook uses: ``metadata.lesson.data``.

    Raises:
        ValueError: when the notebook does not say; an empty list says "none".
    """
    names = notebook.metadata.get("lesson", {}).get("data")
    if not isinstance(names, list):
        raise ValueError(
            'the notebook\'s metadata must name its data sets: "lesson": {"data": ["mnist_sample"]}'
            f", or an empty list; got {notebook.metadata.get('lesson')!r}"
        )
    return list(names)


def where(notebook: NotebookNode, cell: NotebookNode) -> str:
    """Name a cell for a reader: a code cell by its number, text by its first line."""
    number = next(i for i, other in enumerate(notebook.cells) if other is cell) + 1
    if cell.cell_type == "code":
        count = sum(other.cell_type == "code" for other in notebook.cells[:number])
        return f"In [{count}]"
    first = next(iter(cell.source.strip().splitlines()), "")
    return f"cell {number} ({first[:40]!r})"


def parse(cell: NotebookNode) -> ast.Module:
    """The code of a code cell; magics such as ``%timeit`` become calls of Python first.

    Raises:
        SyntaxError: when it is not Python.
    """
    return ast.parse(TransformerManager().transform_cell(cell.source))


def output_texts(output: NotebookNode) -> Iterator[str]:
    """Every text of one output, without colours: printed, shown (HTML too), or an error's."""
    if output.output_type == "stream":
        yield _COLOUR.sub("", output.text)
    elif output.output_type == "error":
        yield f"{output.ename}: {output.evalue}"
        yield _COLOUR.sub("", "\n".join(output.traceback))
    else:
        for kind, value in output.data.items():
            if isinstance(value, str) and not kind.startswith("image/") or kind == "image/svg+xml":
                yield value


def unfenced(cell: NotebookNode) -> str:
    """The text of a text cell without its fenced code."""
    return FENCED.sub("", cell.source)


def without_tags(text: str) -> str:
    """The words of an HTML text: no tags, styles, scripts or comments; entities decoded."""
    text = re.sub(r"<(style|script)\b.*?</\1>|<!--.*?-->", " ", text, flags=re.DOTALL | re.I)
    return html.unescape(re.sub(r"</?[A-Za-z][^<>]*>", " ", text))
