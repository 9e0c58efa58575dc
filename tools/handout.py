"""Lessons without the solutions of their exercises: ``python -m tools.handout [FOLDER]``.

For a class: the checks, the hints and the grading work as ever. The solutions are still in the
package, which judges by them, so this spares learners the temptation and keeps no secret.
"""

import argparse
from pathlib import Path

import nbformat

from tools.lessons import exercises
from tools.lessons.notebook import lessons, read

ROOT = Path(__file__).resolve().parents[1]


def hand_out(root: Path, folder: Path, lang: str = "en") -> list[Path]:
    """Write the lessons of a checkout without solutions, and say where they are.

    The folder holds nothing else afterwards that ends in ``.ipynb``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ipynb"):
        old.unlink()
    written = []
    for path in lessons(root, lang):
        notebook = read(path)
        exercises.hide(notebook)
        written.append(folder / path.name)
        nbformat.write(notebook, written[-1])
    return written


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.handout", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "handout")
    parser.add_argument("--lang", choices=("en", "ko"), default="en")
    options = parser.parse_args()
    written = hand_out(ROOT, options.folder, options.lang)
    print(f"{len(written)} lessons without solutions in {options.folder}")


if __name__ == "__main__":
    main()
