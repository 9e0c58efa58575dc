"""A linear model for 3 or 7: parameters, predictions, how wrong they are and how many right."""

import torch

from helpers import checks


def init_params(size: int | tuple[int, ...], std: float = 1.0) -> torch.Tensor:
    """Make random parameters that ask for gradients.

    Args:
        size: their shape; an int gives a row of that many.
        std: their standard deviation; their mean is 0. Drawn with torch's global seed.

    Returns:
        Tensor: float32, of that shape, ``requires_grad=True``.

    Example:
        >>> weights = init_params((28 * 28, 1))
        >>> weights.shape, weights.requires_grad
        (torch.Size([784, 1]), True)

    Built in lesson 03.
    """
    return (torch.randn(size) * std).requires_grad_()


@checks.linear_layer
def linear1(xb: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """The most important equation of deep learning: batch @ weights + bias.

    Args:
        xb: a batch of rows, float, shape (n, features).
        weights: shape (features, outputs).
        bias: shape (outputs,).

    Returns:
        Tensor: shape (n, outputs).

    Raises:
        TypeError: when ``xb`` holds whole numbers.
        ValueError: when its features or its device are not those of the weights.

    Example:
        >>> linear1(torch.ones(2, 3), torch.ones(3, 1), torch.tensor([0.5]))
        tensor([[3.5000],
                [3.5000]])

    Built in lesson 03.
    """
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


@checks.same_shape
def mnist_loss(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean distance of the predictions, squashed by a sigmoid, from their targets.

    Args:
        predictions: float, any shape, usually (n, 1); any size, large means "a 3".
        targets: 1 for a 3, else 0; the same shape.

    Returns:
        Tensor: 0-dimensional, from 0 (all right and sure of it) to 1.

    Raises:
        ValueError: when the shapes or devices differ.

    Example:
        >>> mnist_loss(torch.tensor([0.0, 0.0]), torch.tensor([1, 0]))
        tensor(0.5000)

    From chapter 4 of "Deep Learning for Coders with fastai and PyTorch" (Howard and Gugger, 2020).
    Built in lesson 03.
    """
    predictions = predictions.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


@checks.same_shape
def batch_accuracy(preds: torch.Tensor, yb: torch.Tensor) -> torch.Tensor:
    """The share of a batch that is predicted right.

    Args:
        preds: float, any shape, usually (n, 1); not yet squashed by a sigmoid.
        yb: 1 for a 3, else 0; the same shape.

    Returns:
        Tensor: 0-dimensional, from 0 to 1.

    Raises:
        ValueError: when the shapes or devices differ.

    Example:
        >>> batch_accuracy(torch.tensor([2.0, -1.0, 3.0]), torch.tensor([1, 0, 0]))
        tensor(0.6667)

    Built in lesson 03.
    """
    correct = (preds.sigmoid() > 0.5) == yb
    return correct.float().mean()
