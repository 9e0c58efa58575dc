"""Memory of a device: who takes how much, what to do when it is full, and keeping what is freed."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from helpers.device import memory
from helpers.device.memory import explain_full_memory, is_out_of_memory, size_in_bytes


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (torch.zeros(3, 4), 48),
        (torch.zeros(10, dtype=torch.uint8), 10),
        (nn.Linear(3, 2), 32),
        (nn.BatchNorm1d(2), 4 * 8 + 8),
        ({"x": [torch.zeros(1), (torch.zeros(2),)], "name": "cat"}, 12),
        (None, 0),
    ],
)
def test_sizes(data, size):
    assert size_in_bytes(data) == size


def test_a_full_memory_is_explained_and_the_lesson_goes_on(capsys):
    with explain_full_memory(256, {"images": torch.zeros(2**20), "model": nn.Linear(1, 1)}):
        torch.empty(2**60, dtype=torch.uint8)
        pytest.fail("this machine has room for an exbibyte")
    said = capsys.readouterr().out
    assert "The memory of the device is full." in said
    assert "256 examples at once. Try 128" in said and "images 4 MiB, model 0 MiB" in said


def test_while_there_is_room_nothing_is_said(capsys):
    with explain_full_memory(1, {}):
        pass
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("error", [RuntimeError("shapes cannot be multiplied"), KeyError("cat")])
def test_other_errors_pass(error):
    with pytest.raises(type(error)), explain_full_memory(1, {}):
        raise error


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 1.0 GiB)"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9"), True),
        (RuntimeError("Invalid buffer size: 96.00 GiB"), True),  # MPS
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
        (MemoryError(), True),
        (RuntimeError("expected a memory format"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_the_errors_of_a_full_memory(error, full):
    assert is_out_of_memory(error) is full


@pytest.mark.gpu
def test_a_gpu_has_its_memory_back_afterwards():
    if not torch.cuda.is_available():
        pytest.skip("Apple's GPU shares the memory of the machine; filling it would slow all down")
    before = torch.cuda.memory_reserved()
    with explain_full_memory(8, {}):
        kept = [torch.empty(2**30, dtype=torch.uint8, device="cuda") for _ in range(10**6)]
        pytest.fail(f"room for {len(kept)} GiB")
    assert torch.cuda.memory_reserved() <= before + 2**21


COUNT = """
import resource
import torch
from helpers.device.memory import keep_freed_memory

def page_faults():
    for _ in range(10):  # until blocks of this size lie ready
        torch.ones(10 * 2**20)  # 40 MiB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        torch.ones(10 * 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(page_faults(), keep_freed_memory(), page_faults())
"""


@pytest.mark.slow
@pytest.mark.skipif(memory.platform.libc_ver()[0] != "glibc", reason="needs the GNU C library")
def test_freed_blocks_are_used_again():
    program = [sys.executable, "-c", COUNT]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    before, answer, after = done.stdout.split()
    assert answer == "True" and int(after) < 500 < 25_000 < int(before)


def test_says_no_where_the_c_library_is_another(monkeypatch):
    monkeypatch.setattr(memory.platform, "libc_ver", lambda: ("", ""))
    assert memory.keep_freed_memory() is False
