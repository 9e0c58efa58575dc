"""Training batches in few passes are those of many passes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.augment import random_shift, shrink
from helpers.data.loaders import AlternatingTrainingBatches
from helpers.data.onepass import MovedBatches, edged, standardised


def photos(n, height=8, width=8, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (n, 3, height, width), dtype=torch.uint8, generator=draw)


@given(
    n=st.integers(1, 12), batch_size=st.integers(1, 12), pixels=st.integers(0, 3),
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)), seed=st.integers(0, 99),
    rest=st.sampled_from(["keep", "drop", "carry"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_batches_are_those_of_random_shift(n, batch_size, pixels, size, seed, rest):
    batch_size, images, epochs = min(n, batch_size), photos(n, *size, seed), []
    for many in (False, True):
        torch.manual_seed(seed)
        data = images, torch.arange(n), batch_size, "cpu"
        if many:
            options = {"augment": lambda xb: random_shift(xb, pixels), "rest": rest}
            dl = AlternatingTrainingBatches(*data, True, **options)
        else:
            dl = MovedBatches(*data, pixels, rest)
        epochs.append([batch for _ in range(3) for batch in dl])
    assert len(epochs[0]) == len(epochs[1])
    for (xb, yb), (xb_many, yb_many) in zip(*epochs):
        assert xb.dtype == torch.uint8 and torch.equal(xb / 255, xb_many)
        assert torch.equal(yb, yb_many)


def test_the_images_handed_in_stay_as_they_are():
    images = photos(6)
    before = images.clone()
    for xb, _ in MovedBatches(images, torch.arange(6), 2, "cpu"):
        xb.zero_()
    assert torch.equal(images, before)


def test_colours_lie_side_by_side():
    """So the network need not sort them, which takes as long as moving them."""
    (xb, _), *_ = MovedBatches(photos(6), torch.arange(6), 6, "cpu")
    assert xb.is_contiguous(memory_format=torch.channels_last)
    ready = standardised(xb, torch.zeros(1, 3, 1, 1), torch.ones(1, 3, 1, 1), 6)
    assert ready.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("pixels", [0, 1, 3])
def test_room_repeats_the_edge(pixels):
    images = photos(2, 4, 5)
    expected = torch.nn.functional.pad(images.float(), (pixels,) * 4, mode="replicate")
    assert torch.equal(edged(images, pixels).float(), expected)


@pytest.mark.parametrize("side", [32, 24, 20, 8, 1])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_standardised_is_what_three_functions_make(side, layout):
    images = photos(5, 32, 32).to(memory_format=layout)
    mean, std = torch.rand(1, 3, 1, 1), torch.rand(1, 3, 1, 1) + 0.1
    expected = (shrink(images.float() / 255, side) - mean) / std
    # A few roundings of numbers up to 10, in another order.
    torch.testing.assert_close(standardised(images, mean, std, side), expected, atol=4e-6, rtol=0)


def test_black_and_white_are_exact():
    """Sums of whole numbers are: no image gets a trace of grey."""
    mean, std = torch.zeros(1, 3, 1, 1), torch.ones(1, 3, 1, 1)
    for number in (0, 255):
        images = torch.full((1, 3, 32, 32), number, dtype=torch.uint8)
        for side in (32, 24):
            assert standardised(images, mean, std, side).unique().item() == number / 255
