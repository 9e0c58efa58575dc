"""What a learner's notebook asks to be checked, and which of its code that needs.

A notebook is not run from top to bottom: that takes minutes, and one broken cell would hide every
answer below it. Only what an answer leads to is taken along, name by name: the exercise's cell,
and the imports, functions, classes and assignments above it that it uses, and what those use.
Loops, bare calls and changes in place of cells above are left out; an answer that lives on them
is an answer that needs more than its arguments.
"""

import ast
import builtins
import json
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from helpers.language import say

EXERCISE = "exercise"
CHECK = "check"
STAR = "*"

# Lines for IPython or the shell, such as %timeit, !ls and help?: no Python, and no answer.
_MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Part:
    """A piece of code that is run whole or not at all.

    Attributes:
        code: its source.
        gives: the names that it binds; ``"*"`` when nobody can know them.
        wants: the names of others that it uses.
        problem: why the code cannot be read; empty when it can.
    """

    code: str
    gives: frozenset[str] = frozenset()
    wants: frozenset[str] = frozenset()
    problem: str = ""


@dataclass(frozen=True)
class Question:
    """One ``check("1.2", answer)`` of a notebook.

    Attributes:
        number: the exercise.
        answer: the expression that is checked, usually a name.
        parts: the code to run first, in this order.
    """

    number: str
    answer: str
    parts: tuple[Part, ...]

    def digest(self) -> str:
        """What tells this answer, with all code that it needs, from any other.

        Example:
            >>> Question("1.1", "f", (Part("f = 1"),)).digest()[:11]
            'sha256-2b7e'
        """
        code = [self.number, self.answer, *(part.code for part in self.parts)]
        text = json.dumps(code).encode()  # also of what no UTF-8 can hold
        return f"sha256-{sha256(text).hexdigest()[:32]}"


def read_cells(path: Path) -> list[dict]:
    """The code cells of a notebook file, see ``cells_of``.

    Raises:
        ValueError: when the file is not a notebook of format 4.
        OSError: when it cannot be read.
    """
    return cells_of(Path(path).read_bytes())


def cells_of(content: bytes) -> list[dict]:
    """The code cells of a notebook file's bytes as ``{"source": text, "tags": list}``.

    Raises:
        ValueError: when they are not a notebook of format 4.
    """
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            say("is no notebook: its text is not valid JSON ({error})", error=error)
        ) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError(say("is no notebook of format 4: it has no list of cells"))
    return [
        {"source": _text(cell.get("source")), "tags": _tags(cell)}
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]


def questions(cells: Iterable[dict]) -> list[Question]:
    """What the notebook asks to be checked, each exercise once, in order.

    A cell counts by its tag ``check``, else by the call in it, for tools that drop tags. Of two
    checks of one exercise the last counts, unless only the other one has the tag.
    """
    parts: list[Part] = []
    written = Part("")  # the exercise cell that was read last
    found: dict[str, tuple[bool, Question]] = {}
    for cell in cells:
        body = _parts(cell)
        parts += body
        written = body[0] if EXERCISE in cell["tags"] and body else written
        for number, answer in _checks(body):
            tagged = CHECK in cell["tags"]
            if tagged or number not in found or not found[number][0]:
                needed = [written] if written.problem else _needed(answer, parts)
                found[number] = tagged, Question(number, answer, tuple(needed))
    return [question for _, question in found.values()]


def _text(source: object) -> str:
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _tags(cell: dict) -> list:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tags if isinstance(tags, list) else []


def _parts(cell: dict) -> list[Part]:
    """An exercise's cell as it stands; of any other cell the statements one by one."""
    is_answer = EXERCISE in cell["tags"]
    try:
        source, statements = _parsed(cell["source"])
        if is_answer:
            return [Part(source, _assigned(source), _used(source))]
        codes = [(ast.unparse(statement), statement) for statement in statements]
        return [Part(code, frozenset(_bound(one)), _used(code)) for code, one in codes]
    except (SyntaxError, ValueError, RecursionError) as error:
        return [Part("", problem=f"{type(error).__name__}: {error}")] if is_answer else []


def _parsed(source: str) -> tuple[str, list[ast.stmt]]:
    try:
        return source, ast.parse(source).body
    except SyntaxError:
        python = _MAGIC.sub(r"\1pass", source)  # only now: a line of a long text may look like one
        return python, ast.parse(python).body


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a definition, an import or an assignment binds; none for all the rest."""
    if isinstance(statement, _DEFINITIONS):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for name in statement.names:
            yield name.asname or name.name.split(".")[0]
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for node in (node for target in targets for node in ast.walk(target)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _assigned(code: str) -> frozenset[str]:
    """The names that code binds in one way or another, also inside ``if``, ``for`` or ``try``."""
    symbols = symtable.symtable(code, "cell", "exec").get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())


def _used(code: str) -> frozenset[str]:
    """The names that code takes from its surroundings; a function's own variables are not."""
    tables, used = [symtable.symtable(code, "cell", "exec")], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module")
        }
    return frozenset(used)


def _checks(body: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """The calls ``check("1.2", answer)`` anywhere in a cell, in order: number and answer."""
    for part in body:
        calls = [node for node in ast.walk(ast.parse(part.code)) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            given = dict(zip(("number", "answer"), call.args, strict=False))
            given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
            match call.func, given:
                case ast.Name("check"), {"number": ast.Constant(str(number)), "answer": answer}:
                    yield number, ast.unparse(answer)


def _needed(answer: str, parts: Sequence[Part]) -> list[Part]:
    """The parts that an answer leads to, in the order of the notebook."""
    chosen: set[int] = set()
    wanted = [(name, len(parts)) for name in _used(answer)]
    while wanted:
        name, end = wanted.pop()
        place = _latest(name, parts[:end])
        if place is None or place in chosen:
            continue
        chosen.add(place)
        part = parts[place]
        # What a part binds itself it can only take from above; all else may also come later, as
        # long as it is there when the answer is called.
        wanted += [(want, place if want in part.gives else len(parts)) for want in part.wants]
    return [parts[place] for place in sorted(chosen)]


def _latest(name: str, parts: Sequence[Part]) -> int | None:
    """Where a name was bound last: by itself, else by an import of everything."""
    for sought in (name,) if hasattr(builtins, name) else (name, STAR):
        for place in reversed(range(len(parts))):
            if sought in parts[place].gives:
                return place
    return None
