"""How far a lesson's numbers are off on other processors: ``python -m tests.nbcheck.spread``.

A tolerance that is guessed is too narrow for some machine, or too wide to notice a fault. So the
lessons are run as other machines would compute them (``variants``), and what their numbers were off
by is written down in the cells: ``lesson.spread``, with variants, versions and the date.
``has_room`` asks that a cell allows at least twice of that.

With another seed other numbers are drawn, so most outputs differ by nature. There only the figures
that state their own tolerance (``expect``) are looked at: a cell fails when one is too far off.
"""

import argparse
import ast
import copy
import datetime
import hashlib
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.nbcheck import compare
from tests.nbcheck.execute import merged
from tests.nbcheck.kernel import on_practice_data, run
from tests.nbcheck.notebook import code_cells, is_ignored, notes, parse, read, where
from tests.nbcheck.tokens import Number
from tests.nbcheck.variants import SEEDS, VARIANTS

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


class Off(NamedTuple):
    """How far numbers were off: each no further than both of these.

    Attributes:
        absolute: in their own unit.
        relative: as a share of the stored number, where that is not 0.
    """

    absolute: float = 0.0
    relative: float = 0.0

    def of(self, stored: Number) -> float:
        """The most that a stored number was off by."""
        if not math.isfinite(stored.value):
            return 0.0
        share = self.relative * abs(stored.value)
        return min(self.absolute, share) if stored.value else self.absolute

    def or_more(self, other: "Off") -> "Off":
        """The larger of both."""
        return Off(max(self.absolute, other.absolute), max(self.relative, other.relative))


class Found(NamedTuple):
    """What became of one cell in one run.

    Attributes:
        off: how far its numbers were off.
        problem: why the comparison would fail, or that the cell itself failed; or None.
        pair: the number that was off most, as a share of what is allowed.
        share: this share.
    """

    off: Off
    problem: str | None
    pair: compare.Pair | None = None
    share: float = 0.0


