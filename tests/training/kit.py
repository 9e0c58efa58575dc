"""A very small image classifier and its data, for the tests of training."""

import torch
from torch import nn

from helpers.data.augment import random_flip
from helpers.data.loaders import ResidentBatches
from helpers.models.base import ImageClassificationBase


class Tiny(ImageClassificationBase):
    """One linear layer behind a dropout, so that training needs random numbers."""

    def __init__(self, classes: int = 4) -> None:
        super().__init__()
        self.network = nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(3 * 8 * 8, classes))

    def forward(self, xb: torch.Tensor) -> torch.Tensor:
        """Logits, shape (n, classes), of images (n, 3, 8, 8)."""
        return self.network(xb)


def tiny_photos(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise with a brighter band, the lower the higher the label.

    Returns:
        tuple: images uint8 (n, 3, 8, 8), and labels int64 (n,) from 0 to 3.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 4
    noise = torch.randint(0, 150, (n, 3, 8, 8), generator=generator)
    in_band = torch.arange(8) // 2 == labels[:, None]
    return (noise + 50 * in_band[:, None, :, None]).to(torch.uint8), labels


def tiny_loaders(
    device: torch.device | str = "cpu",
) -> tuple[ResidentBatches, ResidentBatches]:
    """Training data, shuffled and mirrored at random, and validation data."""
    train = ResidentBatches(*tiny_photos(60), 16, device, shuffle=True, augment=random_flip)
    return train, ResidentBatches(*tiny_photos(22, seed=1), 16, device)
