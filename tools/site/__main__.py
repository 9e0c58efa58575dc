"""``python -m tools.site FOLDER``: build the website, or with ``--book`` the book."""

import argparse
import sys
from pathlib import Path

from tools.site import book
from tools.site.build import build


def main() -> int:
    """Build, and return the exit status of Sphinx."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description="Build the website.")
    parser.add_argument("folder", type=Path, help="where it goes; what is there is replaced")
    parser.add_argument(
        "--root", type=Path, default=Path(), help="the checkout that it shows; by default this one"
    )
    parser.add_argument("--book", action="store_true", help="the book, not the website")
    arguments = parser.parse_args()
    return (book.make if arguments.book else build)(arguments.root, arguments.folder)


if __name__ == "__main__":
    sys.exit(main())
