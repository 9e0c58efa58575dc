"""Write a fork's address into lessons and README: ``python -m tools.publish OWNER/NAME``.

Everything that depends on where the lessons are published is made here: a badge under each
lesson's title and in the README's table, which opens that lesson in Colab, and the address that
the setup cell and the README install the helpers from; in both languages. Another address replaces
the one before.

A badge opens what a branch has today. What a setup cell installs stays what it was when the lesson
was published: the helpers of one commit, and the locked version of torchinfo.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from tools.lessons.execute import canonical, written
from tools.lessons.notebook import code_cells, lessons, read

ROOT = Path(__file__).resolve().parents[1]

_PICTURE = "https://colab.research.google.com/assets/colab-badge.svg"
_INSTALLED = ("helpers", "pyproject.toml")  # what of a checkout changes what pip installs
BADGE = r"\[!\[Open in Colab\]\([^)\s]*\)\]\([^)\s]*\)"
_ROW = re.compile(rf"^(\| \[[^\]]*\]\((notebooks/[^)\s]+\.ipynb)\))(?: {BADGE})?", re.MULTILINE)
_ADDRESS = re.compile(r'^address = "[^"]*"', re.MULTILINE)
_TORCHINFO = re.compile(r'"torchinfo(?:==[^"]*)?"\]')
_HEADING = re.compile(r"^## Colab\n\n(?:(?:Published at|공개한 곳:) .*\n\n)?", re.MULTILINE)
_PUBLISHED = re.compile(
    r"^Published at .*git\+https://github\.com/([^@]+)@([0-9a-f]{40})", re.MULTILINE
)


@dataclass(frozen=True)
class Place:
    """Where the lessons are published.

    Args:
        repository: on GitHub, as in ``"owner/name"``.
        branch: the branch that badges open lessons of, or a tag.
        commit: the full digest of the commit whose helpers are installed; None where nothing is.

    Raises:
        ValueError: when one of them cannot be such a name.

    Example:
        >>> Place("ada/lessons", commit="0123456789" * 4).package
        'git+https://github.com/ada/lessons@0123456789012345678901234567890123456789'
    """

    repository: str
    branch: str = "main"
    commit: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository, re.ASCII):
            raise ValueError(f"expected REPO=owner/name, as on GitHub, got {self.repository!r}")
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", self.branch, re.ASCII):
            raise ValueError(f"expected a branch or a tag, got {self.branch!r}")
        if self.commit is not None and not re.fullmatch(r"[0-9a-f]{40}", self.commit):
            raise ValueError(f"expected the 40 digits of a commit, got {self.commit!r}")

    @property
    def package(self) -> str:
        """What pip installs the helpers from: never a branch or a tag, which can be moved."""
        if self.commit is None:
            raise ValueError("expected a place with the commit that is to be installed")
        return f"git+https://github.com/{self.repository}@{self.commit}"

    def badge(self, path: str) -> str:
        """The Markdown of a badge that opens a notebook in Colab.

        Args:
            path: the notebook's, from the top of the repository, with forward slashes.
        """
        where = f"github/{self.repository}/blob/{self.branch}/{path}"
        return f"[![Open in Colab]({_PICTURE})](https://colab.research.google.com/{where})"


def publish_lesson(notebook: NotebookNode, path: str, place: Place) -> None:
    """Write the badge and the address into a lesson, which is changed in place.

    Raises:
        ValueError: when it does not begin with a title, or its setup cell has no address.
    """
    cells, code = notebook.cells, code_cells(notebook)
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        raise ValueError(f"{path}: expected a first cell that begins with a title: '# ...'")
    if not code or len(_ADDRESS.findall(code[0].source)) != 1:
        raise ValueError(f"{path}: expected one line 'address = \"\"' in the first code cell")
    title, _, text = cells[0].source.partition("\n")
    text = re.sub(rf"^{BADGE}$", "", text, flags=re.MULTILINE).strip("\n")
    cells[0].source = f"{title}\n\n{place.badge(path)}\n\n{text}".rstrip("\n")
    code[0].source = _ADDRESS.sub(f'address = "{place.package}"', pinned(code[0].source))
    canonical(notebook)  # also names the language, which another tool may have left out


def pinned(source: str) -> str:
    """A setup cell that installs the locked version of torchinfo, not the newest one."""
    return _TORCHINFO.sub(f'"torchinfo=={locked("torchinfo")}"]', source)


def locked(package: str) -> str:
    """The version of a package in the lock file."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    for found in lock["package"]:
        if found["name"] == package:
            return found["version"]
    raise ValueError(f"uv.lock does not lock {package}")


