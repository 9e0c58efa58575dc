"""Five training runs to be diagnosed: one is healthy, four have a mistake that people make."""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from helpers import checks
from helpers.data.loaders import Batches
from helpers.diagnosis import Loss
from helpers.models.perceptrons import DigitMLP
from helpers.training.classifier import train_step


class Patient(NamedTuple):
    """A run: its losses, one a step, and the model that it ended with.

    Example:
        >>> Patient(losses=[2.3], model=nn.Linear(1, 1)).losses
        [2.3]
    """

    losses: list[float]
    model: nn.Module


def patients(x: torch.Tensor, y: torch.Tensor, device: torch.device | str) -> dict[str, Patient]:
    """Train one network five times for one epoch, from the same start, all but once with a mistake.

    What the mistakes are is what a learner has to find out: look into the code last. The global
    random numbers stay as they were.

    Args:
        x: images of digits, float from 0 to 1, shape (n, 1, 28, 28).
        y: their labels, shape (n,).

    Returns:
        dict: a ``Patient`` for each of the letters A to E.

    Example:
        >>> five = patients(torch.rand(4, 1, 28, 28), torch.tensor([1, 0, 3, 2]), "cpu")
        >>> list(five), len(five["A"].losses)
        (['A', 'B', 'C', 'D', 'E'], 1)
    """
    checks.rows_and_labels(x, y)
    order = y.argsort(stable=True)
    return {
        "A": _run(x[order], y[order], device, torch.optim.SGD, lr=0.1, shuffle=False),
        "B": _run(x, y, device),
        "C": _run(x, y, device, loss_func=_of_probabilities),
        "D": _run(x, y, device, lr=0.1),
        "E": _run(x, y, device, lr=0.00003),
    }


def _run(
    x: torch.Tensor,
    y: torch.Tensor,
    device: torch.device | str,
    optimiser: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    lr: float = 0.003,
    shuffle: bool = True,
    loss_func: Loss = F.cross_entropy,
) -> Patient:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model, losses = DigitMLP().to(device), []
        opt = optimiser(model.parameters(), lr=lr)
        for xb, yb in Batches(x, y, 128, shuffle):
            loss = train_step(model, xb.to(device), yb.to(device), loss_func, opt)
            losses.append(loss.item())
    return Patient(losses, model)


def _of_probabilities(out: torch.Tensor, yb: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(out.softmax(1), yb)
