"""What ``fit_fast`` reaches in a time, and what a step of its training asks of the device."""

from collections.abc import Callable

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from benchmarks.cifar10_fast import limit_line, several
from benchmarks.gpu.stage import Stage
from benchmarks.operators import operators, waits
from helpers.data.augment import random_shift
from helpers.data.loaders import AlternatingBatches
from helpers.device.precision import fast_precision
from helpers.models.fastnet import FastNet, Widths
from helpers.training import fast
from helpers.training.fast import train
from helpers.training.schedule import StepBudget

PLAN = {2: 3, 5: 3, 10: 1}  # seconds: seeds
SMALL_SIZES = (8, 16, 16), (16, 16, 16)


def run(stage: Stage) -> None:
    """A cold start, each width alone, a step, then the budgets; or other ways to take a step."""
    sizes = SMALL_SIZES if stage.small else fast.GPU_SIZES
    if stage.name == "ways":
        with stage.part("all"):
            return other_ways(stage, sizes[-2])
    plan, short = ({1: 2}, 1) if stage.small else (PLAN, 2)
    with stage.part("cold"):  # kernels have to be loaded and chosen
        begin = stage.clock()
        fit(stage, "cold", short, 0, sizes)
        stage.put(cold_wall_s=stage.clock() - begin)
    for widths in sizes:  # all widths are warm for what follows
        with stage.part(f"warm_{dashed(widths)}"):
            fit(stage, f"only {dashed(widths)}, {short} s", short, 0, [widths])
    for widths in (sizes[-2], sizes[0]):
        with stage.part(f"step_{dashed(widths)}"):
            one_step(stage, widths)
    for seconds, seeds in plan.items():
        with stage.part(f"budget_{seconds}s"):
            last = None
            for seed in range(seeds):
                if stage.left() > seconds + 5:
                    last = fit(stage, f"{seconds} s", seconds, seed, sizes)
            if last:
                stage.put(**{f"{seconds}_s_limit": limit_line(last, stage.images, stage.device)})


def dashed(widths: Widths) -> str:
    """Widths as the tables write them."""
    return "-".join(map(str, widths))


def fit(stage: Stage, name: str, seconds: float, seed: int, sizes) -> fast.FastFit:
    """One trial of ``fit_fast``."""
    (one,) = several(stage.images, seconds, [seed], device=stage.device, sizes=sizes)
    stage.trial(
        name, seconds=one.seconds, accuracy=one.accuracy, epochs=one.epochs,
        widths=dashed(one.widths), finite=bool(torch.isfinite(one.logits).all()),
    )  # fmt: skip
    return one


def prepared(stage: Stage) -> tuple[int, AlternatingBatches, Callable[[Widths], FastNet]]:
    """How many steps a short training takes, its loader, and what makes a new network for it."""
    steps, size = (4, 64) if stage.small else (40, 2000)
    loader = AlternatingBatches(*stage.images.train, size, stage.device, True, random_shift)
    sample = loader.images[:1000].float() / 255
    classes, precision = len(stage.images.classes), fast_precision(stage.device, watchful=True)
    return steps, loader, lambda widths: FastNet(sample, widths, classes, precision)


class SliceMax(nn.Module):
    """Max pooling of two by two as the larger of four slices: a trial for GPUs, see ``other_ways``.

    Example:
        >>> SliceMax()(torch.tensor([[1.0, 3.0], [2.0, 0.0]])[None, None]).item()
        3.0
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = (side // 2 * 2 for side in x.shape[-2:])
        rows = torch.maximum(x[..., 0:height:2, :width], x[..., 1:height:2, :width])
        return torch.maximum(rows[..., 0::2], rows[..., 1::2])


def sliced(model: FastNet) -> None:
    """Let every block pool by slices."""
    for part in model.blocks:
        part[1] = SliceMax()


def other_ways(stage: Stage, widths: Widths) -> None:
    """The same training with one thing done otherwise: which way is worth building in?

    Pooling took three tenths of a step on an H100. ``torch.compile`` joins operations, but has to
    prepare itself: its first training is told apart.
    """
    backend = "eager" if stage.small else "inductor"
    ways: dict[str, Callable[[FastNet], object]] = {
        "usual": lambda model: None,
        "sliced": sliced,
        "compiled": lambda model: model.blocks.compile(backend=backend),
        "sliced_compiled": lambda model: (sliced(model), model.blocks.compile(backend=backend)),
    }
    steps, loader, model_of = prepared(stage)
    for name, change in ways.items():
        if stage.left() < 30:
            return
        for first in (True, False):
            model = model_of(widths)
            change(model)
            begin = stage.clock()
            train(model, loader, StepBudget(steps))
            seconds = stage.clock() - begin
            key = "cold_s" if first else "step_ms"
            stage.put(**{f"{name}_{key}": seconds if first else 1e3 * seconds / steps})


def one_step(stage: Stage, widths: Widths) -> None:
    """Milliseconds, operators, launches and waits of a step, means over a short training."""
    steps, loader, model_of = prepared(stage)

    def training() -> Callable[[], object]:
        model = model_of(widths)
        return lambda: (train(model, loader, StepBudget(steps)), stage.clock())

    def put(**figures: float) -> None:
        name = f"step_{dashed(widths)}"
        stage.put(**{f"{name}_{key}": value / steps for key, value in figures.items()})

    training()()
    whole, begin = training(), stage.clock()
    whole()
    put(queued_ms=1e3 * (stage.clock() - begin), operators=operators(training()))
    if stage.device.type != "cuda":
        return
    put(waits=waits(training()))
    whole = training()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as seen:
        whole()
    averages = seen.key_averages()
    on_gpu = [
        one for one in averages if str(one.device_type).endswith("CUDA")
        and not one.is_user_annotation and not one.key.startswith("Optimizer.")
    ]  # fmt: skip
    copying = "cudaMemcpy", "cudaMemset"
    put(
        launches=sum(one.count for one in averages if "LaunchKernel" in one.key),
        copies=sum(one.count for one in averages if one.key.startswith(copying)),
        gpu_busy_ms=sum(one.self_device_time_total for one in on_gpu) / 1e3,
    )
    print(averages.table(sort_by="self_device_time_total", row_limit=30))
