"""How good predictions are: losses and metrics, from two tensors to a figure."""

from collections.abc import Sequence

import torch

from helpers import checks


def rmse(preds: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Root mean squared error: a typical error, in the unit of the targets.

    Args:
        preds: float predictions.
        targets: float targets of the same shape.

    Returns:
        Tensor: 0-dimensional.

    Example:
        >>> rmse(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
        tensor(1.4142)

    Built in lesson 02.
    """
    checks.floats(preds=preds)
    checks.same_shape(preds, targets)
    return ((preds - targets) ** 2).mean().sqrt()


def mnist_loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean distance of the outputs, squashed by a sigmoid, from their targets.

    Args:
        outputs: float, any shape, usually (n, 1); any size, large means "a 3".
        targets: 1 for a 3, else 0; the same shape.

    Returns:
        Tensor: 0-dimensional, from 0 (all right and sure of it) to 1.

    Example:
        >>> mnist_loss(torch.tensor([0.0, 0.0]), torch.tensor([1, 0]))
        tensor(0.5000)

    From chapter 4 of "Deep Learning for Coders with fastai and PyTorch" (Howard and Gugger, 2020).
    Built in lesson 03.
    """
    checks.same_shape(outputs, targets)
    checks.zeros_and_ones(targets=targets)
    predictions = outputs.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


def batch_accuracy(outputs: torch.Tensor, yb: torch.Tensor) -> torch.Tensor:
    """The share of a batch that is predicted right.

    Args:
        outputs: float, any shape, usually (n, 1); not yet squashed by a sigmoid.
        yb: 1 for a 3, else 0; the same shape.

    Returns:
        Tensor: 0-dimensional, from 0 to 1.

    Example:
        >>> batch_accuracy(torch.tensor([2.0, -1.0, 3.0]), torch.tensor([1, 0, 0]))
        tensor(0.6667)

    Built in lesson 03.
    """
    checks.same_shape(outputs, yb)
    checks.zeros_and_ones(yb=yb)
    correct = (outputs > 0) == (yb == 1)
    return correct.float().mean()


def accuracy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The share of the labels that have the largest logit.

    Args:
        logits: float, shape (n, classes); probabilities and their logarithms serve as well.
        labels: class numbers, int64, shape (n,).

    Returns:
        Tensor: 0-dimensional, from 0 to 1.

    Example:
        >>> accuracy(torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), torch.tensor([0, 0, 0]))
        tensor(0.6667)

    Built in lesson 06.
    """
    checks.logits_and_labels(logits, labels)
    return (logits.argmax(1) == labels).float().mean()


def confusion_matrix(
    labels: torch.Tensor, predictions: torch.Tensor, n_classes: int
) -> torch.Tensor:
    """Count how often each class was predicted as each class.

    Args:
        labels: true class numbers, int64, shape (n,).
        predictions: predicted class numbers, the same.

    Returns:
        Tensor: int64, shape (n_classes, n_classes); row: the true class, column: the predicted
        one. What was right stands on the diagonal.

    Example:
        >>> confusion_matrix(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), n_classes=2)
        tensor([[1, 1],
                [0, 1]])

    Built in lesson 06.
    """
    checks.class_numbers(labels, predictions, n_classes)
    cells = labels * n_classes + predictions
    return cells.bincount(minlength=n_classes**2).view(n_classes, n_classes)


def most_confused(
    matrix: torch.Tensor, classes: Sequence[str], n: int
) -> list[tuple[str, str, int]]:
    """The mistakes that happened most often.

    Args:
        matrix: counts, shape (classes, classes), as ``confusion_matrix`` gives them.

    Returns:
        list: tuples (true class, predicted class, count), the most frequent first, those of one
        count in the order of the matrix; mistakes that never happened are left out.

    Example:
        >>> most_confused(torch.tensor([[5, 2], [1, 7]]), ("cat", "dog"), n=1)
        [('cat', 'dog', 2)]
    """
    checks.confusion_counts(matrix, classes)
    mistakes = [
        (true, predicted, count)
        for true, row in zip(classes, matrix.tolist())
        for predicted, count in zip(classes, row)
        if true != predicted and count
    ]
    return sorted(mistakes, key=lambda mistake: -mistake[2])[:n]
