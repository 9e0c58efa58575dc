"""Pictures of a kernel at work, and of the feature maps that it makes."""

import numpy as np
import pytest
import torch

from helpers.models.convolution import apply_kernel
from helpers.pictures.canvas import png
from helpers.pictures.kernels import (
    draw_edges,
    draw_filtered,
    draw_maps,
    draw_places,
    draw_products,
    draw_sizes,
    draw_sliding,
    write_numbers,
)

IMAGE = torch.rand(6, 7, generator=torch.Generator().manual_seed(0))
KERNEL = torch.tensor([[-1.0, 0.0], [0.0, 1.0]])


def painted(axis):
    return torch.from_numpy(np.ma.filled(axis.images[-1].get_array(), np.nan))


def box(axis):
    """The first row and column of the frame, and its height and width."""
    frame = axis.patches[-1]
    return (
        frame.get_y() + 0.5, frame.get_x() + 0.5, frame.get_height(), frame.get_width()
    )  # fmt: skip


def test_products_show_window_kernel_and_sum():
    figure = draw_products(IMAGE, KERNEL, row=2, column=3)
    whole, window, kernel, products = figure.axes
    assert torch.equal(painted(whole), IMAGE) and box(whole) == (2, 3, 2, 2)
    assert torch.equal(painted(window), IMAGE[2:4, 3:5])
    assert torch.equal(painted(kernel), KERNEL)
    assert torch.equal(painted(products), IMAGE[2:4, 3:5] * KERNEL)
    assert products.get_title() == f"products, sum {apply_kernel(IMAGE, KERNEL)[2, 3]:.2f}"
    assert len(png(figure)) > 1000


@pytest.mark.parametrize(("row", "column"), [(5, 0), (0, 6), (-1, 0), (0, -1)])
def test_a_window_that_leaves_the_image(row, column):
    with pytest.raises(ValueError, match="leaves the image of 6 x 7"):
        draw_products(IMAGE, KERNEL, row, column)


def test_numbers_are_written_row_by_row():
    figure = draw_places(3, 2)
    axis = figure.add_subplot()
    write_numbers(axis, torch.tensor([[0.0, -1.0, 0.5], [2.0, 3.14159, 0.0]]))
    assert [text.get_text() for text in axis.texts] == ["0", "-1", "0.5", "2", "3.14", "0"]
    assert axis.texts[1].get_position() == (1, 0)


def test_frames_show_what_is_computed_so_far():
    figure = draw_sliding(IMAGE, KERNEL, places=[(0, 0), (2, 3), (4, 5)])
    result = apply_kernel(IMAGE, KERNEL)
    above, below = figure.axes[:3], figure.axes[3:]
    assert [box(axis)[:2] for axis in above] == [(0, 0), (2, 3), (4, 5)]
    assert [axis.get_title() for axis in above] == [
        "row 0, column 0", "row 2, column 3", "row 4, column 5"
    ]  # fmt: skip
    reached = [int((~painted(axis).isnan()).sum()) for axis in below]
    assert reached == [1, 2 * 6 + 4, 30]
    torch.testing.assert_close(painted(below[2]), result)
    assert torch.equal(painted(below[1])[:2], result[:2])


def test_a_result_and_its_window_stand_below_each_other():
    above, below = draw_sliding(IMAGE, torch.ones(3, 3), places=[(1, 2)]).axes
    assert np.ptp(above.get_xlim()) == np.ptp(below.get_xlim()) == 7
    assert np.ptp(above.get_ylim()) == np.ptp(below.get_ylim()) == 6

    def share(axis, x):
        return (x - axis.get_xlim()[0]) / 7

    assert share(above, 2 + 1) == pytest.approx(share(below, 2))  # the middle of the window


@pytest.mark.parametrize("places", [[], [(5, 0)], [(0, 6)], [(-1, 0)]])
def test_frames_need_places_in_the_result(places):
    with pytest.raises(ValueError, match="places within the result of 5 x 6"):
        draw_sliding(IMAGE, KERNEL, places)


def test_places_are_drawn_where_the_kernel_stands():
    axis = draw_places(size=7, kernel_size=3, stride=2, padding=1).axes[0]
    pixels, bars = axis.patches[:9], axis.patches[9:]
    assert [bar.get_x() for bar in bars] == [-1, 1, 3, 5]
    assert {bar.get_width() for bar in bars} == {3}
    assert [pixel.get_x() for pixel in pixels if pixel.get_hatch()] == [-1, 7]
    assert [text.get_text() for text in axis.texts] == list("1234567")
    assert axis.get_title().endswith("stride 2, padding 1: 4 places")


