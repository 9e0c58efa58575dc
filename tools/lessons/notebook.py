"""What a notebook and its cells say about themselves, and how a problem names a cell."""

import ast
import hashlib
import html
import json
import re
from collections.abc import Iterator
from functools import cache
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


def lessons(root: Path, lang: str = "en") -> list[Path]:
    """The lessons of a checkout in one language, in order."""
    folder = root / "notebooks" if lang == "en" else root / "notebooks" / lang
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def read(path: Path) -> NotebookNode:
    """Read a notebook; an older one of format 4 becomes one of today's, with an id for each cell.

    Colab and other tools write older forms. A cell's missing id is made of its place, so that the
    same file always gives the same notebook.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when it is not a notebook of format 4; names the file.
    """
    notebook = stored(path)
    notebook.nbformat_minor = max(notebook.get("nbformat_minor", 0), nbformat.v4.nbformat_minor)
    _give_ids(notebook)
    try:
        nbformat.validate(notebook | {"metadata": {}})  # those are looked at by hygiene
    except nbformat.ValidationError as error:
        raise ValueError(f"{path}: not a valid notebook: {str(error).splitlines()[0]}") from error
    return notebook


def stored(path: Path) -> NotebookNode:
    """A notebook as it is in the file; nothing is upgraded, filled in or repaired.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when it is not a notebook of format 4; names the file.
    """
    content = Path(path).read_bytes()
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: expected a notebook, but its text is no JSON") from error
    version = found.get("nbformat") if isinstance(found, dict) else None
    if version != 4 or not isinstance(found.get("cells"), list):
        raise ValueError(f"{path}: expected a notebook of format 4, got {version or 'none'}")
    try:
        return nbformat.v4.to_notebook_json(found)
    except Exception as error:
        raise ValueError(f"{path}: not a valid notebook: {error}") from error


def _give_ids(notebook: NotebookNode) -> None:
    """Give an id to each cell that has none, or that of a cell above it."""
    ids = {cell.get("id") for cell in notebook.cells}
    used: set[str] = set()
    for place, cell in enumerate(notebook.cells, start=1):
        if not cell.get("id") or cell.id in used:
            cell.id = f"cell-{place}"
            while cell.id in ids | used:
                cell.id += "-again"
        used.add(cell.id)


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


def language(notebook: NotebookNode) -> str:
    """The language of a notebook, ``"en"`` or ``"ko"``: ``metadata.lesson.lang``, else English."""
    return str(notebook.metadata.get("lesson", {}).get("lang", "en"))


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
    return ast.parse(_python(cell.source))


@cache
def _python(source: str) -> str:
    """Kept, because many checks ask for the same cells and IPython takes its time."""
    return TransformerManager().transform_cell(source)


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What code imports: a module, and a name of it that is empty where all is imported.

    Example:
        >>> list(imports(ast.parse("import a.b; from c import d as e")))
        [('a.b', ''), ('c', 'd')]
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", name.name) for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((name.name, "") for name in node.names)


def digests(notebook: NotebookNode, words: bool = True) -> list[str]:
    """For each code cell a short text that changes when the code up to it does.

    What makes no output does not count: comments, imports, and the first cell, which finds the
    helpers. The same in every version of Python.

    Args:
        words: whether the words for a picture (``alt``) count; they are no number.
    """
    state = hashlib.sha256()
    found = []
    for place, cell in enumerate(code_cells(notebook)):
        for node in parse(cell).body if place else []:
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and not words:
                    call.keywords = [word for word in call.keywords if word.arg != "alt"]
            if not isinstance(node, ast.Import | ast.ImportFrom):
                state.update(_written(node).encode())
        found.append(state.hexdigest()[:12])
    return found


def _written(node: object) -> str:
    """As ``ast.dump``, which shows empty fields in some versions of Python only."""
    if isinstance(node, list):
        return f"[{', '.join(map(_written, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
    return f"{type(node).__name__}({', '.join(f'{n}={_written(v)}' for n, v in fields)})"


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
