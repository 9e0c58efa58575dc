"""A checkout of one small lesson with a catalogue, for the tests of the Korean edition."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell

from tools.lessons import sample
from tools.lessons.execute import canonical, written
from tools.translate import catalogue, make
from tools.translate.texts import texts

TITLE = "# Guess\n\nYou guess *one* digit of 10."
KOREAN = {
    "cell-0": "# 맞히기\n\n숫자 *하나*를 10 가운데에서 맞혀 봅니다.",
    "cell-1:comment": "준비",
    "cell-2": "## 1. 세기\n\n모두 12,396장입니다.",
    "cell-3:comment": "값",
    "cell-3:alt": "검은 점.",
    "cell-3:words": "{n}의 정확도",
}


def lesson() -> nbformat.NotebookNode:
    """A lesson with every kind of text."""
    about = {"image/png": {"alt": "A black dot."}}
    return canonical(
        sample.notebook(
            new_markdown_cell(TITLE),
            sample.code('x = 1  # ready\nassert x, "not a text of the lesson"'),
            new_markdown_cell("## 1. Count\n\nThere are 12,396 images."),
            sample.code(
                'n = 5  # a value\nshow(f, alt="A black dot.")\nprint(f"accuracy of {n}")',
                sample.shown({"image/png": sample.PNG, "text/plain": "A black dot."}, **about),
                sample.printed("accuracy of 5\n"),
            ),
        )
    )


def checkout(folder: Path, korean: dict[str, str], english: nbformat.NotebookNode | None = None):
    """Write a checkout; return the path of its lesson.

    Args:
        folder: where it goes.
        korean: what its catalogue has.
        english: the lesson, else the one above.
    """
    path = folder / "notebooks" / "01_guess.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(written(english or lesson()), encoding="utf-8")
    front = folder / "tools/site/templates/index.md.jinja"
    front.parent.mkdir(parents=True)
    front.touch()
    (folder / "README.md").touch()
    known = catalogue.updated(catalogue.read(make.catalogue_of(path)), texts(english or lesson()))
    for entry in known:
        entry.msgstr = korean.get(entry.msgctxt, "")
    catalogue.write(known, make.catalogue_of(path))
    return path
