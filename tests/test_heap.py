import subprocess
import sys

import pytest

from helpers import heap

COUNT = """
import resource
import torch
from helpers.heap import keep_freed_memory
print(keep_freed_memory() if {kept} else None)
for _ in range(100):  # until blocks of this size lie ready
    torch.ones(10 * 2**20)  # 40 MiB
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    torch.ones(10 * 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(kept: bool) -> tuple[str, int]:
    program = [sys.executable, "-c", COUNT.format(kept=kept)]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    answer, faults = done.stdout.split()
    return answer, int(faults)


@pytest.mark.skipif(heap.platform.libc_ver()[0] != "glibc", reason="needs the GNU C library")
def test_freed_blocks_are_used_again():
    answer, faults = page_faults(kept=True)
    assert answer == "True" and faults < 500
    assert page_faults(kept=False)[1] > 50_000


def test_says_no_where_the_c_library_is_another(monkeypatch):
    monkeypatch.setattr(heap.platform, "libc_ver", lambda: ("", ""))
    assert heap.keep_freed_memory() is False
