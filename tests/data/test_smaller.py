import pytest
import torch
import torch.nn.functional as F

from helpers.data.smaller import mean_matrix, shrink


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
