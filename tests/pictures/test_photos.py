import pytest
import torch

from helpers.pictures.photos import cover, draw_covered, photo_grid


def green():
    image = torch.zeros(3, 32, 32, dtype=torch.uint8)
    image[1] = 255
    return image


def test_a_square_is_covered_and_the_image_kept():
    image = green()
    covered = cover(image, row=4, column=30, size=5)
    assert (covered[:, 4:9, 30:] == 128).all()
    assert (covered != image).sum() == 3 * 5 * 2 and torch.equal(image, green())


def test_a_grid_has_each_photo_and_title():
    photos = torch.stack([green()] * 3)
    axes = photo_grid(photos, titles=["a", "b", "c"], columns=2).axes
    assert len(axes) == 4 and [axis.get_title() for axis in axes] == ["a", "b", "c", ""]
    assert axes[0].images[0].get_array().shape == (32, 32, 3)
    assert len(photo_grid(photos.float() / 255).axes) == 3


@pytest.mark.parametrize(
    ("photos", "titles", "words"),
    [
        (torch.zeros(2, 1, 32, 32), None, r"expected colour images.*got \(2, 1, 32, 32\)"),
        (torch.zeros(0, 3, 32, 32), None, "at least one"),
        (torch.zeros(3, 32, 32), None, r"got \(3, 32, 32\)"),
        (torch.zeros(2, 3, 32, 32), ["a"], "got 2 images but 1 titles"),
    ],
)
def test_what_cannot_be_drawn_is_named(photos, titles, words):
    with pytest.raises(ValueError, match=words):
        photo_grid(photos, titles)


def test_a_map_lies_where_the_middle_of_the_square_was():
    maps = torch.linspace(0.3, 0.9, 2 * 13 * 13).view(2, 13, 13)  # 13 places: 0, 2, ... 24
    axes = draw_covered(torch.stack([green()] * 2), maps, ["a", "b"], size=8).axes
    assert [axis.get_title() for axis in axes[:4]] == ["a", "b", "", ""]
    assert axes[2].get_ylabel() == "a square of 8 pixels"
    for axis, expected in zip(axes[2:4], maps):
        drawn = axis.images[0]
        assert torch.equal(torch.from_numpy(drawn.get_array().data), expected)
        assert drawn.get_clim() == (0, 1)  # whatever the map holds: pictures can be compared
        assert drawn.get_extent() == [3, 29, 29, 3]  # the first place is around pixel 4
        assert axis.get_xlim() == (0, 32) and axis.get_ylim() == (32, 0)


def test_a_square_with_one_place_has_a_map_of_one_number():
    axes = draw_covered(green()[None], torch.ones(1, 1, 1), ["a"], size=32).axes
    assert axes[1].images[0].get_extent() == [15.5, 16.5, 16.5, 15.5]


@pytest.mark.parametrize("n", [0, 2])
def test_a_map_and_a_title_for_each_photo(n):
    photos = torch.stack([green()])
    with pytest.raises(ValueError, match=r"draw_covered: expected as many .* got 1, .* and 1"):
        draw_covered(photos, torch.zeros(n, 3, 3), ["a"], size=8)
    with pytest.raises(ValueError, match="at least one; got 0"):
        draw_covered(photos[:0], torch.zeros(0, 3, 3), [], size=8)


@pytest.mark.parametrize(
    ("row", "column", "rows", "columns"),
    [(-1, -1, 1, 1), (-5, 0, 0, 2), (31, -1, 1, 1), (4, 4, 2, 2)],
)
def test_what_lies_outside_the_image_is_cut_off(row, column, rows, columns):
    covered = cover(green(), row, column, 2)
    assert (covered != green()).sum() == 3 * rows * columns


def test_one_image_of_bytes_is_covered():
    with pytest.raises(ValueError, match=r"of a batch take images\[0\]"):
        cover(torch.zeros(2, 3, 4, 4, dtype=torch.uint8), 0, 0, 2)
    with pytest.raises(TypeError, match="expected bytes"):
        cover(torch.zeros(3, 4, 4), 0, 0, 2)
