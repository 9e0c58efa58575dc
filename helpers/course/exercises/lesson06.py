"""The exercises of lesson 06: a step of Adam, top-k accuracy, overconfidence, evaluation."""

from collections.abc import Callable

import torch
from torch import nn

from helpers.course.exercises.framework import Exercise, Mistake, NotAsAsked, kind, number
from helpers.data.loaders import Batches

_AFTER_TWO_STEPS = 0.9 + 0.1 * 0.04 / 0.19 / 4


def _top_k(logits: torch.Tensor, labels: torch.Tensor, k: int) -> torch.Tensor:
    best = logits.topk(k, dim=1).indices
    return (best == labels[:, None]).any(1).float().mean()


def _evaluate(model: nn.Module, dl: Batches) -> torch.Tensor:
    was_training = model.training
    model.eval()
    with torch.no_grad():
        right = [model(xb).argmax(1) == yb for xb, yb in dl]
    model.train(was_training)
    return torch.cat(right).float().mean()


class _Trial:
    """A small classifier, and ten examples in batches of four, four and two.

    Args:
        training: in which mode the model comes.
        wrong: how many of the last two examples it gets wrong: only in the last batch, so that
            batches of unequal size matter.
    """

    def __init__(self, training: bool, wrong: int = 1) -> None:
        self.training = training
        self.share, self.by_batches = 1 - wrong / 10, (2 + (2 - wrong) / 2) / 3
        random = torch.Generator().manual_seed(5)
        self.x = torch.randn(10, 3, generator=random)
        self.weights = torch.randn(3, 3, generator=random)
        self.labels = (self.x @ self.weights).argmax(1)
        self.labels[-wrong:] = (self.labels[-wrong:] + 1) % 3

    def parts(self) -> tuple[nn.Module, Batches]:
        layer = nn.Linear(3, 3, bias=False)
        with torch.no_grad():
            layer.weight.copy_(self.weights.T)
        model = nn.Sequential(nn.Dropout(0.5), layer).train(self.training)
        return model, Batches(self.x, self.labels, batch_size=4)


def _what_it_does(evaluate: Callable) -> Callable:
    """Judge an evaluation by what happens to the model, and then by the number it gives."""

    def look(trial: _Trial) -> str | None:
        model, dl = trial.parts()
        modes, recording = [], []

        def note(module: nn.Module, _inputs: tuple) -> None:
            modes.append(any(part.training for part in module.modules()))
            recording.append(torch.is_grad_enabled())

        model.register_forward_pre_hook(note)
        share = evaluate(model, dl)
        if share is None or share is ...:
            return None
        if not modes:
            return "it never asks the model"
        if not torch.is_grad_enabled():
            return "it leaves gradients switched off"
        if any(modes):
            return "it asks in training mode"
        if model.training != trial.training:
            return "it leaves the model in another mode"
        if any(recording):
            return "it records for a backward pass"
        plain = number(share)
        if plain is None:
            raise NotAsAsked(f"expected one number, got {kind(share)}")
        share = float(plain)
        known = {
            trial.share: "it gives the share of all",
            trial.by_batches: "it gives the mean of the batches",
        }
        return next(
            (words for value, words in known.items() if abs(share - value) < 1e-4),
            f"it gives {share:.4g} instead of {trial.share:.4g}",
        )

    return look


def _evaluation(
    enter: bool = True,
    leave: str = "as it was",
    record: bool = False,
    by_batch: bool = False,
    axis: int = 1,
) -> Callable:
    """An evaluation, right or with one part done wrongly."""

    def evaluate(model: nn.Module, dl: Batches) -> torch.Tensor:
        was_training = model.training
        if enter:
            model.eval()
        with torch.set_grad_enabled(record):
            right = [(model(xb).argmax(axis) == yb).float() for xb, yb in dl]
        if leave != "eval":
            model.train(was_training or leave == "train")
        shares = torch.stack([batch.mean() for batch in right])
        return shares.mean() if by_batch else torch.cat(right).mean()

    return evaluate


def _evaluation_for_ever(model: nn.Module, dl: Batches) -> torch.Tensor:
    torch.set_grad_enabled(False)
    return _evaluate(model, dl)


def _sure(logits: torch.Tensor) -> torch.Tensor:
    return logits.softmax(dim=1).max(dim=1).values


