"""Training by hand: a gradient, a step, an epoch, and how good the model is after each.

A model is anything that turns a batch into predictions, an optimiser anything with ``step()`` and
``zero_grad()``: those of torch and fastai serve as well as ``BasicOptim``.
"""

from collections.abc import Iterable
from typing import Protocol

import torch

from helpers import checks, diagnosis
from helpers.diagnosis import Loss, Model

Loader = Iterable[tuple[torch.Tensor, torch.Tensor]]


class Optimiser(Protocol):
    """What ``train_epoch`` asks of an optimiser."""

    def step(self) -> None: ...

    def zero_grad(self) -> None: ...


@diagnosis.watched(loss="loss_func")
def calc_grad(xb: torch.Tensor, yb: torch.Tensor, model: Model, loss_func: Loss) -> None:
    """Add the gradient of the loss on one batch to the ``grad`` of each parameter.

    Args:
        xb: a batch, float, shape (n, features).
        yb: its labels, shape (n, 1).
        model: from a batch to predictions, shape (n, 1).
        loss_func: from predictions and labels to one number.

    Example:
        >>> w = torch.tensor([[2.0]], requires_grad=True)
        >>> calc_grad(torch.ones(1, 1), torch.ones(1, 1), lambda xb: xb @ w, lambda p, t: p.mean())
        >>> w.grad
        tensor([[1.]])

    Built in lesson 03.
    """
    loss = loss_func(model(xb), yb)
    loss.backward()


class BasicOptim:
    """Stochastic gradient descent: steps against the gradient.

    Example:
        >>> w = torch.tensor([2.0], requires_grad=True)
        >>> opt = BasicOptim([w], lr=0.5)
        >>> (w**2).sum().backward()
        >>> opt.step()
        >>> w
        tensor([0.], requires_grad=True)

    From chapter 4 of "Deep Learning for Coders with fastai and PyTorch" (Howard and Gugger, 2020).
    Built in lesson 03.
    """

    def __init__(self, params: Iterable[torch.Tensor], lr: float) -> None:
        self.params, self.lr = list(params), lr
        checks.parameters_to_train(self.params)

    def step(self) -> None:
        """Move every parameter, in place; it must have a gradient."""
        with torch.no_grad():
            for p in self.params:
                p -= p.grad * self.lr  # type: ignore[operator]  # after backward there is one

    def zero_grad(self) -> None:
        """Forget the gradients, so that the next ones are not added to them."""
        for p in self.params:
            p.grad = None


@diagnosis.watched(loader="dl", loss="loss_func")
def train_epoch(model: Model, dl: Loader, loss_func: Loss, opt: Optimiser) -> None:
    """Go through the data once, with one step for each batch.

    Example:
        >>> w = torch.tensor([[2.0]], requires_grad=True)
        >>> dl = [(torch.ones(1, 1), torch.ones(1, 1))] * 3
        >>> train_epoch(lambda xb: xb @ w, dl, lambda p, t: p.mean(), BasicOptim([w], lr=0.5))
        >>> w.item()
        0.5

    Built in lesson 03.
    """
    for xb, yb in dl:
        calc_grad(xb, yb, model, loss_func)
        opt.step()
        opt.zero_grad()


@diagnosis.watched(loader="valid_dl", metric="metric")
def validate_epoch(model: Model, valid_dl: Loader, metric: Loss) -> float:
    """The mean of a metric over the batches of the validation data.

    Every batch counts the same, so a smaller last batch counts for more than its size.

    Args:
        model: from a batch to predictions. A module with dropout or batch normalisation must be in
            ``eval()`` mode.

    Returns:
        float: rounded to four digits.

    Example:
        >>> dl = [(torch.ones(1, 1), torch.ones(1, 1)), (torch.zeros(1, 1), torch.ones(1, 1))]
        >>> validate_epoch(lambda xb: xb, dl, lambda p, t: (p == t).float().mean())
        0.5

    Built in lesson 03.
    """
    with torch.no_grad():
        accs = [metric(model(xb), yb) for xb, yb in valid_dl]
    return round(torch.stack(accs).mean().item(), 4)


def train_model(
    model: Model,
    epochs: int,
    dl: Loader,
    valid_dl: Loader,
    loss_func: Loss,
    opt: Optimiser,
    metric: Loss,
) -> list[float]:
    """Train for some epochs and keep the validation metric after each.

    Args:
        loss_func: from predictions and labels to one number; what the steps make smaller.
        metric: from predictions and labels to one number; what a person looks at.

    Returns:
        list: one number an epoch, as ``validate_epoch`` gives it.

    Example:
        >>> w = torch.tensor([[2.0]], requires_grad=True)
        >>> dl = [(torch.ones(1, 1), torch.ones(1, 1))]
        >>> first = lambda p, t: p.mean()
        >>> train_model(lambda xb: xb @ w, 3, dl, dl, first, BasicOptim([w], lr=0.5), first)
        [1.5, 1.0, 0.5]

    Built in lesson 03.
    """
    accuracies = []
    for _ in range(epochs):
        train_epoch(model, dl, loss_func, opt)
        accuracies.append(validate_epoch(model, valid_dl, metric))
    return accuracies
