"""The questions of ``benchmarks.paired`` on a GPU: all at full scale, then at part scale."""

from functools import partial
from pathlib import Path
from statistics import mean

import torch

from benchmarks.gpu.results import short_name
from benchmarks.gpu.stage import Stage
from benchmarks.paired import jobs, store
from benchmarks.paired.questions import read_questions
from benchmarks.paired.recipe import SCALES, Scale
from benchmarks.paired.trial import Trainer

JOBS = 8  # trials at the same time: one alone leaves a GPU idle for most of a step
RESERVE = 12  # seconds before the stage is stopped; no trial begins in them
TINY = Scale("part", 64, 10, 1, 16, (4, 4, 4))
STORED = Path(__file__).parents[1] / "results"


def run(stage: Stage) -> None:
    """Trials until the time is over, into a file beside the figures.

    It goes on with what is stored from this kind of GPU already. In a copy of the project that git
    knows nothing of, the state that was packed says whether the questions were in a commit.
    """
    said = stage.results.read()
    if not stage.small and "dirty" in said["state"]:
        raise ValueError("commit the questions and pack again: they are asked before the answers")
    file = stage.results.path.with_name(f"paired_{short_name(said['gpu'].split(',')[0])}.jsonl")
    if (STORED / file.name).exists() and not file.exists():
        file.write_bytes((STORED / file.name).read_bytes())
    scales, questions = [SCALES["full"], SCALES["part"]], read_questions()
    asked, several = list(questions.values()), JOBS
    if stage.small:
        scales, asked, several = [TINY], asked[:1], 2
    before = len(store.read(file))
    stage.put(stored_before=before, file=file.name)
    torch.set_num_threads(1)  # in each of the jobs
    train = Trainer(stage.images.train, stage.device, said["state"])
    spread = partial(jobs.shared_out, several, stage.left() - RESERVE)
    trials = jobs.queue(asked, scales)
    made = jobs.run(train, file, questions, trials, spread=spread, kind=train.kind)
    stage.put(trials=made)
    for scale in {scale.name for scale in scales}:
        seconds = [one["seconds"] for one in store.read(file) if one["scale"]["name"] == scale]
        if seconds:
            stage.put(**{f"{scale}_trial_s": mean(seconds)})
