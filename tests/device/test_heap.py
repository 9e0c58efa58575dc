import subprocess
import sys

import pytest

from helpers.device import heap

COUNT = """
import resource
import torch
from helpers.device.heap import keep_freed_memory

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
@pytest.mark.skipif(heap.platform.libc_ver()[0] != "glibc", reason="needs the GNU C library")
def test_freed_blocks_are_used_again():
    program = [sys.executable, "-c", COUNT]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    before, answer, after = done.stdout.split()
    assert answer == "True" and int(after) < 500 < 25_000 < int(before)


def test_says_no_where_the_c_library_is_another(monkeypatch):
    monkeypatch.setattr(heap.platform, "libc_ver", lambda: ("", ""))
    assert heap.keep_freed_memory() is False
