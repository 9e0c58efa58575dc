"""What is particular to the exercises of lesson 08, beside what holds for all."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms import Normalize

from helpers.course.exercises import RIGHT, WRONG, find
from helpers.models.cnn import Cifar10CnnModel


def test_flat_size_is_that_of_the_network():
    network = Cifar10CnnModel(width=2).network
    flat = network[:4](torch.zeros(1, 3, 32, 32))
    assert find("8.1").solution(32, 3, 16) == flat.shape[1]
    assert find("8.1").solution(32, 3, 256) == Cifar10CnnModel().network[5].in_features


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=9), min_size=1, max_size=6))
def test_epoch_accuracy_is_the_mean_over_all_images(batches):
    accuracies = torch.tensor([sum(batch) / len(batch) for batch in batches])
    sizes = torch.tensor([len(batch) for batch in batches])
    everything = [right for batch in batches for right in batch]
    got = find("8.2").solution(accuracies, sizes)
    # A mean of up to six numbers from 0 to 1 in float32, each rounded by 6e-8.
    assert got.item() == pytest.approx(sum(everything) / len(everything), abs=1e-6)


def test_normalize_is_that_of_torchvision():
    xb = torch.randint(0, 256, (4, 3, 8, 8), dtype=torch.uint8)
    mean, std = torch.tensor([0.49, 0.48, 0.45]), torch.tensor([0.25, 0.24, 0.26])
    theirs = Normalize(mean.tolist(), std.tolist())(xb.float() / 255)
    torch.testing.assert_close(find("8.3").solution(xb, mean, std), theirs)
    assert find("8.3").judge(lambda xb, m, s: Normalize(m, s)(xb / 255))[0] == RIGHT
    view = lambda xb, m, s: (xb / 255 - m.view(3, 1, 1)) / s.view(3, 1, 1)  # noqa: E731
    assert find("8.3").judge(view)[0] == RIGHT


@pytest.mark.parametrize(
    ("losses", "patience", "epoch"),
    [
        ([2.0, 1.5, 1.6, 1.4, 1.5, 1.45, 1.3], 2, 6),
        ([1.0, 0.9, 0.8], 1, 3),
        ([1.0, 1.1], 1, 2),
        ([1.0, 1.1, 1.2, 0.5], 3, 4),
        ([1.0], 5, 1),
    ],
)
def test_stopping_by_hand(losses, patience, epoch):
    assert find("8.4").solution(losses, patience) == epoch


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("8.1", lambda size, blocks, channels: channels * size),
        ("8.2", lambda accuracies, sizes: accuracies.max()),
        ("8.3", lambda xb, mean, std: torch.zeros(xb.shape)),
        ("8.4", lambda losses, patience: 1),
    ],
)
def test_an_unforeseen_wrong_answer_is_wrong_and_shown(number, answer):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and "expected" in said
    assert said not in [mistake.says for mistake in find(number).mistakes]


def halved_once_too_few(size, blocks, channels):
    for _ in range(1, blocks):
        size //= 2
    return channels * size * size


def as_if_all_batches_were_equal(accuracies, sizes):
    right = sum(a * n for a, n in zip(accuracies, sizes))
    return right / (sizes[0] * len(sizes))


def back_into_bytes(xb, mean, std):
    out = torch.zeros_like(xb)
    for channel in range(3):
        x = xb[:, channel].float() / 255
        out[:, channel] = (x - mean[channel]) / std[channel]
    return out


def first_loss_is_the_best(losses, patience):
    best, count = losses[0], 0
    for i in range(len(losses)):
        if losses[i] < best:
            best, count = losses[i], 0
        else:
            count += 1
            if count == patience:
                return i + 1
    return len(losses)


def count_starts_at_one(losses, patience):
    best, count = 1e9, 0
    for epoch in range(1, len(losses) + 1):
        if losses[epoch - 1] < best:
            best, count = losses[epoch - 1], 1
        else:
            count += 1
        if count >= patience:
            return epoch
    return len(losses)


@pytest.mark.parametrize(
    ("number", "answer", "named"),
    [
        ("8.1", halved_once_too_few, "one time too few"),
        ("8.2", as_if_all_batches_were_equal, "as large as the first"),
        ("8.3", back_into_bytes, "becomes bytes again"),
        ("8.4", first_loss_is_the_best, "does not beat itself"),
        ("8.4", count_starts_at_one, "one epoch too early"),
    ],
)
def test_a_mistake_is_named_however_it_is_written(number, answer, named):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and named in said
