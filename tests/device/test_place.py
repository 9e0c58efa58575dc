from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers.device import place as module
from helpers.device.place import DeviceDataLoader, describe, get_default_device, to_device


class Pair(NamedTuple):
    images: torch.Tensor
    labels: torch.Tensor


@pytest.fixture(autouse=True)
def forget_the_choice():
    get_default_device.cache_clear()
    yield
    get_default_device.cache_clear()


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_order_of_preference(monkeypatch, cuda, mps, chosen):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(module, "compute_on", lambda device: None)
    assert get_default_device() == torch.device(chosen)


@pytest.mark.parametrize(("works", "chosen"), [("mps", "mps"), ("none", "cpu")])
def test_a_gpu_that_cannot_compute_is_passed_over(monkeypatch, works, chosen):
    """As a P100 with a wheel that was built for newer cards: it is there, and no kernel is."""

    def compute_on(device):
        if device.type != works:
            raise torch.AcceleratorError("CUDA error: no kernel image is available\nCompile with")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(module, "compute_on", compute_on)
    with pytest.warns(UserWarning, match=r"GPU \(\w+\) .*no kernel image is available\), so"):
        assert get_default_device() == torch.device(chosen)


def test_of_two_gpus_the_first_is_taken(monkeypatch):
    """As on Kaggle's two T4s: a device without a number is torch's current one, the first."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(module, "compute_on", lambda device: None)
    assert module.chosen_device() == torch.device("cuda")


def test_a_device_without_kernels_says_so():
    module.compute_on(torch.device("cpu"))
    with pytest.raises(RuntimeError):
        module.compute_on(torch.device("meta"))


def test_the_choice_is_made_once(monkeypatch):
    first = get_default_device()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: first.type != "cuda")
    assert get_default_device() is first


def test_describe(monkeypatch):
    monkeypatch.setattr(module.torch, "get_num_threads", lambda: 1)
    assert describe(torch.device("cpu")) == "CPU (1 thread)"
    monkeypatch.setattr(module.torch, "get_num_threads", lambda: 2)
    assert describe(torch.device("cpu")) == "CPU (2 threads)"
    monkeypatch.setattr(module.torch.cuda, "get_device_name", lambda device: "H100")
    assert describe(torch.device("cuda")) == "GPU (H100)"
    assert describe(torch.device("mps")) == "Apple GPU (MPS)"


# Torch's device "meta" is the second device that every machine has: tensors without values.


def test_everything_nested_is_moved_and_the_structure_kept():
    data = {
        "pair": (torch.zeros(2), [torch.zeros(3), torch.zeros(4)]),
        "deep": [{"x": torch.zeros(5)}, ()],
        "named": Pair(torch.zeros(6), torch.zeros(6)),
    }
    moved = to_device(data, "meta")
    assert list(moved) == ["pair", "deep", "named"]
    assert type(moved["pair"]) is tuple and type(moved["pair"][1]) is list
    assert moved["deep"][1] == () and type(moved["named"]) is Pair
    tensors = [*moved["pair"][1], moved["pair"][0], moved["deep"][0]["x"], *moved["named"]]
    assert all(tensor.is_meta for tensor in tensors)
    assert not data["pair"][0].is_meta


def test_values_and_gradients_survive():
    x = torch.arange(3.0, requires_grad=True)
    assert to_device([x], torch.device("cpu"))[0] is x  # there already: nothing is copied


def test_a_module_is_moved_in_place():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    assert to_device(model, "meta") is model
    assert all(t.is_meta for t in [*model.parameters(), *model.buffers()])


@pytest.mark.parametrize("data", ["cat", 3, None, [torch.zeros(1), "cat"], {"name": "cat"}])
def test_what_cannot_be_moved_is_named(data):
    with pytest.raises(TypeError, match=r"to_device: expected a tensor.*got (str|int|NoneType)"):
        to_device(data, "cpu")


def test_loader_moves_each_batch_in_its_turn():
    asked = []

    def batches():
        for number in range(3):
            asked.append(number)
            yield torch.zeros(2), torch.zeros(2)

    batch = next(iter(DeviceDataLoader(batches(), "meta")))
    assert [t.is_meta for t in batch] == [True, True] and asked == [0]


def test_loader_can_be_used_again_and_has_the_length_of_the_first():
    data = TensorDataset(torch.arange(5.0), torch.arange(5))
    dl = DeviceDataLoader(DataLoader(data, batch_size=2), "cpu")
    for _ in range(2):
        assert torch.equal(torch.cat([xb for xb, _ in dl]), torch.arange(5.0))
    assert len(dl) == 3


@pytest.mark.gpu
def test_a_gpu_gives_back_what_it_got():
    device = get_default_device()
    data = {"x": torch.randn(100), "model": nn.Linear(3, 2)}
    weights = data["model"].weight.detach().clone()
    there = to_device(data, device)
    assert there["x"].device.type == there["model"].weight.device.type == device.type
    assert torch.equal(to_device(there, "cpu")["x"], data["x"])
    assert torch.equal(there["model"].weight.detach().cpu(), weights)


def test_a_device_is_described_by_its_name_too():
    assert describe("cpu") == describe(torch.device("cpu"))
