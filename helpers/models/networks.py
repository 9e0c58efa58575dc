"""Two linear layers with a non-linearity between: by hand, and of PyTorch's own parts."""

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

    Args:
        inputs: numbers an example has.
        hidden: numbers between the layers.
        outputs: numbers a prediction has.

    Returns:
        nn.Sequential: from (n, inputs) to (n, outputs), with random parameters.

    Example:
        >>> mlp(784, 30, 1)(torch.zeros(5, 784)).shape
        torch.Size([5, 1])

    Built in lesson 04.
    """
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
