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


def _never_set_back(losses: list[float], patience: int) -> int:
    return min(patience, len(losses))


def _first_waits(losses: list[float], patience: int) -> int:
    """The first loss is the best from the beginning, so that no epoch beats it at first."""
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == patience:
            return epoch
    return len(losses)


def _waits_at_the_best(losses: list[float], patience: int) -> int:
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, 1) if loss < best else (best, waited + 1)
        if waited == patience:
            return epoch
    return len(losses)


def _best_epoch(losses: list[float], patience: int) -> int:
    return losses.index(min(losses[: _stop_epoch(losses, patience)])) + 1


def _into_bytes(xb: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    for c in range(3):
        xb[:, c] = (xb[:, c] / 255 - mean[c]) / std[c]
    return xb


def _images_for_channels(xb: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    x = xb.float() / 255
    for c in range(3):
        x[c] = (x[c] - mean[c]) / std[c]
    return x


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
    return [(40, 3, 256), (64, 2, 8), (30, 2, 5)]


def _batches() -> list[tuple]:
    return [
        (torch.tensor([0.5, 0.75, 1.0]), torch.tensor([128, 128, 16])),
        (torch.tensor([0.25, 0.75]), torch.tensor([100, 52])),
    ]


def _photos() -> list[tuple]:
    generator = torch.Generator().manual_seed(0)
    # Three pixels wide, so that a mean along the wrong axis runs through and shows in the values.
    xb = torch.randint(0, 256, (2, 3, 3, 3), dtype=torch.uint8, generator=generator)
    oblong = torch.randint(0, 256, (4, 3, 2, 5), dtype=torch.uint8, generator=generator)
    mean, std = torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.2, 0.25, 0.5])
    return [(xb, mean, std), (oblong, mean, std)]


def _losses() -> list[tuple]:
    return [
        # Each mistake stops at another epoch of the first list.
        ([1.9, 1.6, 1.8, 1.7, 1.4, 1.6, 1.5, 1.6, 1.7, 1.8, 1.3, 1.8], 3),
        ([1.0, 0.9, 0.8, 0.7], 2),
        ([1.0, 1.1, 0.9, 0.95, 0.94, 0.93, 0.92], 3),
        ([1.0, 1.0, 0.5], 1),
        ([1.0, 0.9, 0.5, 0.95, 0.4, 0.3], 2),
        ([90.0, 60.0, 70.0, 80.0, 50.0], 2),
    ]


