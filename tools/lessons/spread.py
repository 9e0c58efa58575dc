"""How far a lesson's numbers are off on other processors: ``python -m tools.lessons.spread``.

A tolerance that is guessed is too narrow for some machine, or too wide to notice a fault. So the
lessons are run as other machines would compute them (``variants``), and what their numbers were off
by is written down in the cells: ``lesson.spread``, with variants, versions and the date.
``has_room`` asks that a cell allows at least twice of that.

With another seed other numbers are drawn, so most outputs differ by nature. There only the figures
that state their own tolerance (``expect``) are looked at: a cell fails when one is too far off. A
figure that belongs to what one seed has drawn says so and why: ``lesson.one_seed``.
"""

import argparse
import datetime
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools.lessons import compare
from tools.lessons.execute import merged, store
from tools.lessons.kernel import on_practice_data, run
from tools.lessons.notebook import code_cells, digests, is_ignored, notes, read, where
from tools.lessons.variants import SEEDS, VARIANTS, here

ROOT = Path(__file__).resolve().parents[2]
ROOM = 2.0  # a cell allows at least so many times of what was measured

_AGAIN = "measure it: make spread NB=notebooks/NAME.ipynb WRITE=1"

# Put before the first cell: every seed that a lesson sets becomes another one.
_OTHER_SEED = """
import torch
from torch import random
def _shifted(seed, _set=torch.manual_seed):
    return _set(seed + {seed})
torch.manual_seed = random.manual_seed = _shifted
"""


class Found(NamedTuple):
    """What became of one cell in one run.

    Attributes:
        off: how far each number was off, by its place among the numbers of the cell, where it was.
        problem: why the comparison would fail, or that the cell itself failed; or None.
        pair: the number that was off most, as a share of what is allowed.
        share: this share.
    """

    off: dict[int, float]
    problem: str | None
    pair: compare.Pair | None = None
    share: float = 0.0


