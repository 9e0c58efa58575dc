"""The table of what is said to learners: ``python -m tools.messages``, or ``make messages``.

It finds the texts (calls of ``say`` and ``marked``, the exercises, the words in figures), brings
``translations/ko/helpers.po`` up to date with them, and compiles that file, which is the one to
edit, into the table that the helpers read. What is new there has no Korean yet; what nobody says
any more stays at its end, where the Korean for a mended text can be taken from.

The words in figures come from helpers and lessons, through names, lists and f-strings, so they are
not read from code: ``--look NOTEBOOK ...`` runs lessons and adds what their figures show to
``translations/figures.txt``.
"""

import argparse
import ast
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib
from nbformat.v4 import new_code_cell

from helpers.course.grading.verdict import EXERCISES
from helpers.language.words import DOMAIN, HERE
from tools.lessons import kernel
from tools.lessons.notebook import read as read_notebook

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "translations/ko/helpers.po"
MO = HERE / "ko/LC_MESSAGES" / f"{DOMAIN}.mo"
FIGURES = ROOT / "translations/figures.txt"

_HEADING = """\
What the helpers say to learners, in Korean. Edit the lines msgstr, then: make messages
Terms and style: glossary.md. Placeholders such as {got} stay as they are."""
_LOOK = """
import atexit as _atexit, json as _json
from matplotlib.text import Text as _Text
from helpers.pictures import lettering as _lettering
_seen, _translate = set(), _lettering.translate
def _look(figure):
    _seen.update(_lettering.numberless(text.get_text()) for text in figure.findobj(_Text))
    return _translate(figure)
_lettering.translate = _look
_atexit.register(lambda: open({file!r}, "w").write(_json.dumps(sorted(_seen))))
"""


def said_in_code() -> Iterator[tuple[str, str]]:
    """Texts in calls of ``say`` and ``marked``, each with its file."""
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ("say", "marked") and node.args:
                for text in _texts(node.args[0]):
                    yield text, path.relative_to(ROOT).as_posix()


def said_of_exercises() -> Iterator[tuple[str, str]]:
    """What exercises say of answers, and what their ``observe`` has seen, each with its file."""
    for number, exercise in EXERCISES.items():
        file = _file_of(number)
        texts = [exercise.praise, exercise.do, exercise.off, exercise.nothing]
        texts += [text for mistake in exercise.mistakes for text in (mistake.says, mistake.do)]
        yield from ((text, file) for text in texts if text)
    for file in sorted({_file_of(number) for number in EXERCISES}):
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                found = _texts(node.exc.args[0])
            elif isinstance(node, ast.Return) and node.value is not None:
                found = _texts(node.value)
            else:
                continue
            yield from ((text, file) for text in found if " " in text.strip(" ,"))


def said_in_figures() -> Iterator[tuple[str, str]]:
    """The words that figures showed when somebody looked, see ``--look``."""
    for line in FIGURES.read_text("utf-8").splitlines():
        yield line.replace("\\n", "\n"), FIGURES.relative_to(ROOT).as_posix()


def all_said() -> dict[str, list[str]]:
    """Every text of the table, with the files that it comes from."""
    found: dict[str, list[str]] = {}
    for text, file in (*said_in_code(), *said_of_exercises(), *said_in_figures()):
        if file not in found.setdefault(text, []):
            found[text].append(file)
    return found


def read() -> dict[str, str]:
    """The Korean of each text as it is written in the catalogue; empty where there is none."""
    return {one.msgid: one.msgstr for one in _entries() if not one.obsolete}


def catalogue() -> polib.POFile:
    """All that is said, with the Korean that there is; at the end what nobody says any more."""
    known = {one.msgid: one.msgstr for one in _entries()}
    made = polib.POFile(wrapwidth=100)
    made.header = _HEADING
    made.metadata = {"Language": "ko", "Content-Type": "text/plain; charset=utf-8"}
    for text, files in all_said().items():
        places = [(file, "") for file in files]
        korean = known.pop(text, "")
        made.append(polib.POEntry(msgid=text, msgstr=korean, occurrences=places))
    for text, korean in known.items():
        if korean:  # of use for a text that takes its place
            made.append(polib.POEntry(msgid=text, msgstr=korean, obsolete=True))
    return made


def write() -> list[str]:
    """Bring the catalogue and the compiled table up to date; what has no Korean is returned."""
    made = catalogue()
    PO.parent.mkdir(parents=True, exist_ok=True)
    MO.parent.mkdir(parents=True, exist_ok=True)
    made.save(str(PO))
    made.save_as_mofile(str(MO))
    return [one.msgid for one in made if not one.msgstr]


def _entries() -> list[polib.POEntry]:
    return list(polib.pofile(str(PO))) if PO.is_file() else []


def look(notebooks: list[Path]) -> None:
    """Run lessons, and add the words of their figures to the list."""
    seen = {text for text, _ in said_in_figures()} if FIGURES.is_file() else set()
    for path in notebooks:
        notebook = read_notebook(path)
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "seen.json")
            first = next(i for i, c in enumerate(notebook.cells) if c.cell_type == "code")
            notebook.cells.insert(first + 1, new_code_cell(_LOOK.format(file=file)))
            kernel.run(notebook, path.parent, practice=False, timeout=None, allow_errors=True)
            words = json.loads(Path(file).read_text("utf-8"))
            seen |= {one for one in words if re.search("[A-Za-z]{2}", one) and "$" not in one}
    lines = [text.replace("\n", "\\n") + "\n" for text in sorted(seen)]
    FIGURES.write_text("".join(lines), encoding="utf-8")


def _texts(node: ast.expr) -> list[str]:
    """The texts that an expression may be: a literal, or a choice between literals."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    return _texts(node.body) + _texts(node.orelse) if isinstance(node, ast.IfExp) else []


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _file_of(number: str) -> str:
    return f"helpers/course/exercises/lesson{int(number.split('.')[0]):02d}.py"


def main(arguments: list[str] | None = None) -> None:
    """Write the catalogue and the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__)
    parser.add_argument("--look", nargs="+", type=Path, metavar="NOTEBOOK")
    options = parser.parse_args(arguments)
    if options.look:
        look(options.look)
    missing = write()
    print(f"{PO.relative_to(ROOT)}: {len(read())} texts, {len(missing)} without Korean")


if __name__ == "__main__":
    main()
