"""Changes to images: mirrored or moved at random, moved aside, made smaller."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.augment import (
    mean_matrix,
    random_flip,
    random_shift,
    shift,
    shift_all_ways,
    shrink,
)
from helpers.models.convolution import conv2d
from helpers.models.fastnet import patches
from helpers.training.views import mirrored, shifted


def roomy(pixels):
    """Random images with that much empty room on all sides."""
    images = torch.zeros(2, 1, 6 + 2 * pixels, 6 + 2 * pixels)
    random = torch.rand(2, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    images[..., pixels : pixels + 6, pixels : pixels + 6] = random
    return images


@settings(deadline=None)
@given(right=st.integers(-4, 4), down=st.integers(-4, 4))
def test_with_room_around_it_nothing_is_lost(right, down):
    images = roomy(4)
    assert torch.equal(shift(images, right, down), images.roll((down, right), (-2, -1)))
    assert torch.equal(shift(shift(images, right, down), -right, -down), images)


@settings(deadline=None)
@given(right=st.integers(-5, 5), down=st.integers(-3, 3))
def test_every_pixel_comes_from_its_place_or_is_empty(right, down):
    image = torch.arange(1, 16).view(3, 5)
    moved = shift(image, right, down)
    for i in range(3):
        for j in range(5):
            inside = 0 <= i - down < 3 and 0 <= j - right < 5
            assert moved[i, j] == (image[i - down, j - right] if inside else 0)


def test_bytes_stay_bytes_and_the_input_stays_as_it_is():
    images = torch.full((1, 2, 2), 255, dtype=torch.uint8)
    moved = shift(images, 0, 0)
    moved[:] = 0
    assert moved.dtype == torch.uint8 and images.min() == 255


def test_all_ways():
    images = roomy(2)[:1].expand(9, 1, 10, 10)
    moved = shift_all_ways(images, 2)
    ways = [(2, 0), (-2, 0), (0, 2), (0, -2)] * 2 + [(2, 0)]
    for image, original, way in zip(moved, images, ways, strict=True):
        assert torch.equal(image, shift(original, *way))


def test_no_shift_is_a_copy():
    images = roomy(0)
    assert torch.equal(shift_all_ways(images, 0), images)
    assert shift_all_ways(images, 0).data_ptr() != images.data_ptr()


def test_a_convolution_moves_with_the_image():
    generator = torch.Generator().manual_seed(1)
    weight = torch.randn(3, 1, 3, 3, generator=generator, dtype=torch.float64)
    images = roomy(5).double()
    first, then = conv2d(shift(images, 3, 2), weight), shift(conv2d(images, weight), 3, 2)
    assert torch.equal(first[..., 4:-4, 4:-4], then[..., 4:-4, 4:-4])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((torch.zeros(2, 3), 4), "right must be a whole number from -3 to 3, got 4"),
        ((torch.zeros(2, 3), 0, -3), "down must be a whole number from -2 to 2, got -3"),
        ((torch.zeros(2, 3), 0.5), "right must be a whole number.*got 0.5"),
        ((torch.zeros(3), 1), r"expected images of shape \(..., rows, columns\), got \(3,\)"),
    ],
)
def test_shifts_that_cannot_be(arguments, words):
    with pytest.raises(ValueError, match=words):
        shift(*arguments)


def test_a_row_by_hand():
    """From 4 to 3: pixels 0 and 1, 1 and 2, 2 and 3; from 5 to 2: three each, the middle twice."""
    half, third = [0.5, 0.5, 0, 0], 1 / 3
    expected = torch.tensor([half, half[-1:] + half[:-1], half[-2:] + half[:-2]])
    assert torch.equal(mean_matrix(4, 3, torch.float32), expected)
    expected = torch.tensor([[third] * 3 + [0, 0], [0, 0] + [third] * 3])
    torch.testing.assert_close(mean_matrix(5, 2, torch.float32), expected)


@pytest.mark.parametrize(("size", "pixels"), [(32, 24), (32, 16), (32, 21), (7, 7), (5, 1)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_it_is_adaptive_average_pooling(size, pixels, layout):
    images = torch.rand(3, 3, size, size, generator=torch.Generator().manual_seed(0))
    small = shrink(images.to(memory_format=layout), pixels)
    torch.testing.assert_close(small, F.adaptive_avg_pool2d(images, pixels))


def test_dtype_stays_and_the_matrix_is_made_once():
    images = torch.rand(2, 3, 8, 8)
    assert shrink(images.double(), 6).dtype == torch.float64
    assert shrink(images.bfloat16(), 6).dtype == torch.bfloat16
    once = mean_matrix(8, 6, torch.float32, images.device)
    assert mean_matrix(8, 6, torch.float32, images.device) is once


@pytest.mark.parametrize("change", [random_flip, random_shift])
@pytest.mark.parametrize(
    ("shape", "words"),
    [((3, 32, 32), r"a batch of one is x\[None\]"), ((7, 28, 28), "look like grey images")],
)
def test_random_changes_ask_for_a_batch_with_channels(change, shape, words):
    with pytest.raises(ValueError, match=f"{change.__name__}: expected a batch.*{words}"):
        change(torch.rand(shape))


def test_pixels_may_be_those_of_numpy_but_not_below_0():
    images = torch.rand(2, 1, 4, 4)
    assert torch.equal(shift(images, np.int64(1)), shift(images, 1))
    with pytest.raises(ValueError, match="random_shift: pixels must be a whole number, 0 or more"):
        random_shift(images, -1)


@pytest.mark.parametrize("change", [random_flip, random_shift, mirrored, shifted, patches])
def test_images_whose_channels_stand_last_are_refused(change):
    images = torch.rand(8, 6, 6, 3)
    with pytest.raises(ValueError, match=r"permute\(0, 3, 1, 2\)"):
        change(images)
    change(images.permute(0, 3, 1, 2))
    change(torch.rand(8, 3, 6, 3))  # narrow images are none of those


def test_a_single_image_is_not_taken_for_its_rows():
    with pytest.raises(ValueError, match=r"a batch of one is images\[None\]"):
        shift_all_ways(torch.eye(28), 1)
    with pytest.raises(TypeError, match="images must be a tensor, got list"):
        shift_all_ways([[1.0]], 1)
