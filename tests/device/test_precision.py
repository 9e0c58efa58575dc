from itertools import count

import pytest
import torch

from helpers.device import precision as module
from helpers.device.precision import fast_layout, fast_precision


@pytest.fixture(autouse=True)
def untried():
    """Each test begins as a new process does."""
    module._bfloat16_pays.cache_clear()
    yield
    module._bfloat16_pays.cache_clear()


@pytest.mark.parametrize(
    ("bfloat16", "precision", "tries"),
    [
        ([0.5, 0.5, 0.5, 0.5, 0.5], torch.bfloat16, 10),
        ([0.9, 0.9, 0.9, 0.9, 0.9], torch.float32, 10),  # faster, but not worth its digits
        ([50.0, 0.5, 0.5, 0.5, 0.5], torch.float32, 2),  # reference code: not tried again
        ([3.0, 2.0, 0.5, 4.0, 3.0], torch.bfloat16, 10),  # a busy machine: the best counts
    ],
)
def test_what_a_processor_computes_faster_is_found_by_trying(
    monkeypatch, bfloat16, precision, tries
):
    asked = []

    def seconds(dtype):
        asked.append(dtype)
        return 1.0 if dtype == torch.float32 else bfloat16[len(asked) // 2 - 1]

    monkeypatch.setattr(module, "_seconds", seconds)
    assert fast_precision(torch.device("cpu")) == precision
    assert len(asked) == tries
    assert fast_precision(torch.device("cpu")) == precision
    assert len(asked) == tries  # the answer of a process stays


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_the_trial_computes_in_the_precision_that_it_is_asked_for(monkeypatch, precision):
    seen = []
    convolution = torch.nn.functional.conv2d
    monkeypatch.setattr(
        module.F, "conv2d", lambda *x, **y: seen.append(x[0].dtype) or convolution(*x, **y)
    )
    ticks = count(5.0, 2.5)
    monkeypatch.setattr(module.time, "thread_time", lambda: next(ticks))
    assert module._seconds(precision) == 2.5 and seen == [precision]


@pytest.mark.parametrize(("direct", "precision"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_gpu_must_do_it_itself(monkeypatch, direct, precision):
    def supported(including_emulation):
        return direct or including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert fast_precision(torch.device("cuda")) == precision


def test_elsewhere_nothing_is_risked():
    assert fast_precision(torch.device("mps")) == torch.float32


@pytest.mark.parametrize(
    ("kind", "direct", "careless", "watchful"),
    [
        ("cuda", True, torch.bfloat16, torch.bfloat16),  # an A100, an H200: range before digits
        ("cuda", False, torch.float32, torch.float16),  # a T4
        ("cpu", True, torch.bfloat16, torch.bfloat16),
        ("cpu", False, torch.float32, torch.float32),
        ("mps", False, torch.float32, torch.float32),
    ],
)
def test_float16_is_for_nvidia_gpus_without_bfloat16_and_loops_that_look_out(
    monkeypatch, kind, direct, careless, watchful
):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: direct)
    monkeypatch.setattr("helpers.device.precision._bfloat16_pays", lambda: direct)
    assert fast_precision(torch.device(kind)) == careless
    assert fast_precision(torch.device(kind), watchful=True) == watchful


@pytest.mark.parametrize(
    ("kind", "precision", "last"),
    [
        ("cpu", torch.float32, True),
        ("cpu", torch.bfloat16, True),
        ("cuda", torch.bfloat16, True),
        ("cuda", torch.float16, True),
        ("cuda", torch.float32, False),  # lesson 08 on a T4
        ("mps", torch.float32, False),
    ],
)
def test_channels_come_last_where_that_is_faster(kind, precision, last):
    layout = fast_layout(torch.device(kind), precision)
    assert layout == (torch.channels_last if last else torch.contiguous_format)


def test_this_machine_agrees_with_its_own_kernels():
    """Where the answer is bfloat16, a product in it must be about as exact as its digits allow."""
    precision = fast_precision(torch.device("cpu"))
    a = torch.rand(64, 64, generator=torch.Generator().manual_seed(0))
    product = (a.to(precision) @ a.to(precision)).float()
    torch.testing.assert_close(product, a @ a, rtol=0.02, atol=0.02)


def test_a_device_may_be_named():
    assert fast_precision("mps") == fast_precision(torch.device("mps"))
    assert fast_layout("cpu", torch.float32) == torch.channels_last
