"""``python -m benchmarks.paired run``, ``table`` or ``write``."""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from benchmarks.paired import exported, store
from benchmarks.paired.jobs import in_turn, kind_of, queue, run, shared_out
from benchmarks.paired.questions import FILE, Question, check_unchanged, chosen, read_questions
from benchmarks.paired.recipe import SCALES
from benchmarks.paired.table import filled, report, table, waiting, write
from benchmarks.paired.trial import ROOT, Trainer, git
from helpers.course import trials
from helpers.data import load

TRIALS = ROOT / "benchmarks" / "results" / "paired.jsonl"
DOCUMENT = ROOT / "benchmarks" / "results" / "README.md"
DECISIONS = FILE.with_name("decisions.toml")


def check_committed(path: Path) -> None:
    """A question that is in no commit could have been written when its answer was known.

    Raises:
        ValueError: when the file differs from the last commit.
    """
    if not git("ls-files", "--", str(path)) or git("status", "--porcelain", "--", str(path)):
        raise ValueError(f"commit {path.name} first: questions are asked before the answers come")


def machines() -> dict[str, list[store.Line]]:
    """The trials of all machines, by the names of their files; those of ``TRIALS`` first."""
    others = sorted(TRIALS.parent.glob(f"{TRIALS.stem}_*.jsonl"))
    return {path.name: store.read(path) for path in (TRIALS, *others)}


def file_of(kind: dict[str, str]) -> Path:
    """Where trials of such a machine are stored, or will be when there are some."""
    for name, lines in machines().items():
        if lines and kind_of(lines[0]) == kind_of(kind):
            return TRIALS.with_name(name)
    words = re.findall(r"[a-z0-9]+", f"{kind['machine']} {kind['precision']}".lower())
    return TRIALS.with_name("_".join([TRIALS.stem, *words]) + TRIALS.suffix)


def documents(questions: Iterable[Question]) -> dict[Path, str]:
    """What is made from the trials: the results' document, and two tables for lessons."""
    questions, stored = list(questions), machines()
    decisions = tomllib.loads(DECISIONS.read_text(encoding="utf-8"))
    document = filled(DOCUMENT.read_text(encoding="utf-8"), report(stored, questions, decisions))
    return {
        DOCUMENT: document,
        trials.PAIRS: exported.pairs(stored.values(), questions),
        trials.ASKED: exported.asked(questions),
    }


def command(options: argparse.Namespace) -> int:
    questions = read_questions()
    some = chosen(questions, options.questions)
    if options.command == "run":
        check_committed(FILE)
        torch.set_num_threads(options.threads)
        trainer = Trainer(load("cifar10").train, options.device)
        file = options.file or file_of(trainer.kind)
        spread = partial(shared_out, options.jobs, None) if options.jobs > 1 else in_turn
        scales = [SCALES[name] for name in options.scales]

        def after(line: store.Line) -> None:
            words = (
                f"{line['at']} {line['scale']['name']:5} {line['question']}, seed {line['seed']}"
            )
            right = f"{line['accuracy']:.4f}, with views {line['accuracy_views']:.4f}"
            print(f"{words}: {right}, {line['seconds']:.0f} s", flush=True)
            if file.resolve().parent == TRIALS.parent:
                write(documents(questions.values()))

        with FileLock(f"{file}.lock", timeout=0):
            asked = queue(some, scales)
            made = run(trainer, file, questions, asked, after, spread, trainer.kind)
        print(f"{made} trials made, nothing left to do in {file.name}")
        return 0
    if options.command == "table":
        stored = {options.file.name: store.read(options.file)} if options.file else machines()
        scales = [SCALES[name] for name in options.scales]
        for name, lines in stored.items():
            check_unchanged(questions, lines)
            print(f"{name}:", table(lines, some, scales), sep="\n\n", end="\n\n")
        print(waiting(stored.values(), some, scales))
        return 0
    for lines in machines().values():
        check_unchanged(questions, lines)
    changed = write(documents(questions.values()), options.check)
    said = "out of date" if options.check else "written"
    print(f"{', '.join(path.name for path in changed)}: {said}" if changed else "as the trials say")
    return int(options.check and bool(changed))


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.paired", description="Paired trials.")
    parser.add_argument("command", choices=("run", "table", "write"))
    parser.add_argument("questions", nargs="*", help="names of questions; all without")
    parser.add_argument("--scales", nargs="+", choices=SCALES, default=list(SCALES))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="where to train, such as cuda")
    parser.add_argument("--jobs", type=int, default=1, help="trials at the same time; for a GPU")
    parser.add_argument("--file", type=Path, help="of trials; this machine's (run), all (table)")
    parser.add_argument("--check", action="store_true", help="write: only compare")
    options = parser.parse_args()
    try:
        return command(options)
    except Timeout:
        print("another run is at work on this file", file=sys.stderr)
    except ValueError as error:
        print(error, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
