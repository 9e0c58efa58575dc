"""What went wrong in training, in plain words: a batch that does not fit, a loss that is lost."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

Model = Callable[[torch.Tensor], torch.Tensor]
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class LossWatch:
    """A loss function that notices the step at which the loss stops being a number.

    On the CPU it stops at once. Elsewhere reading a value makes the device wait, so losses are
    kept and read all together by ``finish``; the message names the same step.

    Args:
        loss_func: what to watch: a loss function, from predictions and targets to one number, or
            anything else that gives a loss.

    Raises:
        ValueError: when called, if the loss is not one number.
        FloatingPointError: when called or by ``finish``, if a loss was infinite or NaN.

    Example:
        >>> watch = LossWatch(lambda preds, targets: (preds - targets).square().mean())
        >>> watch(torch.tensor([1.0]), torch.tensor([3.0]))
        tensor(4.)
    """

    def __init__(self, loss_func: Callable[..., torch.Tensor]) -> None:
        self.loss_func = loss_func
        self.step = 0
        self.unread: list[torch.Tensor] = []

    def __call__(self, *arguments: object) -> torch.Tensor:
        loss = self.loss_func(*arguments)
        self.step += 1
        if loss.numel() != 1:
            raise ValueError(
                f"expected a loss of one number, got shape {tuple(loss.shape)}; "
                "end the loss function with .mean()"
            )
        if not loss.is_cpu:
            self.unread.append(loss.detach())
        elif not math.isfinite(loss.detach().item()):
            raise _not_finite(loss, self.step)
        return loss

    def finish(self) -> None:
        """Read the losses that were kept."""
        if not self.unread or self.unread[0].is_meta:  # tensors on meta have no values
            return
        losses = torch.stack(self.unread)
        if not losses.isfinite().all():
            step = int(losses.isfinite().int().argmin()) + 1
            raise _not_finite(losses[step - 1], step)


def explained(model: Model) -> Model:
    """The same model, which says in plain words why a batch does not fit it.

    Args:
        model: a module or a function from a batch to predictions.

    Raises:
        TypeError: when the batch is not of the model's dtype.
        ValueError: when its features, its channels or its device are not those of the model.

    Example:
        >>> explained(nn.Linear(784, 1))(torch.zeros(4, 784)).shape
        torch.Size([4, 1])
    """

    def predict(xb: torch.Tensor) -> torch.Tensor:
        try:
            return model(xb)
        except RuntimeError as error:
            problem = refusal(model, xb, _features(model))
            if problem is None:
                raise
            raise problem from error

    return predict


def pairs(dl: Iterable) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """The batches of a loader, after a look whether each is a pair and whether there is any.

    Raises:
        TypeError: when a batch is not a pair of tensors.
        ValueError: when there is no batch.

    Example:
        >>> len(list(pairs([(torch.zeros(2, 784), torch.zeros(2, 1))])))
        1
    """
    batch = None
    for batch in dl:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise TypeError(
                "expected each batch to be a pair of tensors (xb, yb), "
                f"got {type(batch).__name__} of length {len(batch)}"
            )
        yield batch
    if batch is None:
        raise ValueError(
            "the loader gave no batch. Is the data empty, or is it an iterator that was used up "
            "by an earlier epoch? Pass a Batches, a DataLoader or a list"
        )


class Watched:
    """A loader whose batches are looked at, again at each pass; it keeps the latest one.

    Args:
        dl: gives pairs of tensors (xb, yb).

    Attributes:
        latest: the pair that it gave last, or None.

    Raises:
        TypeError, ValueError: see ``pairs``.

    Example:
        >>> watched = Watched([(torch.zeros(2, 784), torch.zeros(2))])
        >>> len(list(watched)), watched.latest[0].shape
        (1, torch.Size([2, 784]))
    """

    def __init__(self, dl: Iterable) -> None:
        self.dl = dl
        self.latest: tuple[torch.Tensor, torch.Tensor] | None = None

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for batch in pairs(self.dl):
            self.latest = batch
            yield batch


@contextmanager
def explaining(model: nn.Module, batches: Watched) -> Iterator[None]:
    """Raise errors of torch in plain words, where the latest batch is the reason.

    Args:
        model: from a batch to logits.
        batches: the loader.

    Raises:
        TypeError, ValueError: instead of an error of torch; see ``reason``.

    Example:
        >>> batches, layer = Watched([(torch.zeros(2, 4), torch.tensor([0, 1]))]), nn.Linear(4, 2)
        >>> with explaining(layer, batches):
        ...     outputs = [layer(xb) for xb, _ in batches]
    """
    try:
        yield
    except (RuntimeError, IndexError) as error:
        problem = batches.latest and reason(error, model, *batches.latest)
        if problem is None:
            raise
        raise problem from error


def reason(
    error: Exception, model: nn.Module, xb: torch.Tensor, yb: torch.Tensor
) -> Exception | None:
    """Why a classifier or its loss has refused a batch; None when that is not known.

    Args:
        error: what torch has raised.
        model: from a batch to logits.
        xb: the inputs.
        yb: their labels.

    Example:
        >>> xb, yb = torch.zeros(2, 4).double(), torch.tensor([0, 1])
        >>> print(reason(RuntimeError(), nn.Linear(4, 2), xb, yb))
        the model computes in torch.float32, but the batch is torch.float64: use xb.float()
    """
    return refusal(model, xb) or _wrong_labels(error, xb, yb)


def refusal(model: Model, xb: torch.Tensor, features: int | None = None) -> Exception | None:
    """Why a model has refused a batch; None when that is not known.

    Args:
        model: a module or a function from a batch to predictions.
        xb: the batch.
        features: how many numbers an example must have; None if not known.

    Example:
        >>> print(refusal(nn.Conv2d(3, 8, 3), torch.zeros(2, 8, 8)))
        the model expects images of shape (n, 3, height, width), got (2, 8, 8)
    """
    weights = next(model.parameters(), None) if isinstance(model, nn.Module) else None
    return misfit(xb, weights, features) or _wrong_channels(model, xb)


def misfit(
    xb: torch.Tensor, weights: torch.Tensor | None, features: int | None
) -> Exception | None:
    """Why a batch does not fit a layer; None when it does, or when the reason is not known.

    Args:
        xb: a batch, shape (..., features).
        weights: any parameter of the model, for its device; None if not known.
        features: how many numbers an example must have; None if not known.

    Example:
        >>> misfit(torch.zeros(4, 784), None, features=784) is None
        True
    """
    if not xb.is_floating_point():
        return TypeError(
            f"expected a batch of floats from 0 to 1, got {xb.dtype}; "
            "convert the images first: images.float() / 255"
        )
    if weights is not None and xb.device != weights.device:
        return ValueError(
            f"the model is on {weights.device} but the batch on {xb.device}; move one of them: "
            f"model.to({str(xb.device)!r}) or xb.to({str(weights.device)!r})"
        )
    if (
        weights is not None
        and xb.dtype != weights.dtype
        and not torch.is_autocast_enabled(xb.device.type)
    ):
        way = "float()" if weights.dtype == torch.float32 else f"to({weights.dtype})"
        return TypeError(
            f"the model computes in {weights.dtype}, but the batch is {xb.dtype}: use xb.{way}"
        )
    if features is not None and xb.shape[-1] != features:
        return ValueError(
            f"the model expects {features} numbers an example, got a batch of shape "
            f"{tuple(xb.shape)}; images become rows by images.view(-1, 28 * 28)"
        )
    return None


def _not_finite(loss: torch.Tensor, step: int) -> FloatingPointError:
    return FloatingPointError(
        f"the loss became {loss.item()} at step {step}. First suspect: the learning rate is too "
        "large, try a tenth of it with fresh parameters. Then: inputs that are not finite, or a "
        "logarithm or a division by zero in the loss"
    )


def _first(model: Model) -> Model:
    """The layer that a model begins with, as far as that is known."""
    while isinstance(model, nn.Sequential) and len(model):
        model = model[0]
    return model


def _features(model: Model) -> int | None:
    """How many numbers an example must have for a model that begins with a linear layer."""
    first = _first(model)
    return first.in_features if isinstance(first, nn.Linear) else None


def _wrong_channels(model: Model, xb: torch.Tensor) -> Exception | None:
    """What is wrong with images for a model that begins with a convolution; None if nothing is."""
    first = _first(model)
    if not isinstance(first, nn.Conv2d):
        return None
    channels = first.in_channels
    if xb.ndim == 4 and xb.shape[1] == channels:
        return None
    way = ""
    if channels == 1 and xb.ndim == 3:
        way = "; xb[:, None] puts the channel axis in"
    elif channels == 1 and xb.ndim == 2:
        way = "; rows become images by xb.view(-1, 1, height, width)"
    elif xb.ndim == 4 and xb.shape[3] == channels:
        way = "; the channels stand last: xb.permute(0, 3, 1, 2) puts them first"
    elif xb.ndim == 3 and xb.shape[0] == channels:
        way = "; put a single image into a batch of one: xb[None]"
    return ValueError(
        f"the model expects images of shape (n, {channels}, height, width), "
        f"got {tuple(xb.shape)}{way}"
    )


def _wrong_labels(error: Exception, xb: torch.Tensor, yb: torch.Tensor) -> Exception | None:
    """What is wrong with labels that a loss for classes has refused; None when they look right."""
    if yb.ndim != 1:
        return ValueError(
            f"expected labels of shape (n,), one class number an image, got {tuple(yb.shape)}"
            + (": use yb.squeeze(1)" if yb.ndim == 2 and yb.shape[1] == 1 else "")
        )
    if yb.dtype != torch.int64:
        return TypeError(f"expected class numbers of dtype int64, got {yb.dtype}: use yb.long()")
    if yb.device != xb.device:
        return ValueError(
            f"the batch is on {xb.device} but its labels on {yb.device}; move them: "
            f"yb.to({str(xb.device)!r})"
        )
    if "out of bounds" in str(error):
        return ValueError(
            f"{error} Classes count from 0, and the model must have one output for each of them"
        )
    return None