EXERCISES = {
    "8.1": Exercise(
        solution=_flat_size,
        inputs=_sizes,
        mistakes=(
            Mistake(lambda size, blocks, channels: channels * (size // 2**blocks),
                "value: this counts one row of each channel.",
                "A channel has as many rows as columns: multiply the two."),
            Mistake(lambda size, blocks, channels: (size // 2**blocks) ** 2,
                "value: this is one channel. How many are there after the last block?"),
            Mistake(lambda size, blocks, channels: channels * (size / 2**blocks) ** 2,
                "value: pooling drops what is left over, and this keeps a part of it.",
                "Divide by //, which drops the remainder."),
            Mistake(lambda size, blocks, channels: channels * size**2,
                "value: the image has kept its size. What does the last layer of each block do?"),
            Mistake(lambda size, blocks, channels: channels * (size // (2 * blocks)) ** 2,
                "value: halving three times divides by 8, not by 6.",
                "Each block multiplies the divisor by 2. Powers are written **."),
            Mistake(lambda size, blocks, channels: channels * (size // blocks**2) ** 2,
                "value: the power is upside down: it is 2 that is multiplied by itself.",
                "Which number is multiplied by itself, and how many times?"),
            Mistake(lambda size, blocks, channels: channels * (size // 2) ** 2,
                "value: this is what one block leaves. The others halve it again."),
            Mistake(_halved_once,
                "value: blocks come one after the other. They do not add to each other's numbers, "
                "and each halves what the one before it left."),
            Mistake(lambda size, blocks, channels: blocks * channels * (size // 2**blocks) ** 2,
                "value: only the last block's output reaches Flatten. Why times blocks?"),
            Mistake(lambda size, blocks, channels: channels * blocks * size**2,
                "value: only the last block's output reaches Flatten, and each block halves rows "
                "and columns."),
            Mistake(lambda size, blocks, channels: channels * size**2 // 2**blocks,
                "value: pooling halves the rows and the columns, so each block leaves a quarter."),
            Mistake(lambda size, blocks, channels: 3 * (size // 2**blocks) ** 2,
                "value: 3 channels come in. How many come out of the last block?"),
            Mistake(lambda size, blocks, channels: 2 * channels * (size // 2**blocks),
                "value: this adds the rows and the columns of a channel.",
                "A channel has as many numbers as rows times columns."),
            Mistake(lambda size, blocks, channels: channels * size // 2**blocks * size // 2**blocks,
                "value: Python works from left to right, so that a product is divided here, not "
                "the side.",
                "Put size // 2**blocks in brackets."),
            Mistake(lambda size, blocks, channels: channels * (size // 4**blocks) ** 2,
                "value: each block halves a side. It is the area that becomes a quarter.",
                "Divide the side by 2 for each block, then square it."),
            Mistake(lambda size, blocks, channels: channels * (size // 2 ** (blocks - 1)) ** 2,
                "value: this halves the image one time too few.",
                "There is one halving for each block."),
            Mistake(lambda size, blocks, channels: channels * (size // 2 ^ blocks) ** 2,
                "value: in Python ^ does not mean a power.",
                "A power is written **: 2**blocks."),
            Mistake(lambda size, blocks, channels: (channels * size // 2**blocks) ** 2,
                "value: the channels are squared, too.",
                "Square the side alone, then multiply by the channels."),
            Mistake(lambda size, blocks, channels: channels * (size - 2 * blocks) ** 2,
                "value: the convolutions of these blocks are padded and keep the size. What "
                "halves it?",
                "Divide by 2 for each block: its last layer pools."),
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
            Mistake(lambda accuracies, sizes: accuracies.mean(),
                "value: every batch counts the same here, also the small last one."),
            Mistake(lambda accuracies, sizes: accuracies.sum() / sizes.sum(),
                "value: a sum of accuracies is no number of images.",
                "First find how many images of each batch are right."),
            Mistake(lambda accuracies, sizes: (accuracies * sizes).mean(),
                "value: this is how many images of a batch are right, on average.",
                "Divide by the number of all images, not by that of the batches."),
            Mistake(lambda accuracies, sizes: (accuracies * sizes / sizes.sum()).mean(),
                "value: these are already shares of all images, one for each batch. Their mean "
                "divides once more, by the number of batches.",
                "Add the shares up instead."),
            Mistake(lambda accuracies, sizes: (accuracies * sizes).sum(),
                "value: this counts the right images. An accuracy is their share of all."),
            Mistake(lambda accuracies, sizes: (accuracies * sizes).sum() / len(sizes),
                "value: this is how many images of a batch are right, on average.",
                "Divide by the number of all images, not by that of the batches."),
            Mistake(lambda accuracies, sizes: accuracies * sizes / sizes.sum(),
                "shape: one number for each batch, where one for all is asked for.",
                "Add them up."),
            Mistake(lambda accuracies, sizes: (accuracies / sizes).sum() / sizes.sum(),
                "value: a larger batch must count for more, and here it counts for less."),
            Mistake(_epoch_accuracy_of_another_dtype,
                "dtype: the accuracies are floats and the sizes whole numbers. * takes both, @ "
                "does not.",
                "Make floats of the sizes before the product: sizes.float()."),
            Mistake(lambda accuracies, sizes: (accuracies * sizes).sum() / (len(sizes) * sizes[0]),
                "value: this assumes that the last batch is as large as the first.",
                "sizes.sum() is the number of all images."),
            Mistake(lambda accuracies, sizes: accuracies.sum(),
                "value: a sum of accuracies is not an accuracy: it can be above 1.",
                "First find how many images of each batch are right."),
            Mistake(lambda accuracies, sizes: (accuracies / sizes).sum(),
                "value: a larger batch must count for more, and here it counts for less."),
            Mistake(lambda accuracies, sizes: accuracies * sizes,
                "shape: this is how many images of each batch are right.",
                "Add them up, and divide by the number of all images."),
            Mistake(lambda accuracies, sizes: accuracies.sum() * sizes / sizes.sum(),
                "shape: each size is multiplied by the sum of all accuracies. Which accuracy "
                "belongs to which size?",
                "Multiply batch by batch first; then add up, and divide."),
        ),
        praise="a mean of means is the mean only where all parts have the same size.",
        do="How many images of each batch are right? Add these, and divide by all images.",
    ),
    "8.3": Exercise(
        solution=_normalize,
        inputs=_photos,
        mistakes=(
            Mistake(lambda xb, mean, std: (xb.float() / 255 - mean) / std,
                "value: without new axes, mean runs along the columns of the image.",
                "mean has three numbers, one a channel. Give it two more axes of length 1, so that "
                "the channels stand third from the end."),
            Mistake(lambda xb, mean, std: (xb.float() / 255 - mean[:, None]) / std[:, None],
                "value: with one new axis, mean runs along the rows of the image.",
                "The channels are the third axis from the end: put in two."),
            Mistake(lambda xb, mean, std: (xb.float() - mean[:, None, None]) / std[:, None, None],
                "value: mean and std are those of values from 0 to 1, and bytes go to 255."),
            Mistake(
                lambda xb, mean, std: (xb.float() - mean[:, None, None]) / std[:, None, None] / 255,
                "value: dividing by 255 comes too late: mean is subtracted from bytes.",
                "First make values from 0 to 1 of the bytes."),
            Mistake(lambda xb, mean, std: (xb // 255 - mean[:, None, None]) / std[:, None, None],
                "value: // drops the remainder, so every byte below 255 has become 0.",
                "Divide by /."),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() // 255 - mean[:, None, None]) / std[:, None, None]
                ),
                "value: // drops the remainder, so every byte below 255 has become 0.",
                "Divide by /."),
            Mistake(
                lambda xb, mean, std: xb.float() / 255 - mean[:, None, None] / std[:, None, None],
                "value: / comes before -.",
                "Put the difference in brackets."),
            Mistake(
                lambda xb, mean, std: (xb.float() / 255 - mean[:, None, None]) * std[:, None, None],
                "value: multiplied by std, the numbers are spread even less."),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() / 255 - mean[:, None, None]) / std[:, None, None] ** 2
                ),
                "value: this divides by the square, the variance. std is the deviation itself."),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() / 255 - mean[:, None, None]) / std[:, None, None] ** 0.5
                ),
                "value: std is a deviation already; no root is needed."),
            Mistake(lambda xb, mean, std: xb.float() / 255 - mean[:, None, None],
                "value: the mean is 0 now. And the deviation?"),
            Mistake(
                lambda xb, mean, std: (
                    (xb.float() / 255 - xb.float().mean() / 255) / (xb.float() / 255).std()
                ),
                "value: these are the mean and deviation of the batch, which change from batch to "
                "batch. Use the given ones."),
            Mistake(
                lambda xb, mean, std: _normalize(
                    xb,
                    (xb.float() / 255).mean((0, 2, 3)),
                    (xb.float() / 255).std((0, 2, 3)),
                ),
                "value: these are the mean and deviation of the batch, which change from batch to "
                "batch. Use the given ones."),
            Mistake(
                lambda xb, mean, std: (xb.float() - 255 * mean[:, None, None]) / std[:, None, None],
                "value: mean is scaled up to bytes here, and std is not.",
                "Divide the bytes by 255 instead, first of all."),
            Mistake(lambda xb, mean, std: (xb.float() / 255 - mean[:, None, None]) / std,
                "value: without new axes, std lines up with the columns of the image.",
                "std needs the same two new axes as mean."),
            Mistake(
                lambda xb, mean, std: (
                    (xb / 255 - mean[:, None, None, None]) / std[:, None, None, None]
                ),
                "shape: with three new axes, the three numbers meet the images, not the channels.",
                "The channels are the third axis from the end: put in two."),
            Mistake(lambda xb, mean, std: (xb.float() / 255 - mean.mean()) / std.mean(),
                "value: this is one mean for all three channels. Each has its own.",
                "Give mean and std two more axes, so that each channel meets its own numbers."),
            Mistake(
                lambda xb, mean, std: (xb.float() / 256 - mean[:, None, None]) / std[:, None, None],
                "value: a byte goes from 0 to 255, and 255 should become 1.",
                "Divide by 255."),
            Mistake(_into_bytes,
                "dtype: what is written into xb becomes bytes again and loses its fraction.",
                "Make floats first, x = xb.float() / 255, and change those."),
            Mistake(_images_for_channels,
                "shape: the first axis counts the images. Which one counts the channels?",
                "x[:, c] is channel c of all images."),
        ),
        praise="it is what torchvision's Normalize does, here for a whole batch on its device.",
        do="In this order: floats from 0 to 1; subtract; divide. Both mean and std need the shape "
        "(3, 1, 1).",
    ),
    "8.4": Exercise(
        solution=_stop_epoch,
        inputs=_losses,
        mistakes=(
            Mistake(_first_waits,
                "value: the first epoch counts as waiting here, as its loss does not beat itself.",
                'Begin with a best loss that every loss beats: float("inf").'),
            Mistake(_best_epoch,
                "value: this is the epoch of the best loss. The training goes on for a while "
                "after it.",
                "Return the epoch in which the count reaches `patience`."),
            Mistake(_never_set_back,
                "value: this stops after `patience` epochs, whatever the losses are.",
                "A loss below the best so far becomes the best, and sets the count back to 0."),
            Mistake(_waits_at_the_best,
                "value: one epoch too early: the epoch of a new best loss does not wait.",
                "At a new best loss set the count to 0."),
            Mistake(lambda losses, patience: min(losses[: _stop_epoch(losses, patience)]),
                "value: this is the best loss. The number of an epoch is asked for.",
                "Return the epoch in which the count reaches `patience`."),
            Mistake(_stop_against_the_last,
                "value: compare with the best loss so far, not with that of the epoch before."),
            Mistake(lambda losses, patience: _stop_epoch(losses, patience) - 1,
                "value: one too small. Epochs count from 1.",
                "enumerate(losses, start=1) counts from 1."),
            Mistake(lambda losses, patience: _stop_epoch(losses, patience, better=operator.le),
                "value: an equal loss is not a lower one.",
                "Compare by <, so that an equal loss has to wait, too."),
            Mistake(lambda losses, patience: losses.index(min(losses)) + 1,
                "value: this is the best epoch of all. The training cannot look ahead: it stops as "
                "soon as its patience is over, and never sees the rest."),
            Mistake(lambda losses, patience: _stop_epoch(losses, patience, reset=False),
                "value: the epochs must be in a row. What becomes of the count at a new best loss?",
                "Set it back to 0 there."),
            Mistake(lambda losses, patience: _stop_epoch(losses, patience + 1),
                "value: one epoch too patient.",
                "Stop when the count reaches `patience`, not when it is above it."),
            Mistake(lambda losses, patience: len(losses),
                "value: this never stops early."),
        ),
        praise="with the weights of the best epoch kept in a file, this is early stopping.",
        tolerance=0,
        do="Keep two numbers: the best loss so far, and for how many epochs nothing has beaten it.",
    ),
}  # fmt: skip
