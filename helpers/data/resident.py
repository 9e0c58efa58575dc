"""Images that stay on the device as bytes: batches are cut and converted there."""

from collections.abc import Callable, Iterator

import torch

from helpers.training import image_checks as checks

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

    Raises:
        TypeError: when the images are not bytes.
        ValueError: when they are grey, or not as many as the labels, or the batch size is bad.

    Example:
        >>> images = torch.full((5, 3, 32, 32), 255, dtype=torch.uint8)
        >>> dl = ResidentBatches(images, torch.arange(5), batch_size=2, device="cpu")
        >>> [(xb.max().item(), yb.tolist()) for xb, yb in dl]
        [(1.0, [0, 1]), (1.0, [2, 3]), (1.0, [4])]

    Data kept on the GPU: David Page, "How to train your ResNet" (2018).
    Built in lesson 07.
    """

    @checks.stored_photos
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
        self.images, self.labels = images.to(device), labels.to(device)
        self.batch_size, self.shuffle = batch_size, shuffle
        self.augment, self.normalize = augment, normalize

    def __len__(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        n = len(self.images)
        order = torch.randperm(n, device="cpu") if self.shuffle else torch.arange(n, device="cpu")
        for rows in order.to(self.images.device).split(self.batch_size):
            xb = self.images[rows]
            xb = (self.augment(xb) if self.augment else xb).float() / 255
            xb = self.normalize(xb) if self.normalize else xb
            yield xb, self.labels[rows]
