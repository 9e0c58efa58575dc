"""Lesson 08's network, the notes' way with four workers against ``helpers``."""

from statistics import median

from benchmarks.cifar10 import WAYS, Contest
from benchmarks.gpu.stage import Stage
from helpers.data import folder

TURNS = 3
EPOCHS = 10  # of the lesson


def run(stage: Stage) -> None:
    """Seconds an epoch in turns, where they go, and accuracies."""
    n = 20 if stage.small else 9 * len(stage.images.train.labels) // 10  # a tenth is for validation
    workers, epochs = (0, 1) if stage.small else (4, EPOCHS)
    path = folder("cifar10")
    with stage.part("warm_up"):
        short = Contest(stage.images, path, stage.device, train=n // 10, workers=workers)
        for way in WAYS:
            stage.put(**{f"{way}_first_tenth_s": short.seconds(way)})
    contest = Contest(stage.images, path, stage.device, train=n, workers=workers)
    with stage.part("epochs"):
        for turn in range(TURNS):
            for way in WAYS:
                if turn == 0 or stage.left() > 40:
                    stage.trial(way, epoch_s=contest.seconds(way))
        put_ratio(stage)
    with stage.part("shares"):
        for way in reversed(WAYS):
            for part, share in contest.shares(way).items():
                stage.put(**{f"{way}_share_{part}": share})
    with stage.part("accuracies"):
        for way in reversed(WAYS):
            stage.put(**{f"{way}_accuracy_2_epochs": contest.accuracy(way, 2)})
    if stage.left() < 2 * epochs:
        return
    with stage.part("whole"):
        begin = contest.clock()
        stage.put(**{f"helpers_accuracy_{epochs}_epochs": contest.accuracy("helpers", epochs)})
        stage.put(**{f"helpers_{epochs}_epochs_s": contest.clock() - begin})


def put_ratio(stage: Stage) -> None:
    """The median of how many times as long the notes' way takes, turn by turn."""
    figures = stage.results.read()
    slow, quick = (figures[f"{stage.name}.{way}_epoch_s"] for way in WAYS)
    stage.put(notes_over_helpers=median(a / b for a, b in zip(slow, quick)))
