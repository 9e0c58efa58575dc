"""Train lesson 08's network in several processes, on one machine or many.

    python -m torch.distributed.run --standalone --nproc_per_node 2 -m helpers.training.distributed

starts two processes here, each on a GPU of its own if there are two, else on the processor. With
``--checkpoint`` the same command goes on after an interruption, also with another number of
processes; with ``--max_restarts 3`` before ``-m`` it does so by itself when a process has died.
"""

import argparse
import json
import math
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from helpers.data import Split, load
from helpers.language import say
from helpers.models import Cifar10CnnModel, he_init
from helpers.models.base import Batch
from helpers.training.checkpoint import TrainingState, check_writable, replacing
from helpers.training.classifier import evaluating
from helpers.training.joining import in_group, left_alone
from helpers.training.sharing import ShardedBatches, same_everywhere, total

History = list[dict[str, float]]


def train_together(
    train_split: Split,
    valid_split: Split,
    epochs: int,
    batch_size: int,
    lr: float,
    width: int = 8,
    seed: int = 0,
    checkpoint: str | None = None,
    device: torch.device | str = "cpu",
    crash: int | None = None,
    dtype: torch.dtype = torch.float32,
) -> History:
    """Train lesson 08's network, together with the other processes of the group.

    Apart from rounding, the history does not depend on how many processes there are, nor on how
    often the training was interrupted and taken up again. A long training makes more and more of a
    difference in the last digit; float64 shows that there is no other.

    Args:
        train_split: images and labels to learn from, the same in each process.
        epochs: how many in all, those before an interruption included.
        batch_size: images in a batch, those of all processes together.
        width: of ``Cifar10CnnModel``.
        seed: for first weights and orders.
        checkpoint: a file for the training, or None; only process 0 reads and writes it.
        crash: an epoch in the middle of which the last process kills itself, to see what happens.
        dtype: of weights and images.

    Returns:
        list: one dict an epoch with ``train_loss``, ``val_loss`` and ``val_acc``.
    """
    rank, size = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(seed)
    model = Cifar10CnnModel(width).apply(he_init).to(device, dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9)
    loader = ShardedBatches(*train_split, batch_size, device, rank, size, seed)
    same_everywhere("the number of batches", len(loader))
    settings: dict[str, float | str] = {"lr": lr, "batches": len(loader), "width": width}
    state = TrainingState(checkpoint if rank == 0 else None, model, optimizer, settings)
    history = resumed_by_all(state)
    ids = [torch.device(device).index] if torch.device(device).type == "cuda" else None
    together = DistributedDataParallel(model, device_ids=ids)
    for epoch in range(len(history), epochs):
        loader.epoch = epoch
        dies = epoch == crash and rank == size - 1
        train_loss = _epoch(together, _deadly(loader) if dies else loader, optimizer)
        loss, right, n = _judge(model, valid_split, device)
        _check_losses(epoch, train_loss, loss / n)
        history.append({"train_loss": train_loss, "val_loss": loss / n, "val_acc": right / n})
        if rank == 0:
            model.epoch_end(epoch, history[-1])
        state.save(history)
    return history


def resumed_by_all(state: TrainingState) -> History:
    """Let process 0 read a training from its file, and hand all of it to the others."""
    history = state.resume()
    parts: list[Any] = [state.model.state_dict(), state.optimizer.state_dict(), history]
    device = next(state.model.parameters()).device
    dist.broadcast_object_list(parts, src=0, device=device if device.type == "cuda" else None)
    state.model.load_state_dict(parts[0])
    state.optimizer.load_state_dict(parts[1])
    return parts[2]


