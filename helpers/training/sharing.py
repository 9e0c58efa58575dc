"""Data parallel training: each process has its share of every batch, and what a step then costs."""

from collections.abc import Iterator

import torch
import torch.distributed as dist
from torch import nn

from helpers import checks
from helpers.language import say


def average_gradients(model: nn.Module) -> None:
    """Put the mean over all processes in the place of each gradient.

    Args:
        model: the same network in each process, after ``backward``.

    Example:
        ``loss.backward(); average_gradients(model); optimizer.step()``

    Built in lesson 11.
    """
    _check_gradients(model)
    for p in model.parameters():
        dist.all_reduce(p.grad)  # type: ignore[arg-type]  # after backward there is one
        p.grad /= dist.get_world_size()  # type: ignore


def _check_gradients(model: nn.Module) -> None:
    for name, p in model.named_parameters():
        if p.grad is None:
            raise ValueError(
                say(
                    "average_gradients: the parameter {name} has no gradient. Was backward called? "
                    "If it is frozen, or the loss does not depend on it, give it one of zeros "
                    "before: p.grad = torch.zeros_like(p)",
                    name=name,
                )
            )


class ShardedBatches:
    """A process's share of the batches of images that lie in memory, one byte a number.

    The order of an epoch is drawn from ``seed`` and its number, so that it is the same in each
    process, and after a new start. Of every batch a process with the number ``rank`` gets each
    ``size``-th image, as PyTorch's ``DistributedSampler`` deals them out. Images that fill no batch
    are left out, others in each epoch: all processes have the same number of equal parts.

    Args:
        images: uint8, shape (n, channels, height, width), in each process the same.
        labels: int64, shape (n,).
        batch_size: images in a batch, those of all processes together.

    Attributes:
        epoch: which order is next; it is counted on after each pass, and may be set.

    Example:
        >>> images = torch.zeros(5, 3, 1, 1, dtype=torch.uint8)
        >>> two = [ShardedBatches(images, torch.arange(5), 4, "cpu", k, 2) for k in range(2)]
        >>> len(two[0]), sorted(yb.item() for dl in two for _, batch in dl for yb in batch)
        (1, [0, 1, 3, 4])
    """

    def __init__(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch_size: int,
        device: torch.device | str,
        rank: int = 0,
        size: int = 1,
        seed: int = 0,
    ) -> None:
        checks.of_bytes(images)
        checks.rows_and_labels(images, labels)
        checks.whole(1, batch_size=batch_size, size=size)
        _check_shares(len(images), batch_size, rank, size)
        self.images, self.labels = images.to(device), labels.to(device)
        self.batch_size, self.rank, self.size, self.seed = int(batch_size), rank, size, seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.images) // self.batch_size

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        random = torch.Generator().manual_seed(self.seed + self.epoch)
        self.epoch += 1
        order = torch.randperm(len(self.images), generator=random)[: len(self) * self.batch_size]
        for batch in order.to(self.images.device).split(self.batch_size):
            own = batch[self.rank :: self.size]
            yield self.images[own].float() / 255, self.labels[own]


def _check_shares(n: int, batch_size: int, rank: int, size: int) -> None:
    if not 0 <= rank < size:
        raise ValueError(f"expected a rank from 0 to {size - 1}, got {rank}")
    if batch_size % size:
        less = batch_size // size * size
        raise ValueError(
            f"a batch of {batch_size} images cannot be dealt out to {size} processes in equal "
            f"parts, so their mean would not be that of the batch. Take {less} or {less + size}"
        )
    if n < batch_size:
        raise ValueError(f"expected at least {batch_size} images, one batch, got {n}")


def same_everywhere(what: str, value: int) -> None:
    """Stop at once where processes differ, rather than let some wait for others for ever.

    Args:
        what: what the number is, for the message.
        value: this process's number, for example ``len(loader)``.
    """
    values = [0] * dist.get_world_size()
    dist.all_gather_object(values, value)
    if len(set(values)) > 1:
        listed = ", ".join(f"process {rank} has {n}" for rank, n in enumerate(values))
        raise ValueError(
            f"{what} must be the same in every process, but {listed}. With unequal numbers of "
            "batches some would wait for others for ever: give all the same images and batch size"
        )


def total(*numbers: float, device: torch.device | str = "cpu") -> list[float]:
    """The sums over all processes, in double precision.

    Args:
        *numbers: this process's.
        device: one that the processes can talk through: with ``nccl`` a GPU.
    """
    sums = torch.tensor(numbers, dtype=torch.float64, device=device)
    dist.all_reduce(sums)
    return sums.tolist()


def step_seconds(
    compute: float, n: int, megabytes: float, bandwidth: float, delay: float = 0.0
) -> float:
    """Seconds of a training step in n processes that average their gradients in a ring.

    Args:
        compute: seconds of the step in one process, the whole batch.
        n: how many processes share it.
        megabytes: of gradients, 4 bytes a parameter in float32.
        bandwidth: gigabytes a second from each process to the next.
        delay: seconds before the first byte of a message arrives.

    Example:
        >>> step_seconds(1.0, 1, 20, 0.1), round(step_seconds(1.0, 2, 20, 0.1), 4)
        (1.0, 0.7)

    The ring: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms" (2009).
    Built in lesson 11.
    """
    sent = 2 * (n - 1) / n * megabytes / 1000
    exchange = sent / bandwidth + 2 * (n - 1) * delay
    return compute / n + exchange
