"""The Korean notebooks, made of the English ones and the catalogues.

``notebooks/ko/NN_….ipynb`` is the English notebook with the Korean texts. A text without Korean, or
whose Korean is stale, shows the English: a text cell with a mark above it, so that an English mend
neither waits for a translator nor hides behind an old sentence.

What a code cell shows is that of a Korean run (``run``), and it stays while the English cell, its
output and the Korean words do. Until there is one, it is what the English run has shown, retold
with the Korean words; likewise where the text quotes numbers that are not compared (a time, say),
and they have come out otherwise.
"""

import copy
import hashlib
import itertools
import json
import re
from pathlib import Path

import polib
from nbformat import NotebookNode

from tools.lessons import kernel
from tools.lessons.compare import difference, tolerance_of
from tools.lessons.execute import canonical, merged, store, written
from tools.lessons.notebook import code_cells, is_ignored, lessons, notes, output_texts, read
from tools.lessons.prose import numbers_are_shown
from tools.translate import catalogue, pages, readme
from tools.translate.literals import with_comments
from tools.translate.texts import replaced, texts

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = "ko"
PICTURE = "image/png"
MARK = "> *여기부터는 영어 원문입니다. 한국어 번역은 준비하고 있습니다.*"


def sources(root: Path = ROOT) -> list[Path]:
    """All that is translated: the lessons, the README, the front page of the website."""
    return [*lessons(root), root / "README.md", root / "tools/site/templates/index.md.jinja"]


def name_of(source: Path) -> str:
    """What a translator calls it, and its catalogue is called.

    Example:
        >>> [name_of(Path(path)) for path in ("notebooks/01_guess.ipynb", "README.md")]
        ['01', 'readme']
    """
    names = {".ipynb": source.name[:2], ".md": "readme", ".jinja": "site"}
    return names[source.suffix]


def catalogue_of(source: Path) -> Path:
    """Where its catalogue lies.

    Example:
        >>> catalogue_of(Path("notebooks/01_guess.ipynb")).as_posix()
        'translations/ko/01.po'
    """
    above = {".ipynb": 1, ".md": 0, ".jinja": 3}[source.suffix]
    return source.parents[above] / "translations" / LANGUAGE / f"{name_of(source)}.po"


def made_of(source: Path) -> Path | None:
    """Where the Korean one lies; None for the front page, which the website makes when it is built.

    Example:
        >>> made_of(Path("notebooks/01_guess.ipynb")).as_posix()
        'notebooks/ko/01_guess.ipynb'
    """
    if source.suffix == ".ipynb":
        return korean_lesson(source)
    return source.parent / f"README.{LANGUAGE}.md" if source.suffix == ".md" else None


def korean_lesson(lesson: Path) -> Path:
    """Where the Korean notebook of a lesson lies."""
    return lesson.parent / LANGUAGE / lesson.name


def english(source: Path) -> dict[str, str]:
    """Its English texts, by their names."""
    if source.suffix == ".ipynb":
        return texts(read(source))
    page = source.read_text(encoding="utf-8")
    return pages.texts(readme.english(page) if source.suffix == ".md" else page)


def refreshed(source: Path) -> polib.POFile:
    """Its catalogue, brought to the English texts of today.

    Where a text has come from another lesson, its Korean comes along.
    """
    path = catalogue_of(source)
    known = catalogue.updated(catalogue.read(path), english(source))
    if catalogue.missing(known):
        elsewhere = _elsewhere(path)
        for entry in catalogue.entries(known):
            entry.msgstr = entry.msgstr or elsewhere.get(entry.msgid, "")
    return known


def _elsewhere(path: Path) -> dict[str, str]:
    """What other catalogues have of texts that are gone there, and of the set-up cell."""
    return {
        entry.msgid: entry.msgstr
        for other in sorted(path.parent.glob("[0-9][0-9].po"))
        if other != path
        for entry in catalogue.read(other)
        if entry.obsolete or entry.msgid.count("\n") > 2 and ":comment" in entry.msgctxt
        if entry.msgstr and not entry.fuzzy
    }


def text_of(source: Path) -> str:
    """The text of the file that ``made_of`` names, as it must be now."""
    if source.suffix == ".ipynb":
        return written(made(source))
    return readme.korean(source.parent, catalogue.read(catalogue_of(source)))


def marked(text: str) -> str:
    """An English text as the Korean notebook shows it; a title stays the first line.

    Example:
        >>> print(marked("# Guess\\n\\nA digit.").splitlines()[0])
        # Guess
    """
    first, _, rest = text.partition("\n")
    parts = [first, MARK, rest.strip("\n")] if first.startswith("#") else [MARK, text]
    return "\n\n".join(part for part in parts if part)


def korean(original: NotebookNode, known: polib.POFile) -> NotebookNode:
    """The Korean notebook: the English one with every text that the catalogue has."""
    old = texts(original)
    there = catalogue.korean(known, old)
    new = {
        name: there.get(name, text if ":" in name else marked(text)) for name, text in old.items()
    }
    notebook = replaced(original, new)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "[![Open in Colab]" in cell.source:
            # Its badge opens this notebook.
            cell.source = cell.source.replace("/notebooks/", f"/notebooks/{LANGUAGE}/", 1)
    canonical(notebook)
    notebook.metadata["lesson"] = dict(original.metadata["lesson"]) | {"lang": LANGUAGE}
    return notebook


