"""What a lesson has built is what ``helpers`` keeps.

A docstring that ends with ``Built in lesson 03.`` says that lesson 03 builds the same function or
class. The two must be the same code, docstrings and type hints aside, and what only looks at the
input: statements like ``checks.whole(...)`` and ``_check_peak(...)``, first or last in a function,
and the decorators of ``helpers.diagnosis``. The idea of naming the lesson in the docstring comes
from "Dive into Deep Learning".
"""

import ast
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools.lessons.notebook import code_cells, parse

_MARKER = re.compile(r"Built in lesson (\d\d)\.")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Kept:
    """A function or class of ``helpers`` that a lesson builds.

    Args:
        place: its module's path and its name, for messages.
        lesson: the lesson's number, two digits.
        node: its code.
    """

    place: str
    lesson: str
    node: Definition


def find(package: Path) -> tuple[list[Kept], list[str]]:
    """The marked functions and classes of a package, and the markers that mark nothing."""
    kept, problems = [], []
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(package.parent).as_posix()
        here = [
            Kept(f"{place}: {node.name}", lesson, node)
            for node in _definitions(ast.parse(text))
            if not node.name.startswith("_") and (lesson := _lesson(node))
        ]
        if len(here) != len(_MARKER.findall(text)):
            problems.append(
                f"{place}: {len(_MARKER.findall(text))} times 'Built in lesson', but {len(here)} "
                "of them end the docstring of a public function or class; move or remove the others"
            )
        kept += here
    return kept, problems


def built_is_kept(package: Path, lessons: Mapping[str, NotebookNode]) -> list[str]:
    """Compare what the package keeps with what the lessons build.

    Args:
        lessons: each notebook under its name, which begins with the lesson's number.
    """
    kept, problems = find(package)
    built = {
        title[:2]: {node.name: node for cell in code_cells(n) for node in _definitions(parse(cell))}
        for title, n in lessons.items()
    }
    for one in kept:
        name = one.node.name
        if one.lesson not in built:
            problems.append(f"{one.place}: there is no lesson {one.lesson}, which should build it")
        elif name not in built[one.lesson]:
            problems.append(f"{one.place}: lesson {one.lesson} does not define {name}")
        elif (in_lesson := bare(built[one.lesson][name])) != (in_helpers := bare(one.node)):
            lines = difflib.unified_diff(
                in_lesson.splitlines(),
                in_helpers.splitlines(),
                fromfile=f"lesson {one.lesson}",
                tofile=one.place,
                lineterm="",
                n=1,
            )
            problems.append(
                f"{one.place}: is not what lesson {one.lesson} builds; make them the same\n"
                + "\n".join(lines)
            )
    return problems


def bare(definition: Definition) -> str:
    """The code of a function or class without docstrings, type hints and checks of its input.

    Example:
        >>> print(bare(ast.parse('def f(x: int = 1) -> int:\\n    "Add."\\n    return x').body[0]))
        def f(x=1):
            return x
    """
    return ast.unparse(_Bare().visit(ast.parse(ast.unparse(definition))))


class _Bare(ast.NodeTransformer):
    def _definition(self, node: Definition) -> Definition:
        self.generic_visit(node)
        node.decorator_list = [
            decorator
            for decorator in node.decorator_list
            if not ast.unparse(decorator).startswith("diagnosis.")
        ]
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        while node.body and is_check(node.body[0]):
            node.body.pop(0)
        # Last, because a list had to be made first of what can be read once only.
        while node.body and is_check(node.body[-1]):
            node.body.pop()
        node.body = node.body or [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Definition:
        return self._definition(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Definition:
        node.returns = None
        return self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Definition:
        node.returns = None
        return self._definition(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.Assign | ast.Expr:
        """``x: int = 1`` becomes ``x = 1``, and the field ``x: int`` of a dataclass ``x``."""
        self.generic_visit(node)
        if node.value is None:
            return ast.Expr(node.target)
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def is_check(line: ast.stmt) -> bool:
    """Whether a line calls ``checks.name`` or ``_check_name``, and no more."""
    if not isinstance(line, ast.Expr) or not isinstance(line.value, ast.Call):
        return False
    return ast.unparse(line.value.func).startswith(("checks.", "_check"))


def _definitions(module: ast.Module) -> Iterator[Definition]:
    return (node for node in module.body if isinstance(node, Definition))


def _lesson(node: Definition) -> str | None:
    lines = (ast.get_docstring(node) or "").splitlines()
    match = _MARKER.fullmatch(lines[-1].strip()) if lines else None
    return match.group(1) if match else None
