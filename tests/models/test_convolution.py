import itertools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.models.convolution import (
    apply_kernel,
    conv2d,
    conv_filters,
    conv_parameters,
    max_pool2d,
    output_size,
)
from helpers.models.layers import count_parameters

small = st.integers(1, 4)
seeds = st.integers(0, 2**32)


def random(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


# One kernel on one image.


@settings(deadline=None)
@given(
    kernel=st.tuples(small, small), more=st.tuples(st.integers(0, 6), st.integers(0, 6)), seed=seeds
)
def test_apply_kernel_is_torchs(kernel, more, seed):
    image = random(kernel[0] + more[0], kernel[1] + more[1], seed=seed)
    weights = random(*kernel, seed=seed + 1)
    by_torch = F.conv2d(image[None, None], weights[None, None])[0, 0]
    torch.testing.assert_close(apply_kernel(image, weights), by_torch)


def test_top_edge():
    image = torch.tensor([[0.0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]])
    kernel = torch.tensor([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])
    assert apply_kernel(image, kernel).tolist() == [[3, 3], [3, 3], [0, 0]]


def test_kernel_is_not_turned_over():
    signal, kernel = torch.tensor([[0.0, 0, 1, 0, 0]]), torch.tensor([[1.0, 2, 3]])
    assert apply_kernel(signal, kernel).tolist() == [[3, 2, 1]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_dtype_stays(dtype):
    assert apply_kernel(torch.ones(3, 3, dtype=dtype), torch.ones(2, 2, dtype=dtype)).dtype == dtype


def test_gradients_reach_image_and_kernel():
    image, kernel = random(4, 4).requires_grad_(), random(3, 3, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(apply_kernel, (image, kernel))


# Sizes.


@settings(deadline=None)
@given(
    size=st.integers(1, 40), kernel=st.integers(1, 9), stride=st.integers(1, 6),
    padding=st.integers(0, 5),
)  # fmt: skip
def test_output_size_is_torchs(size, kernel, stride, padding):
    if kernel > size + 2 * padding:
        with pytest.raises(ValueError, match="does not fit"):
            output_size(size, kernel, stride, padding)
    else:
        by_torch = F.conv1d(
            torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), None, stride, padding
        )
        assert output_size(size, kernel, stride, padding) == by_torch.shape[2]


# Several channels, several filters.


@settings(deadline=None)
@given(
    n=st.integers(0, 3), channels=small, filters=small, kernel=st.tuples(small, small),
    more=st.tuples(st.integers(0, 5), st.integers(0, 5)), stride=st.integers(1, 4),
    padding=st.integers(0, 3), with_bias=st.booleans(), seed=seeds,
)  # fmt: skip
def test_conv2d_is_torchs(n, channels, filters, kernel, more, stride, padding, with_bias, seed):
    x = random(n, channels, kernel[0] + more[0], kernel[1] + more[1], seed=seed)
    weight = random(filters, channels, *kernel, seed=seed + 1)
    bias = random(filters, seed=seed + 2) if with_bias else None
    by_torch = F.conv2d(x, weight, bias, stride, padding)
    torch.testing.assert_close(conv2d(x, weight, bias, stride, padding), by_torch)


def test_conv2d_adds_up_channels_and_bias():
    x = torch.stack([torch.full((2, 2), 2.0), torch.full((2, 2), 5.0)])[None]
    weight = torch.tensor([[[[1.0]], [[10.0]]], [[[0.0]], [[1.0]]]])
    maps = conv2d(x, weight, torch.tensor([0.5, -5.0]))
    assert maps[0, :, 0, 0].tolist() == [52.5, 0.0] and maps.shape == (1, 2, 2, 2)


def test_conv2d_can_be_learnt():
    x, weight, bias = random(2, 2, 4, 4), random(3, 2, 2, 2, seed=1), random(3, seed=2)
    inputs = tuple(t.requires_grad_() for t in (x, weight, bias))
    assert torch.autograd.gradcheck(lambda *i: conv2d(*i, stride=2, padding=1), inputs)


def test_conv2d_stays_on_the_device_of_its_input():
    out = conv2d(torch.zeros(2, 1, 5, 5, device="meta"), torch.zeros(4, 1, 3, 3, device="meta"))
    assert out.is_meta and out.shape == (2, 4, 3, 3)


def test_conv2d_takes_its_arguments_by_name():
    x, weight = random(1, 1, 5, 5), random(1, 1, 3, 3, seed=1)
    by_name = conv2d(x=x, weight=weight, stride=2, padding=1)
    torch.testing.assert_close(by_name, F.conv2d(x, weight, stride=2, padding=1))


# Parameters, forwards and backwards.


@pytest.mark.parametrize(
    ("inputs", "filters", "kernel_size"),
    list(itertools.product((1, 3, 16), (1, 25, 32), (1, 3, 5))),
)
def test_parameters_are_those_of_the_layer(inputs, filters, kernel_size):
    counted = count_parameters(nn.Conv2d(inputs, filters, kernel_size).parameters())
    assert conv_parameters(inputs, filters, kernel_size) == counted
    assert conv_filters(counted, inputs, kernel_size) == filters


@settings(deadline=None)
@given(inputs=st.integers(1, 500), filters=st.integers(1, 500), kernel_size=st.integers(1, 11))
def test_there_and_back(inputs, filters, kernel_size):
    parameters = conv_parameters(inputs, filters, kernel_size)
    assert conv_filters(parameters, inputs, kernel_size) == filters


def test_a_count_that_no_layer_has():
    with pytest.raises(ValueError, match="251 parameters; 25 filters have 250, 26 have 260"):
        conv_filters(251, 1, 3)


# Pooling.


@settings(deadline=None)
@given(
    n=small, channels=small, window=small,
    more=st.tuples(st.integers(0, 9), st.integers(0, 9)), seed=seeds,
)  # fmt: skip
def test_max_pool2d_is_torchs(n, channels, window, more, seed):
    x = random(n, channels, window + more[0], window + more[1], seed=seed) - 1  # mostly negative
    assert torch.equal(max_pool2d(x, window), F.max_pool2d(x, window))


def test_whole_numbers_can_be_pooled():
    x = torch.arange(20).view(1, 1, 4, 5)
    assert max_pool2d(x, 2).tolist() == [[[[6, 8], [16, 18]]]]


# What does not fit is named.

IMAGE, BATCH, FILTERS = torch.zeros(5, 5), torch.zeros(2, 3, 5, 5), torch.zeros(4, 3, 3, 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: apply_kernel(IMAGE.byte(), IMAGE), TypeError, r"image holds torch.uint8; use im"),
        (lambda: apply_kernel(IMAGE, IMAGE.long()), TypeError, r"use kernel.float\(\)"),
        (lambda: apply_kernel(IMAGE[None], IMAGE), ValueError, r"the image.*got \(1, 5, 5\); take"),
        (lambda: apply_kernel(IMAGE, FILTERS), ValueError, r"the kernel.*several.*use conv2d"),
        (lambda: apply_kernel(IMAGE, torch.zeros(6, 2)), ValueError, "6 x 2 does not fit.*5 x 5"),
        (lambda: conv2d(BATCH.byte(), FILTERS), TypeError, "conv2d: expected floats, but x holds"),
        (lambda: conv2d(BATCH[0], FILTERS), ValueError, r"got \(3, 5, 5\); a batch of one is x\["),
        (lambda: conv2d(IMAGE, FILTERS), ValueError, r"got \(5, 5\)$"),
        (lambda: conv2d(BATCH, IMAGE), ValueError, r"a single kernel is weight\[None, None\]"),
        (lambda: conv2d(BATCH[:, :1], FILTERS), ValueError, "has 1 channels but.* 3 kernels"),
        (lambda: conv2d(BATCH, FILTERS, torch.zeros(3)), ValueError, r"shape \(4,\), got \(3,\)"),
        (lambda: conv2d(BATCH, FILTERS, stride=0), ValueError, "stride must be.* 1 or more, got 0"),
        (lambda: conv2d(BATCH, FILTERS, stride=(1, 1)), ValueError, r"stride must.*got \(1, 1\)"),
        (lambda: conv2d(BATCH, FILTERS, padding=-1), ValueError, "padding must.*0 or more, got -1"),
        (lambda: conv2d(BATCH[..., :2], FILTERS), ValueError, "3 x 3 does not fit.*5 x 2"),
        (lambda: output_size(28, 3, 0), ValueError, "stride must be a whole number, 1 or more"),
        (lambda: output_size(28.0, 3), ValueError, "size must be a whole number.*got 28.0"),
        (lambda: output_size(2, 5, padding=1), ValueError, "size 5 does not fit.*size 4"),
        (lambda: conv_parameters(0, 25, 3), ValueError, "inputs must be.*1 or more, got 0"),
        (lambda: conv_filters(0, 1, 3), ValueError, "parameters must be.*got 0"),
        (lambda: max_pool2d(BATCH[0], 2), ValueError, r"a batch of one is x\[None\]"),
        (lambda: max_pool2d(BATCH, 6), ValueError, "6 x 6 does not fit.*5 x 5"),
        (lambda: max_pool2d(BATCH, 0), ValueError, "kernel_size must be.*got 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
