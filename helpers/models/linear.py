"""A linear model for 3 or 7: parameters, predictions, how wrong they are and how many right."""

import torch

from helpers import checks


def init_params(size: int | tuple[int, ...]) -> torch.Tensor:
    """Make random parameters that ask for gradients.

    Args:
        size: their shape; an int gives a row of that many. They are drawn around 0, with a
            standard deviation of 1 and torch's global seed.

    Returns:
        Tensor: float32, of that shape, ``requires_grad=True``.

    Example:
        >>> weights = init_params((28 * 28, 1))
        >>> weights.shape, weights.requires_grad
        (torch.Size([784, 1]), True)

    Built in lesson 03.
    """
    return torch.randn(size).requires_grad_()


def linear1(xb: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """The most important equation of deep learning: batch @ weights + bias.

    Args:
        xb: a batch of rows, float, shape (n, features).
        weights: shape (features, outputs).
        bias: shape (outputs,).

    Returns:
        Tensor: shape (n, outputs).

    Example:
        >>> linear1(torch.ones(2, 3), torch.ones(3, 1), torch.tensor([0.5]))
        tensor([[3.5000],
                [3.5000]])

    Built in lesson 03.
    """
    checks.linear_layer(xb, weights, bias)
    return xb @ weights + bias


def sigmoid(x: torch.Tensor) -> torch.Tensor:
    """Squash any number into the range from 0 to 1.

    Args:
        x: float, any shape.

    Returns:
        Tensor: the same shape.

    Example:
        >>> sigmoid(torch.tensor([-100.0, 0.0, 100.0]))
        tensor([0.0000, 0.5000, 1.0000])

    Built in lesson 03.
    """
    return 1 / (1 + torch.exp(-x))
