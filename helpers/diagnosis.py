"""What went wrong in training, in plain words: a batch that does not fit, a loss that is lost."""

import math
from collections.abc import Callable, Iterable, Iterator

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
        TypeError: when the batch holds whole numbers.
        ValueError: when its features or its device are not those of the model.

    Example:
        >>> explained(nn.Linear(784, 1))(torch.zeros(4, 784)).shape
        torch.Size([4, 1])
    """

    def predict(xb: torch.Tensor) -> torch.Tensor:
        try:
            return model(xb)
        except RuntimeError as error:
            weights = next(model.parameters(), None) if isinstance(model, nn.Module) else None
            problem = misfit(xb, weights, _features(model))
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


def _features(model: Model) -> int | None:
    """How many numbers an example must have for a model that begins with a linear layer."""
    first = model[0] if isinstance(model, nn.Sequential) and len(model) else model
    return first.in_features if isinstance(first, nn.Linear) else None
