"""What went wrong in training, in plain words: a batch that does not fit, a loss that is lost."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from inspect import signature
from traceback import walk_tb
from typing import Any, ParamSpec, TypeVar

import torch
from torch import nn

from helpers.language import say

Model = Callable[[torch.Tensor], torch.Tensor]
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Pair = tuple[torch.Tensor, torch.Tensor] | list[torch.Tensor]
P = ParamSpec("P")
R = TypeVar("R")


class LossWatch:
    """A loss function that notices the step at which the loss stops being a number.

    On the CPU it stops at once. Elsewhere reading a value makes the device wait, so losses are
    kept and read all together by ``finish``; the message names the same step.

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
                say(
                    "expected a loss of one number, got shape {shape}; end the loss function with "
                    ".mean()",
                    shape=tuple(loss.shape),
                )
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


def _check_aligned(predictions: Any, targets: Any) -> None:
    both = predictions, targets
    if not all(isinstance(one, torch.Tensor) for one in both):
        return
    short, long = sorted((tuple(one.shape) for one in both), key=len)
    if len(short) == 1 and short[0] > 1 and long == (*short, 1):
        raise ValueError(
            say(
                "predictions have shape {predictions} but targets {targets}: each would be "
                "compared with all others. They must be the same: targets.view(predictions.shape)",
                predictions=tuple(predictions.shape),
                targets=tuple(targets.shape),
            )
        )


