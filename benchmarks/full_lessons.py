"""Lessons 08 to 10 at full scale on a processor: ``python -m benchmarks.full_lessons [08 09 10]``.

Each lesson runs from top to bottom on all images. Two cores without fast bfloat16 needed an hour
and a half for lesson 08, and a quarter of an hour for each of the others. What a lesson prints and
the seconds of each cell go into a file beside those of the GPUs
(``benchmarks/results/DATE_PROCESSOR_N.json``), cell by cell, so that a stopped run is not lost.
"""

import os
import sys
import time
from datetime import date

import torch

from benchmarks.gpu import lessons
from benchmarks.gpu.command import ROOT, environment, file_for, state
from benchmarks.gpu.results import Results
from benchmarks.gpu.stage import Stage
from benchmarks.paired.trial import machine

STAGES = {title[:2]: stage for stage, title in lessons.TITLES.items()}
LONGEST = 7_200  # seconds for one cell: the training of lesson 08 takes an hour in float32


def main(arguments: list[str] | None = None) -> int:
    """Run the lessons of these numbers, or all; the exit status says whether a cell failed."""
    asked = (sys.argv[1:] if arguments is None else arguments) or list(STAGES)
    if unknown := set(asked) - set(STAGES):
        print(f"expected numbers of lessons, of {', '.join(STAGES)}, got {', '.join(unknown)}")
        return 2
    os.environ |= environment(small=False) | {"CUDA_VISIBLE_DEVICES": ""}
    processor = machine()
    results = Results(file_for(ROOT / "benchmarks" / "results", processor.split(",")[0]))
    results.put({"date": date.today(), "state": state()})
    results.put({"machine": f"{processor}, {lessons.threads()} threads, torch {torch.__version__}"})
    failed = False
    for number in asked:
        stage, begin = Stage(STAGES[number], results, LONGEST), time.monotonic()
        lessons.run(stage, changes={})
        stage.put(ended="failed" if stage.failed else "done")
        stage.put(seconds=round(time.monotonic() - begin, 1))
        failed |= stage.failed
    print(f"figures: {results.path.relative_to(ROOT)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
