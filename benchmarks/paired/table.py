"""Tables from the file of trials, and a document that holds one."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.paired.questions import JUDGES, Question
from benchmarks.paired.recipe import SCALES, Recipe, Scale
from benchmarks.paired.store import Line, Trial, by_key
from helpers.course.evidence import HARMFUL, PROVED, Comparison, compare

BEGIN = "<!-- made by python -m benchmarks.paired write: begin -->"
END = "<!-- made by python -m benchmarks.paired write: end -->"
HEAD = (
    "| question | scale | without | with − without, points | 95 % interval | seeds "
    "| better / worse | verdict |\n|---|---|---|---|---|---|---|---|"
)


def accuracies(
    trials: dict[Trial, Line], recipe: Recipe, scale: Scale, seeds: int, column: str
) -> dict[int, float]:
    """What a recipe reached, by seed."""
    found = {seed: trials.get((recipe, scale, seed)) for seed in range(seeds)}
    return {seed: line[column] for seed, line in found.items() if line}


def compared(
    trials: dict[Trial, Line], question: Question, scale: Scale
) -> tuple[Comparison, float | None]:
    """The comparison of a question at a scale, and the mean accuracy without the part."""
    seeds, (there, here) = question.seeds[scale.name], JUDGES[question.judged]
    with_it = accuracies(trials, question.with_it, scale, seeds, there)
    without = accuracies(trials, question.without, scale, seeds, here)
    both = sorted(with_it.keys() & without.keys())
    mean = sum(without[seed] for seed in both) / len(both) if both else None
    return compare(with_it, without), mean


def fullest(
    machines: Iterable[dict[Trial, Line]], question: Question, scale: Scale
) -> dict[Trial, Line]:
    """The trials of the machine with most pairs for a question, of equals the first.

    What came out has no say in it.
    """
    return max(machines, key=lambda trials: compared(trials, question, scale)[0].seeds)


def row(trials: dict[Trial, Line], question: Question, scale: Scale) -> str:
    """A line of the table; nothing where there is no pair yet."""
    result, mean = compared(trials, question, scale)
    if mean is None:
        return ""
    low, high = result.interval()
    several = result.seeds > 1
    said = result.verdict(question.least, question.seeds[scale.name])
    cells = [
        question.name,
        scale.name,
        f"{mean:.1%}".replace("%", " %"),
        f"{result.mean:+.2f}" + f" ± {result.error:.2f}" * several,
        f"{low:+.2f} to {high:+.2f}" * several,
        str(result.seeds),
        f"{result.better} / {result.worse}",
        f"**{said}**" if said in (PROVED, HARMFUL) else said,
    ]
    return f"| {' | '.join(cells)} |"


def table(
    lines: Iterable[Line], questions: Iterable[Question], scales: Iterable[Scale] = SCALES.values()
) -> str:
    """One line for each question and scale with a pair of trials, in markdown."""
    trials, scales = by_key(lines), list(scales)
    rows = {
        (q.name, s.name): row(trials, q, s) for q in questions for s in scales if s.name in q.seeds
    }
    return "\n".join([HEAD, *filter(None, rows.values())])


def decided(
    machines: Iterable[Iterable[Line]], questions: Iterable[Question], decisions: Mapping[str, str]
) -> str:
    """What became of each part, beside the verdicts, in markdown."""
    trials, asked = [by_key(lines) for lines in machines], {q.name: q for q in questions}
    rows = ["| question | part | full | decision |\n|---|---|---|---|"]
    for name, decision in decisions.items():
        said = [_said(trials, asked[name], scale) for scale in SCALES.values()]
        rows.append(f"| {name} | {' | '.join(said)} | {decision} |")
    return "\n".join(rows)


def _said(machines: Iterable[dict[Trial, Line]], question: Question, scale: Scale) -> str:
    """The mean gain at a scale and its verdict; nothing where there is no pair."""
    if scale.name not in question.seeds:
        return ""
    result, _ = compared(fullest(machines, question, scale), question, scale)
    said = result.verdict(question.least, question.seeds[scale.name])
    return f"{result.mean:+.1f}, {said}" if result.seeds else ""


def waiting(
    machines: Iterable[Iterable[Line]], questions: Iterable[Question], scales: Iterable[Scale]
) -> str:
    """Which questions no machine has a pair of trials for."""
    trials, scales = [by_key(lines) for lines in machines], list(scales)
    names = [
        f"{q.name} ({s.name})"
        for q in questions for s in scales
        if s.name in q.seeds and not any(row(one, q, s) for one in trials)
    ]  # fmt: skip
    return f"No pair of trials yet: {', '.join(names)}." if names else ""


def report(
    machines: Mapping[str, list[Line]],
    questions: Iterable[Question],
    decisions: Mapping[str, str] | None = None,
) -> str:
    """What was decided, a table for each machine, and what was asked.

    Args:
        machines: trials by the name of their file.
        decisions: by the name of the question.
    """
    questions, scales = list(questions), list(SCALES.values())
    sizes = [
        f"- **{s.name}**: {s.train:,} images to learn from, {s.valid:,} to judge by, {s.epochs:g} "
        f"epochs with all pixels (more with fewer, for equal arithmetic), {s.batch_size} images a "
        f"step, widths {'-'.join(map(str, s.widths))}."
        for s in SCALES.values()
    ]
    asked = [
        f"- **{q.name}** ({q.judged}; matters from {q.least:g} points): {q.hypothesis}"
        for q in questions
    ]
    parts = ["\n".join(sizes)]
    if decisions:
        parts.append(decided(machines.values(), questions, decisions))
    for name, lines in machines.items():
        where = sorted({f"{line['machine']}, {line['precision']}" for line in lines})
        made = f"{len(lines)} trials, on: {'; '.join(where)}." if lines else "No trials yet."
        parts += [f"`{name}`: {made}", table(lines, questions, scales)]
    parts.append(waiting(machines.values(), questions, scales))
    parts += ["What was asked, before it was tried:", "\n".join(asked)]
    return "\n\n".join(filter(None, parts))


def filled(document: str, text: str) -> str:
    """The document with the text between its markers.

    Raises:
        ValueError: when the markers are not there once each, in their order.
    """
    if document.count(BEGIN) != 1 or document.count(END) != 1:
        raise ValueError(f"the document needs one line {BEGIN} and one line {END}")
    before, _, rest = document.partition(BEGIN)
    if END not in rest:
        raise ValueError(f"in the document {END} comes before {BEGIN}")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}"


def write(texts: Mapping[Path, str], check: bool = False) -> list[Path]:
    """Write each file that has another text, or only look; which of them had another one."""
    changed = [
        path
        for path, text in texts.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in () if check else changed:
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return changed