def commit_of(root: Path, name: str | None = None) -> str:
    """The digest of the commit that learners are to install.

    Args:
        name: a tag or a commit; by default the last commit that changed the helpers.

    Raises:
        ValueError: when there is none, or the helpers have changes that no commit has.
    """
    if name is not None:
        return _git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if _git(root, "status", "--porcelain", "--", *_INSTALLED, may_be_empty=True):
        raise ValueError("the helpers have changes that are in no commit: commit and push them")
    return _git(root, "log", "-1", "--format=%H", "--", *_INSTALLED)


def publish_readme(text: str, paths: Iterable[str], place: Place, lang: str = "en") -> str:
    """The README with a badge for each lesson, and the install line.

    Args:
        text: of the README.
        paths: of the lessons that its table must have.
        place: where they are published.
        lang: its language, ``"en"`` or ``"ko"``.

    Raises:
        ValueError: when a lesson is not in its table, or there is no heading "Colab".
    """
    missing = set(paths) - {match[2] for match in _ROW.finditer(text)}
    if missing:
        raise ValueError(f"README.md: the table of lessons has no row for {sorted(missing)}")
    text = _ROW.sub(lambda match: f"{match[1]} {place.badge(match[2])}", text)
    home = f"https://github.com/{place.repository}"
    install = f'`pip install --no-deps "{place.package}"`'
    published = (
        f"Published at [{place.repository}]({home}): a lesson's badge opens it in Colab, where "
        f"its first cell runs {install}."
    )
    if lang == "ko":
        published = (
            f"공개한 곳: [{place.repository}]({home}). 배지를 누르면 그 강이 Colab에서 열리고, "
            f"첫 번째 셀이 {install} 명령을 실행합니다."
        )
    text, count = _HEADING.subn(lambda _: f"## Colab\n\n{published}\n\n", text)
    if count != 1:
        raise ValueError('README.md: expected one heading "## Colab"')
    return text


def unpublished(text: str) -> str:
    """The README without badges and install line."""
    return _HEADING.sub("## Colab\n\n", _ROW.sub(lambda match: match[1], text))


def place_of(text: str) -> Place | None:
    """Where a README says that the lessons are published; None where it does not.

    Example:
        >>> place_of("## Colab") is None
        True
    """
    found, branch = _PUBLISHED.search(text), re.search(r"/blob/(.+?)/notebooks/", text)
    return Place(found[1], branch[1], found[2]) if found and branch else None


def publish(root: Path, place: Place) -> list[Path]:
    """Publish everything under a checkout; nothing is written unless all of it can be.

    Returns:
        The files that were changed.

    Raises:
        ValueError: see ``publish_lesson`` and ``publish_readme``.
    """
    new: dict[Path, str] = {}
    for lang, readme in (("en", root / "README.md"), ("ko", root / "README.ko.md")):
        paths = {path.relative_to(root).as_posix(): path for path in lessons(root, lang)}
        for name, path in paths.items():
            notebook = read(path)
            publish_lesson(notebook, name, place)
            new[path] = written(notebook)
        if lang == "en" or readme.exists():
            text = readme.read_text(encoding="utf-8")
            new[readme] = publish_readme(text, paths, place, lang)
    changed = [path for path, text in new.items() if path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.write_text(new[path], encoding="utf-8", newline="\n")
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Publish this checkout; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.publish", description=__doc__)
    parser.add_argument("repository", help="owner/name on GitHub")
    parser.add_argument("--branch", default="main", help="of the badges; main by default")
    parser.add_argument(
        "--at", help="a tag or a commit to install; by default the last one that changed helpers"
    )
    options = parser.parse_args(arguments)
    try:
        place = Place(options.repository, options.branch)
        changed = publish(ROOT, replace(place, commit=commit_of(ROOT, options.at)))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for path in changed:
        print(f"{path.relative_to(ROOT)}: changed")
    print(f"{len(changed)} files changed.")
    return 0


def _git(root: Path, *arguments: str, may_be_empty: bool = False) -> str:
    """What git answers, on one line.

    Raises:
        ValueError: when it has no answer, or is not there.
    """
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    except OSError as error:
        raise ValueError(f"git is needed, to know which commit is published: {error}") from error
    answer = done.stdout.strip()
    if done.returncode or not answer and not may_be_empty:
        words = done.stderr.strip() or "nothing is there"
        raise ValueError(f"git {' '.join(arguments)}: {words}")
    return answer


if __name__ == "__main__":
    sys.exit(main())