def rests(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells that need a record: compared, and with a number in them that is not whole."""
    for cell in code_cells(notebook):
        if not is_ignored(cell) and any(not p.stored.is_whole for p in numbers_of(cell)):
            yield cell


def has_room(notebook: NotebookNode) -> list[str]:
    """Every cell with rounded numbers allows twice of what it was off by on other machines."""
    codes = dict(zip(map(id, code_cells(notebook)), meaning(notebook)))
    problems = []
    for cell in rests(notebook):
        record, pairs = notes(cell).get("spread"), numbers_of(cell)
        problem: str | None
        if record is None:
            problem = "has numbers that are not whole, and no recorded spread"
        elif record["code"] != codes[id(cell)] or record["numbers"] != len(pairs):
            problem = "the code up to it has changed since its spread was measured"
        else:
            problem = next(filter(None, (_tight(pairs[k], off) for k, off in recorded(cell))), None)
        if problem:
            problems.append(f"{where(notebook, cell)}: {problem}; {_AGAIN}")
    return problems


def _tight(pair: compare.Pair, off: float) -> str | None:
    """What to say of a number that has too little room."""
    room = pair.rule.room(pair.stored)
    if ROOM * off <= room * (1 + 1e-9):
        return None
    return (
        f"{pair.stored.text} was off by up to {off:.3g} elsewhere, and {room:.3g} is allowed; "
        f"expected {ROOM:g} times as much: raise the tolerance, or make the experiment steadier"
    )


def recorded(cell: NotebookNode) -> list[tuple[int, float]]:
    """The places of the numbers that were off elsewhere, and how far."""
    off = notes(cell).get("spread", {}).get("off", {})
    return [(int(place), distance) for place, distance in off.items()]


def numbers_of(cell: NotebookNode) -> list[compare.Pair]:
    """The numbers of a cell's outputs, each with itself and with its rule."""
    return list(compare.pairs(cell.outputs, cell.outputs, compare.tolerance_of(cell)))


def meaning(notebook: NotebookNode) -> list[str]:
    """For each code cell a digest of the code up to it that may change a number."""
    return digests(notebook, words=False)


def found(stored: NotebookNode, fresh: NotebookNode, by_seed: bool) -> list[Found]:
    """What became of each code cell.

    Args:
        by_seed: whether it ran with other seeds: then only cells that failed count.
    """
    results = []
    for old, new in zip(code_cells(stored), code_cells(fresh)):
        names = [[o.ename for o in cell.outputs if o.output_type == "error"] for cell in (old, new)]
        if by_seed and notes(old).get("one_seed"):
            results.append(Found({}, None))
        elif names[0] != names[1]:
            shown = next((o for o in new.outputs if o.output_type == "error"), None)
            text = f"{shown.ename}: {shown.evalue}" if shown else f"no {names[0][0]}"
            results.append(Found({}, text))
        elif by_seed or is_ignored(old):
            results.append(Found({}, None))
        else:
            results.append(_compared(old, new))
    return results


def _compared(old: NotebookNode, new: NotebookNode) -> Found:
    rule, outputs = compare.tolerance_of(old), merged(new.outputs)
    problem = compare.difference(old.outputs, outputs, rule)
    pairs = list(compare.pairs(old.outputs, outputs, rule))
    if len(pairs) != len(numbers_of(old)):  # a text differs, so nobody knows which is which
        return Found({}, problem)
    apart = {k: abs(pair.stored.value - pair.new.value) for k, pair in enumerate(pairs)}
    off = {k: distance for k, distance in apart.items() if distance and math.isfinite(distance)}
    shares = {k: off[k] / max(pairs[k].rule.room(pairs[k].stored), 1e-300) for k in off}
    most = max(shares, key=lambda k: shares[k], default=None)
    return Found(off, problem) if most is None else Found(off, problem, pairs[most], shares[most])


def _larger(*offs: dict[int, float]) -> dict[int, float]:
    """For each number the largest distance."""
    return {k: max(off.get(k, 0.0) for off in offs) for off in offs for k in off}


def trial(path: Path, variant: str, timeout: float = 1800, kept: bool = False) -> list[Found]:
    """Run a notebook under a variant, in a process of its own, and say what became of each cell.

    The notebook as it ran stays in ``build/spread``.

    Args:
        variant: a name in ``VARIANTS`` or ``SEEDS``.
        kept: take the run that is there, if one is and it ran the same code.
    """
    seed = SEEDS[variant].seed if variant in SEEDS else 0
    made = ROOT / "build" / "spread" / variant / path.name
    if not (kept and made.is_file() and meaning(read(made))[-1:] == meaning(read(path))[-1:]):
        made.parent.mkdir(parents=True, exist_ok=True)
        made.unlink(missing_ok=True)
        # A process of its own: this one's kernels were chosen when torch was loaded.
        command = [
            sys.executable,
            "-m",
            "tools.lessons.spread",
            "--run",
            str(path.resolve()),
            str(made),
        ]
        subprocess.run(
            [*command, "--seed", str(seed), "--timeout", str(timeout)],
            env=(SEEDS | VARIANTS)[variant].environment(), cwd=ROOT, check=True,
        )  # fmt: skip
    return found(read(path), read(made), by_seed=bool(seed))


def _run(path: Path, made: Path, seed: int, timeout: float) -> None:
    notebook = read(path)
    if on_practice_data(notebook):
        sys.exit("the real data are not here, and the spread of practice data means nothing")
    prologue = [new_code_cell(_OTHER_SEED.format(seed=seed))] if seed else []
    notebook.cells = prologue + notebook.cells
    run(notebook, path.parent, practice=False, timeout=timeout, allow_errors=True)
    notebook.cells = notebook.cells[len(prologue) :]
    store(notebook, made)


def record(path: Path, results: dict[str, list[Found]]) -> None:
    """Write into the cells what was measured; older figures stay where they are larger.

    Args:
        results: what became of each code cell, for each variant that keeps the seeds.
    """
    import torch

    notebook = read(path)
    wanted = {id(cell) for cell in rests(notebook)}
    for place, (cell, digest) in enumerate(zip(code_cells(notebook), meaning(notebook))):
        lesson = notes(cell)
        before = lesson.pop("spread", None)
        if id(cell) in wanted:
            off = _larger(*(cells[place].off for cells in results.values()))
            names, count = set(results), len(numbers_of(cell))
            if before and (before["code"], before["numbers"]) == (digest, count):
                off = _larger(off, {int(k): distance for k, distance in before["off"].items()})
                names |= set(before["variants"].split())
            lesson["spread"] = {
                "off": {str(k): _rounded_up(off[k]) for k in sorted(off)},
                "numbers": count,
                "variants": " ".join(sorted(names)),
                "versions": f"torch {torch.__version__.split('+')[0]}",
                "date": datetime.date.today().isoformat(),
                "code": digest,
            }
        if lesson:
            cell.metadata["lesson"] = lesson
    store(notebook, path)


def _rounded_up(value: float) -> float:
    """With two digits, never smaller than it was."""
    if not value:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / unit * (1 - 1e-12)) * unit:.2g}")


