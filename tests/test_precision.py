import pytest
import torch

from helpers.precision import fast_precision, lowest_precision


@pytest.mark.parametrize(
    ("able", "precision"),
    [
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True, "avx512_bf16": False}, torch.bfloat16),
        ({"avx512_f": True, "avx2": True, "avx512_bf16": False}, torch.float32),
        ({"architecture": "aarch64"}, torch.float32),
    ],
)
def test_a_processor_needs_instructions_for_it(monkeypatch, able, precision):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert fast_precision(torch.device("cpu")) == precision


@pytest.mark.parametrize(("direct", "precision"), [(True, torch.bfloat16), (False, torch.float32)])
def test_a_gpu_must_do_it_itself(monkeypatch, direct, precision):
    def supported(including_emulation):
        return direct or including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert fast_precision(torch.device("cuda")) == precision


def test_elsewhere_nothing_is_risked():
    assert fast_precision(torch.device("mps")) == torch.float32


@pytest.mark.parametrize(
    ("kind", "fast", "lowest"),
    [
        ("cuda", torch.bfloat16, torch.bfloat16),  # an A100, an H200: range before digits
        ("cuda", torch.float32, torch.float16),  # a T4
        ("cpu", torch.bfloat16, torch.bfloat16),
        ("cpu", torch.float32, torch.float32),
        ("mps", torch.float32, torch.float32),
    ],
)
def test_float16_is_for_nvidia_gpus_without_bfloat16(monkeypatch, kind, fast, lowest):
    monkeypatch.setattr("helpers.precision.fast_precision", lambda device: fast)
    assert lowest_precision(torch.device(kind)) == lowest


def test_this_machine_agrees_with_its_own_kernels():
    """Where the answer is bfloat16, a product in it must be about as exact as its digits allow."""
    precision = fast_precision(torch.device("cpu"))
    a = torch.rand(64, 64, generator=torch.Generator().manual_seed(0))
    product = (a.to(precision) @ a.to(precision)).float()
    torch.testing.assert_close(product, a @ a, rtol=0.02, atol=0.02)
