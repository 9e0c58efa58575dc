"""Networks of linear layers: by hand, of PyTorch's parts, and for ten digits."""

import torch
from torch import nn


def simple_net(
    xb: torch.Tensor, w1: torch.Tensor, b1: torch.Tensor, w2: torch.Tensor, b2: torch.Tensor
) -> torch.Tensor:
    """Predict with a network of two linear layers, by hand.

    Args:
        xb: a batch of rows, float, shape (n, inputs).
        w1: weights of the first layer, shape (inputs, hidden).
        b1: its bias, shape (hidden,).
        w2: weights of the second layer, shape (hidden, outputs).
        b2: its bias, shape (outputs,).

    Returns:
        Tensor: shape (n, outputs).

    Example:
        >>> xb, ones = torch.tensor([[-1.0], [2.0]]), torch.ones(1, 1)
        >>> simple_net(xb, ones, torch.zeros(1), ones, torch.tensor([0.5]))
        tensor([[0.5000],
                [2.5000]])

    From chapter 4 of "Deep Learning for Coders with fastai and PyTorch" (Howard and Gugger, 2020).
    Built in lesson 04.
    """
    res = xb @ w1 + b1
    res = res.max(torch.tensor(0.0))
    res = res @ w2 + b2
    return res


def mlp(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Make a network like ``simple_net``, a multi-layer perceptron, of PyTorch's own parts.

    Returns:
        nn.Sequential: from (n, inputs) to (n, outputs), with random parameters.

    Example:
        >>> mlp(784, 30, 1)(torch.zeros(5, 784)).shape
        torch.Size([5, 1])

    Built in lesson 04.
    """
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


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
