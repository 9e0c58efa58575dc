"""The two small tables that lessons read by ``helpers.course.trials``."""

import csv
import io
from collections.abc import Iterable

from benchmarks.paired.questions import JUDGES, Question
from benchmarks.paired.recipe import SCALES
from benchmarks.paired.store import Line, by_key
from benchmarks.paired.table import accuracies, fullest


def pairs(machines: Iterable[Iterable[Line]], questions: Iterable[Question]) -> str:
    """One line for each question, scale and seed of which both trials are there, as CSV.

    Of several machines the ``fullest`` gives all pairs of a question and scale.
    """
    trials, rows = [by_key(lines) for lines in machines], []
    for question in questions:
        there, here = JUDGES[question.judged]
        for name, seeds in question.seeds.items():
            scale = SCALES[name]
            one = fullest(trials, question, scale)
            with_it = accuracies(one, question.with_it, scale, seeds, there)
            without = accuracies(one, question.without, scale, seeds, here)
            both = sorted(with_it.keys() & without.keys())
            rows += [(question.name, name, s, with_it[s], without[s]) for s in both]
    return _csv(("question", "scale", "seed", "with", "without"), rows)


def asked(questions: Iterable[Question]) -> str:
    """One line for each question, with the seeds that are planned at each scale, as CSV."""
    rows = [
        (q.name, q.judged, q.least, *(q.seeds.get(scale, "") for scale in SCALES), q.hypothesis)
        for q in questions
    ]
    return _csv(("question", "judged", "least", *SCALES, "hypothesis"), rows)


def _csv(head: Iterable[str], rows: Iterable[tuple]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([head, *rows])
    return file.getvalue()