def origin(original: NotebookNode, cell: NotebookNode, first: NotebookNode) -> str:
    """A short text that changes with what the output of a Korean cell depends on.

    Args:
        original: the English cell, with its output.
        cell: the Korean one, of which only the code counts.
        first: the set-up cell, whose code does not count.
    """
    cells = () if cell.id == first.id else (original, cell)
    sources = [with_comments(one.source, itertools.repeat("")) for one in cells]
    outputs = json.dumps(original.outputs, sort_keys=True)
    return hashlib.sha256("\n".join([*sources, outputs]).encode()).hexdigest()[:12]


def keeps(cell: NotebookNode, first: NotebookNode) -> bool:
    """Whether a cell may show what the English run has shown; the set-up cell may not."""
    return is_ignored(cell) and cell.id != first.id


def tells(notebook: NotebookNode, ran: NotebookNode) -> bool:
    """Whether the text holds over a run's outputs as well: no number of it is missing there."""
    return set(numbers_are_shown(ran)) <= set(numbers_are_shown(notebook))


def same_figures(old: list[NotebookNode], new: list[NotebookNode]) -> bool:
    """Whether two runs have shown the same numbers, in any order, in texts and over pictures."""
    texts = [
        [text for output in outputs for text in output_texts(output)] for outputs in (old, new)
    ]
    numbers = [sorted(re.findall(r"\d+(?:[.,]\d+)*", " ".join(text))) for text in texts]
    return bool(new) and numbers[0] == numbers[1]


def with_outputs(
    notebook: NotebookNode, original: NotebookNode, before: NotebookNode | None
) -> NotebookNode:
    """Take the outputs of a Korean run over, from cells that are still the same.

    Args:
        notebook: the Korean notebook as ``korean`` makes it; changed in place.
        original: the English one.
        before: the Korean one as it was.
    """
    kept = {cell.id: cell for cell in code_cells(before)} if before else {}
    for one, cell in zip(code_cells(original), code_cells(notebook)):
        ran = notes(kept[cell.id]).get("ran") if cell.id in kept else None
        if ran and ran == origin(one, cell, code_cells(notebook)[0]):
            cell.outputs = _numbered(kept[cell.id].outputs, cell.execution_count)
            cell.metadata["lesson"] = notes(cell) | {"ran": ran}
    return notebook


def _numbered(outputs: list[NotebookNode], count: int | None) -> list[NotebookNode]:
    """Outputs of another run, whose cell may have had another number."""
    outputs = copy.deepcopy(outputs)
    for output in outputs:
        if "execution_count" in output:
            output.execution_count = count
    return outputs


def made(lesson: Path) -> NotebookNode:
    """A lesson's Korean notebook, as it must be now."""
    path, original = korean_lesson(lesson), read(lesson)
    before = read(path) if path.exists() else None
    notebook = korean(original, catalogue.read(catalogue_of(lesson)))
    return with_outputs(notebook, original, before)


def run(lesson: Path, practice: bool = False, timeout: float = 600, fresh: bool = False) -> None:
    """Run the Korean notebook of a lesson and store what it shows.

    Args:
        lesson: the English notebook.
        practice: whether to run on practice data, for a trial: its figures are not the lesson's.
        timeout: the longest a cell may take, in seconds.
        fresh: also renew numbers that differ from an earlier Korean run within the tolerance.

    Raises:
        CellExecutionError: when a cell fails; nothing is stored then.
    """
    original, notebook = read(lesson), made(lesson)
    ran = copy.deepcopy(notebook)
    kernel.run(ran, korean_lesson(lesson).resolve().parent, practice, timeout)
    first, its_own = code_cells(notebook)[0], tells(notebook, ran)
    for one, old, new in zip(code_cells(original), code_cells(notebook), code_cells(ran)):
        outputs = merged(new.outputs)
        stays = keeps(old, first) and not its_own and not same_figures(old.outputs, outputs)
        kept = not fresh and "ran" in notes(old) and not is_ignored(old)
        if stays or kept and not difference(old.outputs, outputs, tolerance_of(old)):
            new.outputs = _numbered(old.outputs, new.execution_count)
            for before, after in zip(new.outputs, () if stays else outputs):
                if PICTURE in before.get("data", {}):  # what its axes say is compared nowhere
                    before.data[PICTURE] = after.data[PICTURE]
        if not stays:
            new.metadata["lesson"] = notes(new) | {"ran": origin(one, new, first)}
    store(canonical(ran), korean_lesson(lesson))


def not_run(lesson: Path) -> list[str]:
    """The cells of a lesson's Korean notebook that still show the output of an English run."""
    notebook = made(lesson)
    first = code_cells(notebook)[0]
    return [
        cell.id
        for cell in code_cells(notebook)
        if cell.outputs and not keeps(cell, first) and "ran" not in notes(cell)
    ]