def test_a_kernel_that_finds_no_place():
    with pytest.raises(ValueError, match="does not fit"):
        draw_places(size=2, kernel_size=3)


def painted_map(axis):
    return torch.from_numpy(axis.images[-1].get_array().data)


def test_maps_share_one_scale():
    maps = torch.stack([torch.full((2, 3), 0.5), torch.full((2, 3), -4.0)]).requires_grad_()
    first, second, bar = draw_maps(maps, titles=["small", "large"]).axes
    assert torch.equal(painted_map(first), maps[0].detach())
    assert torch.equal(painted_map(second), maps[1].detach())
    assert first.images[0].get_clim() == second.images[0].get_clim() == (-4, 4)
    assert [axis.get_title() for axis in (first, second)] == ["small", "large"]


def dots(axis):
    """(row, column) of each dot."""
    return [(row, column) for column, row in axis.collections[0].get_offsets().tolist()]


def test_dots_mark_what_is_clearly_negative():
    maps = torch.tensor([[[0.0, -4.0], [3.0, -0.5]], [[-1.0, 0.0], [0.0, 2.0]]])
    first, second, _ = draw_maps(maps.requires_grad_()).axes
    assert dots(first) == [(0, 1)]
    assert dots(second) == [(0, 0)]


def test_dots_mark_negative_results_but_not_what_is_not_computed_yet():
    image, kernel = torch.tensor([[0.0, 1.0, 0.0, 1.0, 0.0]]), torch.tensor([[-1.0, 1.0]])
    _, below = draw_sliding(image, kernel, places=[(0, 1)]).axes
    assert dots(below) == [(0, 1)]
    edges = draw_edges(image[None], kernel[None], ["edge"]).axes[1]
    filtered = draw_filtered(image, kernel).axes[2]
    assert dots(edges) == dots(filtered) == [(0, 1), (0, 3)]


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
    assert torch.equal(painted_map(before), image) and torch.equal(painted_map(middle), kernel)
    assert torch.equal(painted_map(after), apply_kernel(image, kernel))
    assert torch.equal(
        painted_map(after), 2 * image[1:-1, 2:]
    )  # the neighbour on the right, doubled
    assert (
        after.get_title()
        == f"from {2 * image[1:-1, 2:].min():.1f} to {2 * image[1:-1, 2:].max():.1f}"
    )


def test_filtering_bytes_is_refused():
    with pytest.raises(TypeError, match=r"use image.float\(\)"):
        draw_filtered(torch.zeros(5, 5, dtype=torch.uint8), torch.zeros(3, 3))


def test_each_image_stands_beside_what_the_kernels_make_of_it():
    images, kernels = torch.stack([IMAGE, IMAGE.flip(0)]), torch.stack([KERNEL, KERNEL.T, -KERNEL])
    figure = draw_edges(images, kernels, ["one", "two", "three"])
    rows = [figure.axes[:4], figure.axes[4:8]]
    assert [axis.get_title() for axis in rows[0]] == ["image", "one", "two", "three"]
    limits = {axis.images[0].get_clim() for row in rows for axis in row[1:]}
    assert len(limits) == 1  # one scale
    for row, image in zip(rows, images):
        torch.testing.assert_close(painted(row[0]), image)
        for axis, kernel in zip(row[1:], kernels):
            torch.testing.assert_close(painted(axis), apply_kernel(image, kernel))


def test_every_kernel_has_a_name():
    with pytest.raises(ValueError, match="got 1 kernels but 2 names"):
        draw_edges(IMAGE[None], KERNEL[None], ["one", "two"])


def test_sheets_have_the_size_of_the_maps():
    axis = draw_sizes([(1, 28, 28), (8, 14, 14), (10,)], ["image", "block", "logits"]).axes[0]
    widths = [patch.get_width() for patch in axis.patches]
    assert widths == [28] + 8 * [14] + [2]
    assert [text.get_text() for text in axis.texts] == [
        "image\n1 × 28 × 28", "block\n8 × 14 × 14", "logits\n10"
    ]  # fmt: skip
    edges = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axis.patches]
    assert edges[0][1] < min(left for left, _ in edges[1:9])  # stages lie side by side
    assert max(right for _, right in edges[1:9]) < edges[9][0]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [([(2, 3)], "leave the axis of the batch out"), ([(2,), (3,)], "got 2 sizes but 1 names")],
)
def test_sizes_that_cannot_be_drawn(sizes, message):
    with pytest.raises(ValueError, match=message):
        draw_sizes(sizes, ["only"])
