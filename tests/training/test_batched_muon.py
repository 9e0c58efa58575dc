import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.operators import operators
from helpers.training.batched_muon import BatchedMuon, drop_overflow, orthogonalize_all
from helpers.training.muon import Muon, orthogonalize
from tests.training.test_muon import filters, random

BANKS = ((16, 24, 3, 3), (16, 16, 3, 3), (64, 16, 3, 3), (64, 64, 3, 3), (64, 64, 3, 3))
SIDES = st.tuples(st.integers(1, 20), st.integers(1, 20))


@settings(max_examples=30, deadline=None)
@given(st.lists(SIDES, min_size=1, max_size=6), st.integers(0, 3))
def test_many_matrices_are_as_one_by_one(shapes, steps):
    matrices = [random(*shape, seed=seed).double() for seed, shape in enumerate(shapes)]
    for ours, matrix in zip(orthogonalize_all(matrices, steps), matrices, strict=True):
        torch.testing.assert_close(ours, orthogonalize(matrix, steps))


def test_zeros_stay_and_dtypes_too():
    matrices = [torch.zeros(2, 5), 1e5 * random(2, 7)]
    zeros, other = orthogonalize_all(matrices, dtype=torch.bfloat16)
    assert not zeros.any() and zeros.dtype == other.dtype == torch.float32
    exact = orthogonalize(matrices[1])
    assert 0 < (other - exact).norm() / exact.norm() < 0.05


def moved(kind, layout=torch.contiguous_format, **settings):
    """Weights after three steps, the last with a gradient missing."""
    banks = [
        torch.nn.Parameter(random(*shape, seed=seed).to(memory_format=layout))
        for seed, shape in enumerate(BANKS)
    ]
    opt = kind(banks, lr=0.1, **settings)
    for step in range(3):
        for seed, bank in enumerate(banks):
            bank.grad = random(*bank.shape, seed=100 * step + seed).to(memory_format=layout)
        if step == 2:
            banks[1].grad = None
        opt.step()
    return banks


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("keep_length", [False, True])
def test_it_takes_the_steps_of_muon(layout, keep_length):
    one_by_one = moved(Muon, layout, keep_length=keep_length)
    at_once = moved(BatchedMuon, layout, keep_length=keep_length)
    for ours, theirs in zip(at_once, one_by_one, strict=True):
        torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)


def test_in_bfloat16_too():
    start = [random(*shape, seed=seed) for seed, shape in enumerate(BANKS)]
    one_by_one, at_once = (moved(kind, dtype=torch.bfloat16) for kind in (Muon, BatchedMuon))
    for ours, theirs, begin in zip(at_once, one_by_one, start, strict=True):
        assert (ours - theirs).norm() < 0.03 * (theirs - begin).norm()


def test_it_takes_few_operations():
    counts = {}
    for kind in (Muon, BatchedMuon):
        for copies in (1, 3):
            banks = [filters(*shape) for shape in BANKS * copies]
            for bank in banks:
                bank.grad = torch.ones_like(bank)
            opt = kind(banks, lr=0.1, dtype=torch.bfloat16)
            opt.step()  # makes the averages
            counts[kind, copies] = operators(opt.step)
    # 4 for all; for 16 rows and for 64 rows a stack, its length (2), a division, two casts, and
    # three times three products.
    assert counts[BatchedMuon, 1] <= 4 + 2 * 15, counts
    assert counts[BatchedMuon, 3] == counts[BatchedMuon, 1]
    assert counts[Muon, 1] > 150 and counts[Muon, 3] == 3 * counts[Muon, 1]


@pytest.mark.parametrize("bad", [torch.inf, -torch.inf, torch.nan])
@pytest.mark.parametrize("kind", [BatchedMuon, torch.optim.SGD])
def test_an_overflow_is_no_step(kind, bad):
    banks = [filters(2, 3), filters(2, 3, seed=1)]
    before = [bank.detach().clone() for bank in banks]
    opt = kind(banks, lr=0.1, momentum=0.5)
    opt.register_step_pre_hook(drop_overflow)
    for bank in banks:
        bank.grad = random(2, 3)
    banks[1].grad[0, 0] = bad
    opt.step()
    assert all(torch.equal(bank, start) for bank, start in zip(banks, before))
    for bank in banks:
        bank.grad = random(2, 3)
    opt.step()
    assert all(bank.isfinite().all() for bank in banks)
    assert not torch.equal(banks[0], before[0])
    drop_overflow(kind([filters(2, 2)], lr=0.1))  # without gradients there is nothing to do
