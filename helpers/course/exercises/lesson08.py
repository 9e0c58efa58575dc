"""The exercises of lesson 08: shapes, means over batches, normalising, and when to stop."""

import operator
from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake


def _flat_size(size: int, blocks: int, channels: int) -> int:
    return channels * (size // 2**blocks) ** 2


def _epoch_accuracy(accuracies: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    return (accuracies * sizes).sum() / sizes.sum()


def _normalize(xb: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    return (xb.float() / 255 - mean[:, None, None]) / std[:, None, None]


def _stop_epoch(
    losses: list[float],
    patience: int,
    better: Callable[[float, float], bool] = operator.lt,
    reset: bool = True,
) -> int:
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses, start=1):
        if better(loss, best):
            best, waited = loss, 0 if reset else waited
        else:
            waited += 1
        if waited == patience:
            return epoch
    return len(losses)


def _stop_against_the_last(losses: list[float], patience: int) -> int:
    waited = 0
    for epoch, (before, now) in enumerate(zip(losses, losses[1:]), start=2):
        waited = waited + 1 if now >= before else 0
        if waited == patience:
            return epoch
    return len(losses)


def _sizes() -> list[tuple]:
    return [(32, 3, 256), (64, 2, 8), (30, 2, 5)]


def _batches() -> list[tuple]:
    return [
        (torch.tensor([0.5, 0.7, 1.0]), torch.tensor([128, 128, 16])),
        (torch.tensor([0.25, 0.75]), torch.tensor([100, 50])),
    ]


def _photos() -> list[tuple]:
    generator = torch.Generator().manual_seed(0)
    # Three pixels wide, so that a mean along the wrong axis runs through and shows in the values.
    xb = torch.randint(0, 256, (2, 3, 3, 3), dtype=torch.uint8, generator=generator)
    return [(xb, torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.2, 0.25, 0.5]))]


def _losses() -> list[tuple]:
    return [
        ([1.6, 1.8, 1.7, 1.4, 1.6, 1.5, 1.6, 1.7, 1.7, 1.8], 3),
        ([1.0, 0.9, 0.8, 0.7], 2),
        ([1.0, 1.1, 0.9, 0.95, 0.94, 0.93, 0.92], 3),
        ([1.0, 1.0, 0.5], 1),
    ]


EXERCISES = {
    "8.1": Exercise(
        solution=_flat_size,
        inputs=_sizes,
        mistakes=(
            Mistake(
                lambda size, blocks, channels: channels * (size // 2**blocks),
                "value: this counts one row of each channel. A channel has height times width.",
            ),
            Mistake(
                lambda size, blocks, channels: (size // 2**blocks) ** 2,
                "value: this is one channel. There are `channels` of them.",
            ),
            Mistake(
                lambda size, blocks, channels: channels * (size / 2**blocks) ** 2,
                "value: pooling drops what is left over: divide by //, which drops the remainder.",
            ),
            Mistake(
                lambda size, blocks, channels: channels * size**2,
                "value: each block ends with a pooling, which halves height and width.",
            ),
            Mistake(
                lambda size, blocks, channels: channels * (size // (2 * blocks)) ** 2,
                "value: halving three times divides by 8, not by 6: 2**blocks.",
            ),
            Mistake(
                lambda size, blocks, channels: channels * size**2 // 2**blocks,
                "value: pooling halves the height and the width, so each block leaves a quarter.",
            ),
            Mistake(
                lambda size, blocks, channels: 3 * (size // 2**blocks) ** 2,
                "value: 3 channels come in. After the blocks there are `channels`.",
            ),
        ),
        praise="height times width times channels, and each pooling leaves a quarter.",
        tolerance=0,
    ),
    "8.2": Exercise(
        solution=_epoch_accuracy,
        inputs=_batches,
        mistakes=(
            Mistake(
                lambda accuracies, sizes: accuracies.mean(),
                "value: every batch counts the same here, also the small last one.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies * sizes).mean(),
                "value: this divides the right images by the number of batches. Divide by the "
                "number of images.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies * sizes).sum(),
                "value: this counts the right images. An accuracy is their share of all.",
            ),
            Mistake(
                lambda accuracies, sizes: accuracies * sizes / sizes.sum(),
                "shape: one number for each batch. Add them up.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies / sizes).sum() / sizes.sum(),
                "value: a larger batch must count for more: multiply by its size.",
            ),
        ),
        praise="a mean of means is the mean only where all parts have the same size.",
    ),
    "8.3": Exercise(
        solution=_normalize,
        inputs=_photos,
        mistakes=(
            Mistake(
                lambda xb, mean, std: (xb.float() / 255 - mean) / std,
                "value: without new axes, mean runs along the width of the image. "
                "mean[:, None, None] has shape (3, 1, 1), one number for each channel.",
            ),
            Mistake(
                lambda xb, mean, std: (xb.float() / 255 - mean[:, None]) / std[:, None],
                "value: with one new axis, mean runs along the height of the image. The channels "
                "are the third axis from the end: put in two.",
            ),
            Mistake(
                lambda xb, mean, std: (xb.float() - mean[:, None, None]) / std[:, None, None],
                "value: mean and std are those of values from 0 to 1: divide by 255 first.",
            ),
            Mistake(
                lambda xb, mean, std: xb.float() / 255 - mean[:, None, None] / std[:, None, None],
                "value: / comes before -. Put the difference in brackets.",
            ),
            Mistake(
                lambda xb, mean, std: (xb.float() / 255 - mean[:, None, None]) * std[:, None, None],
                "value: divide by std, so that the values are spread by about 1 afterwards.",
            ),
            Mistake(
                lambda xb, mean, std: xb.float() / 255 - mean[:, None, None],
                "value: the mean is 0 now. Divide by std as well.",
            ),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() / 255 - xb.float().mean() / 255) / (xb.float() / 255).std()
                ),
                "value: use the given mean and std. Those of a batch change from batch to batch.",
            ),
            Mistake(
                lambda xb, mean, std: _normalize(
                    xb,
                    (xb.float() / 255).mean((0, 2, 3)),
                    (xb.float() / 255).std((0, 2, 3)),
                ),
                "value: use the given mean and std. Those of a batch change from batch to batch.",
            ),
        ),
        praise="it is what torchvision's Normalize does, here for a whole batch on its device.",
    ),
    "8.4": Exercise(
        solution=_stop_epoch,
        inputs=_losses,
        mistakes=(
            Mistake(
                _stop_against_the_last,
                "value: compare with the best loss so far, not with that of the epoch before.",
            ),
            Mistake(
                lambda losses, patience: _stop_epoch(losses, patience) - 1,
                "value: one too small. Epochs count from 1: enumerate(losses, start=1).",
            ),
            Mistake(
                lambda losses, patience: _stop_epoch(losses, patience, better=operator.le),
                "value: an equal loss is not a lower one: it has to wait, too.",
            ),
            Mistake(
                lambda losses, patience: losses.index(min(losses)) + 1,
                "value: this is the best epoch of all. The training cannot look ahead: it stops as "
                "soon as its patience is over, and never sees the rest.",
            ),
            Mistake(
                lambda losses, patience: _stop_epoch(losses, patience, reset=False),
                "value: a new best loss must set the count of the waiting back to 0.",
            ),
            Mistake(
                lambda losses, patience: _stop_epoch(losses, patience + 1),
                "value: one epoch too patient. Stop when the count reaches `patience`.",
            ),
            Mistake(
                lambda losses, patience: len(losses),
                "value: this never stops early.",
            ),
        ),
        praise="with the weights of the best epoch kept in a file, this is early stopping.",
        tolerance=0,
    ),
}
