"""Do the notebooks on this machine and the helpers that they will find belong together?"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

import helpers
from helpers.course.doctor.finding import FIX, NOTE, OK, Finding
from helpers.course.grading.cells import read_cells
from helpers.language import marked, say

HERE = Path(helpers.__file__).parent
TOGETHER = marked("get both from one place: git pull, then make lab")


def lessons(folder: Path | None = None, path: Sequence[str] | None = None) -> Iterator[Finding]:
    """Compare versions, and look up each name that a lesson imports from ``helpers``.

    Args:
        folder: of the notebooks; else ``notebooks`` here or beside these helpers.
        path: where a notebook looks for ``helpers``; else as here, without the working folder,
            which ``python -m`` puts first and a notebook does not.
    """
    folder = folder or next(
        (place for place in (Path("notebooks"), HERE.parent / "notebooks") if place.is_dir()),
        Path("."),
    )
    files = sorted(folder.glob("[0-9]*.ipynb"))
    if not files:
        yield Finding(
            NOTE, "lessons", say("none in this folder: go to the one that holds notebooks")
        )
        return
    package = _found_by_notebooks([str(folder), *(sys.path[1:] if path is None else path)])
    if not (package / "__init__.py").is_file():
        yield Finding(
            FIX,
            "lessons",
            say("{package} hides the helpers of the lessons: rename it", package=package),
        )
        return
    version = _version(package)
    these = say("helpers {version} in {package}", version=version, package=package)
    problems = []
    for file in files:
        lacking = next((name for name in _imports(file) if not _has(package, name)), None)
        if lacking:
            problems.append(
                say(
                    "{file} uses {lacking}, which is not in {these}: {remedy}",
                    file=file.name,
                    lacking=lacking,
                    these=these,
                    remedy=say(TOGETHER),
                )
            )
    for problem in problems:
        yield Finding(FIX, "lessons", problem)
    written_for = {
        other for file in files if (other := _written_for(file)) is not None and other != version
    }
    if problems:
        return
    if written_for:
        others = ", ".join(sorted(written_for))
        yield Finding(
            NOTE,
            "lessons",
            say(
                "of version {others} meet {these}: {remedy}",
                others=others,
                these=these,
                remedy=say(TOGETHER),
            ),
        )
    else:
        yield Finding(
            OK, "lessons", say("{count} notebooks fit {these}", count=len(files), these=these)
        )


def _found_by_notebooks(path: Sequence[str]) -> Path:
    """What a notebook imports as helpers: the package in a folder, else these.

    A file ``helpers.py`` beside the notebook comes before any package, and a folder without
    ``__init__.py`` before none at all.
    """
    spec = PathFinder.find_spec("helpers", list(path))
    if spec is None:
        return HERE
    if spec.submodule_search_locations is None:
        return Path(spec.origin) if spec.origin else HERE
    return Path(next(iter(spec.submodule_search_locations)))


def _version(package: Path) -> str:
    text = (package / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r"""^__version__ = ["'](.+)["']""", text, re.MULTILINE)
    return found[1] if found else "of no version"


def _written_for(file: Path) -> str | None:
    """The version of helpers that a notebook names as ``metadata.lesson.helpers``."""
    try:
        notebook = json.loads(file.read_bytes())
        version = notebook["metadata"]["lesson"]["helpers"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(version)


def _imports(file: Path) -> Iterator[str]:
    """The names that a notebook imports from helpers, for example ``helpers.data.load``."""
    try:
        cells = read_cells(file)
    except ValueError:
        return
    for cell in cells:
        try:
            tree = ast.parse(cell["source"])
        except (SyntaxError, ValueError):  # a magic, or a learner at work
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [f"{node.module}.{name.name}" for name in node.names]
            else:
                continue
            yield from (name for name in names if name.startswith("helpers."))


def _has(package: Path, name: str) -> bool:
    """Whether ``helpers.module.thing`` is a module, or a name that a module binds somewhere."""
    *modules, last = name.split(".")[1:]
    if _module(package.joinpath(*modules, last)):
        return True
    file = _module(package.joinpath(*modules))
    return file is not None and (last == "*" or last in _names(file))


def _module(place: Path) -> Path | None:
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in files if file.is_file()), None)


def _names(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names
