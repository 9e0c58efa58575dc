"""The modules of ``helpers`` that learners import from, read without importing them."""

import ast
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("device", "data", "models", "training", "pictures")  # as data flows


@dataclass(frozen=True)
class Module:
    """One module that has something to offer.

    Attributes:
        name: its name without "helpers.", for example ``training.by_hand``.
        idea: the first line of its docstring.
        offers: its public functions and classes.
    """

    name: str
    idea: str
    offers: tuple[str, ...]

    @property
    def imported_as(self) -> frozenset[str]:
        """How a lesson imports what it offers, without "helpers.": ``training.fit_epoch``."""
        room = self.name.split(".")[0]
        return frozenset(f"{room}.{name}" for name in self.offers)


def find(folder: Path) -> list[Module]:
    """The modules that offer something: those of the rooms, then those beside them.

    Neither how images get here counts (``data.fetch``) nor the machinery of the course.
    """
    rooms = [path for room in ROOMS for path in sorted((folder / room).glob("*.py"))]
    paths = [path for path in [*rooms, *sorted(folder.glob("*.py"))] if path.stem[0] != "_"]
    found = [
        _read(".".join(path.relative_to(folder).with_suffix("").parts), path) for path in paths
    ]
    return [module for module in found if module.offers]


def _read(name: str, path: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    offers = tuple(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    )
    return Module(name, (ast.get_docstring(tree) or "").partition("\n")[0], offers)
