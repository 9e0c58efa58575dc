"""The figures of a run as one table: ``python -m benchmarks.gpu.summary FILE``."""

import sys
from pathlib import Path
from statistics import mean, stdev

from benchmarks.cifar10_fast import spread
from benchmarks.gpu.results import Results

HEAD = ["| stage | what | runs | figure | accuracy |", "|---|---|---|---|---|"]
TRIALS = ("_seconds", "_epoch_s")  # lists of what ends so are the times of trials


def table(figures: dict) -> str:
    """How each stage ended, its trials (median, smallest to largest), its other numbers; texts.

    Args:
        figures: as ``Results.read`` gives them.

    Returns:
        str: a line on date and machine, a markdown table, then what is no number: errors first.
    """
    said = ", ".join(
        str(figures[key]) for key in ("date", "gpu", "machine", "state") if key in figures
    )
    lines = [said, "", *HEAD]
    for stage in dict.fromkeys(name.split(".")[0] for name in figures if "." in name):
        names = [name for name in figures if name.startswith(f"{stage}.")]
        its = {name.removeprefix(f"{stage}."): figures[name] for name in names}
        lines += [f"| {stage} | {' | '.join(cells)} |" for cells in rows(its)]
    texts = [(name, value) for name, value in figures.items() if is_text(name, value)]
    texts.sort(key=lambda pair: not is_failure(pair[0]))
    return "\n".join([*lines, "", *(f"- {name}: {value}" for name, value in texts)])


def rows(figures: dict) -> list[tuple[str, str, str, str]]:
    """What, runs, figure and accuracy, for the figures of one stage."""
    found = [(figures.get("ended", "not ended"), "", f"{figures.get('seconds', '?')} s in all", "")]
    for key, value in figures.items():
        end = next((end for end in TRIALS if key.endswith(end)), None)
        name = key.removesuffix(end or "")
        if end and isinstance(value, list) and key != "cells_seconds":
            right = figures.get(f"{name}_accuracy", [])
            epochs = figures.get(f"{name}_epochs", [])
            parts = [f"{spread(value, '.3f')} s", *sorted(set(figures.get(f"{name}_widths", [])))]
            parts += [f"{spread(epochs, '.1f')} epochs"] if epochs else []
            what = name.replace("_", " ") + (" an epoch" if end == "_epoch_s" else "")
            accuracy = spread(right, ".4f") if right else ""
            if len(right) > 2:
                accuracy += f", mean {mean(right):.4f} ± {stdev(right):.4f}"
            found.append((what, str(len(value)), ", ".join(parts), accuracy))
        elif is_number(value) and key != "seconds" and not key.endswith("_took_s"):
            found.append((key.replace("_", " "), "", f"{value:.5g}", ""))
    return found


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_failure(name: str) -> bool:
    return name.endswith(("error", "errors", "failures"))


def is_text(name: str, value: object) -> bool:
    """Whether it stands below the table: errors and sentences, not what lessons print."""
    worth = is_failure(name) or name.endswith(("_limit", ".slowest", ".changed", ".smi"))
    return bool(value) and worth


if __name__ == "__main__":
    print(table(Results(Path(sys.argv[1])).read()))
