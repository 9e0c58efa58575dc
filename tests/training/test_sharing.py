import cloudpickle
import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from helpers.training.launching import ProcessFailed, launch
from helpers.training.sharing import (
    ShardedBatches,
    average_gradients,
    same_everywhere,
    step_seconds,
    total,
)
from tests.training import test_sharing
from tests.training.kit import tiny_photos
from tests.training.processes import networks, nobody_is_left  # noqa: F401  # a fixture

cloudpickle.register_pickle_by_value(test_sharing)
WAYS = ("by hand", "DistributedDataParallel", "fully_shard")


def gradients(device="cpu", size=1, rank=0, way="by hand"):
    """The gradients of each network, of this process's share of one batch."""
    images, labels = (part.to(device) for part in tiny_photos(24))
    found = {}
    for name, model in networks().items():
        together = model.to(device)
        if way == "DistributedDataParallel":
            together = DistributedDataParallel(model)
        elif way == "fully_shard":
            fully_shard(model)
        xb, yb = images[rank::size].float() / 255, labels[rank::size]
        F.cross_entropy(together(xb), yb).backward()
        if way == "by hand" and size > 1:
            average_gradients(model)
        grads = [
            p.grad.full_tensor() if way == "fully_shard" else p.grad for p in model.parameters()
        ]
        found[name] = torch.cat([grad.flatten() for grad in grads]).cpu()
    return found


def all_ways(device):
    rank, size = dist.get_rank(), dist.get_world_size()
    device = torch.device(device, rank) if device == "cuda" else device
    return {way: gradients(device, size, rank, way) for way in WAYS}


def largest_difference(results, alone):
    return max(
        (grads[name] - alone[name]).abs().max().item() / alone[name].abs().max().item()
        for result in results for grads in result.values() for name in alone
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("processes", [2, 3])
def test_shares_have_the_gradient_of_the_whole_batch(processes):
    results = launch(all_ways, processes, "cpu")
    assert largest_difference(results, gradients()) < 4e-6


@pytest.mark.gpu
@pytest.mark.parametrize("devices", [1, 2])
def test_shares_on_gpus_have_the_gradient_of_the_whole_batch(devices):
    if torch.cuda.device_count() < devices:
        pytest.skip(f"needs {devices} GPUs with CUDA")
    results = launch(all_ways, devices, "cuda", device="cuda", limit=120)
    assert largest_difference(results, gradients("cuda")) < 1e-3  # convolutions in TF32


@pytest.mark.slow
def test_different_numbers_of_batches_are_found_before_anybody_waits():
    def check():
        assert total(1.5, dist.get_rank()) == [3.0, 1.0]
        same_everywhere("the number of batches", 10 - dist.get_rank())

    says = "the number of batches must be the same .* process 0 has 10, process 1 has 9"
    with pytest.raises(ProcessFailed, match=says):
        launch(check, 2)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_images_are_dealt_out_as_distributed_sampler_does(size):
    images, labels = tiny_photos(64)
    data = TensorDataset(images, labels)
    for rank in range(size):
        ours = ShardedBatches(images, labels, 16, "cpu", rank, size, seed=5)
        sampler = DistributedSampler(data, size, rank, seed=5)
        theirs = DataLoader(data, 16 // size, sampler=sampler)
        for epoch in range(2):
            sampler.set_epoch(epoch)
            for (xb, yb), (xt, yt) in zip(ours, theirs, strict=True):
                assert torch.equal(yb, yt) and torch.equal(xb, xt.float() / 255)


def test_the_order_depends_on_the_epoch_alone():
    images, labels = tiny_photos(40)
    first, later = (ShardedBatches(images, torch.arange(40), 8, "cpu") for _ in range(2))
    epochs = [torch.cat([yb for _, yb in first]).tolist() for _ in range(3)]
    later.epoch = 2
    assert torch.cat([yb for _, yb in later]).tolist() == epochs[2] != epochs[1]
    assert sorted(epochs[0]) == list(range(40))


@pytest.mark.parametrize(
    ("n", "batch", "rank", "size", "says"),
    [
        (40, 9, 0, 2, "9 images cannot be dealt out to 2 processes in equal parts.* Take 8 or 10"),
        (40, 8, 2, 2, "rank from 0 to 1, got 2"),
        (4, 8, 0, 2, "at least 8 images, one batch, got 4"),
        (40, 0, 0, 2, "batch_size must be a whole number, 1 or more"),
    ],
)
def test_shares_that_are_none(n, batch, rank, size, says):
    with pytest.raises(ValueError, match=says):
        ShardedBatches(*tiny_photos(n), batch, "cpu", rank, size)


def test_one_process_has_nothing_to_exchange():
    assert step_seconds(0.5, 1, 100, 1, delay=1) == 0.5


def test_four_processes_by_hand():
    # 100 MB in quarters: 3 steps to add and 3 to pass on, 25 ms each at 1 GB/s, and 2 ms of delay.
    assert step_seconds(0.4, 4, 100, 1, delay=0.002) == pytest.approx(0.1 + 6 * (0.025 + 0.002))


def test_more_processes_send_hardly_more():
    few, many = (step_seconds(0, n, 100, 1) for n in (8, 64))
    assert few < many < 1.2 * few < 0.25


def test_images_are_bytes():
    images, labels = tiny_photos(16)
    with pytest.raises(TypeError, match="ShardedBatches: expected bytes"):
        ShardedBatches(images.float() / 255, labels, 8, "cpu")
    assert len(ShardedBatches(images, labels, np.int64(8), "cpu")) == 2
    assert len(list(ShardedBatches(images, labels, np.int64(8), "cpu"))) == 2


def test_a_parameter_without_a_gradient_is_named():
    model = torch.nn.Linear(2, 1)
    model.bias.requires_grad_(False)
    model(torch.ones(1, 2)).sum().backward()
    with pytest.raises(ValueError, match="the parameter bias has no gradient.*zeros_like"):
        average_gradients(model)
