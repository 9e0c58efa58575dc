import numpy as np
import pytest
import torch
from PIL import Image

from helpers.pictures.similarity import draw_copies, draw_difference, draw_nearer, first_look


def painted(axis):
    return torch.tensor(np.asarray(axis.images[0].get_array()))


@pytest.fixture
def files(tmp_path):
    """Six images of a 3, all black, and four of a 7, all white."""
    for name, value, count in (("3", 0, 6), ("7", 255, 4)):
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.new("L", (4, 4), value).save(tmp_path / name / f"{number}.png")
    return tmp_path


def test_first_look_takes_equally_many_of_each_class_and_mixes_them(files):
    values = [painted(axis).max().item() for axis in first_look(files, n=8).axes]
    assert sorted(values) == [0] * 4 + [255] * 4
    assert values != sorted(values) and values != sorted(values, reverse=True)
    assert values == [painted(axis).max().item() for axis in first_look(files, n=8).axes]


def test_first_look_takes_all_there_are(files):
    shown = [axis for axis in first_look(files, n=40).axes if axis.images]
    assert len(shown) == 10


def test_first_look_needs_images(tmp_path):
    with pytest.raises(ValueError, match="found none"):
        first_look(tmp_path)


def test_more_and_less_ink_add_up_to_the_absolute_difference():
    image = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    figure = draw_difference(image, {"zeros": torch.zeros(2, 2), "ones": torch.ones(2, 2)})
    titles = [axis.get_title() for axis in figure.axes]
    assert titles[:4] == ["the image", "zeros", "more ink: 0.5000", "less ink: 0.0000"]
    assert titles[4:] == ["the image", "ones", "more ink: 0.0000", "less ink: 0.5000"]
    assert torch.equal(painted(figure.axes[7]), 1 - image)


def test_draw_copies_shows_one_ideal_and_its_copies():
    images = torch.rand(7, 5, 5, generator=torch.Generator().manual_seed(0))
    ideal = images.mean(0)
    axes = np.array(draw_copies(images, ideal).axes).reshape(3, 6)
    assert [axis.get_title() for axis in axes[0, [1, 2, 3, 5]]] == [
        "image 0", "image 1", "image 2", "image 6",
    ]  # fmt: skip
    assert [axis.get_xlabel() for axis in axes[1, [1, 2, 3, 5]]] == ["", "copy", "copy", "copy"]
    assert torch.equal(painted(axes[2, 5]), (images[6] - ideal).abs())
    shapes = [row[0].texts[1].get_text().split() for row in axes]
    assert shapes == [["7", "5", "5"], ["5", "5"], ["7", "5", "5"]]


@pytest.mark.parametrize("shape", [(3, 5, 5), (5, 5), (4, 5, 6)])
def test_draw_copies_refuses_what_does_not_fit(shape):
    with pytest.raises(ValueError, match="at least 4 images"):
        draw_copies(torch.zeros(shape), torch.zeros(5, 5))


def test_draw_nearer_has_a_point_an_image_on_equal_axes():
    mean3, mean7 = torch.zeros(2, 2), torch.ones(2, 2)
    threes, sevens = (
        torch.tensor(ink)[:, None, None].expand(-1, 2, 2) for ink in ([0.1, 0.2, 0.7], [0.9, 0.4])
    )
    axis = draw_nearer(threes, sevens, mean3, mean7).axes[0]
    right_3s, wrong_3s, right_7s, wrong_7s = (dots.get_offsets() for dots in axis.collections)
    assert np.allclose(right_3s, [[0.1, 0.9], [0.2, 0.8]])
    assert np.allclose(wrong_3s, [[0.7, 0.3]])
    assert np.allclose(right_7s, [[0.9, 0.1]])
    assert np.allclose(wrong_7s, [[0.4, 0.6]])
    assert axis.get_xlim() == axis.get_ylim() == pytest.approx((0.09, 0.91))
    assert axis.get_xlabel() == "distance from the ideal 3"
