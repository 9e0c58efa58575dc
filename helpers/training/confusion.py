"""Which classes a classifier takes for which others: the confusion matrix."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.training import classifier_checks as checks


@checks.class_numbers
def confusion_matrix(
    labels: torch.Tensor, predictions: torch.Tensor, n_classes: int
) -> torch.Tensor:
    """Count how often each class was predicted as each class.

    Args:
        labels: true class numbers, int64, shape (n,).
        predictions: predicted class numbers, the same.
        n_classes: how many classes there are.

    Returns:
        Tensor: int64, shape (n_classes, n_classes); row: the true class, column: the predicted
        one. What was right stands on the diagonal.

    Raises:
        TypeError: when the class numbers are not int64.
        ValueError: when the shapes differ, or a number is no class.

    Example:
        >>> confusion_matrix(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), n_classes=2)
        tensor([[1, 1],
                [0, 1]])

    Built in lesson 05.
    """
    cells = labels * n_classes + predictions
    return cells.bincount(minlength=n_classes**2).view(n_classes, n_classes)


def most_confused(
    matrix: torch.Tensor, classes: Sequence[str], n: int
) -> list[tuple[str, str, int]]:
    """The mistakes that happened most often.

    Args:
        matrix: counts, shape (classes, classes), as ``confusion_matrix`` gives them.
        classes: their names.
        n: how many to give, at most.

    Returns:
        list: tuples (true class, predicted class, count), the most frequent first, those of one
        count in the order of the matrix; mistakes that never happened are left out.

    Raises:
        ValueError: when the matrix is not square, or the names are not as many as the classes.

    Example:
        >>> most_confused(torch.tensor([[5, 2], [1, 7]]), ("cat", "dog"), n=1)
        [('cat', 'dog', 2)]
    """
    _check(matrix, classes)
    mistakes = [
        (true, predicted, count)
        for true, row in zip(classes, matrix.tolist())
        for predicted, count in zip(classes, row)
        if true != predicted and count
    ]
    return sorted(mistakes, key=lambda mistake: -mistake[2])[:n]


def draw_confusion(matrix: torch.Tensor, classes: Sequence[str]) -> Figure:
    """Draw a confusion matrix: the mistakes in colour, what was right as plain numbers.

    The diagonal is far larger than all else, so a colour for it would leave none for the mistakes.

    Args:
        matrix: counts, shape (classes, classes), as ``confusion_matrix`` gives them.
        classes: their names.

    Returns:
        Figure: to be passed to ``helpers.pictures.canvas.show``.

    Raises:
        ValueError: as ``most_confused`` does.
    """
    _check(matrix, classes)
    counts = matrix.cpu()
    mistakes = counts.clone().fill_diagonal_(0)
    most = max(1, int(mistakes.max()))
    size = 1.6 + 0.48 * len(classes)
    figure, axis = plt.subplots(figsize=(size + 0.8, size))
    drawn = axis.imshow(mistakes.numpy(), cmap="Oranges", vmin=0, vmax=most)
    for true, row in enumerate(counts.tolist()):
        for predicted, count in enumerate(row):
            if count:
                weight = "bold" if true == predicted else "normal"
                color = "white" if mistakes[true, predicted] > 0.6 * most else "black"
                axis.text(
                    predicted, true, count, ha="center", va="center", weight=weight, size=9,
                    color=color,
                )  # fmt: skip
    long_names = max(map(len, classes)) > 3
    axis.set_xticks(range(len(classes)), classes, rotation=45 if long_names else 0)
    axis.set_yticks(range(len(classes)), classes)
    axis.set(xlabel="predicted class", ylabel="true class")
    ticks = MaxNLocator(integer=True)
    figure.colorbar(drawn, ax=axis, shrink=0.8, label="mistakes", ticks=ticks)
    return figure


def _check(matrix: torch.Tensor, classes: Sequence[str]) -> None:
    if matrix.shape != (len(classes), len(classes)) or not len(classes):
        raise ValueError(
            f"expected a matrix of shape (classes, classes) and {len(matrix)} names, "
            f"got {tuple(matrix.shape)} and {len(classes)} names"
        )
