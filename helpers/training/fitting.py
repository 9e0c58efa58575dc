"""Training a model that knows its own steps: evaluate, an epoch, and the loop over the epochs."""

from collections.abc import Callable, Iterable
from pathlib import Path

import torch

from helpers import diagnosis
from helpers.device.place import SizedLoader
from helpers.diagnosis import LossWatch
from helpers.models.base import Batch, ImageClassificationBase, Result
from helpers.settings import is_headless
from helpers.training.checkpoint import TrainingState
from helpers.training.classifier import evaluating
from helpers.training.files import epochs_done

Loader = Iterable[Batch]


def tqdm(**options):
    """The bar of ``tqdm.auto``, whose import brings widgets into a notebook: not before one asks.

    Example:
        ``with tqdm(total=100, unit="batch") as bar: bar.update()``
    """
    from tqdm.auto import tqdm as bar

    return bar(**options)


@diagnosis.watched(loader="val_loader", classes=True)
def evaluate(model: ImageClassificationBase, val_loader: Loader) -> Result:
    """How good a model is on the images of a loader.

    The model is in ``eval()`` mode meanwhile (``evaluating``).

    Args:
        val_loader: gives batches on the model's device.

    Returns:
        dict: ``val_loss`` and ``val_acc``, means over all images.

    Example:
        ``evaluate(model, val_loader)["val_acc"]``

    The name is the one of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian).
    Built in lesson 08.
    """
    with evaluating(model), torch.no_grad():
        outputs = [model.validation_step(batch) for batch in val_loader]
    return model.validation_epoch_end(outputs)


@diagnosis.watched(loader="train_loader", classes=True)
def fit_epoch(
    model: ImageClassificationBase,
    train_loader: Loader,
    optimizer: torch.optim.Optimizer,
    after_batch: Callable[[], object] | None = None,
) -> float:
    """Go through the data once, with one step for each batch.

    Args:
        model: has ``training_step``; it is put into ``train()`` mode.
        train_loader: gives batches on the model's device.
        after_batch: called after each step, for example to move a progress bar; or None.

    Returns:
        float: the mean of the losses of the steps.

    Example:
        ``fit_epoch(model, train_loader, torch.optim.Adam(model.parameters(), lr=0.001))``

    Built in lesson 08.
    """
    model.train()
    watched_step, losses = LossWatch(model.training_step), []
    for batch in train_loader:
        loss = watched_step(batch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
        if after_batch:
            after_batch()
    watched_step.finish()
    return torch.stack(losses).mean().item()


def fit(
    epochs: int,
    lr: float,
    model: ImageClassificationBase,
    train_loader: SizedLoader[Batch],
    val_loader: Loader,
    opt_func: Callable[..., torch.optim.Optimizer] = torch.optim.SGD,
    checkpoint: Path | str | None = None,
) -> list[Result]:
    """Train for some epochs; print a line for each, and show the time that is left meanwhile.

    An interruption (Kernel > Interrupt) ends the training; the history until then is returned.
    With ``checkpoint`` each finished epoch is kept in that file. When the file is there at the
    start, after an interruption or because the kernel died, the training goes on behind its last
    epoch, and gives the same history as one that was never stopped. At the end the file is deleted.

    Args:
        epochs: how many in all, those before an interruption included.
        model: an image classifier on its device; trained in place.
        train_loader: training data, gives batches on that device; its order must come from torch's
            global random numbers. Its length must be known.
        opt_func: makes the optimiser from parameters and learning rate.
        checkpoint: a file for the training, or None.

    Returns:
        list: one dict an epoch with ``train_loss``, ``val_loss`` and ``val_acc``.

    Example:
        ``history = fit(10, 0.001, model, train_loader, val_loader, torch.optim.Adam)``

    The name is the one of the notebooks "Deep Learning with PyTorch: Zero to GANs" (jovian).
    Built in lesson 08.
    """
    _check_epochs(epochs, checkpoint)
    optimizer = opt_func(model.parameters(), lr)
    optimizer.zero_grad()
    settings: dict[str, float | str] = {"lr": lr, "batches": len(train_loader)}
    state = TrainingState(checkpoint, model, optimizer, settings)
    history = state.resume()
    steps = (epochs - len(history)) * len(train_loader)
    try:
        with tqdm(total=steps, unit="batch", leave=False, disable=is_headless()) as bar:
            for epoch in range(len(history), epochs):
                loss = fit_epoch(model, train_loader, optimizer, bar.update)
                result = {"train_loss": loss} | evaluate(model, val_loader)
                history.append(result)
                model.epoch_end(epoch, result)
                state.save(history)
    except KeyboardInterrupt:
        print(
            f"interrupted in epoch {len(history) + 1};", "what came before is in the history"
        )  # fmt: skip
    else:
        state.remove()
    return history


def _check_epochs(epochs: int, path: Path | str | None) -> None:
    """The training in a file, if there is one, must not be longer than the one asked for."""
    if path is not None and Path(path).is_file() and (done := epochs_done(path)) > epochs:
        raise ValueError(
            f"{Path(path).name} holds a training of {done} epochs, and {epochs} are asked for. "
            f"Ask for {done} or more in all, or begin anew: delete the file"
        )
