"""``python -m benchmarks.record [FILE]``: write the record's one file."""

import argparse
import ast
from pathlib import Path

from benchmarks.record.bundle import Bundle, Module

RULES = "benchmarks.record.rules"


def record() -> str:
    """The whole file."""
    bundle = Bundle(["helpers", "benchmarks"])
    bundle.add(RULES, "main")
    documentation = ast.get_docstring(ast.parse(Module(RULES).source), clean=False)
    return (
        f'"""{documentation}"""\n\n'
        "# Made by python -m benchmarks.record from the sources named below; change those.\n\n"
        f'{bundle.text()}\n\nif __name__ == "__main__":\n    sys.exit(main())\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.record", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=Path("record.py"))
    file = parser.parse_args().file
    text = record()
    file.write_text(text, encoding="utf-8", newline="\n")
    print(f"{file}: {len(text.splitlines())} lines; python {file.name} --help says how to run it")


if __name__ == "__main__":
    main()
