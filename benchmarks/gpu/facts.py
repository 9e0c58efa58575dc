"""What machine this is: names, versions, and its limits in arithmetic, memory and launches."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from statistics import median

import torch

from benchmarks.gpu.stage import Stage
from helpers.device.speed import product_rate

PRODUCTS = {  # dtype, and whether float32 may be cut to TF32
    "bfloat16": (torch.bfloat16, False),
    "float16": (torch.float16, False),
    "tf32": (torch.float32, True),
    "float32": (torch.float32, False),
}


def run(stage: Stage) -> None:
    """Versions first, then the limits."""
    stage.put(python=platform.python_version(), torch=torch.__version__)
    stage.put(processors=os.cpu_count(), system=platform.release())
    if stage.device.type == "cuda":
        nvidia(stage)
    with stage.part("products"):
        side = 256 if stage.small else None
        for name, (dtype, cut) in PRODUCTS.items():
            torch.backends.cuda.matmul.allow_tf32 = cut
            rate = product_rate(stage.device, dtype, stage.clock, side)
            stage.put(**{f"{name}_tflops": rate / 1e12})
        torch.backends.cuda.matmul.allow_tf32 = False
    with stage.part("memory"):
        size = 2**22 if stage.small else 2**30
        host = torch.zeros(size, dtype=torch.uint8)
        stage.put(upload_gb_s=size / seconds(stage, lambda: host.to(stage.device)) / 1e9)
        source = host.to(stage.device)
        target = torch.empty_like(source)
        copying = seconds(stage, lambda: target.copy_(source))
        stage.put(copy_read_and_written_gb_s=2 * size / copying / 1e9)
    with stage.part("launches"):
        few = torch.zeros(16, device=stage.device)
        many = seconds(stage, lambda: [few.add_(1) for _ in range(1000)])
        stage.put(small_operation_us=many * 1e3)
        stage.put(wait_for_idle_us=seconds(stage, lambda: None) * 1e6)
    if not stage.small:
        with stage.part("doctor"):  # the project's own report, for the log
            subprocess.run([sys.executable, "-m", "helpers"], timeout=25)


def nvidia(stage: Stage) -> None:
    """What only NVIDIA's GPUs say of themselves."""
    about = torch.cuda.get_device_properties(stage.device)
    stage.put(
        capability=f"{about.major}.{about.minor}", memory_gib=about.total_memory / 2**30,
        multiprocessors=about.multi_processor_count, cuda=torch.version.cuda,
        cudnn=torch.backends.cudnn.version(),
    )  # fmt: skip
    if shutil.which("nvidia-smi"):
        asked = "driver_version,clocks.sm,clocks.mem,clocks.max.sm,power.limit,temperature.gpu"
        command = ["nvidia-smi", f"--query-gpu={asked}", "--format=csv,noheader"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=20).stdout
        stage.put(smi=said.strip())


def seconds(stage: Stage, action: Callable[[], object], tries: int = 5) -> float:
    """The median time of an action on the device; one more before is not counted."""
    times = []
    for _ in range(1 + tries):
        begin = stage.clock()
        action()
        times.append(stage.clock() - begin)
    return median(times[1:])