def aligned(function: Loss) -> Loss:
    """A loss or metric that refuses a column and a row, which it would compare number by number.

    Example:
        >>> aligned(lambda p, t: (p == t).float().mean())(torch.ones(2), torch.ones(2))
        tensor(1.)
    """

    def checked(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        _check_aligned(predictions, targets)
        return function(predictions, targets)

    return checked


class Watched:
    """A loader whose batches are looked at, again at each pass; it keeps the latest one.

    Attributes:
        latest: the pair that it gave last, or None.

    Example:
        >>> watched = Watched([(torch.zeros(2, 784), torch.zeros(2))])
        >>> len(list(watched)), watched.latest[0].shape
        (1, torch.Size([2, 784]))
    """

    def __init__(self, dl: Iterable) -> None:
        self.dl = dl
        self.latest: tuple[torch.Tensor, torch.Tensor] | None = None

    def __iter__(self) -> Iterator[Pair]:
        batch = None
        for batch in self.dl:
            _check_pair(batch)
            self.latest = (batch[0], batch[1])
            yield batch
        if batch is None:
            raise ValueError(
                say(
                    "the loader gave no batch. Is the data empty, or is it an iterator that was "
                    "used up by an earlier epoch? Pass a Batches, a DataLoader or a list"
                )
            )


def watched(
    loader: str = "", loss: str = "", classes: bool = False, metric: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function that trains or predicts: look at its batches and losses meanwhile.

    An error of torch is raised in plain words where the model does not fit the latest batch.

    Args:
        loader: the name of its argument that gives batches; else it has the arguments xb and yb.
        loss: the name of its argument that is a loss function, if it has one.
        classes: whether labels are class numbers, so that wrong ones can be the reason, too.
        metric: the name of its argument that is a metric, if it has one.

    Example:
        >>> @watched(loader="dl")
        ... def outputs(model, dl):
        ...     return [model(xb) for xb, yb in dl]
        >>> outputs(nn.Linear(4, 2), [(torch.ones(2, 3), torch.ones(2))])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        ValueError: the model expects 4 numbers an example, got a batch of shape (2, 3)...
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        known = signature(function)

        @wraps(function)
        def watching(*arguments: P.args, **named: P.kwargs) -> R:
            given = known.bind(*arguments, **named)
            given.apply_defaults()
            values = given.arguments
            batches = Watched(values[loader]) if loader else None
            if batches:
                values[loader] = batches
            own = bool(loss) and not isinstance(values[loss], LossWatch)
            if own:  # else whoever called this is watching
                values[loss] = LossWatch(aligned(values[loss]))
            if own or not loss:
                _check_trained(values)
            if metric:
                values[metric] = aligned(values[metric])
            try:
                result = function(*given.args, **given.kwargs)
            except (RuntimeError, IndexError) as error:
                from helpers.device.memory import is_out_of_memory  # which imports this module

                latest = batches.latest if batches else (values["xb"], values["yb"])
                problem = None
                if latest and not is_out_of_memory(error):
                    xb, yb = latest
                    if "device" in values:  # the function moves its batches there
                        xb, yb = xb.to(values["device"]), yb.to(values["device"])
                    problem = _reason(error, values["model"], xb, yb, classes)
                if not problem:
                    raise
                raise problem from error
            if own:
                values[loss].finish()
            return result

        return watching

    return decorate


def _check_pair(batch: Any) -> None:
    """A batch, and not an example of a data set that no loader has made batches of."""
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise TypeError(
            say(
                "expected each batch to be a pair of tensors (xb, yb), got {kind} of length "
                "{count}",
                kind=type(batch).__name__,
                count=len(batch) if hasattr(batch, "__len__") else 1,
            )
        )
    if not all(isinstance(part, torch.Tensor) for part in batch):
        raise TypeError(
            say(
                "expected each batch to be a pair of tensors (xb, yb), got {kind} and {other}. Is "
                "it a data set? Batches are made by DataLoader(data_set, batch_size=64)",
                kind=type(batch[0]).__name__,
                other=type(batch[1]).__name__,
            )
        )


def _check_trained(values: Mapping[str, Any]) -> None:
    """A model, and no class of models; and optimisers that would change this model."""
    from helpers import checks  # which imports this module

    model = values["model"]
    if isinstance(model, type):
        raise TypeError(
            say("expected a model, got the class {name}: make one, {name}()", name=model.__name__)
        )
    given = [values[name] for name in ("opt", "optimizer") if name in values]
    several = values.get("optimizers")
    for opt in [*given, *(several if isinstance(several, (list, tuple)) else ())]:
        known = hasattr(opt, "param_groups") or hasattr(opt, "params")
        if known and isinstance(model, nn.Module):
            checks.own_optimizer(opt, model)


def misfit(
    xb: torch.Tensor, weights: torch.Tensor | None, features: int | None, dtypes: bool = True
) -> Exception | None:
    """Why a batch does not fit a layer; None when it does, or when the reason is not known.

    Args:
        xb: a batch, shape (..., features).
        weights: any parameter of the model, for its device; None if not known.
        features: how many numbers an example must have; None if not known.
        dtypes: whether the dtype may be the reason.

    Example:
        >>> misfit(torch.zeros(4, 784), None, features=784) is None
        True
    """
    if dtypes and not xb.is_floating_point():
        return TypeError(
            say(
                "expected a batch of floats from 0 to 1, got {dtype}; convert the images first: "
                "images.float() / 255",
                dtype=xb.dtype,
            )
        )
    if weights is not None and xb.device != weights.device:
        return ValueError(
            say(
                "the model is on {device} but the batch on {other}; move one of them: "
                "model.to('{other}') or xb.to('{device}')",
                device=weights.device,
                other=xb.device,
            )
        )
    if (
        dtypes
        and weights is not None
        and xb.dtype != weights.dtype
        and not torch.is_autocast_enabled(xb.device.type)
    ):
        way = "float()" if weights.dtype == torch.float32 else f"to({weights.dtype})"
        return TypeError(
            say(
                "the model computes in {dtype}, but the batch is {other}: use xb.{way}",
                dtype=weights.dtype,
                other=xb.dtype,
                way=way,
            )
        )
    if features is not None and xb.shape[-1] != features:
        return ValueError(
            say(
                "the model expects {features} numbers an example, got a batch of shape {shape}; "
                "images become rows by images.view(-1, 28 * 28)",
                features=features,
                shape=tuple(xb.shape),
            )
        )
    return None


def _not_finite(loss: torch.Tensor, step: int) -> FloatingPointError:
    return FloatingPointError(
        say(
            "the loss became {loss} at step {step}. First suspect: the learning rate is too "
            "large, try a tenth of it with fresh parameters. Then: inputs that are not finite, "
            "or a logarithm or a division by zero in the loss",
            loss=loss.item(),
            step=step,
        )
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


def _reason(
    error: Exception, model: Model, xb: torch.Tensor, yb: torch.Tensor, classes: bool
) -> Exception | None:
    """Why a model or its loss has refused a batch; None when that is not known."""
    said = str(error)
    if "does not require grad" in said:
        return ValueError(
            say(
                "no gradient leads back from the loss to a parameter. Is it a loss, and not a "
                "metric such as an accuracy, which has no slope? Do the parameters ask for "
                "gradients (.requires_grad_(), not frozen)? Was it computed under torch.no_grad()?"
            )
        )
    weights = None
    if isinstance(model, nn.Module):
        if not _in_forward(error, model):  # it has answered, so the images are all right
            return _wrong_labels(error, xb, yb) if classes else None
        weights = next(model.parameters(), None)
    about_dtypes = "type" in said or "not implemented for" in said
    return misfit(xb, weights, _features(model), about_dtypes) or _wrong_channels(model, xb)


def _in_forward(error: Exception, model: Model) -> bool:
    """Whether an error came while the model was answering."""
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    return any(f.f_code.co_name == "forward" and f.f_locals.get("self") is model for f in frames)


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
        way = say("; xb[:, None] puts the channel axis in")
    elif channels == 1 and xb.ndim == 2:
        way = say("; rows become images by xb.view(-1, 1, height, width)")
    elif xb.ndim == 4 and xb.shape[3] == channels:
        way = say("; the channels stand last: xb.permute(0, 3, 1, 2) puts them first")
    elif xb.ndim == 3 and xb.shape[0] == channels:
        way = say("; put a single image into a batch of one: xb[None]")
    return ValueError(
        say(
            "the model expects images of shape (n, {channels}, height, width), got {shape}{way}",
            channels=channels,
            shape=tuple(xb.shape),
            way=way,
        )
    )


def _wrong_labels(error: Exception, xb: torch.Tensor, yb: torch.Tensor) -> Exception | None:
    """What is wrong with labels that a loss for classes has refused; None when they look right."""
    if yb.ndim != 1:
        return ValueError(
            say(
                "expected labels of shape (n,), one class number an image, got {shape}",
                shape=tuple(yb.shape),
            )
            + (say(": use yb.squeeze(1)") if yb.ndim == 2 and yb.shape[1] == 1 else "")
        )
    if yb.dtype != torch.int64:
        return TypeError(
            say("expected class numbers of dtype int64, got {dtype}: use yb.long()", dtype=yb.dtype)
        )
    if yb.device != xb.device:
        return ValueError(
            say(
                "the batch is on {device} but its labels on {other}; move them: yb.to('{device}')",
                device=xb.device,
                other=yb.device,
            )
        )
    if "out of bounds" in str(error):
        return ValueError(
            say(
                "{error} Classes count from 0, and the model must have one output for each of them",
                error=error,
            )
        )
    return None
