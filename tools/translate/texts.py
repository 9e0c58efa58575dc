"""The texts of a notebook, each with a name, and a notebook with other texts.

==============  ==================================================================================
name            text
==============  ==================================================================================
``ID``          a text cell, whole, without the badge that opens it in Colab
``ID:comment``  the comments of a code cell, a line each, without ``#``
``ID:alt``      the words for its picture; ``ID:alt2`` for a second picture
``ID:words``    the other strings that its page shows, a line each, as between their quotes
==============  ==================================================================================

Of the first code cell, which is the same everywhere, only the comments count.
"""

import copy
import re
from collections.abc import Mapping

from nbformat import NotebookNode

from tools.lessons.notebook import code_cells
from tools.publish import BADGE
from tools.translate import literals
from tools.translate.outputs import retell

_BADGE = re.compile(rf"^{BADGE}\n\n?", re.MULTILINE)


def texts(notebook: NotebookNode) -> dict[str, str]:
    """Every text of a notebook by its name, in the order of the page.

    Example:
        >>> from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
        >>> cells = [new_markdown_cell("# Guess", id="a"), new_code_cell("x = 1  # one", id="b")]
        >>> texts(new_notebook(cells=cells))
        {'a': '# Guess', 'b:comment': 'one'}
    """
    found = {}
    shown = _shown(notebook)
    first = next(iter(code_cells(notebook)), None)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found[cell.id] = _BADGE.sub("", cell.source)
            continue
        comments = literals.comments(cell.source)
        if comments:
            found[f"{cell.id}:comment"] = "\n".join(comments)
        if cell is first:
            continue
        for place, one in enumerate(literals.alternatives(cell.source), start=1):
            found[_alt(cell, place)] = one.text
        words = literals.words(cell.source, shown)
        if words:
            found[f"{cell.id}:words"] = "\n".join(one.text for one in words)
    return {name: text for name, text in found.items() if text.strip()}


def replaced(notebook: NotebookNode, new: Mapping[str, str]) -> NotebookNode:
    """A copy of a notebook with other texts; a name that is not in ``new`` keeps its text.

    What the cells have shown is retold with the same words: those of the cell, and the names that
    cells before it have given.

    Example:
        >>> from nbformat.v4 import new_markdown_cell, new_notebook
        >>> cells = [new_markdown_cell("# Guess", id="a")]
        >>> replaced(new_notebook(cells=cells), {"a": "# 맞히기"}).cells[0].source
        '# 맞히기'
    """
    notebook = copy.deepcopy(notebook)
    shown = _shown(notebook)
    names: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            if cell.id in new:
                badge = _BADGE.search(cell.source)
                title, _, rest = new[cell.id].partition("\n\n")
                parts = [title, badge[0].strip(), rest] if badge else [new[cell.id]]
                cell.source = "\n\n".join(part for part in parts if part)
            continue
        words = literals.words(cell.source, shown)
        told = new[f"{cell.id}:words"].split("\n") if f"{cell.id}:words" in new else None
        if told:
            cell.source = literals.with_strings(cell.source, words, told)
        alts = literals.alternatives(cell.source)
        described = [new.get(_alt(cell, k), one.text) for k, one in enumerate(alts, start=1)]
        cell.source = literals.with_strings(cell.source, alts, described)
        pairs = dict(zip(words, told or ()))
        names |= {one.text: text for one, text in pairs.items() if not one.is_f}
        retell(
            cell,
            words=[(one.text, text) for one, text in pairs.items()],
            names=names,
            alts={one.text: text for one, text in zip(alts, described)},
        )
        if f"{cell.id}:comment" in new:
            cell.source = literals.with_comments(cell.source, new[f"{cell.id}:comment"].split("\n"))
    return notebook


def _alt(cell: NotebookNode, place: int) -> str:
    return f"{cell.id}:alt{place if place > 1 else ''}"


def _shown(notebook: NotebookNode) -> set[str]:
    """The strings with a blank that some cell shows: in another they may be keys."""
    return {
        one.text
        for cell in code_cells(notebook)[1:]
        for one in literals.words(cell.source)
        if not one.is_f
    }
