import pytest
import torch
from torch import nn

from helpers.pictures.photos import cover, draw_answer, photo_grid
from helpers.training.classifier import predict_image

CLASSES = ("cat", "dog", "ship")


class Brightest(nn.Module):
    """Logits are ten times the mean of red, green and blue."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(10.0))

    def forward(self, xb):
        return self.factor * xb.mean((2, 3))


def green():
    image = torch.zeros(3, 32, 32, dtype=torch.uint8)
    image[1] = 255
    return image


def test_the_answer_is_the_softmax_of_one_image():
    model = Brightest().train()
    name, probabilities = predict_image(green(), model, CLASSES)
    assert name == "dog"
    torch.testing.assert_close(probabilities, torch.tensor([0.0, 10.0, 0.0]).softmax(0))
    assert not probabilities.requires_grad and model.training


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


def test_bars_are_the_probabilities_and_the_right_one_stands_out():
    image_axis, bars = draw_answer(green(), Brightest(), CLASSES, truth="dog").axes
    widths = [bar.get_width() for bar in bars.patches]
    assert widths == pytest.approx(torch.tensor([0.0, 10.0, 0.0]).softmax(0).tolist())
    colors = [bar.get_facecolor() for bar in bars.patches]
    assert colors[0] == colors[2] != colors[1] and len(image_axis.images) == 1
    assert image_axis.get_title() == f"dog: {widths[1]:.2f}"


def test_an_unknown_class_is_named():
    with pytest.raises(ValueError, match="expected one of cat, dog, ship, got 'cow'"):
        draw_answer(green(), Brightest(), CLASSES, truth="cow")
