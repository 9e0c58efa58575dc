"""Join the other processes of a training, on the devices that there are, with errors that help."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist

_LOOPBACK = {"linux": "lo", "darwin": "lo0"}  # the way from a machine to itself
_IN_USE = re.compile("EADDRINUSE|address already in use", re.I)
_NO_ANSWER = re.compile("timed? ?out|refused|unreachable|not known|resolve|gai error", re.I)
# What gloo and nccl say of a process that is no more.
_GONE = re.compile("onnection (closed|reset)|remote process (has )?(exited|terminated)|Broken pipe")


@contextmanager
def in_group(
    wish: str = "", seconds: float = 600.0, store: dist.Store | None = None
) -> Iterator[torch.device]:
    """Join the group that ``torchrun`` or ``launch`` describes in the environment, and leave it.

    Args:
        wish: "cpu", "cuda", or empty for GPUs where there is one for each process.
        seconds: the most that a process waits for another one.
        store: where the processes find each other; that of the environment if None.

    Yields:
        torch.device: where this process is to compute.

    Raises:
        ConnectionError: when the others cannot be found; says what may be wrong.
        ConnectionAbortedError: when another process has ended in the middle of the work.
    """
    rank, size = (int(os.environ.get(name, n)) for name, n in (("RANK", "0"), ("WORLD_SIZE", "1")))
    names = (("LOCAL_RANK", "0"), ("LOCAL_WORLD_SIZE", "1"))
    local, here = (int(os.environ.get(name, default)) for name, default in names)
    device, backend = device_and_backend(wish, local, here)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    elif rank == 0 and wish == "" and (found := torch.cuda.device_count()):
        print(f"{found} GPU for {here} processes: all compute on the processor instead.")
    if size == here:
        _stay_on_this_machine()
    most = timedelta(seconds=seconds)
    try:
        store = store or _meeting(rank, size, here, most)
        dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=most)
        # Nobody goes on, and perhaps ends, before all are connected.
        dist.barrier(device_ids=[local] if device.type == "cuda" else None)
    except (RuntimeError, ValueError) as error:
        raise _explained(error, seconds) from error
    try:
        yield device
    except RuntimeError as error:
        if not _GONE.search(str(error)):
            raise
        raise left_alone(rank, size) from error
    finally:
        if backend == "gloo" or sys.exception() is None:  # nccl would wait for those that are gone
            dist.destroy_process_group()


def left_alone(rank: int, size: int) -> ConnectionAbortedError:
    """The error of a process that cannot go on, because another one is no more."""
    return ConnectionAbortedError(
        f"process {rank} of {size} waited for another one, which has ended"
    )


def device_and_backend(wish: str, local: int, size: int) -> tuple[torch.device, str]:
    """The device of a process, and what lets devices of that kind talk with each other.

    Args:
        wish: "cpu", "cuda", or empty for GPUs where there is one for each process.
        local: the number of the process on this machine.
        size: how many processes this machine has.

    Example:
        >>> device_and_backend("cpu", 0, 2)
        (device(type='cpu'), 'gloo')
    """
    found = torch.cuda.device_count()
    if wish not in ("", "cpu", "cuda"):
        raise ValueError(f"expected the device cpu or cuda, got {wish!r}")
    if wish == "cuda" and found < size:
        fewer = f"start {found} (--nproc_per_node {found}), or " if found else ""
        raise ValueError(
            f"{size} processes on this machine ask for a GPU (CUDA) each, but torch finds {found}: "
            f"{fewer}compute on the processor (--device cpu)"
        )
    if wish == "cpu" or found < size:
        return torch.device("cpu"), "gloo"
    return torch.device("cuda", local), "nccl"


def _meeting(rank: int, size: int, here: int, most: timedelta) -> dist.Store:
    """Where processes that ``torchrun`` has started find each other."""
    if size == 1:
        return dist.HashStore()
    store, _, _ = next(dist.rendezvous("env://", rank, size, timeout=most))
    if size == here:
        # After a restart the store still holds the addresses of those that are dead. (On several
        # machines the counts of starts may differ, so there it stays as it is.)
        start = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
        store = dist.PrefixStore(f"start {start}", store)
    return store


def _stay_on_this_machine() -> None:
    """Let gloo talk through the loopback: a computer's own name often leads nowhere."""
    if name := _LOOPBACK.get(sys.platform):
        os.environ.setdefault("GLOO_SOCKET_IFNAME", name)


def _explained(error: Exception, seconds: float) -> Exception:
    """An error of ``init_process_group``, with what to do about it."""
    host, port = (os.environ.get(name, "?") for name in ("MASTER_ADDR", "MASTER_PORT"))
    if "?" in (host, port) and "environment variable" in str(error):
        return ConnectionError(
            "nothing says where the other processes are. Start all with "
            "python -m torch.distributed.run, which tells each of them"
        )
    if _IN_USE.search(str(error)):
        return ConnectionError(
            f"port {port} of this machine is in use by another program, perhaps a training that "
            "still runs. Choose another one (--master_port), or let torchrun find one: --standalone"
        )
    if _NO_ANSWER.search(str(error)):
        return ConnectionError(
            f"nobody answered at {host}, port {port}, within {seconds:g} s. Is process 0 started "
            "there, is the address right, and does a firewall let the port through?"
        )
    return error
