"""Images and labels as a ``Dataset``: what PyTorch asks for one example at a time."""

import torch
from torch.utils.data import Dataset

from helpers.training import classifier_checks as checks


class DigitDataset(Dataset):
    """Grey images with their labels, one pair at a time, as ``ToTensor`` would make them.

    Args:
        images: bytes (``torch.uint8``), shape (n, height, width).
        labels: class numbers, int64, shape (n,).

    Raises:
        TypeError: when the images are not bytes.
        ValueError: when the shapes do not fit.

    Example:
        >>> images = torch.full((3, 28, 28), 255, dtype=torch.uint8)
        >>> digits = DigitDataset(images, torch.tensor([7, 2, 1]))
        >>> image, label = digits[1]
        >>> len(digits), image.shape, image.max().item(), label
        (3, torch.Size([1, 28, 28]), 1.0, 2)

    Built in lesson 05.
    """

    @checks.byte_images_and_labels
    def __init__(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """One example: its image, float32 from 0 to 1, shape (1, height, width), and its label."""
        image = self.images[index].unsqueeze(0).float() / 255
        return image, self.labels[index].item()
