"""A training loop in which the learning rates follow a budget, whatever the optimisers."""

from collections.abc import Callable, Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from helpers import diagnosis
from helpers.diagnosis import LossWatch
from helpers.language import say
from helpers.training.schedule import Budget, constant


@diagnosis.watched(loader="loader", classes=True)
def learn(
    model: nn.Module,
    loader: Iterable[tuple[torch.Tensor, torch.Tensor]],
    budget: Budget,
    optimizers: Sequence[torch.optim.Optimizer],
    schedule: Callable[[float], float] = constant,
    smoothing: float = 0.0,
    before_step: Callable[[float], object] | None = None,
) -> None:
    """Train until the budget is used up.

    The loss is a sum over the batch, not a mean: a learning rate is then one for each image.

    Args:
        model: from images to logits, on its device; trained in place.
        loader: gives batches on that device, again and again.
        budget: says before each step which share of the training is done; a new one for each
            training.
        optimizers: each for some of the model's parameters. They keep the learning rates of the
            last step, which may be close to 0: make new ones for another training.
        schedule: from that share to a factor of all learning rates, see ``schedule``.
        smoothing: share of each label that is spread over all classes.
        before_step: called with the share before each step, if it is not None.

    Example:
        >>> from helpers.training.schedule import StepBudget
        >>> layer, batch = nn.Linear(1, 2), (torch.ones(4, 1), torch.tensor([0, 0, 0, 1]))
        >>> learn(layer, [batch], StepBudget(100), [torch.optim.SGD(layer.parameters(), lr=0.2)])
        >>> round(layer(torch.ones(1, 1)).softmax(1)[0, 0].item(), 2)
        0.75

    Label smoothing: Szegedy et al. (arXiv:1512.00567).
    Built in lesson 09.
    """
    _check_budget(budget)
    _check_several(optimizers)
    groups = [group for opt in optimizers for group in opt.param_groups]
    peaks = [group["lr"] for group in groups]

    def loss_func(xb, yb):
        return F.cross_entropy(model(xb), yb, label_smoothing=smoothing, reduction="sum")

    watched = LossWatch(loss_func)
    model.train()
    done = budget.done()
    while done < 1:
        for xb, yb in loader:
            if before_step:
                before_step(done)
            for group, peak in zip(groups, peaks):
                group["lr"] = peak * schedule(done)
            watched(xb, yb).backward()
            for opt in optimizers:
                opt.step()
                opt.zero_grad()
            done = budget.done()
            if done == 1:
                break
    watched.finish()
    _check_taken(budget)


def _check_several(optimizers: object) -> None:
    if isinstance(optimizers, torch.optim.Optimizer):
        raise TypeError(
            say(
                "learn: expected a list of optimisers, got {kind}; put a single one into a list, "
                "too: [opt]",
                kind=type(optimizers).__name__,
            )
        )
    if not optimizers:
        raise ValueError(say("learn: expected at least one optimiser, got none"))


def _check_taken(budget: Budget) -> None:
    """Without a step nothing was learnt, and the model would look as if it were trained."""
    if getattr(budget, "taken", 1) == 0:
        raise ValueError(
            say(
                "learn: the time was over before the first step. A TimeBudget counts from the "
                "moment when it is made: make it in the same cell, or give it more seconds"
            )
        )


def _check_budget(budget: Budget) -> None:
    """Something must be left of it, or nothing would be learnt."""
    if budget.over:
        raise ValueError(
            say(
                "learn: the budget is used up, by an earlier training; make a new one for each "
                "training, and new optimisers, whose learning rates have followed it"
            )
        )