def _epoch(model: nn.Module, batches: Iterable[Batch], optimizer: torch.optim.Optimizer) -> float:
    model.train()
    losses = []
    for xb, yb in batches:
        loss = F.cross_entropy(model(xb.to(next(model.parameters()).dtype)), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
    mean = torch.stack(losses).mean()
    return total(mean.item(), device=mean.device)[0] / dist.get_world_size()


@torch.no_grad()
def _judge(model: nn.Module, split: Split, device: torch.device | str) -> list[float]:
    """Loss, right answers and images, each summed over all processes."""
    rank, size = dist.get_rank(), dist.get_world_size()
    loss = right = 0.0
    images, labels = split.images[rank::size], split.labels[rank::size]
    with evaluating(model):
        for xb, yb in zip(images.split(250), labels.split(250)):
            xb, yb = xb.to(device, next(model.parameters()).dtype) / 255, yb.to(device)
            logits = model(xb)
            loss += F.cross_entropy(logits, yb, reduction="sum").item()
            right += (logits.argmax(1) == yb).sum().item()
    return total(loss, right, len(labels), device=device)


def _check_losses(epoch: int, *losses: float) -> None:
    """Stop where training is lost: in each process, as all have the same means."""
    for loss in losses:
        if not math.isfinite(loss):
            raise FloatingPointError(
                say(
                    "the loss became {loss} in epoch {epoch}. First suspect: the learning rate is "
                    "too large, try a tenth of it. A checkpoint stays as it was after the epoch "
                    "before",
                    loss=loss,
                    epoch=epoch + 1,
                )
            )


def _deadly(loader: ShardedBatches) -> Iterator[Batch]:
    """Batches in the middle of which the process ends, as if the system had killed it."""
    for place, batch in enumerate(loader):
        if place == len(loader) // 2:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        yield batch


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m torch.distributed.run --standalone --nproc_per_node 2 -m "
        "helpers.training.distributed",
        description="Train lesson 08's network on CIFAR-10 in several processes.",
    )
    add = parser.add_argument
    add("--images", type=int, default=45_000, help="to learn from; a ninth as many others judge")
    add("--epochs", type=int, default=10, help="in all")
    add("--batch_size", type=int, default=128, help="images in a batch, of all processes together")
    add("--lr", type=float, default=0.02, help="learning rate")
    add("--width", type=int, default=32, help="of the network; 32 is lesson 08's")
    add(
        "--checkpoint",
        help="a file for the training: the same command goes on after its last epoch",
    )
    add("--device", default="", help="cpu or cuda; GPUs if there are enough")
    add("--double", action="store_true", help="in float64: slow, with hardly any rounding")
    add("--history", help="a file for the results (JSON)")
    add("--wait", type=float, default=600, help="seconds that a process waits for another")
    add(
        "--crash", type=int, help="kill the last process in this epoch (from 0), on the first start"
    )
    return parser.parse_args(given)


def train_from(given: Sequence[str] | None, device: torch.device | str = "cpu") -> History:
    """Train as a command line says, together with the other processes of the group.

    Args:
        given: the options, those of this program's command line if None.
    """
    chosen = _arguments(given)
    with redirect_stdout(None):  # each process would print what it found
        cifar = load("cifar10").train
    random = torch.Generator().manual_seed(42)
    rows = torch.randperm(len(cifar.labels), generator=random)
    images = min(chosen.images, len(rows) * 9 // 10)
    learners, judges = rows[:images], rows[images : images + max(images // 9, 1)]
    first_start = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0"
    return train_together(
        Split(cifar.images[learners], cifar.labels[learners]),
        Split(cifar.images[judges], cifar.labels[judges]),
        chosen.epochs,
        chosen.batch_size,
        chosen.lr,
        chosen.width,
        checkpoint=chosen.checkpoint,
        device=device,
        crash=chosen.crash if first_start else None,
        dtype=torch.float64 if chosen.double else torch.float32,
    )


def _tell_and_end(*_: object) -> None:
    """What torchrun asks of the survivors as soon as a process has died: end, but say why."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise left_alone(*(int(os.environ.get(name, 0)) for name in ("RANK", "WORLD_SIZE")))


def main(given: Sequence[str] | None = None) -> None:
    """Train as the command line says; process 0 prints a line for each epoch."""
    chosen = _arguments(given)
    signal.signal(signal.SIGTERM, _tell_and_end)
    with in_group(chosen.device, chosen.wait) as device:
        if dist.get_rank() == 0:
            print(f"{dist.get_world_size()} processes, {device.type}, {dist.get_backend()}")
            if chosen.history:
                check_writable(chosen.history)
        history = train_from(given, device)
        if dist.get_rank() == 0 and chosen.history:
            with replacing(Path(chosen.history)) as temporary:
                temporary.write_text(json.dumps(history))


if __name__ == "__main__":
    try:
        main()
    except ConnectionAbortedError as error:  # short, beside the message of the one that has ended
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(f"{error}. With --checkpoint the same command goes on after the last epoch.")
