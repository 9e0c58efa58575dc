"""One file from definitions that lie in many modules: a function, and all that it needs."""

import ast
import importlib.util
from collections.abc import Iterable
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path

from tools.lessons.kept import is_check

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class Module:
    """What a module of this project defines and imports at its top level.

    Attributes:
        defined: each name with the statement that defines it.
        imported: each name with the module that it comes from, and its name there (None where the
            name is that of a module).
    """

    def __init__(self, name: str) -> None:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ValueError(f"no module {name}")
        self.name, self.source = name, Path(spec.origin).read_text(encoding="utf-8")
        self.defined: dict[str, Definition] = {}
        self.imported: dict[str, tuple[str, str | None]] = {}
        for node in ast.parse(self.source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.defined[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    for name_node in ast.walk(target):
                        if isinstance(name_node, ast.Name):
                            self.defined[name_node.id] = node
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = node.module, alias.name
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    place = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.imported[alias.asname or place] = place, None

    @cached_property
    def lines(self) -> list[str]:
        return self.source.splitlines()

    def text(self, node: Definition) -> str:
        """The source of a definition without checks of its input and ``watched`` decorators."""
        decorators = getattr(node, "decorator_list", [])
        dropped = [d for d in decorators if ast.unparse(d).startswith("diagnosis.")]
        dropped += [line for line in ast.walk(node) if is_check(line)]  # type: ignore[arg-type]
        without = {k for d in dropped for k in range(d.lineno, (d.end_lineno or 0) + 1)}
        first = min([node.lineno, *(d.lineno for d in decorators)])
        while self.lines[first - 2].startswith("#"):  # what is said about it
            first -= 1
        numbers = range(first, (node.end_lineno or first) + 1)
        return "\n".join(self.lines[k - 1] for k in numbers if k not in without)


class Bundle:
    """Definitions in an order in which each comes after those that it needs.

    That is the order that they have: modules after those that they import from, and within each
    module as its source has them.

    Args:
        packages: whose sources are copied; what comes from others is imported.

    Attributes:
        parts: for each module, by line, the source of definitions.
        imports: for each module of others the names, or its own one, and what they are here.
    """

    def __init__(self, packages: Iterable[str]) -> None:
        self.packages = tuple(packages)
        self.modules: dict[str, Module] = {}
        self.parts: dict[str, dict[int, str]] = {}
        self.imports: dict[str, set[str]] = {}
        self.places: dict[str, str] = {}  # of each name, so that no two share one
        self.needs: dict[str, set[str]] = {}  # of each module, others

    def add(self, module: str, name: str) -> None:
        """Add a definition, and before it all that it needs.

        Raises:
            ValueError: when two modules define the same name, or import one under another name.
        """
        if module not in self.modules:
            self.modules[module] = Module(module)
        found = self.modules[module]
        if name in found.defined:
            node = found.defined[name]
            parts = self.parts.setdefault(module, {})
            if node.lineno in parts:
                return
            self._claim(name, module)
            text = parts[node.lineno] = found.text(node)
            for needed in names(text):
                if needed in found.defined or needed in found.imported:
                    self.add(module, needed)
        elif name in found.imported:
            place, there = found.imported[name]
            if not self._ours(place):
                said = f"{there or place} as {name}" if name != (there or place) else name
                self._claim(name, f"{place}.{there}")
                self.imports.setdefault(f"from {place} " if there else "", set()).add(said)
            elif name != there:
                raise ValueError(f"{module} imports {place} as {name}: import names as they are")
            else:
                self.needs.setdefault(module, set()).add(place)
                self.add(place, there)
        else:
            raise ValueError(f"{module} has no {name}")

    def text(self) -> str:
        """Imports, then all definitions, under the names of their modules."""
        whole = [f"import {name}" for name in sorted(self.imports.get("", ()))]
        some = [
            f"{place}import {', '.join(sorted(self.imports[place]))}"
            for place in sorted(self.imports)
            if place
        ]
        blocks = ["\n".join(whole + some)]
        for module in self._order():
            found = [self.parts[module][line] for line in sorted(self.parts.get(module, ()))]
            if found:
                blocks.append("\n\n\n".join([f"# {module}", *found]))
        return "\n\n\n".join(blocks)

    def _order(self) -> list[str]:
        """All modules, each after those that it needs."""
        return list(
            TopologicalSorter(
                {m: sorted(self.needs.get(m, ())) for m in sorted(self.modules)}
            ).static_order()
        )

    def _ours(self, place: str) -> bool:
        return place.partition(".")[0] in self.packages

    def _claim(self, name: str, place: str) -> None:
        if self.places.setdefault(name, place) != place:
            raise ValueError(f"{name} is defined by {self.places[name]} and by {place}")


def names(text: str) -> list[str]:
    """All names that a piece of source uses, in their order.

    Example:
        >>> names("def f(x: int) -> int:\\n    return g(x) + h.size")
        ['int', 'g', 'x', 'h']
    """
    used = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]
    used.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in used))
