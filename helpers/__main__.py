"""``python -m helpers``: what works on this machine. ``progress`` and ``hint``: exercises.

This file and ``helpers/__init__.py`` keep to words that old versions of Python understand, so that
they can say themselves that they are too old.
"""

import importlib
import sys

OLDEST = (3, 11)  # requires-python in pyproject.toml
COMMANDS = {"progress": "helpers.course.grading.command", "hint": "helpers.course.tutor"}


def main(arguments):
    """Run the command and return its exit status."""
    if sys.version_info < OLDEST:
        here, oldest = (".".join(map(str, v)) for v in (sys.version_info[:3], OLDEST))
        print(
            f"fix   Python        {here} ({sys.executable}) is too old, the lessons need {oldest}"
        )
        print("                    or newer: get one from python.org, then run make lab here")
        return 1
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # an old terminal cannot show every letter
    if arguments and arguments[0] in COMMANDS:
        try:
            command = importlib.import_module(COMMANDS[arguments[0]])
        except ImportError as error:
            print(f"fix   {arguments[0]:12}  cannot start: {error}", file=sys.stderr)
            print("                    What is wrong here: python -m helpers", file=sys.stderr)
            return 1
        return command.main(arguments[1:])
    from helpers.course.doctor import report

    return report.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
