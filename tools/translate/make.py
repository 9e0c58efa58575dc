"""The Korean notebooks, made of the English ones and the catalogues.

``notebooks/ko/NN_….ipynb`` is the English notebook with the Korean texts. A text without Korean, or
whose Korean is stale, shows the English: a text cell with a mark above it, so that an English mend
neither waits for a translator nor hides behind an old sentence.

What a code cell shows is that of a Korean run (``run``), and it stays while the English cell, its
output and the Korean words do. Until there is one, and for what is not compared (a time, a long
training), it is what the English run has shown, retold with the Korean words.
"""

import copy
import hashlib
import itertools
import json
from pathlib import Path

import polib
from nbformat import NotebookNode

from tools.lessons import kernel
from tools.lessons.execute import canonical, store
from tools.lessons.notebook import code_cells, is_ignored, notes, read
from tools.translate import catalogue
from tools.translate.literals import with_comments
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


def origin(english: NotebookNode, cell: NotebookNode) -> str:
    """A short text that changes with what the output of a Korean cell depends on.

    Args:
        english: the English cell, with its output.
        cell: the Korean one, of which only the code counts.
    """
    sources = [with_comments(one.source, itertools.repeat("")) for one in (english, cell)]
    outputs = json.dumps(english.outputs, sort_keys=True)
    return hashlib.sha256("\n".join([*sources, outputs]).encode()).hexdigest()[:12]


def keeps(cell: NotebookNode, first: NotebookNode) -> bool:
    """Whether a cell always shows what the English run has shown; the set-up cell does not."""
    return is_ignored(cell) and cell.id != first.id


def with_outputs(
    notebook: NotebookNode, english: NotebookNode, before: NotebookNode | None
) -> NotebookNode:
    """Take the outputs of a Korean run over, from cells that are still the same.

    Args:
        notebook: the Korean notebook as ``korean`` makes it; changed in place.
        english: the English one.
        before: the Korean one as it was.
    """
    kept = {cell.id: cell for cell in code_cells(before)} if before else {}
    for one, cell in zip(code_cells(english), code_cells(notebook)):
        ran = notes(kept[cell.id]).get("ran") if cell.id in kept else None
        if ran and ran == origin(one, cell):
            cell.outputs = copy.deepcopy(kept[cell.id].outputs)
            cell.execution_count = kept[cell.id].execution_count
            cell.metadata["lesson"] = notes(cell) | {"ran": ran}
    return notebook


def made(lesson: Path) -> NotebookNode:
    """A lesson's Korean notebook, as it must be now."""
    path, english = made_of(lesson), read(lesson)
    before = read(path) if path.exists() else None
    notebook = korean(english, catalogue.read(catalogue_of(lesson)))
    return with_outputs(notebook, english, before)


def run(lesson: Path, practice: bool = False, timeout: float = 600) -> None:
    """Run the Korean notebook of a lesson and store what it shows.

    Args:
        lesson: the English notebook.
        practice: whether to run on practice data, for a trial: its figures are not the lesson's.
        timeout: the longest a cell may take, in seconds.

    Raises:
        CellExecutionError: when a cell fails; nothing is stored then.
    """
    english, notebook = read(lesson), made(lesson)
    ran = copy.deepcopy(notebook)
    kernel.run(ran, made_of(lesson).resolve().parent, practice, timeout)
    first = code_cells(notebook)[0]
    for one, old, new in zip(code_cells(english), code_cells(notebook), code_cells(ran)):
        if keeps(old, first):
            new.outputs, new.execution_count = old.outputs, old.execution_count
        else:
            new.metadata["lesson"] = notes(new) | {"ran": origin(one, new)}
    store(canonical(ran), made_of(lesson))


def not_run(lesson: Path) -> list[str]:
    """The cells of a lesson's Korean notebook that still show the output of an English run."""
    notebook = made(lesson)
    first = code_cells(notebook)[0]
    return [
        cell.id
        for cell in code_cells(notebook)
        if cell.outputs and not keeps(cell, first) and "ran" not in notes(cell)
    ]
