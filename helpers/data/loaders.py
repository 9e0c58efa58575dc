"""Loaders: what hands out images and labels in mini-batches."""

from collections.abc import Callable, Iterator
from typing import Literal

import torch
from torch.utils.data import Dataset

from helpers import checks
from helpers.data.augment import random_flip


def images_and_labels(
    threes: torch.Tensor, sevens: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Turn images of 3s and 7s into rows of floats, with label 1 for a 3 and 0 for a 7.

    Args:
        threes: bytes (``torch.uint8``), shape (n, 28, 28).
        sevens: the same, shape (m, 28, 28).

    Returns:
        tuple: rows, float32 from 0 to 1, shape (n + m, 784), the 3s first; and labels, int64,
        shape (n + m, 1).

    Example:
        >>> threes, sevens = torch.zeros(2, 3, 28, 28, dtype=torch.uint8)
        >>> x, y = images_and_labels(threes, sevens[:1])
        >>> x.shape, y.squeeze().tolist()
        (torch.Size([4, 784]), [1, 1, 1, 0])

    From chapter 4 of "Deep Learning for Coders with fastai and PyTorch" (Howard and Gugger, 2020).
    Built in lesson 03.
    """
    checks.byte_images(threes, sevens)
    x = torch.cat([threes, sevens]).view(-1, 28 * 28).float() / 255
    y = torch.tensor([1] * len(threes) + [0] * len(sevens)).unsqueeze(1)
    return x, y


class Batches:
    """A loader for tensors that fit into memory: hands out slices instead of single examples.

    A ``DataLoader`` fetches its examples one by one and stacks them again into a batch. That
    serves data that lies in files. A tensor can simply be cut, which is many times faster.

    Args:
        x: inputs, shape (n, ...).
        y: labels, shape (n, ...).
        batch_size: how many rows in a batch; the last one may have fewer.
        shuffle: whether each pass takes the rows in a new random order, drawn with torch's global
            seed (``torch.manual_seed``).

    Example:
        >>> dl = Batches(torch.arange(5), torch.zeros(5), batch_size=2)
        >>> [xb.tolist() for xb, yb in dl], len(dl)
        ([[0, 1], [2, 3], [4]], 3)
    """

    def __init__(
        self, x: torch.Tensor, y: torch.Tensor, batch_size: int, shuffle: bool = False
    ) -> None:
        checks.rows_and_labels(x, y)
        checks.whole(1, batch_size=batch_size)
        checks.yes_or_no(shuffle=shuffle)
        self.x, self.y = x, y
        self.batch_size, self.shuffle = int(batch_size), shuffle  # split takes none of numpy

    def __len__(self) -> int:
        return -(-len(self.x) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self.shuffle:
            for rows in torch.randperm(len(self.x)).split(self.batch_size):
                yield self.x[rows], self.y[rows]
        else:
            yield from zip(self.x.split(self.batch_size), self.y.split(self.batch_size))


class DigitDataset(Dataset):
    """Grey images with their labels, one pair at a time, as ``ToTensor`` would make them.

    Args:
        images: bytes (``torch.uint8``), shape (n, height, width).
        labels: class numbers, int64, shape (n,).

    Example:
        >>> images = torch.full((3, 28, 28), 255, dtype=torch.uint8)
        >>> digits = DigitDataset(images, torch.tensor([7, 2, 1]))
        >>> image, label = digits[1]
        >>> len(digits), image.shape, image.max().item(), label
        (3, torch.Size([1, 28, 28]), 1.0, 2)

    Built in lesson 05.
    """

    def __init__(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        checks.grey_bytes(images, labels)
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """One example: its image, float32 from 0 to 1, shape (1, height, width), and its label."""
        image = self.images[index].unsqueeze(0).float() / 255
        return image, self.labels[index].item()  # type: ignore[return-value]  # of int64: int


Change = Callable[[torch.Tensor], torch.Tensor]


class ResidentBatches:
    """A loader for colour images that fit into the device's memory, one byte a number.

    The images are moved once. A batch is cut out of them and becomes floats from 0 to 1, as
    ``ToTensor`` makes them, on the device. The random order comes from torch's global seed on the
    CPU, so that it is the same on every device.

    Args:
        images: uint8, shape (n, 3, height, width).
        labels: int64, shape (n,).
        batch_size: images in a batch; the last one may have fewer.
        device: where they stay, and where the batches are made.
        shuffle: whether each pass takes the images in a new random order.
        augment: changes a batch of bytes at random, for example ``random_flip``.
        normalize: changes a batch of floats, for example ``torchvision.transforms.Normalize``.

    Example:
        >>> images = torch.full((5, 3, 32, 32), 255, dtype=torch.uint8)
        >>> dl = ResidentBatches(images, torch.arange(5), batch_size=2, device="cpu")
        >>> [(xb.max().item(), yb.tolist()) for xb, yb in dl]
        [(1.0, [0, 1]), (1.0, [2, 3]), (1.0, [4])]

    Data kept on the GPU: David Page, "How to train your ResNet" (2018).
    Built in lesson 08.
    """

    def __init__(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch_size: int,
        device: torch.device | str,
        shuffle: bool = False,
        augment: Change | None = None,
        normalize: Change | None = None,
    ) -> None:
        checks.colour_bytes(images, labels)
        checks.whole(1, batch_size=batch_size)
        checks.of_python(batch_size=batch_size)
        checks.yes_or_no(shuffle=shuffle)
        self.images, self.labels = images.to(device), labels.to(device)
        self.batch_size, self.shuffle = batch_size, shuffle
        self.augment, self.normalize = augment, normalize

    def __len__(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        make = torch.randperm if self.shuffle else torch.arange
        order = make(len(self.images), device="cpu")
        for at in order.to(self.images.device).split(self.batch_size):
            xb = self.images[at]
            xb = (self.augment(xb) if self.augment else xb).float() / 255
            yield self.normalize(xb) if self.normalize else xb, self.labels[at]


class AlternatingBatches(ResidentBatches):
    """Resident images that change sides: a random half begins mirrored, and each epoch all turn.

    With a flip drawn anew in each epoch, half of the images show in the second epoch the side that
    they have shown before. Here any two epochs in a row show both sides of each image.

    Example:
        >>> images = torch.tensor([0, 255], dtype=torch.uint8).expand(1, 3, 1, 2)
        >>> dl = AlternatingBatches(images, torch.tensor([0]), batch_size=1, device="cpu")
        >>> first, second = (next(iter(dl))[0] for epoch in range(2))
        >>> torch.equal(first, second.flip(-1))
        True

    Keller Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (arXiv:2404.00498).
    """

    turned = False

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        self.images = self.images.flip(-1) if self.turned else random_flip(self.images)
        self.turned = True
        return super().__iter__()


Rest = Literal["keep", "drop", "carry"]


class TrainingBatches(ResidentBatches):
    """Resident images for a training in which no step should see fewer images than another.

    When the images do not come out even, an epoch ends with an incomplete batch. Batch norm with a
    momentum of 0.4 then takes 40 % of its averages from its few images alone, and Muon makes as
    long a step as after a full batch. So published recipes drop it. Carried over, its images come
    first in the next epoch: each image is still seen as often as all others, sooner or later.

    Args:
        rest: what becomes of the images that fill no batch: "keep" them as a smaller batch,
            "drop" them (others with each new order), or "carry" them over to the next epoch.

    Example:
        >>> images = torch.zeros(5, 3, 32, 32, dtype=torch.uint8)
        >>> def epochs(rest, n=2):
        ...     dl = TrainingBatches(images, torch.arange(5), 2, "cpu", rest=rest)
        ...     return [[yb.tolist() for _, yb in dl] for epoch in range(n)]
        >>> epochs("keep", 1), epochs("drop", 1)
        ([[[0, 1], [2, 3], [4]]], [[[0, 1], [2, 3]]])
        >>> epochs("carry")
        [[[0, 1], [2, 3]], [[4, 0], [1, 2], [3, 4]]]

    Keller Jordan's airbench (arXiv:2404.00498) drops it.
    """

    def __init__(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch_size: int,
        device: torch.device | str,
        shuffle: bool = False,
        augment: Change | None = None,
        normalize: Change | None = None,
        rest: Rest = "keep",
    ) -> None:
        super().__init__(images, labels, batch_size, device, shuffle, augment, normalize)
        _check_rest(rest, len(images), batch_size)
        self.rest = rest
        self.held = torch.empty(0, dtype=torch.long)  # places of images that wait for an epoch

    def __len__(self) -> int:
        """How many batches the next epoch has."""
        if self.rest == "keep":
            return super().__len__()
        return (len(self.held) + len(self.images)) // self.batch_size

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        n = len(self.images)
        order = torch.randperm(n, device="cpu") if self.shuffle else torch.arange(n, device="cpu")
        order = torch.cat([self.held, order])
        if self.rest != "keep":
            full = len(order) - len(order) % self.batch_size
            order, left = order[:full], order[full:]
            self.held = left if self.rest == "carry" else self.held
        for rows in order.to(self.images.device).split(self.batch_size):
            yield self.batch(rows)

    def batch(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The images and labels of some places, changed as an epoch changes them."""
        xb = self.images[rows]
        xb = (self.augment(xb) if self.augment else xb).float() / 255
        return self.normalize(xb) if self.normalize else xb, self.labels[rows]


class AlternatingTrainingBatches(AlternatingBatches, TrainingBatches):
    """``TrainingBatches`` that change sides as ``AlternatingBatches`` do.

    An image that is carried over shows the side of the epoch in which it is seen.

    Example:
        >>> images = torch.zeros(5, 3, 32, 32, dtype=torch.uint8)
        >>> dl = AlternatingTrainingBatches(images, torch.arange(5), 2, "cpu", rest="drop")
        >>> len(dl), [len(yb) for _, yb in dl]
        (2, [2, 2])
    """


def _check_rest(rest: str, n: int, batch_size: int) -> None:
    if rest not in ("keep", "drop", "carry"):
        raise ValueError(f'expected rest to be "keep", "drop" or "carry", got {rest!r}')
    if rest != "keep" and n < batch_size:
        raise ValueError(
            f"expected at least {batch_size} images, one batch, got {n}; "
            "take a smaller batch_size, or keep the rest"
        )
