"""Lessons 08 to 10 at full scale, without a GPU: ``python -m benchmarks.full [08 09 10]``.

For a quiet machine and two hours: each lesson runs from top to bottom on all images. What it prints
and the seconds of each cell go into a file beside those of the GPUs
(``benchmarks/results/DATE_PROCESSOR_N.json``), cell by cell, so that a stopped run is not lost.
"""

import os
import sys

from benchmarks.gpu import lessons
from benchmarks.gpu.command import ROOT, file_for, state
from benchmarks.gpu.results import Results
from benchmarks.gpu.stage import Stage
from benchmarks.paired.trial import machine

STAGES = {title[:2]: stage for stage, title in lessons.TITLES.items()}
LONGEST = 7_200  # seconds for one lesson: float32 on two cores takes an hour for 08


def main(arguments: list[str] | None = None) -> int:
    """Run the lessons of these numbers, or all; the exit status says whether a cell failed."""
    asked = (sys.argv[1:] if arguments is None else arguments) or list(STAGES)
    if unknown := set(asked) - set(STAGES):
        print(f"expected numbers of lessons, of {', '.join(STAGES)}, got {', '.join(unknown)}")
        return 2
    os.environ |= {"LESSONS_SCALE": "full", "LESSONS_HEADLESS": "1", "CUDA_VISIBLE_DEVICES": ""}
    processor = machine()
    results = Results(file_for(ROOT / "benchmarks" / "results", processor.split(",")[0]))
    results.put({"machine": processor, "threads": lessons.threads(), "commit": state()})
    failed = False
    for number in asked:
        stage = Stage(STAGES[number], results, LONGEST)
        lessons.run(stage, changes={})
        failed |= stage.failed
    print(f"figures: {results.path.relative_to(ROOT)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