def rests(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells that need a record: compared, and with a number in them that is not whole."""
    for cell in code_cells(notebook):
        if not is_ignored(cell) and any(not n.is_whole for n in _numbers(cell)):
            yield cell


def has_room(notebook: NotebookNode) -> list[str]:
    """Every cell with rounded numbers allows twice of what it was off by on other machines."""
    digests = dict(zip(map(id, code_cells(notebook)), meaning(notebook)))
    problems = []
    for cell in rests(notebook):
        record, rule = notes(cell).get("spread"), compare.tolerance_of(cell)
        if record is None:
            problem = "has numbers that are not whole, and no recorded spread"
        elif record["code"] != digests[id(cell)]:
            problem = "the code up to it has changed since its spread was measured"
        else:
            off = Off(record["absolute"], record["relative"])
            tight = next(
                (p for p in compare.pairs(cell.outputs, cell.outputs, rule)
                 if ROOM * off.of(p.stored) > p.rule.room(p.stored) * (1 + 1e-9)), None
            )  # fmt: skip
            if tight is None:
                continue
            problem = (
                f"{tight.stored.text} was off by up to {off.of(tight.stored):.3g} elsewhere, and "
                f"{tight.rule.room(tight.stored):.3g} is allowed; expected {ROOM:g} times as much "
                "room: raise the tolerance, or make the experiment steadier"
            )
        problems.append(f"{where(notebook, cell)}: {problem}; {_AGAIN}")
    return problems


def meaning(notebook: NotebookNode) -> list[str]:
    """For each code cell a digest of the code up to it; comments and imports do not count."""
    state = hashlib.sha256()
    digests = []
    for cell in code_cells(notebook):
        for node in parse(cell).body:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                state.update(ast.dump(node).encode())
        digests.append(state.hexdigest()[:12])
    return digests


def found(stored: NotebookNode, fresh: NotebookNode, by_seed: bool) -> list[Found]:
    """What became of each code cell.

    Args:
        stored: the notebook as it is.
        fresh: the same after a run.
        by_seed: whether it ran with other seeds: then only cells that failed count.
    """
    results = []
    for old, new in zip(code_cells(stored), code_cells(fresh)):
        names = [[o.ename for o in cell.outputs if o.output_type == "error"] for cell in (old, new)]
        if names[0] != names[1]:
            shown = next((o for o in new.outputs if o.output_type == "error"), None)
            text = f"{shown.ename}: {shown.evalue}" if shown else f"no {names[0][0]}"
            results.append(Found(Off(), text))
        elif by_seed or is_ignored(old):
            results.append(Found(Off(), None))
        else:
            results.append(_compared(old, new))
    return results


def _compared(old: NotebookNode, new: NotebookNode) -> Found:
    rule, outputs = compare.tolerance_of(old), merged(new.outputs)
    off, worst, most = Off(), None, 0.0
    for pair in compare.pairs(old.outputs, outputs, rule):
        a, b = pair.stored.value, pair.new.value
        if not (math.isfinite(a) and math.isfinite(b)):
            continue
        apart = abs(a - b)
        off = off.or_more(Off(apart, apart / abs(a) if a else 0.0))
        share = apart / max(pair.rule.room(pair.stored), 1e-300)
        if share > most:
            worst, most = pair, share
    return Found(off, compare.difference(old.outputs, outputs, rule), worst, most)


def trial(path: Path, variant: str, timeout: float = 1800, kept: bool = False) -> list[Found]:
    """Run a notebook under a variant, in a process of its own, and say what became of each cell.

    The notebook as it ran stays in ``build/spread``.

    Args:
        path: the notebook's file.
        variant: a name in ``VARIANTS`` or ``SEEDS``.
        timeout: the longest a cell may take, in seconds.
        kept: take the run that is there, if one is and it ran the same code.
    """
    seed = SEEDS[variant].seed if variant in SEEDS else 0
    made = ROOT / "build" / "spread" / variant / path.name
    if not (kept and made.is_file() and meaning(read(made))[-1:] == meaning(read(path))[-1:]):
        made.parent.mkdir(parents=True, exist_ok=True)
        made.unlink(missing_ok=True)
        # A process of its own: this one's kernels were chosen when torch was loaded.
        command = [sys.executable, "-m", "tests.nbcheck.spread", "--run", str(path), str(made)]
        subprocess.run(
            [*command, "--seed", str(seed), "--timeout", str(timeout)],
            env=(SEEDS | VARIANTS)[variant].environment(), cwd=ROOT, check=True,
        )  # fmt: skip
    return found(read(path), read(made), by_seed=bool(seed))


def _run(path: Path, made: Path, seed: int, timeout: float) -> None:
    notebook = copy.deepcopy(read(path))
    if on_practice_data(notebook):
        sys.exit("the real data are not here, and the spread of practice data means nothing")
    prologue = [new_code_cell(_OTHER_SEED.format(seed=seed))] if seed else []
    notebook.cells = prologue + notebook.cells
    run(notebook, path.parent, practice=False, timeout=timeout, allow_errors=True)
    notebook.cells = notebook.cells[len(prologue) :]
    made.write_text(nbformat.writes(notebook), encoding="utf-8")


def record(path: Path, results: dict[str, list[Found]]) -> None:
    """Write into the cells what was measured; older figures stay where they are larger.

    Args:
        path: the notebook's file.
        results: what became of each code cell, for each variant that keeps the seeds.
    """
    import torch

    notebook = read(path)
    digests = dict(zip(map(id, code_cells(notebook)), meaning(notebook)))
    places = {id(cell): place for place, cell in enumerate(code_cells(notebook))}
    wanted = {id(cell) for cell in rests(notebook)}
    for cell in code_cells(notebook):
        lesson = notes(cell)
        before = lesson.pop("spread", None)
        if id(cell) in wanted:
            off = Off()
            for cells in results.values():
                off = off.or_more(cells[places[id(cell)]].off)
            names = set(results)
            if before and before["code"] == digests[id(cell)]:
                off = off.or_more(Off(before["absolute"], before["relative"]))
                names |= set(before["variants"].split())
            lesson["spread"] = {
                "absolute": _rounded_up(off.absolute),
                "relative": _rounded_up(off.relative),
                "variants": " ".join(sorted(names)),
                "versions": f"torch {torch.__version__.split('+')[0]}",
                "date": datetime.date.today().isoformat(),
                "code": digests[id(cell)],
            }
        if lesson:
            cell.metadata["lesson"] = lesson
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def _rounded_up(value: float) -> float:
    """With two digits, never smaller than it was."""
    if not value:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / unit * (1 - 1e-12)) * unit:.2g}")


def _numbers(cell: NotebookNode) -> list[Number]:
    usual = compare.Tolerance()
    return [pair.stored for pair in compare.pairs(cell.outputs, cell.outputs, usual)]


def listed(path: Path, results: dict[str, list[Found]]) -> list[str]:
    """For each compared cell that was ever off: the largest deviation beside what is allowed."""
    notebook = read(path)
    lines = []
    for place, cell in enumerate(code_cells(notebook)):
        seen = {variant: cells[place] for variant, cells in results.items()}
        failing = {variant: one.problem for variant, one in seen.items() if one.problem}
        off = Off()
        for one in seen.values():
            off = off.or_more(one.off)
        most = max(seen.values(), key=lambda one: one.share)
        shown = [""] * 4
        if most.pair:
            stored, new, rule = most.pair
            apart, room = abs(new.value - stored.value), rule.room(stored)
            shown = [stored.text, new.text, f"{apart:.3g}", f"{room:.3g}"]
        if most.pair or failing:
            ends = [f"{off.absolute:.2g}", f"{off.relative:.2g}", ", ".join(failing) or "-"]
            lines.append(f"| {' | '.join([where(notebook, cell), *shown, *ends])} |")
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
    parser = argparse.ArgumentParser(prog="python -m tests.nbcheck.spread", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all of them by default")
    parser.add_argument("--write", action="store_true", help="record the spread in the cells")
    parser.add_argument("--variants", nargs="+", choices=[*VARIANTS, *SEEDS], help="default: all")
    parser.add_argument("--kept", action="store_true", help="take runs of the same code again")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds a cell may take")
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.run:
        _run(*options.paths, options.seed, options.timeout)
        return 0
    paths = options.paths or sorted((ROOT / "notebooks").glob("*.ipynb"))
    everything: dict[str, dict[str, list[Found]]] = {}
    for path in paths:
        results = everything.setdefault(path.stem, {})
        for variant in options.variants or [*VARIANTS, *SEEDS]:
            begin = time.perf_counter()
            results[variant] = trial(path, variant, options.timeout, options.kept)
            fails = sum(one.problem is not None for one in results[variant])
            seconds = time.perf_counter() - begin
            print(f"{path.stem} {variant}: {fails} failing cells, {seconds:.0f} s", flush=True)
        print("\n| cell | stored | now | off | allowed | largest off | as a share | fails in |")
        print("|---|---|---|---|---|---|---|---|")
        print("\n".join(listed(path, results)), "\n", flush=True)
        if options.write:
            record(path, {v: cells for v, cells in results.items() if v in VARIANTS})
    print("\n".join(table(everything)))
    failed = any(one.problem for r in everything.values() for cells in r.values() for one in cells)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