def _right(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return (logits.argmax(1) == labels).float()


def _overconfidence(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return _sure(logits).mean() - _right(logits, labels).mean()


def _answered() -> list[tuple]:
    random = torch.Generator().manual_seed(3)
    logits = 3 * torch.randn(12, 4, generator=random)
    # Largest numbers that are, as a logit and as a probability, a class: a wrong comparison tells.
    logits[0] = torch.tensor([0.0, -1.0, 2.0, 1.0])
    logits[1] = torch.tensor([0.0, 40.0, 2.0, 1.0])
    labels = torch.randint(0, 4, (12,), generator=random)
    labels[:2] = torch.tensor([2, 1])
    return [(logits, labels), (logits, logits.argmax(1)), (logits[:7], labels[:7])]


def _ranked() -> list[tuple]:
    random = torch.Generator().manual_seed(2)
    logits = torch.randn(12, 5, generator=random)
    labels = torch.randint(0, 5, (12,), generator=random)
    return [*((logits, labels, k) for k in (1, 2, 3)), (logits[:9], labels[:9], 2)]


_CORRECTION = "Both averages are divided by what is missing: m by 1 - 0.9**t, v by 1 - 0.999**t."
_ORDER = "First m and v with the new gradient, then both corrected, then the step."
_AXIS = "shape: argmax(0) names, for each class, an image. The labels want a class for each image."
_WHICH_AXIS = "Logits are images by classes. Which axis counts the classes? argmax runs along it."

EXERCISES = {
    "6.1": Exercise(
        solution=_AFTER_TWO_STEPS,
        inputs=lambda: [()],
        mistakes=(
            Mistake(1.0,
                "value: that is where gradient descent would end. Does Adam's second step have the "
                "length of the first? Look at m.",
                "After the second gradient m is 0.9 * 0.4 - 0.1 * 4."),
            Mistake(0.8,
                "value: this makes two full steps in one direction. What is m after a gradient of "
                "4 and one of -4?",
                "m is an average, and the two nearly cancel out in it."),
            Mistake(0.9,
                "value: the place after the first step is right. But m is not exactly 0 after the "
                "second gradient: which of the two counts for more?",
                "The newest gradient has weight 0.1, the older one 0.9 * 0.1."),
            Mistake(0.6,
                "value: this is a step of gradient descent, rate times gradient. Adam divides by "
                "the root of v.",
                _ORDER),
            Mistake(1 - 0.1 * 0.4 / 0.016**0.5 + 0.1 * 0.04 / 0.031984**0.5,
                "value: m and v are as they should be, but they began at 0 and are still too "
                "small. Something has to be divided.",
                _CORRECTION),
            Mistake(0.9 + 0.1 * 0.04 / 4,
                "value: nearly. In the second step m has not been corrected.",
                _CORRECTION),
            Mistake(0.9 + 0.1 * 0.4 / 4,
                "value: nearly. In the second step m is divided by the number of the first step.",
                "In step t it is 1 - 0.9**t; t is 2 now."),
            Mistake(0.9 - 0.1 * 0.04 / 0.19 / 4,
                "value: the length of the second step is right, its direction is not.",
                "m is negative now, and the step is subtracted."),
        ),
        praise="a gradient that changes its sign makes Adam careful.",
        tolerance=2e-4,
        do="Follow the six lines of adam_step with t = 1 and a gradient of 4, then t = 2 and -4.",
    ),
    "6.2": Exercise(
        solution=_top_k,
        inputs=_ranked,
        mistakes=(
            Mistake(lambda x, y, k: (x.argmax(1) == y).float().mean(),
                "value: this is the plain accuracy. The k largest logits count, not only the "
                "largest."),
            Mistake(lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).float().mean(),
                "value: this divides by n times k. An image is right or not: use any(1) first."),
            Mistake(
                lambda x, y, k: (
                    (x.topk(k, dim=1, largest=False).indices == y[:, None]).any(1).float().mean()
                ),
                "value: these are the k smallest logits."),
            Mistake(lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).any(1).float().sum(),
                "value: this is a count. Divide by the number of images."),
            Mistake(lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).all(1).float().mean(),
                "value: all(1) wants every one of the k to be the label. One of them is enough."),
            Mistake(lambda x, y, k: (x.topk(k, dim=1).values == y[:, None]).any(1).float().mean(),
                "value: topk gives values and indices. Labels are compared with the indices."),
            Mistake(lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).any().float(),
                "value: this asks whether any label is found anywhere. Compare each label with its "
                "own row, labels.unsqueeze(1), and use any(dim=1)."),
            Mistake(lambda x, y, k: (x.topk(k, dim=1).indices[:, -1] == y).float().mean(),
                "value: this asks for the k-th place only. The places before it count as well."),
            Mistake(lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).any(1),
                "shape: True or False for each image. Take the mean of them as floats."),
        ),
        do="Compare best with labels.unsqueeze(1), ask each row with any(dim=1), take the mean.",
        praise="with k = 1 it is the accuracy, and with all classes it is always 1.",
    ),
    "6.3": Exercise(
        solution=_overconfidence,
        inputs=_answered,
        mistakes=(
            Mistake(lambda x, y: (_sure(x).mean() - _right(x, y).mean()).abs(),
                "value: right where it is above 0. What should come out for a network that is "
                "surer than it is right, and what for one that promises too little?",
                "The sign says which of the two it is: keep it, without .abs()."),
            Mistake(lambda x, y: _sure(x).mean() - (x.argmax(0) == y).float().mean(),
                _AXIS,
                _WHICH_AXIS),
            Mistake(lambda x, y: _sure(x).mean() - (x.max(dim=1).values == y).float().mean(),
                "value: this compares the labels with numbers that say how sure, not which class.",
                "max gives values and indices, as topk does; argmax gives the indices alone."),
            Mistake(lambda x, y: _right(x, y).mean() - _sure(x).mean(),
                "value: the sign is the other way round: this is above 0 for a network that "
                "promises too little.",
                "How sure it is comes first; what is right is taken away."),
            Mistake(lambda x, y: _sure(x).mean(),
                "value: this is how sure it is. How much of that is justified?",
                "Take away the share that is right."),
            Mistake(lambda x, y: x.max(dim=1).values.mean() - _right(x, y).mean(),
                "value: these are logits, and they may be any number. How sure is a network?",
                "Softmax along axis 1 first, then the largest of each row."),
            Mistake(lambda x, y: x.softmax(1)[torch.arange(len(y)), y].mean() - _right(x, y).mean(),
                "value: this takes the probability of the right class. The network's answer may be "
                "another one.",
                "How sure it is of its own answer: the largest probability of each row."),
            Mistake(lambda x, y: x.softmax(0).max(dim=1).values.mean() - _right(x, y).mean(),
                "value: the probabilities of one image must add up to 1, and here those of one "
                "class do.",
                "softmax(dim=1)."),
            Mistake(lambda x, y: _sure(x) - _right(x, y),
                "shape: one number an image. One number for all is asked for.",
                "Take the mean of both."),
            Mistake(lambda x, y: (_sure(x) - _right(x, y)).abs().mean(),
                "value: the sign of each difference is lost, so an honest network would not get 0.",
                "Mean first, then the difference."),
        ),
        praise="0 would be honest on average; the diagram shows where it is not.",
        do="Three lines: the largest probability of each row, which answers are right, the "
        "difference of the two means.",
    ),
    "6.4": Exercise(
        solution=_evaluate,
        inputs=lambda: [(_Trial(training=True),), (_Trial(training=False, wrong=2),)],
        observe=_what_it_does,
        mistakes=(
            Mistake(_evaluation(enter=False),
                "value: the model is still in training mode, so dropout puts zeros in at random. "
                "Call model.eval() first."),
            Mistake(_evaluation(axis=0), _AXIS, _WHICH_AXIS),
            Mistake(_evaluation(leave="eval"),
                "value: the model came in training mode and is left in eval mode, so the next "
                "epoch would train without dropout. Put its mode back: model.train(was_training)."),
            Mistake(_evaluation(leave="train"),
                "value: the model came in eval mode and is left in training mode. Remember "
                "model.training at the beginning, and put that back."),
            Mistake(_evaluation(record=True),
                "gradient: activations are kept for a backward pass that never comes. Put the "
                "predictions under `with torch.no_grad():`."),
            Mistake(_evaluation_for_ever,
                "gradient: after your evaluation gradients stay switched off, and no training "
                "could go on. `with torch.no_grad():` switches them off for its block alone."),
            Mistake(_evaluation(by_batch=True),
                "value: this is the mean of the batches' shares, in which the two examples of the "
                "last batch count twice as much as others. Count over all examples."),
            Mistake(lambda model, dl: 1.0,
                "value: the model was never asked. Go through dl and call model(xb)."),
        ),
        do="Before: note model.training, then eval(). Meanwhile: no_grad(). After: the mode put "
        "back. Join the rows of True and False of all batches, then one mean.",
        praise="the same number every time, and training goes on as if nobody had looked.",
    ),
}  # fmt: skip