def listed(path: Path, results: dict[str, list[Found]]) -> list[str]:
    """For each compared cell that was ever off: the largest deviation beside what is allowed."""
    notebook = read(path)
    lines = []
    for place, cell in enumerate(code_cells(notebook)):
        seen = {variant: cells[place] for variant, cells in results.items()}
        failing = {variant: one.problem for variant, one in seen.items() if one.problem}
        most = max(seen.values(), key=lambda one: one.share)
        shown = [""] * 4
        if most.pair:
            stored, new, rule = most.pair
            apart, room = abs(new.value - stored.value), rule.room(stored)
            shown = [stored.text, new.text, f"{apart:.3g}", f"{room:.3g}"]
        if most.pair or failing:
            shown = [where(notebook, cell), *shown, f"{most.share:.2f}", ", ".join(failing) or "-"]
            lines.append(f"| {' | '.join(shown)} |")
        lines += [f"    {variant}: {problem[:600]}" for variant, problem in failing.items()]
    return lines


def table(results: dict[str, dict[str, list[Found]]]) -> list[str]:
    """Variants by lessons: how many cells fail."""
    lines = ["| variant | " + " | ".join(name[:2] for name in results) + " |"]
    lines.append("|---" * (len(results) + 1) + "|")
    for variant in dict.fromkeys(v for found_in in results.values() for v in found_in):
        counts = [
            str(sum(one.problem is not None for one in found_in[variant]))
            if variant in found_in else "" for found_in in results.values()
        ]  # fmt: skip
        lines.append(f"| {variant} | {' | '.join(counts)} |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Measure, show and, if asked, record; return 1 when a cell failed somewhere."""
    parser = argparse.ArgumentParser(prog="python -m tools.lessons.spread", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all of them by default")
    parser.add_argument("--write", action="store_true", help="record the spread in the cells")
    parser.add_argument(
        "--variants",
        nargs="+",
        choices=[*VARIANTS, *SEEDS],
        help="default: all that this processor can compute",
    )
    parser.add_argument("--kept", action="store_true", help="take runs of the same code again")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds a cell may take")
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.run:
        path, made = options.paths
        _run(path, made, options.seed, options.timeout)
        return 0
    variants = options.variants or [*here(), *SEEDS]
    if lacking := set(variants) - {*here(), *SEEDS}:
        parser.error(f"this processor cannot compute as {', '.join(sorted(lacking))} would")
    paths = options.paths or sorted((ROOT / "notebooks").glob("*.ipynb"))
    everything: dict[str, dict[str, list[Found]]] = {}
    for path in paths:
        results = everything.setdefault(path.stem, {})
        for variant in variants:
            begin = time.perf_counter()
            results[variant] = trial(path, variant, options.timeout, options.kept)
            fails = sum(one.problem is not None for one in results[variant])
            seconds = time.perf_counter() - begin
            print(f"{path.stem} {variant}: {fails} failing cells, {seconds:.0f} s", flush=True)
        print("\n| cell | stored | now | off | allowed | as a share | fails in |")
        print("|---|---|---|---|---|---|---|")
        print("\n".join(listed(path, results)), "\n", flush=True)
        if options.write:
            record(path, {v: cells for v, cells in results.items() if v in VARIANTS})
    print("\n".join(table(everything)))
    failed = any(one.problem for r in everything.values() for cells in r.values() for one in cells)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
