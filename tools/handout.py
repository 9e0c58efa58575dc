"""Lessons without the solutions of their exercises: ``python -m tools.handout [FOLDER]``.

For a class: the checks, the hints and the grading work as ever. The solutions are still in the
package, which judges by them, so this spares learners the temptation and keeps no secret.
"""

import argparse
import sys
from pathlib import Path

import nbformat

from tools.lessons import exercises
from tools.lessons.notebook import lessons, read

ROOT = Path(__file__).resolve().parents[1]


def hand_out(root: Path, folder: Path, lang: str = "en") -> list[Path]:
    """Write the lessons of a checkout without solutions, and say where they are.

    Raises:
        ValueError: when there are notebooks in the folder; they may be somebody's work.
    """
    if there := sorted(folder.glob("*.ipynb")):
        raise ValueError(
            f"expected a folder without notebooks, got {folder}, which holds {there[0].name}: "
            "name another folder, or move them away"
        )
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in lessons(root, lang):
        notebook = read(path)
        exercises.hide(notebook)
        written.append(folder / path.name)
        nbformat.write(notebook, written[-1])
    return written


def main() -> int:
    """Run the command; the exit status is 2 where notebooks are in the way."""
    parser = argparse.ArgumentParser(prog="python -m tools.handout", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "handout")
    parser.add_argument("--lang", choices=("en", "ko"), default="en")
    options = parser.parse_args()
    try:
        written = hand_out(ROOT, options.folder, options.lang)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(written)} lessons without solutions in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
