"""How much to train: everything where a GPU does it, a stated part of it on a processor."""

from typing import NamedTuple

import torch

from helpers.settings import setting


class Scale(NamedTuple):
    """How much a lesson trains.

    Attributes:
        name: ``"full"`` or ``"part"``.
        train: how many images to learn from, at most.
        valid: how many validation images to judge by, at most.
        test: how many test images, at most.
        epochs: how often all training images are seen.
        batch_size: how many training images in a batch; fewer images need smaller batches, to take
            enough steps.

    Example:
        >>> Scale("part", train=3_000, valid=1_000, test=2_000, epochs=3, batch_size=64).epochs
        3
    """

    name: str
    train: int
    valid: int
    test: int
    epochs: int
    batch_size: int


FULL = Scale("full", train=45_000, valid=5_000, test=10_000, epochs=10, batch_size=128)
PART = Scale("part", train=3_000, valid=1_000, test=2_000, epochs=3, batch_size=64)


def choose_scale(device: torch.device, full: Scale = FULL, part: Scale = PART) -> Scale:
    """Choose between all and a part, and print what that means.

    On a GPU (CUDA or MPS) the choice is all, on a processor a part; the environment variable
    ``LESSONS_SCALE``, set to ``full`` or ``part``, says otherwise.

    Args:
        device: where the training will run.
        full: a full training.
        part: a part of it, which should end within two minutes on two cores.

    Raises:
        ValueError: when ``LESSONS_SCALE`` is set to something else.

    Example:
        >>> choose_scale(torch.device("cuda")).name  # doctest: +SKIP
        'full'
    """
    wish = setting("LESSONS_SCALE") or ("part" if device.type == "cpu" else "full")
    if wish not in ("full", "part"):
        raise ValueError(f"LESSONS_SCALE must be 'full' or 'part', got {wish!r}")
    scale = full if wish == "full" else part
    print(f"Scale: {scale.name}, with {_said(scale)}.")
    if wish == "part":
        print(f"(On a GPU, or with LESSONS_SCALE=full, it would be {_said(full)}.)")
    return scale


def _said(scale: Scale) -> str:
    return (
        f"{scale.train:,} training, {scale.valid:,} validation and {scale.test:,} test images, "
        f"{scale.epochs} epochs, batches of {scale.batch_size}"
    )
