"""Lessons that need no repository: ``python -m tools.onefile WHEELS FOLDER``.

A learner uploads one file to Colab. The helpers lie inside it, as a wheel in one folded cell that
writes it beside the notebook; there the setup cell, the same as everywhere, finds and installs it.
"""

import argparse
import base64
import copy
import textwrap
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from packaging.utils import parse_wheel_filename

from tools.lessons.notebook import language, lessons, read
from tools.publish import pinned

ROOT = Path(__file__).resolve().parents[1]

_TITLES = {
    "en": "The lessons' helpers, packed in here: run this cell, there is nothing to read",
    "ko": "도우미를 담은 셀입니다. 실행만 하면 되고 읽지 않아도 됩니다",
}
_CELL = '''# @title {title}
import base64
from pathlib import Path

Path("{name}").write_bytes(base64.b64decode("""
{text}
"""))'''

# Folded away: the first is Colab's word for it, the second JupyterLab's.
_FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}}


def one_file(notebook: NotebookNode, wheel: Path) -> NotebookNode:
    """A copy of a lesson with the helpers inside.

    Outputs are left out: they would be most of the file, and the learner makes new ones.

    Raises:
        ValueError: when the lesson has no code cell to set itself up.
    """
    alone = copy.deepcopy(notebook)
    for cell in alone.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    kinds = [cell.cell_type for cell in alone.cells]
    if "code" not in kinds:
        raise ValueError("expected a lesson with a setup cell, got a notebook without code")
    text = base64.b64encode(wheel.read_bytes()).decode()
    title, lines = _TITLES[language(notebook)], "\n".join(textwrap.wrap(text, 200))
    source = _CELL.format(title=title, name=wheel.name, text=lines)
    packed = new_code_cell(source, id="helpers", metadata=_FOLDED)
    setup = alone.cells[kinds.index("code")]
    setup.source = pinned(setup.source)
    alone.cells.insert(kinds.index("code"), packed)
    nbformat.validate(alone)
    return alone


def newest(folder: Path) -> Path:
    """The wheel with the highest version in a folder: 0.10 is newer than 0.9."""
    wheels = list(folder.glob("deep_learning_by_building-*.whl"))
    if not wheels:
        raise ValueError(f"{folder}: expected a wheel of the helpers; make wheel builds one")
    return max(wheels, key=lambda wheel: parse_wheel_filename(wheel.name)[1])


def main(arguments: list[str] | None = None) -> None:
    """Write every lesson in its one-file form into a folder, the Korean ones into ``ko`` there."""
    parser = argparse.ArgumentParser(prog="python -m tools.onefile", description=__doc__)
    parser.add_argument("wheels", type=Path, help="the folder that make wheel builds into")
    parser.add_argument("folder", type=Path, help="where the lessons go")
    options = parser.parse_args(arguments)
    try:
        wheel = newest(options.wheels)
    except ValueError as error:
        parser.error(str(error))
    folder = ROOT / "notebooks"
    for path in [*lessons(ROOT), *lessons(ROOT, "ko")]:
        target, lesson = options.folder / path.relative_to(folder), read(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            nbformat.write(one_file(lesson, wheel), target)
        except ValueError as error:
            parser.error(f"{path}: {error}")
        print(f"{target}: {target.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
