"""The network of the study notes for ten digits."""

import torch
from torch import nn


class DigitMLP(nn.Module):
    """A multi-layer perceptron 784-512-512-10: from images of 28 x 28 pixels to ten logits.

    Example:
        >>> DigitMLP()(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 10])

    Built in lesson 05.
    """

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.hidden1 = nn.Linear(28 * 28, 512)
        self.hidden2 = nn.Linear(512, 512)
        self.output = nn.Linear(512, 10)

    def forward(self, xb: torch.Tensor) -> torch.Tensor:
        """From a batch, float, shape (n, 1, 28, 28), to logits, shape (n, 10)."""
        xb = self.flatten(xb)
        xb = self.hidden1(xb).relu()
        xb = self.hidden2(xb).relu()
        return self.output(xb)
