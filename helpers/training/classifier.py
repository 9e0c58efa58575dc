"""Training a classifier with PyTorch: a step, the loop around it, predictions and accuracy.

A model turns a batch of inputs into logits, one number for each class: shape (n, classes). Labels
are class numbers, int64, shape (n,). Loaders give pairs (xb, yb), for example a ``DataLoader`` or
``helpers.data.loaders.Batches``.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from helpers import checks, diagnosis
from helpers.device.place import to_device
from helpers.diagnosis import Loss
from helpers.metrics import accuracy

Loader = Iterable[tuple[torch.Tensor, torch.Tensor]]


class Epoch(NamedTuple):
    """What one pass through the training data has led to.

    Attributes:
        loss: mean of the losses of its steps.
        accuracy: share of the validation data that is right after it, from 0 to 1.

    Example:
        >>> Epoch(loss=0.25, accuracy=0.925).accuracy
        0.925
    """

    loss: float
    accuracy: float


@diagnosis.watched(loss="loss_func", classes=True)
def train_step(
    model: nn.Module,
    xb: torch.Tensor,
    yb: torch.Tensor,
    loss_func: Loss,
    opt: torch.optim.Optimizer,
) -> torch.Tensor:
    """Adjust the model's parameters once, by what one batch says.

    Args:
        model: from a batch to logits; to be put into ``train()`` mode by the caller.
        xb: a batch of inputs, float, shape (n, ...), on the model's device.
        yb: its labels, shape (n,), on the same device.

    Returns:
        Tensor: the loss *before* the step, 0-dimensional, without gradient.

    Example:
        >>> model = nn.Linear(1, 2)
        >>> opt = torch.optim.SGD(model.parameters(), lr=1.0)
        >>> xb, yb = torch.ones(4, 1), torch.tensor([0, 0, 1, 0])
        >>> first = train_step(model, xb, yb, F.cross_entropy, opt)
        >>> bool(train_step(model, xb, yb, F.cross_entropy, opt) < first)
        True

    Built in lesson 06.
    """
    opt.zero_grad()
    loss = loss_func(model(xb), yb)
    loss.backward()
    opt.step()
    return loss.detach()


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into ``eval()`` mode meanwhile.

    Afterwards, also after an error or an interruption, each of its modules is in the mode that it
    was in: a frozen part that is evaluated all the time stays so.

    Example:
        >>> model = nn.Dropout(0.5)
        >>> with evaluating(model):
        ...     model.training
        False
        >>> model.training
        True
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


@diagnosis.watched(loader="dl")
def predict(
    model: nn.Module, dl: Loader, device: torch.device | str
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the model says to all batches of a loader.

    The model is in ``eval()`` mode meanwhile (``evaluating``).

    Args:
        model: from a batch to logits, on ``device``.

    Returns:
        tuple: logits, shape (n, classes), and labels, shape (n,), in the loader's order, both on
        the CPU and without gradients.

    Example:
        >>> dl = [(torch.zeros(2, 4), torch.tensor([1, 0])), (torch.zeros(1, 4), torch.tensor([2]))]
        >>> logits, labels = predict(nn.Linear(4, 3), dl, "cpu")
        >>> logits.shape, labels.tolist()
        (torch.Size([3, 3]), [1, 0, 2])

    Built in lesson 06.
    """
    with evaluating(model), torch.no_grad():
        results = [(model(xb.to(device)).cpu(), yb.cpu()) for xb, yb in dl]
    logits = torch.cat([logits for logits, _ in results])
    return logits, torch.cat([labels for _, labels in results])


@diagnosis.watched(loader="dl", loss="loss_func", classes=True)
def train_classifier(
    model: nn.Module,
    epochs: int,
    dl: Loader,
    valid_dl: Loader,
    opt: torch.optim.Optimizer,
    device: torch.device | str,
    loss_func: Loss = F.cross_entropy,
) -> list[Epoch]:
    """Train for some epochs, and look after each how good the model has become.

    Args:
        model: from a batch to logits, on ``device``; it is trained in place, and left in the mode
            ``train()``.
        dl: training data, pairs (xb, yb); best shuffled.

    Example:
        >>> model = nn.Linear(1, 2)
        >>> opt = torch.optim.SGD(model.parameters(), lr=1.0)
        >>> dl = [(torch.tensor([[-1.0], [1.0]]), torch.tensor([0, 1]))] * 10
        >>> train_classifier(model, 2, dl, dl, opt, "cpu")[-1].accuracy
        1.0

    Built in lesson 06.
    """
    history = []
    for _ in range(epochs):
        model.train()
        losses = [train_step(model, xb.to(device), yb.to(device), loss_func, opt) for xb, yb in dl]
        right = accuracy(*predict(model, valid_dl, device))
        history.append(Epoch(torch.stack(losses).mean().item(), right.item()))
    return history


def predict_image(
    image: torch.Tensor, model: nn.Module, classes: Sequence[str]
) -> tuple[str, torch.Tensor]:
    """What a network says to one image.

    Args:
        image: bytes, shape (3, 32, 32), on any device.

    Returns:
        tuple: the name of the most probable class; and all probabilities, float32, shape
        (classes,), on the CPU.

    Example:
        >>> model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 2))
        >>> image = torch.zeros(3, 32, 32, dtype=torch.uint8)
        >>> name, probabilities = predict_image(image, model, ("cat", "dog"))
        >>> name in ("cat", "dog"), round(probabilities.sum().item(), 4)
        (True, 1.0)

    Built in lesson 08.
    """
    checks.of_bytes(image)
    xb = to_device(image[None].float() / 255, next(model.parameters()).device)
    with evaluating(model), torch.no_grad():
        probabilities = model(xb).softmax(dim=1)[0].cpu()
    return classes[probabilities.argmax().item()], probabilities
