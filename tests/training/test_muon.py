"""Muon: steps for weight matrices in which no direction is larger than another."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.operators import operators
from helpers.training.muon import (
    EXACT,
    BatchedMuon,
    Muon,
    drop_overflow,
    orthogonalize,
    orthogonalize_all,
)


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def filters(*shape, seed=0):
    return torch.nn.Parameter(random(*shape, seed=seed))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.integers(0, 1000))
def test_exact_coefficients_find_the_nearest_orthogonal_matrix(rows, columns, seed):
    matrix = random(rows, columns, seed=seed).double()
    u, values, v = torch.linalg.svd(matrix, full_matrices=False)
    if values[-1] < 0.01 * values[0]:
        return
    # 40 steps reach the rounding of float64 (1e-15) from the smallest values that are let in.
    torch.testing.assert_close(orthogonalize(matrix, 40, EXACT), u @ v, atol=1e-12, rtol=0)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000), st.floats(1e-3, 1e3))
def test_fast_coefficients_bring_large_singular_values_near_1(rows, columns, seed, size):
    matrix = size * random(rows, columns, seed=seed)
    before = torch.linalg.svdvals(matrix)
    after = torch.linalg.svdvals(orthogonalize(matrix, steps=5))
    # Five times the polynomial lead each number from 0.05 to 1 to between 0.68 and 1.21.
    assert after.max() < 1.25
    assert after[: (before > 0.05 * matrix.norm()).sum()].min() > 0.65


@pytest.mark.parametrize("shape", [(16, 24 * 9), (64, 64 * 9), (216, 16)])
def test_rows_of_filter_banks_become_nearly_orthogonal(shape):
    matrix = random(*shape)
    for steps, most in ((3, 0.45), (5, 0.35)):
        q = orthogonalize(matrix, steps)
        gram = q @ q.T if shape[0] < shape[1] else q.T @ q
        off = gram - gram.diagonal().diag()
        # how far one row leans towards another: 0 for a right angle, 1 for the same direction
        scale = gram.diagonal().sqrt()
        assert (off / scale / scale[:, None]).abs().max() < most
        assert (gram.diagonal().sqrt() - 1).abs().max() < 0.3


def test_a_tall_matrix_is_its_mirror_image_on_its_side():
    matrix = random(20, 8)
    torch.testing.assert_close(orthogonalize(matrix).T, orthogonalize(matrix.T))


def test_size_plays_no_part_and_zeros_stay():
    matrix = random(5, 9)
    torch.testing.assert_close(orthogonalize(matrix), orthogonalize(1000 * matrix))
    assert not orthogonalize(torch.zeros(3, 4)).any()


def test_lower_precision_is_for_the_products_only():
    matrix = 1e5 * random(8, 30)  # its length is beyond float16
    exact = orthogonalize(matrix)
    for dtype in (torch.bfloat16, torch.float16):
        (rough,) = orthogonalize_all([matrix], dtype=dtype)
        assert rough.dtype == torch.float32 and not torch.equal(rough, exact)
        # bfloat16 rounds by 0.4 %; five steps, which stretch small numbers, make it 5 %.
        assert (rough - exact).norm() / exact.norm() < 0.1


def test_momentum_by_hand():
    """Of one row the orthogonalised step is its direction: of length 1, if steps=0."""
    weights = torch.nn.Parameter(torch.zeros(1, 2))
    opt = Muon([weights], lr=0.1, momentum=0.5, steps=0)
    average, expected = torch.zeros(1, 2), torch.zeros(1, 2)
    for gradient in (torch.tensor([[3.0, 4.0]]), torch.tensor([[-1.0, 2.0]])):
        weights.grad = gradient.clone()
        opt.step()
        average = 0.5 * average + gradient
        ahead = gradient + 0.5 * average
        expected = expected - 0.1 * ahead / ahead.norm()
        torch.testing.assert_close(weights.detach(), expected)
        assert torch.equal(weights.grad, gradient)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon yet")
@pytest.mark.parametrize("shape", [(6, 6), (8, 30)])
def test_matrices_change_as_with_torch(shape):
    ours, theirs = filters(*shape), filters(*shape)
    lr, start = 0.1, ours.detach().clone()
    opt = Muon([ours], lr, momentum=0.9, steps=5, dtype=torch.bfloat16)
    other = torch.optim.Muon([theirs], lr, weight_decay=0.0, momentum=0.9, ns_steps=5)
    for seed in range(3):
        for weights, one in ((ours, opt), (theirs, other)):
            weights.grad = random(*shape, seed=10 + seed)
            one.step()
    difference = (ours - theirs).norm() / (theirs - start).norm()
    assert difference < 0.1  # bfloat16 rounds by 0.4 %; five steps and three updates make it 5 %
    assert (ours - start).norm() > lr


def test_filters_are_matrices_with_a_row_each():
    bank, matrix = filters(4, 3, 3, 3), filters(4, 27)
    with torch.no_grad():
        matrix.copy_(bank.flatten(1))
    for weights in (bank, matrix):
        weights.grad = random(4, 27, seed=1).view_as(weights)
        Muon([weights], lr=0.1).step()
    torch.testing.assert_close(bank.flatten(1), matrix)


def test_length_is_kept_on_request():
    bank = filters(9, 2, 3, 3)
    bank.grad = torch.zeros_like(bank)
    before = bank.detach().clone()
    Muon([bank], lr=0.1).step()
    assert torch.equal(bank, before)
    Muon([bank], lr=0.1, keep_length=True).step()
    assert bank.norm().item() == pytest.approx(3.0, rel=1e-5)  # ulps
    torch.testing.assert_close(bank / bank.norm(), before / before.norm())


def test_weights_without_gradient_stay():
    weights = filters(2, 2)
    before = weights.detach().clone()
    Muon([weights], lr=0.1).step()
    assert torch.equal(weights, before)


def test_it_learns():
    """Least squares with a known answer, which is found to about the digits of float32."""
    x, true = random(64, 8, seed=1), random(8, 3, seed=2)
    weights = torch.nn.Parameter(torch.zeros(8, 3))
    opt, losses = Muon([weights], lr=0.1), []
    for step in range(200):  # steps of 0.07 to 0.12 on average half as long: 7 in all, enough
        opt.param_groups[0]["lr"] = 0.1 * (1 - step / 200)
        loss = (x @ weights - x @ true).square().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 10_000


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="two or more axes, got shape \\(3,\\)"):
        Muon([torch.nn.Parameter(torch.zeros(3))], lr=0.1)
    with pytest.raises(ValueError, match="lr of 0 or more"):
        Muon([filters(2, 2)], lr=-1.0)
    with pytest.raises(ValueError, match="momentum from 0"):
        Muon([filters(2, 2)], lr=0.1, momentum=1.0)
    with pytest.raises(ValueError, match="expected a matrix, got shape \\(4,\\)"):
        orthogonalize(torch.zeros(4))


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


@pytest.mark.slow
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
    assert counts[Muon, 1] > 90 and counts[Muon, 3] == 3 * counts[Muon, 1]


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
