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


def _epoch_accuracy_of_another_dtype(accuracies: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
    return accuracies @ sizes / sizes.sum()  # the product refuses floats with whole numbers


def _halved_once(size: int, blocks: int, channels: int) -> int:
    return blocks * channels * (size // 2) ** 2


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
                "value: this counts one row of each channel.",
                "A channel has as many rows as columns: multiply the two.",
            ),
            Mistake(
                lambda size, blocks, channels: (size // 2**blocks) ** 2,
                "value: this is one channel. How many are there after the last block?",
            ),
            Mistake(
                lambda size, blocks, channels: channels * (size / 2**blocks) ** 2,
                "value: pooling drops what is left over, and this keeps a part of it.",
                "Divide by //, which drops the remainder.",
            ),
            Mistake(
                lambda size, blocks, channels: channels * size**2,
                "value: the image has kept its size. What does the last layer of each block do?",
            ),
            Mistake(
                lambda size, blocks, channels: channels * (size // (2 * blocks)) ** 2,
                "value: halving three times divides by 8, not by 6.",
                "Each block multiplies the divisor by 2. Powers are written **.",
            ),
            Mistake(
                lambda size, blocks, channels: channels * (size // blocks**2) ** 2,
                "value: the power is upside down: it is 2 that is multiplied by itself.",
                "Which number is multiplied by itself, and how many times?",
            ),
            Mistake(
                lambda size, blocks, channels: channels * (size // 2) ** 2,
                "value: this is what one block leaves. The others halve it again.",
            ),
            Mistake(
                _halved_once,
                "value: blocks come one after the other. They do not add to each other's numbers, "
                "and each halves what the one before it left.",
            ),
            Mistake(
                lambda size, blocks, channels: blocks * channels * (size // 2**blocks) ** 2,
                "value: only the last block's output reaches Flatten. Why times blocks?",
            ),
            Mistake(
                lambda size, blocks, channels: channels * blocks * size**2,
                "value: only the last block's output reaches Flatten, and each block halves rows "
                "and columns.",
            ),
            Mistake(
                lambda size, blocks, channels: channels * size**2 // 2**blocks,
                "value: pooling halves the rows and the columns, so each block leaves a quarter.",
            ),
            Mistake(
                lambda size, blocks, channels: 3 * (size // 2**blocks) ** 2,
                "value: 3 channels come in. How many come out of the last block?",
            ),
        ),
        praise="rows times columns times channels, and each pooling leaves a quarter.",
        tolerance=0,
        do="Work out on paper what is left of 32 rows after one block, after two, after three. "
        "Then multiply rows, columns and channels.",
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
                lambda accuracies, sizes: accuracies.sum() / sizes.sum(),
                "value: a sum of accuracies is no number of images.",
                "First find how many images of each batch are right.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies * sizes).mean(),
                "value: this is how many images of a batch are right, on average.",
                "Divide by the number of all images, not by that of the batches.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies * sizes / sizes.sum()).mean(),
                "value: these are already shares of all images, one for each batch. Their mean "
                "divides once more, by the number of batches.",
                "Add the shares up instead.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies * sizes).sum(),
                "value: this counts the right images. An accuracy is their share of all.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies * sizes).sum() / len(sizes),
                "value: this is how many images of a batch are right, on average.",
                "Divide by the number of all images, not by that of the batches.",
            ),
            Mistake(
                lambda accuracies, sizes: accuracies * sizes / sizes.sum(),
                "shape: one number for each batch, where one for all is asked for.",
                "Add them up.",
            ),
            Mistake(
                lambda accuracies, sizes: (accuracies / sizes).sum() / sizes.sum(),
                "value: a larger batch must count for more, and here it counts for less.",
            ),
            Mistake(
                _epoch_accuracy_of_another_dtype,
                "dtype: the accuracies are floats and the sizes whole numbers. * takes both, @ "
                "does not.",
                "Make floats of the sizes before the product: sizes.float().",
            ),
        ),
        praise="a mean of means is the mean only where all parts have the same size.",
        do="How many images of each batch are right? Add these, and divide by all images.",
    ),
    "8.3": Exercise(
        solution=_normalize,
        inputs=_photos,
        mistakes=(
            Mistake(
                lambda xb, mean, std: (xb.float() / 255 - mean) / std,
                "value: without new axes, mean runs along the columns of the image.",
                "mean has three numbers, one a channel. Give it two more axes of length 1, so that "
                "the channels stand third from the end.",
            ),
            Mistake(
                lambda xb, mean, std: (xb.float() / 255 - mean[:, None]) / std[:, None],
                "value: with one new axis, mean runs along the rows of the image.",
                "The channels are the third axis from the end: put in two.",
            ),
            Mistake(
                lambda xb, mean, std: (xb.float() - mean[:, None, None]) / std[:, None, None],
                "value: mean and std are those of values from 0 to 1, and bytes go to 255.",
            ),
            Mistake(
                lambda xb, mean, std: (xb.float() - mean[:, None, None]) / std[:, None, None] / 255,
                "value: dividing by 255 comes too late: mean is subtracted from bytes.",
                "First make values from 0 to 1 of the bytes.",
            ),
            Mistake(
                lambda xb, mean, std: (xb // 255 - mean[:, None, None]) / std[:, None, None],
                "value: // drops the remainder, so every byte below 255 has become 0.",
                "Divide by /.",
            ),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() // 255 - mean[:, None, None]) / std[:, None, None]
                ),
                "value: // drops the remainder, so every byte below 255 has become 0.",
                "Divide by /.",
            ),
            Mistake(
                lambda xb, mean, std: xb.float() / 255 - mean[:, None, None] / std[:, None, None],
                "value: / comes before -.",
                "Put the difference in brackets.",
            ),
            Mistake(
                lambda xb, mean, std: (xb.float() / 255 - mean[:, None, None]) * std[:, None, None],
                "value: multiplied by std, the numbers are spread even less.",
            ),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() / 255 - mean[:, None, None]) / std[:, None, None] ** 2
                ),
                "value: this divides by the square, the variance. std is the deviation itself.",
            ),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() / 255 - mean[:, None, None]) / std[:, None, None] ** 0.5
                ),
                "value: std is a deviation already; no root is needed.",
            ),
            Mistake(
                lambda xb, mean, std: xb.float() / 255 - mean[:, None, None],
                "value: the mean is 0 now. And the deviation?",
            ),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() / 255 - xb.float().mean() / 255) / (xb.float() / 255).std()
                ),
                "value: these are the mean and deviation of the batch, which change from batch to "
                "batch. Use the given ones.",
            ),
            Mistake(
                lambda xb, mean, std: _normalize(
                    xb,
                    (xb.float() / 255).mean((0, 2, 3)),
                    (xb.float() / 255).std((0, 2, 3)),
                ),
                "value: these are the mean and deviation of the batch, which change from batch to "
                "batch. Use the given ones.",
            ),
        ),
        praise="it is what torchvision's Normalize does, here for a whole batch on its device.",
        do="In this order: floats from 0 to 1; subtract; divide. Both mean and std need the shape "
        "(3, 1, 1).",
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
                "value: one too small. Epochs count from 1.",
                "enumerate(losses, start=1) counts from 1.",
            ),
            Mistake(
                lambda losses, patience: _stop_epoch(losses, patience, better=operator.le),
                "value: an equal loss is not a lower one.",
                "Compare by <, so that an equal loss has to wait, too.",
            ),
            Mistake(
                lambda losses, patience: losses.index(min(losses)) + 1,
                "value: this is the best epoch of all. The training cannot look ahead: it stops as "
                "soon as its patience is over, and never sees the rest.",
            ),
            Mistake(
                lambda losses, patience: _stop_epoch(losses, patience, reset=False),
                "value: the epochs must be in a row. What becomes of the count at a new best loss?",
                "Set it back to 0 there.",
            ),
            Mistake(
                lambda losses, patience: _stop_epoch(losses, patience + 1),
                "value: one epoch too patient.",
                "Stop when the count reaches `patience`, not when it is above it.",
            ),
            Mistake(
                lambda losses, patience: len(losses),
                "value: this never stops early.",
            ),
        ),
        praise="with the weights of the best epoch kept in a file, this is early stopping.",
        tolerance=0,
        do="Keep two numbers: the best loss so far, and for how many epochs nothing has beaten it.",
    ),
}
