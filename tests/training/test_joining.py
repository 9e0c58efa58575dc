import socket

import pytest
import torch
import torch.distributed as dist

from helpers.training.joining import device_and_backend, in_group


@pytest.fixture
def said(monkeypatch):
    """Set what ``torchrun`` would say in the environment."""

    def say(**values):
        for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, str(value))

    return say


def join(seconds):
    with in_group("cpu", seconds):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_one_process_alone_is_a_group_too(said):
    said()
    with in_group("cpu") as device:
        assert (device.type, dist.get_world_size(), dist.get_backend()) == ("cpu", 1, "gloo")
    assert not dist.is_initialized()


def test_the_group_is_left_after_an_error(said):
    said()
    with pytest.raises(ZeroDivisionError), in_group("cpu"):
        raise ZeroDivisionError
    assert not dist.is_initialized()


def test_a_port_in_use(said):
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]
        said(RANK=0, WORLD_SIZE=2, MASTER_ADDR="127.0.0.1", MASTER_PORT=port)
        with pytest.raises(ConnectionError, match=f"port {port} of this machine is in use"):
            join(2)


@pytest.mark.slow
def test_an_address_that_does_not_answer(said):
    port = free_port()
    said(RANK=1, WORLD_SIZE=2, MASTER_ADDR="127.0.0.1", MASTER_PORT=port)
    says = f"nobody answered at 127.0.0.1, port {port}, within 1 s"
    with pytest.raises(ConnectionError, match=says):
        join(1)


def test_processes_that_were_not_started_together(said):
    said(RANK=0, WORLD_SIZE=2)
    with pytest.raises(ConnectionError, match="Start all with python -m torch.distributed.run"):
        join(1)


def test_a_process_that_is_gone_is_named_as_the_cause(said):
    said()
    says = "process 0 of 1 waited for another"
    with pytest.raises(ConnectionAbortedError, match=says), in_group("cpu"):
        raise RuntimeError("[gloo/pair.cc:561] Connection closed by peer [127.0.0.1]:1")


@pytest.mark.parametrize(
    ("gpus", "wish", "size", "where"),
    [
        (0, "", 2, ("cpu", "gloo")),
        (1, "", 2, ("cpu", "gloo")),
        (2, "", 2, ("cuda:1", "nccl")),
        (8, "cuda", 2, ("cuda:1", "nccl")),
        (8, "cpu", 2, ("cpu", "gloo")),
    ],
)
def test_a_gpu_for_each_or_the_processor_for_all(gpus, wish, size, where, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    device, backend = device_and_backend(wish, 1, size)
    assert (str(device), backend) == where


@pytest.mark.parametrize(
    ("gpus", "says"),
    [
        (0, r"ask for a GPU .* torch finds 0: compute on the processor \(--device cpu\)"),
        (1, r"torch finds 1: start 1 \(--nproc_per_node 1\), or compute"),
    ],
)
def test_fewer_gpus_than_processes(gpus, says, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    with pytest.raises(ValueError, match=says):
        device_and_backend("cuda", 0, 2)


def test_with_one_gpu_it_says_what_it_does(said, monkeypatch, capsys):
    said(LOCAL_WORLD_SIZE=2)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with in_group() as device:
        assert device.type == "cpu"
    assert "1 GPU for 2 processes: all compute on the processor" in capsys.readouterr().out
