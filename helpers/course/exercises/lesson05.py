"""The exercises of lesson 05: images as tensors, steps, cross-entropy, accuracy, evaluation."""

from collections.abc import Callable

import torch
from torch import nn

from helpers.course.exercises.framework import Exercise, Mistake, kind, number
from helpers.data.loaders import Batches


def _to_tensor(photo: torch.Tensor) -> torch.Tensor:
    return photo.permute(2, 0, 1).float() / 255


def _count_steps(n: int, batch_size: int, epochs: int) -> int:
    return -(-n // batch_size) * epochs


def _log_probabilities(logits: torch.Tensor) -> torch.Tensor:
    return logits - logits.logsumexp(1, keepdim=True)


def _of_labels(values: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return values[torch.arange(len(labels)), labels]


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return -_of_labels(_log_probabilities(logits), labels).mean()


def _overflowing_1(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    logs = logits - logits.exp().sum(1, keepdim=True).log()
    return -_of_labels(logs, labels).mean()


def _overflowing_2(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    powers = logits.exp()
    return -_of_labels((powers / powers.sum(1, keepdim=True)).log(), labels).mean()


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
    """A small classifier, and ten examples in batches of four, four and two."""

    def __init__(self, training: bool) -> None:
        self.training = training
        random = torch.Generator().manual_seed(5)
        self.x = torch.randn(10, 3, generator=random)
        self.weights = torch.randn(3, 3, generator=random)
        # Right but for one example of the last batch, so that batches of unequal size matter.
        self.labels = (self.x @ self.weights).argmax(1)
        self.labels[-1] = (self.labels[-1] + 1) % 3

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
            modes.append(module.training)
            recording.append(torch.is_grad_enabled())

        model.register_forward_pre_hook(note)
        share = evaluate(model, dl)
        if share is None or share is ...:
            return None
        if not modes:
            return "it never asks the model"
        if any(modes):
            return "it asks in training mode"
        if model.training != trial.training:
            return "it leaves the model in another mode"
        if any(recording):
            return "it records for a backward pass"
        plain = number(share)
        if plain is None:
            raise ValueError(f"expected one number, got {kind(share)}")
        share = float(plain)
        known = {0.9: "it gives the share of all", 2.5 / 3: "it gives the mean of the batches"}
        return next(
            (words for value, words in known.items() if abs(share - value) < 1e-4),
            f"it gives {share:.4g} instead of 0.9",
        )

    return look


def _evaluation(
    enter: bool = True, leave: str = "as it was", record: bool = False, by_batch: bool = False
) -> Callable:
    """An evaluation, right or with one part done wrongly."""

    def evaluate(model: nn.Module, dl: Batches) -> torch.Tensor:
        was_training = model.training
        if enter:
            model.eval()
        with torch.set_grad_enabled(record):
            right = [(model(xb).argmax(1) == yb).float() for xb, yb in dl]
        if leave != "eval":
            model.train(was_training or leave == "train")
        shares = torch.stack([batch.mean() for batch in right])
        return shares.mean() if by_batch else torch.cat(right).mean()

    return evaluate


def _photos() -> list[tuple]:
    random = torch.Generator().manual_seed(0)
    return [
        (torch.randint(0, 256, size, generator=random, dtype=torch.uint8),)
        for size in ((4, 5, 3), (3, 3, 3), (2, 6, 1))
    ]


def _runs() -> list[tuple]:
    return [(10, 4, 3), (60_000, 128, 4), (100, 25, 2), (7, 10, 5)]


def _outputs() -> list[tuple]:
    random = torch.Generator().manual_seed(1)
    small = torch.randn(4, 4, generator=random).requires_grad_()
    large = torch.tensor([[1000.0, 0.0, -10.0], [5.0, 3.0, 2.0]], requires_grad=True)
    unlikely = torch.tensor([[-200.0, 0.0, 1.0]], requires_grad=True)
    return [
        (small, torch.tensor([0, 3, 1, 1])),
        (large, torch.tensor([0, 2])),
        (unlikely, torch.tensor([0])),
    ]


def _ranked() -> list[tuple]:
    random = torch.Generator().manual_seed(2)
    logits = torch.randn(12, 5, generator=random)
    labels = torch.randint(0, 5, (12,), generator=random)
    return [(logits, labels, k) for k in (1, 2, 3)]


_OVERFLOWS = (
    "value: right for small logits, but large ones overflow: the power of 1000 is inf. Subtract "
    "the largest logit of each row first, or use logsumexp or log_softmax."
)

EXERCISES = {
    "5.1": Exercise(
        solution=_to_tensor,
        inputs=_photos,
        mistakes=(
            Mistake(
                lambda p: p.float() / 255,
                "shape: the colours are still the last axis. PyTorch wants them first.",
            ),
            Mistake(
                lambda p: p.permute(2, 0, 1).float(),
                "value: still from 0 to 255. Divide, so that white becomes 1.",
            ),
            Mistake(
                lambda p: p.permute(2, 0, 1),
                "dtype: still bytes from 0 to 255. Make them floats, and divide by 255.",
            ),
            Mistake(
                lambda p: p.permute(2, 0, 1).float() / 256,
                "value: the largest byte is 255, so divide by that; then white becomes exactly 1.",
            ),
            Mistake(
                lambda p: p.reshape(p.shape[2], p.shape[0], p.shape[1]).float() / 255,
                "value: view and reshape keep the numbers in their order, so the picture is "
                "scrambled. permute moves whole axes.",
            ),
            Mistake(
                lambda p: p.permute(2, 1, 0).float() / 255,
                "value: height and width have changed places. The new order is colour, height, "
                "width: axes 2, 0, 1.",
            ),
            Mistake(
                lambda p: p.permute(1, 2, 0).float() / 255,
                "value: this puts the width first. The new order is colour, height, width: axes "
                "2, 0, 1.",
            ),
            Mistake(
                lambda p: p.permute(2, 0, 1) // 255,
                "dtype: // cuts to whole numbers. Use .float() and /.",
            ),
            Mistake(
                lambda p: p.permute(2, 0, 1).double() / 255,
                "dtype: .double() gives float64. Networks want float32: .float().",
            ),
        ),
        praise="that is ToTensor, colours first and from 0 to 1.",
    ),
    "5.2": Exercise(
        solution=_count_steps,
        inputs=_runs,
        mistakes=(
            Mistake(
                lambda n, b, e: n // b * e,
                "value: the last batch of an epoch may be smaller, but it is a step as well.",
            ),
            Mistake(
                lambda n, b, e: n / b * e,
                "value: there is no part of a step. A batch that is not full counts as one: "
                "round up.",
            ),
            Mistake(
                lambda n, b, e: (n // b + 1) * e,
                "value: one too many when the batches fit exactly. Round up, do not add 1 always.",
            ),
            Mistake(
                lambda n, b, e: -(-n * e // b),
                "value: every epoch ends with its own last batch. Round up for one epoch, then "
                "multiply.",
            ),
            Mistake(lambda n, b, e: -(-n // b), "value: these are the steps of one epoch."),
            Mistake(lambda n, b, e: n * e, "value: these are images. A step takes a whole batch."),
        ),
        praise="so many times the parameters are changed; the size of the last batch is no matter.",
        tolerance=0,
    ),
    "5.3": Exercise(
        solution=_cross_entropy,
        inputs=_outputs,
        mistakes=(
            Mistake(
                lambda x, y: -_of_labels(x.softmax(1).log(), y).mean(),
                "value: right for small logits, but a tiny probability is rounded to 0 before its "
                "logarithm is taken. Take the two together: log_softmax, or logsumexp.",
            ),
            Mistake(_overflowing_1, _OVERFLOWS),
            Mistake(_overflowing_2, _OVERFLOWS),
            Mistake(
                lambda x, y: _of_labels(_log_probabilities(x), y).mean(),
                "value: the sign is missing: a loss must be large when the answer is bad.",
            ),
            Mistake(
                lambda x, y: -_of_labels(_log_probabilities(x), y).sum(),
                "value: this is the sum over the batch. Take the mean.",
            ),
            Mistake(
                lambda x, y: -_of_labels(_log_probabilities(x), y),
                "shape: one loss an example. A loss is one number: take the mean.",
            ),
            Mistake(
                lambda x, y: -_log_probabilities(x).mean(),
                "value: this averages over all classes. Only the right class of each row counts.",
            ),
            Mistake(
                lambda x, y: -_log_probabilities(x)[:, y].mean(),
                "value: [:, labels] takes all those columns from every row. One number a row: "
                "[torch.arange(n), labels].",
            ),
            Mistake(
                lambda x, y: -_of_labels(x.softmax(1), y).mean(),
                "value: the logarithm is missing.",
            ),
            Mistake(
                lambda x, y: -_of_labels(x, y).mean(),
                "value: these are the logits as they are. Make logarithms of probabilities first.",
            ),
            Mistake(
                lambda x, y: -_of_labels(x.log_softmax(0), y).mean(),
                "value: the probabilities of one example add up to 1, so go along axis 1, not 0.",
            ),
        ),
        praise="the same as F.cross_entropy, for logits of any size.",
    ),
    "5.4": Exercise(
        solution=_top_k,
        inputs=_ranked,
        mistakes=(
            Mistake(
                lambda x, y, k: (x.argmax(1) == y).float().mean(),
                "value: this is the plain accuracy. The k largest logits count, not only the "
                "largest.",
            ),
            Mistake(
                lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).float().mean(),
                "value: this divides by n times k. An image is right or not: use any(1) first.",
            ),
            Mistake(
                lambda x, y, k: (
                    (x.topk(k, dim=1, largest=False).indices == y[:, None]).any(1).float().mean()
                ),
                "value: these are the k smallest logits.",
            ),
            Mistake(
                lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).any(1).float().sum(),
                "value: this is a count. Divide by the number of images.",
            ),
            Mistake(
                lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).all(1).float().mean(),
                "value: all(1) wants every one of the k to be the label. One of them is enough.",
            ),
            Mistake(
                lambda x, y, k: (x.topk(k, dim=1).values == y[:, None]).any(1).float().mean(),
                "value: topk gives values and indices. Labels are compared with the indices.",
            ),
            Mistake(
                lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).any().float(),
                "value: this asks whether any label is found anywhere. Compare each label with its "
                "own row, labels[:, None], and use any(dim=1).",
            ),
            Mistake(
                lambda x, y, k: (x.topk(k, dim=1).indices[:, -1] == y).float().mean(),
                "value: this asks for the k-th place only. The places before it count as well.",
            ),
            Mistake(
                lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).any(1),
                "shape: True or False for each image. Take the mean of them as floats.",
            ),
        ),
        praise="with k = 1 it is the accuracy, and with all classes it is always 1.",
    ),
    "5.5": Exercise(
        solution=_evaluate,
        inputs=lambda: [(_Trial(training=True),), (_Trial(training=False),)],
        observe=_what_it_does,
        mistakes=(
            Mistake(
                _evaluation(enter=False),
                "value: the model is still in training mode, so dropout puts zeros in at random. "
                "Call model.eval() first.",
            ),
            Mistake(
                _evaluation(leave="eval"),
                "value: the model came in training mode and is left in eval mode, so the next "
                "epoch would train without dropout. Put its mode back: model.train(was_training).",
            ),
            Mistake(
                _evaluation(leave="train"),
                "value: the model came in eval mode and is left in training mode. Remember "
                "model.training at the beginning, and put that back.",
            ),
            Mistake(
                _evaluation(record=True),
                "gradient: activations are kept for a backward pass that never comes. Put the "
                "predictions under `with torch.no_grad():`.",
            ),
            Mistake(
                _evaluation(by_batch=True),
                "value: this is the mean of the batches' shares, in which the two examples of the "
                "last batch count twice as much as others. Count over all examples.",
            ),
            Mistake(
                lambda model, dl: 1.0,
                "value: the model was never asked. Go through dl and call model(xb).",
            ),
        ),
        praise="the same number every time, and training goes on as if nobody had looked.",
    ),
}
