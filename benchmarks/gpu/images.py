"""The images are unpacked and decoded, so that no stage has that in its time."""

from benchmarks.gpu.stage import Stage
from helpers.data import folder, load


def run(stage: Stage) -> None:
    """Puts no figure: it runs beside another stage."""
    load("cifar10"), folder("cifar10")
