"""A training as a recipe says, with the random numbers of its seed."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from benchmarks.paired.network import SwitchedNet
from benchmarks.paired.recipe import Recipe
from helpers.data import Split
from helpers.data.augment import random_flip, random_shift
from helpers.data.loaders import AlternatingTrainingBatches, TrainingBatches
from helpers.training.budgeted import learn
from helpers.training.fast import STEADY
from helpers.training.muon import BatchedMuon
from helpers.training.schedule import StepBudget, linear_decay, one_cycle

Batch = tuple[torch.Tensor, torch.Tensor]
Optimizer = torch.optim.Optimizer
SCHEDULES = {"linear": linear_decay, "one_cycle": one_cycle, "constant": lambda done: 1.0}


class PairedBatches:
    """Batches in an order, and with shifts and flips, that depend on the seed alone.

    Each kind of chance has its own numbers. So a recipe that draws more of one kind than another
    recipe still gets the same images in the same order, moved in the same way.

    Args:
        split: bytes and labels to learn from.
        recipe: says how images are changed, and what becomes of an incomplete batch.
        batch_size: images a step.
        seed: of the trial.
        device: where the images stay.
    """

    def __init__(
        self,
        split: Split,
        recipe: Recipe,
        batch_size: int,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.recipe, self.seed, self.epoch, self.batches = recipe, seed, 0, 0
        kind = AlternatingTrainingBatches if recipe.flip == "alternating" else TrainingBatches
        options = {"shuffle": True, "augment": self.change, "rest": recipe.rest}
        self.loader = kind(*split, batch_size, device, **options)  # type: ignore[arg-type]
        self.batch_size = batch_size

    def draw(self, kind: int, number: int) -> None:
        """Begin the random numbers for one kind of chance and one epoch or batch."""
        torch.manual_seed((self.seed * 1_000_003 + number) * 4 + kind)

    def change(self, images: torch.Tensor) -> torch.Tensor:
        """Move and mirror a batch."""
        self.batches += 1
        if self.recipe.shift:
            self.draw(0, self.batches)
            images = random_shift(images, self.recipe.shift)
        if self.recipe.flip == "random":
            self.draw(1, self.batches)
            images = random_flip(images)
        return images

    def __iter__(self) -> Iterator[Batch]:
        self.epoch += 1
        self.draw(2, self.epoch)
        batches = iter(self.loader)  # draws the sides, in the first epoch
        self.draw(3, self.epoch)
        yield from batches  # draws the order first of all


def optimizers(model: SwitchedNet, recipe: Recipe, batch_size: int) -> list[Optimizer]:
    """What the recipe trains each part of the network with; as ``fast.train`` does, by default."""
    learning = [p for p in model.parameters() if p.requires_grad]
    if recipe.optimizer == "adam":
        return [torch.optim.Adam(learning, recipe.rate)]
    first = model.whiten.weight
    filters = [p for p in learning if p.ndim == 4 and p is not first]
    biases = [p for p in learning if p.ndim == 1]
    classes, features = model.head.weight.shape
    limit = STEADY * classes / (batch_size * features)
    head_rate = min(recipe.head_rate, limit) if recipe.steady else recipe.head_rate
    groups = [
        *until_rest(biases, model, lr=recipe.bias_rate),
        {"params": model.head.parameters(), "lr": head_rate},
    ]
    chosen: list[Optimizer] = []
    if recipe.optimizer == "muon":
        if recipe.first == "muon":
            filters = [first, *filters]
        rate = recipe.rate * (max(batch_size, recipe.calm) / 2000) ** 0.5
        options = {"dtype": model.precision, "keep_length": recipe.keep_length}
        chosen = [BatchedMuon(until_rest(filters, model), rate, **options)]
    else:
        groups += until_rest(filters, model, lr=recipe.rate)
    if recipe.first == "sgd":
        groups.append({"params": [first], "lr": FIRST_RATE})
    chosen.append(torch.optim.SGD(groups, momentum=0.85, nesterov=True))
    for optimizer in chosen if recipe.decay else ():
        Cautious(optimizer, recipe.decay)
    for optimizer in chosen if model.resting else ():
        optimizer.register_step_pre_hook(partial(_slow_down, model))
    return chosen


def until_rest(
    weights: list[torch.Tensor], model: SwitchedNet, **options: float
) -> list[dict[str, Any]]:
    """One group of an optimiser, or two, if the first block rests in the end: what is to rest has
    gone through its whole schedule by then."""
    early = [w for w in weights if any(w is one for one in model.resting)]
    groups = [{"params": [w for w in weights if not any(w is one for one in early)], **options}]
    if early:
        groups.append({"params": early, "until": model.recipe.rests, **options})
    return groups


def _slow_down(model: SwitchedNet, optimizer: Optimizer, *_: object) -> None:
    """Before a step: the rates of what is to rest."""
    schedule = SCHEDULES[model.recipe.schedule]
    for group in optimizer.param_groups:
        if until := group.get("until"):
            now = schedule(model.done)
            group["lr"] *= schedule(min(model.done / until, 1.0)) / now if now else 0.0


FIRST_RATE = 0.004  # of a first layer that learns by SGD: what lesson 10 gives to filters


class Cautious:
    """Weight decay only where the step makes a weight smaller anyhow.

    Args:
        optimizer: gets it with each of its steps, for weights of two or more axes.
        decay: factor of the learning rate.

    Chen et al., "Cautious Weight Decay" (2025).
    """

    def __init__(self, optimizer: Optimizer, decay: float) -> None:
        self.decay = decay
        self.before: dict[torch.Tensor, torch.Tensor] = {}
        optimizer.register_step_pre_hook(self.look)
        optimizer.register_step_post_hook(self.shorten)

    @torch.no_grad()
    def look(self, optimizer: Optimizer, *_: object) -> None:
        """Remember the weights that the step goes from."""
        for group in optimizer.param_groups:
            for weights in group["params"]:
                if weights.ndim > 1:
                    keep = group.get("keep_length", False)
                    factor = len(weights) ** 0.5 / weights.norm().clamp(min=1e-7) if keep else 1.0
                    self.before[weights] = weights * factor

    @torch.no_grad()
    def shorten(self, optimizer: Optimizer, *_: object) -> None:
        """Shorten those that the step has made smaller."""
        for group in optimizer.param_groups:
            for weights in group["params"]:
                if weights in self.before:
                    before = self.before.pop(weights)
                    inwards = (weights - before) * before < 0
                    weights.sub_(inwards * before, alpha=group["lr"] * self.decay)


class Average:
    """The mean of a model's weights, and of its batch norms' averages, over the last steps.

    Args:
        model: whose.
        share: of the training, at its end.
    """

    def __init__(self, model: torch.nn.Module, share: float) -> None:
        self.model, self.share, self.count = model, share, 0
        self.sums: dict[str, torch.Tensor] = {}

    @torch.no_grad()
    def see(self, done: float) -> None:
        """Before each step, and at the end with 1."""
        if self.share and done >= 1 - self.share:
            self.count += 1
            for name, values in self.model.state_dict().items():
                if values.is_floating_point():
                    self.sums[name] = self.sums.get(name, 0) + values.double()

    def put(self) -> None:
        """Give the model the means."""
        if self.count:
            means = {name: total / self.count for name, total in self.sums.items()}
            self.model.load_state_dict(self.model.state_dict() | means)


def train(model: SwitchedNet, loader: PairedBatches, recipe: Recipe, steps: int) -> None:
    """Train for so many steps."""
    average = Average(model, recipe.average)

    def before_step(done: float) -> None:
        model.prepare(done)
        average.see(done)

    chosen = optimizers(model, recipe, loader.batch_size)
    schedule = SCHEDULES[recipe.schedule]
    learn(model, loader, StepBudget(steps), chosen, schedule, recipe.smoothing, before_step)
    before_step(1.0)
    average.put()
