"""Write a fork's address into lessons and README: ``python -m tools.publish OWNER/NAME``.

Everything that depends on where the lessons are published is made here: a badge under each
lesson's title and in the README's table, which opens that lesson in Colab, and the address that
the setup cell and the README install the helpers from. Another address replaces the one before.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.nbcheck.execute import canonical
from tests.nbcheck.notebook import code_cells

ROOT = Path(__file__).resolve().parents[1]

_PICTURE = "https://colab.research.google.com/assets/colab-badge.svg"
_BADGE = r"\[!\[Open in Colab\]\([^)\s]*\)\]\([^)\s]*\)"
_ROW = re.compile(rf"^(\| \[[^\]]*\]\((notebooks/[^)\s]+\.ipynb)\))(?: {_BADGE})?", re.MULTILINE)
_ADDRESS = re.compile(r'^address = "[^"]*"', re.MULTILINE)
_HEADING = re.compile(r"^## Colab\n\n(?:Published at .*\n\n)?", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where the lessons are published.

    Args:
        repository: on GitHub, as in ``"owner/name"``.
        branch: the branch, or a tag.

    Raises:
        ValueError: when one of them cannot be such a name.

    Example:
        >>> Place("ada/lessons").package
        'git+https://github.com/ada/lessons@main'
    """

    repository: str
    branch: str = "main"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository, re.ASCII):
            raise ValueError(f"expected REPO=owner/name, as on GitHub, got {self.repository!r}")
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", self.branch, re.ASCII):
            raise ValueError(f"expected a branch or a tag, got {self.branch!r}")

    @property
    def package(self) -> str:
        """What pip installs the helpers from."""
        return f"git+https://github.com/{self.repository}@{self.branch}"

    def badge(self, path: str) -> str:
        """The Markdown of a badge that opens a notebook in Colab.

        Args:
            path: the notebook's, from the top of the repository, with forward slashes.
        """
        where = f"github/{self.repository}/blob/{self.branch}/{path}"
        return f"[![Open in Colab]({_PICTURE})](https://colab.research.google.com/{where})"


def publish_lesson(notebook: NotebookNode, path: str, place: Place) -> None:
    """Write the badge and the address into a lesson, which is changed in place.

    Args:
        notebook: the lesson.
        path: its path from the top of the repository.
        place: where it is published.

    Raises:
        ValueError: when it does not begin with a title, or its setup cell has no address.
    """
    cells, code = notebook.cells, code_cells(notebook)
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        raise ValueError(f"{path}: expected a first cell that begins with a title: '# ...'")
    if not code or len(_ADDRESS.findall(code[0].source)) != 1:
        raise ValueError(f"{path}: expected one line 'address = \"\"' in the first code cell")
    title, _, text = cells[0].source.partition("\n")
    text = re.sub(rf"^{_BADGE}$", "", text, flags=re.MULTILINE).strip("\n")
    cells[0].source = f"{title}\n\n{place.badge(path)}\n\n{text}".rstrip("\n")
    code[0].source = _ADDRESS.sub(f'address = "{place.package}"', code[0].source)
    canonical(notebook)  # an output that is not compared knows the code that made it


def publish_readme(text: str, paths: Iterable[str], place: Place) -> str:
    """The README with a badge for each lesson, and the install line.

    Args:
        text: the README as it is.
        paths: those of all lessons, from the top of the repository.
        place: where they are published.

    Raises:
        ValueError: when a lesson is not in its table, or there is no heading "Colab".
    """
    missing = set(paths) - {match[2] for match in _ROW.finditer(text)}
    if missing:
        raise ValueError(f"README.md: the table of lessons has no row for {sorted(missing)}")
    text = _ROW.sub(lambda match: f"{match[1]} {place.badge(match[2])}", text)
    home = f"https://github.com/{place.repository}"
    published = (
        f"Published at [{place.repository}]({home}): a lesson's badge opens it in Colab, where "
        f'its first cell runs `pip install --no-deps "{place.package}"`.'
    )
    text, count = _HEADING.subn(lambda _: f"## Colab\n\n{published}\n\n", text)
    if count != 1:
        raise ValueError('README.md: expected one heading "## Colab"')
    return text


def publish(root: Path, place: Place) -> list[Path]:
    """Publish everything under a checkout; nothing is written unless all of it can be.

    Returns:
        The files that were changed.

    Raises:
        ValueError: see ``publish_lesson`` and ``publish_readme``.
    """
    new: dict[Path, str] = {}
    lessons = {path.relative_to(root).as_posix(): path for path in _lessons(root)}
    for name, path in lessons.items():
        notebook = nbformat.read(path, as_version=4)
        publish_lesson(notebook, name, place)
        new[path] = nbformat.writes(notebook).rstrip("\n") + "\n"
    readme = root / "README.md"
    new[readme] = publish_readme(readme.read_text(encoding="utf-8"), lessons, place)
    changed = [path for path, text in new.items() if path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.write_text(new[path], encoding="utf-8", newline="\n")
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Publish this checkout; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.publish", description=__doc__)
    parser.add_argument("repository", help="owner/name on GitHub")
    parser.add_argument("--branch", default="main", help="a branch or a tag; main by default")
    options = parser.parse_args(arguments)
    try:
        changed = publish(ROOT, Place(options.repository, options.branch))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for path in changed:
        print(f"{path.relative_to(ROOT)}: changed")
    print(f"{len(changed)} files changed.")
    return 0


def _lessons(root: Path) -> list[Path]:
    return sorted((root / "notebooks").glob("*.ipynb"))


if __name__ == "__main__":
    sys.exit(main())
