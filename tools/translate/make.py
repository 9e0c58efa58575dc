"""The Korean notebooks, made of the English ones and the catalogues.

``notebooks/ko/NN_….ipynb`` is the English notebook with the Korean texts. A text without Korean, or
whose Korean is stale, shows the English: a text cell with a mark above it, so that an English mend
neither waits for a translator nor hides behind an old sentence.

What a code cell shows is that of a Korean run (``run``). Until there is one it is the output of the
English run, with the Korean words for pictures; it stays while the code of its cell does.
"""

import copy
from pathlib import Path

import polib
from nbformat import NotebookNode

from tools.lessons.execute import canonical, written
from tools.lessons.notebook import code_cells, read
from tools.translate import catalogue
from tools.translate.texts import replaced, texts

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = "ko"
MARK = "> *여기부터는 영어 원문입니다. 한국어 번역은 준비하고 있습니다.*"


def lessons(root: Path = ROOT) -> list[Path]:
    """The English notebooks, in order."""
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def catalogue_of(lesson: Path) -> Path:
    """Where the catalogue of a lesson lies.

    Example:
        >>> catalogue_of(Path("notebooks/01_guess.ipynb")).as_posix()
        'translations/ko/01.po'
    """
    return lesson.parent.parent / "translations" / LANGUAGE / f"{lesson.name[:2]}.po"


def made_of(lesson: Path) -> Path:
    """Where the Korean notebook of a lesson lies.

    Example:
        >>> made_of(Path("notebooks/01_guess.ipynb")).as_posix()
        'notebooks/ko/01_guess.ipynb'
    """
    return lesson.parent / LANGUAGE / lesson.name


def marked(text: str) -> str:
    """An English text as the Korean notebook shows it; a title stays the first line.

    Example:
        >>> print(marked("# Guess\\n\\nA digit.").splitlines()[0])
        # Guess
    """
    first, _, rest = text.partition("\n")
    parts = [first, MARK, rest.strip("\n")] if first.startswith("#") else [MARK, text]
    return "\n\n".join(part for part in parts if part)


def korean(english: NotebookNode, known: polib.POFile) -> NotebookNode:
    """The Korean notebook: the English one with every text that the catalogue has."""
    there = catalogue.korean(known)
    old = texts(english)
    stale = {e.msgctxt for e in catalogue.entries(known) if e.msgid != old.get(e.msgctxt)}
    new = {
        name: there[name]
        if name in there and name not in stale
        else (text if ":" in name else marked(text))
        for name, text in old.items()
    }
    notebook = replaced(english, new)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":  # its badge opens this notebook
            cell.source = (
                cell.source.replace("/notebooks/", f"/notebooks/{LANGUAGE}/", 1)
                if ("[![Open in Colab]" in cell.source)
                else cell.source
            )
    canonical(notebook)
    notebook.metadata["lesson"] = dict(english.metadata["lesson"]) | {"lang": LANGUAGE}
    return notebook


def with_outputs(notebook: NotebookNode, before: NotebookNode | None) -> NotebookNode:
    """The outputs of the Korean notebook that was, for each cell whose code is still the same."""
    kept = {cell.id: cell for cell in code_cells(before)} if before else {}
    for cell in code_cells(notebook):
        old = kept.get(cell.id)
        if old is not None and old.source == cell.source:
            cell.outputs = copy.deepcopy(old.outputs)
            cell.execution_count = old.execution_count
    return notebook


def make(lesson: Path) -> str:
    """The text of the file of a lesson's Korean notebook, as it must be now."""
    path = made_of(lesson)
    before = read(path) if path.exists() else None
    known = catalogue.read(catalogue_of(lesson))
    return written(with_outputs(korean(read(lesson), known), before))
