"""Colab's versions of what the lessons need: ``python -m tools.colab_versions [LIST]``.

Colab publishes the list of all its packages, several hundred. Kept of it, in
``tests/lessons/colab/packages.txt``, are those that the lessons need, directly or through others:
they are what the tests install.
"""

import argparse
import re
import subprocess
import sys
import urllib.request
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path("tests", "lessons", "colab", "packages.txt")
LIST = "https://raw.githubusercontent.com/googlecolab/backend-info/main/pip-freeze.txt"
PYTHON = "3.13"  # Colab's; LIST does not say

# "torch==2.11.0+cu128", or "torch @ https://.../torch-2.11.0%2Bcu128-cp313-..."
_LINE = re.compile(r"^([\w.-]+)(?:==| @ \S*/[\w.]+-)(\d[\w.!]*)")
# Libraries of NVIDIA: pip takes those that its own torch asks for, Colab has others.
_OWN = re.compile(r"^(nvidia|cuda|triton)")


def versions(text: str) -> dict[str, str]:
    """The version of each package of a list as ``pip freeze`` prints it, without local parts.

    Example:
        >>> versions("torch==2.11.0+cu128\\nPyYAML==6.0.2\\n-e git+https://example.org")
        {'torch': '2.11.0', 'pyyaml': '6.0.2'}
    """
    found = filter(None, map(_LINE.match, text.splitlines()))
    return {_normal(match[1]): match[2] for match in found if not _OWN.match(match[1])}


def needed(colab: dict[str, str]) -> dict[str, str]:
    """Those of Colab's versions that the lessons need, and pip.

    Args:
        colab: all of Colab's versions.

    Raises:
        subprocess.CalledProcessError: when the project's ranges do not admit them.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--constraints", "-"]
    options = ["--python-version", PYTHON, "--python-platform", "linux", "--no-header"]
    done = subprocess.run(
        [*command, *options, "--no-annotate", "--quiet"],
        input=_lines(colab),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        check=True,
    )
    names = {"pip", *versions(done.stdout)}
    return {name: version for name, version in sorted(colab.items()) if name in names}


def main(arguments: list[str] | None = None) -> None:
    """Fetch or read the list, and write what is needed of it in place of the file before."""
    parser = argparse.ArgumentParser(prog="python -m tools.colab_versions", description=__doc__)
    parser.add_argument("list", nargs="?", default=LIST, help="a file or an address")
    parser.add_argument("--date", default=date.today().isoformat(), help="the list's; today's")
    parser.add_argument(
        "--also", nargs="*", default=[], help="what the list leaves out, as in torch==2.11.0"
    )
    options = parser.parse_args(arguments)
    if "://" in options.list:
        with urllib.request.urlopen(options.list, timeout=30) as answer:
            text = answer.read().decode()
    else:
        text = Path(options.list).read_text(encoding="utf-8")
    colab = versions("\n".join([text, *options.also]))
    if not {"torch", "torchvision"} <= set(colab):
        sys.exit(f"{options.list} does not say which torch and torchvision Colab has: pass --also")
    kept = needed(colab)
    head = f"# Colab on {options.date}, Python {PYTHON}. Renewed by: make colab-versions\n"
    (ROOT / KEPT).write_text(head + _lines(kept), encoding="utf-8", newline="\n")
    print(f"{KEPT}: {len(kept)} packages")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines(found: dict[str, str]) -> str:
    return "".join(f"{name}=={version}\n" for name, version in found.items())


if __name__ == "__main__":
    main()
