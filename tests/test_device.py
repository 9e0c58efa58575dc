import pytest
import torch

from helpers import device as module
from helpers.device import describe, get_default_device


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
    assert get_default_device() == torch.device(chosen)


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
