import pytest
import torch

from helpers.models.convolution import apply_kernel
from helpers.pictures.feature_maps import draw_filtered, draw_maps


def painted(axis):
    return torch.from_numpy(axis.images[-1].get_array().data)


def test_maps_share_one_scale():
    maps = torch.stack([torch.full((2, 3), 0.5), torch.full((2, 3), -4.0)]).requires_grad_()
    first, second, bar = draw_maps(maps, titles=["small", "large"]).axes
    assert torch.equal(painted(first), maps[0].detach())
    assert torch.equal(painted(second), maps[1].detach())
    assert first.images[0].get_clim() == second.images[0].get_clim() == (-4, 4)
    assert [axis.get_title() for axis in (first, second)] == ["small", "large"]


def test_maps_go_on_in_the_next_row():
    figure = draw_maps(torch.zeros(5, 2, 2), columns=2)
    assert len(figure.axes) == 3 * 2 + 1
    assert [len(axis.images) for axis in figure.axes[:6]] == [1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("maps", "titles", "words"),
    [
        (torch.zeros(1, 8, 5, 5), None, r"got \(1, 8, 5, 5\); the maps of one image are maps\[0\]"),
        (torch.zeros(5, 5), None, r"expected maps of shape \(n, rows, columns\)"),
        (torch.zeros(0, 5, 5), None, r"got \(0, 5, 5\)"),
        (torch.zeros(2, 5, 5), ["one"], "got 2 maps but 1 titles"),
    ],
)
def test_maps_that_cannot_be_drawn(maps, titles, words):
    with pytest.raises(ValueError, match=words):
        draw_maps(maps, titles)


def test_filtered_shows_image_kernel_and_result():
    image = torch.rand(5, 6, generator=torch.Generator().manual_seed(0))
    kernel = torch.tensor([[0.0, 0, 0], [0, 0, 2], [0, 0, 0]])
    before, middle, after, _ = draw_filtered(image, kernel).axes
    assert torch.equal(painted(before), image) and torch.equal(painted(middle), kernel)
    assert torch.equal(painted(after), apply_kernel(image, kernel))
    assert torch.equal(painted(after), 2 * image[1:-1, 2:])  # the neighbour on the right, doubled
    assert (
        after.get_title()
        == f"from {2 * image[1:-1, 2:].min():.1f} to {2 * image[1:-1, 2:].max():.1f}"
    )


def test_filtering_bytes_is_refused():
    with pytest.raises(TypeError, match=r"use image.float\(\)"):
        draw_filtered(torch.zeros(5, 5, dtype=torch.uint8), torch.zeros(3, 3))
