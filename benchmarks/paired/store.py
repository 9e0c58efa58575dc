"""The file of trials: one JSON object a line, only ever appended to."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.paired.recipe import Recipe, Scale, frozen

Line = dict[str, Any]
Trial = tuple[Recipe, Scale, int]  # what tells it from all others; the last is the seed


def read(path: Path) -> list[Line]:
    """All trials of a file. Half a line at its end, of a run that was cut off, counts as none.

    Raises:
        ValueError: for anything else that is not a trial; it says which line.
    """
    if not path.exists():
        return []
    lines = []
    *whole, rest = path.read_text(encoding="utf-8").split("\n")
    for number, text in enumerate(whole, 1):
        try:
            line = json.loads(text)
            key_of(line)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name}, line {number} is no trial: {error!r}") from error
        lines.append(line)
    return lines


def append(path: Path, line: Line) -> None:
    """Put a trial at the end, and take half a line away that may be there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab+") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def key_of(line: Line) -> Trial:
    """Which trial is stored. Settings that it does not name are as the defaults."""
    scale = Scale(**{name: frozen(value) for name, value in line["scale"].items()})
    return Recipe().changed(line["recipe"]), scale, line["seed"]


def by_key(lines: Iterable[Line]) -> dict[Trial, Line]:
    """Each trial by its key.

    Raises:
        ValueError: when there are two of the same: one of them would have to be left out, and
            whoever may choose can choose what he likes.
    """
    found: dict[Trial, Line] = {}
    for line in lines:
        if found.setdefault(key_of(line), line) is not line:
            raise ValueError(f"a trial is there twice: {line['question']}, seed {line['seed']}")
    return found
