"""What the front page tells of a lesson, read from its notebook."""

import re
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from nbformat import NotebookNode

from tools.lessons import notebook as files
from tools.lessons.notebook import code_cells, data_sets, imports, parse
from tools.publish import Place

# A badge leads to the newest lesson of a branch; what its setup cell installs is of one commit.
_BADGE = re.compile(
    r"\]\(https://colab\.research\.google\.com/github/([^/]+/[^/]+)/blob/(.+?)/notebooks/"
)
_SCORE = {"lesson", "method", "parameters", "accuracy"}


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Attributes:
        page: the notebook's path without its ending, as Sphinx names it: "notebooks/01_guess".
        title: its first heading.
        task: what the learner will do, in Markdown.
        time: how long it takes, in the lesson's own words: "About 50 minutes to read".
        data: the names of its data sets.
        scores: the rows of its scoreboards, each a dictionary with the texts of the table.
        uses: what its code imports from helpers, without "helpers.": ``training.fit``.
        place: where it is published, or None.
    """

    page: str
    title: str
    task: str
    time: str
    data: tuple[str, ...]
    scores: tuple[dict[str, str], ...]
    uses: frozenset[str]
    place: Place | None

    @property
    def number(self) -> str:
        """Its two digits, as in the file's name."""
        return Path(self.page).name[:2]


def find(root: Path, lang: str = "en") -> list[Lesson]:
    """All lessons of a checkout in one language, in order.

    Raises:
        ValueError: when there are none, or one does not say what it must.
    """
    paths = files.lessons(root, lang)
    if not paths and lang == "en":
        raise ValueError(f"expected lessons such as {root / 'notebooks' / '01_topic.ipynb'}")
    return [read(files.read(path), f"notebooks/{path.stem}") for path in paths]


def read(notebook: NotebookNode, page: str) -> Lesson:
    """Read one lesson.

    Raises:
        ValueError: when its first cell has no title, no "What you will do" or no time.
    """
    opening = notebook.cells[0].source if notebook.cells else ""
    badge = _BADGE.search(opening)
    try:
        data = tuple(data_sets(notebook))
    except ValueError as error:
        raise ValueError(f"{page}.ipynb: {error}") from error
    return Lesson(
        page=page,
        title=_find(r"^# (.+)$", opening, page, "a title: '# Verb ...'"),
        task=_find(
            r"^\*\*(?:What you will do|할 일)\.\*\* (.+)$", opening, page, "'**What you will do.**'"
        ),
        time=_find(
            r"^\*\*(?:What you need|준비할 것)\.\*\*.*?"
            r"([^.,:;]*(?:\b(?:minutes?|hours?)\b|(?:\d|한|두|세)\s?(?:분|시간))[^.,:;]*)",
            opening,
            page,
            "minutes or hours after '**What you need.**'",
        ),
        data=data,
        scores=tuple(row for cell in code_cells(notebook) for row in _scores(cell)),
        uses=frozenset(
            f"{module.removeprefix('helpers.')}.{name}"
            for cell in code_cells(notebook)
            for module, name in imports(parse(cell))
            if module.startswith("helpers.")
        ),
        place=Place(*badge.groups()) if badge else None,
    )


def _find(pattern: str, text: str, page: str, expected: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    if not found:
        raise ValueError(f"{page}.ipynb: expected {expected} in the first cell, got {text[:80]!r}")
    return found[1].strip()


def _scores(cell: NotebookNode) -> list[dict[str, str]]:
    """The rows of the scoreboard that a cell shows, if it shows one."""
    rows = []
    for output in cell.outputs:
        table = BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser").table
        lines = [] if table is None else table.find_all("tr")
        texts = [[text.get_text(strip=True) for text in line(["th", "td"])] for line in lines]
        if texts and set(texts[0]) >= _SCORE:
            rows += [dict(zip(texts[0], line)) for line in texts[1:]]
    return rows
