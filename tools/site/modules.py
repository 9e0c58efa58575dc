"""The modules of ``helpers`` that have something to offer, read without importing them."""

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """One module that a learner can import from.

    Attributes:
        name: its name without "helpers.".
        idea: the first line of its docstring.
        offers: its public functions and classes.
    """

    name: str
    idea: str
    offers: tuple[str, ...]


def find(folder: Path) -> list[Module]:
    """The modules of a package that offer something, in alphabetical order.

    A package within it counts as one module, and only if it lists what it offers in ``__all__``:
    its own modules are how it works inside.

    Args:
        folder: that of the package.
    """
    found = [_read(path.stem, path) for path in folder.glob("*.py")]
    found += [_read(path.parent.name, path) for path in folder.glob("*/__init__.py")]
    public = [module for module in found if module.offers and not module.name.startswith("_")]
    return sorted(public, key=lambda module: module.name)


def _read(name: str, path: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    offers: tuple[str, ...] = ()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            offers += (node.name,)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            offers += tuple(ast.literal_eval(node.value))
    return Module(name, (ast.get_docstring(tree) or "").partition("\n")[0], offers)
