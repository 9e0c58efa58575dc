import pytest
import torch
from torch import nn

from helpers.pictures.canvas import png
from helpers.pictures.regions import draw_regions

POINTS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
LABELS = torch.tensor([0, 1, 0, 1])


def right_half(points):
    """Class 1 where the first input is above a half."""
    x = 20 * (points[:, 0] - 0.5)
    return torch.stack([-x, x], dim=1)


def undecided(points):
    return torch.zeros(len(points), 2)


def test_the_ground_is_the_probability_of_class_1():
    figure = draw_regions({"right half": right_half}, POINTS, LABELS)
    ground = figure.axes[0].images[0].get_array()
    assert ground.shape == (121, 121)
    assert (ground[:, :50] < 0.01).all() and (ground[:, 71:] > 0.99).all()
    assert figure.axes[0].images[0].get_extent() == pytest.approx([-0.2, 1.2, -0.2, 1.2])
    assert png(figure)[:4] == b"\x89PNG"


def test_second_inputs_go_upwards():
    def upper_half(points):
        return right_half(points.flip(1))

    ground = draw_regions({"up": upper_half}, POINTS, LABELS).axes[0].images[0]
    assert ground.origin == "lower" and (ground.get_array()[71:] > 0.99).all()


def test_each_model_has_a_square_with_name_and_accuracy():
    figure = draw_regions({"a": right_half, "b": undecided}, POINTS, LABELS)
    first, second = figure.axes[:2]
    assert (first.get_title(), second.get_title()) == ("a\n100% right", "b\n50% right")
    assert (first.get_xlabel(), first.get_ylabel()) == ("first input", "second input")
    assert [len(s.get_offsets()) for s in first.collections[-2:]] == [2, 2]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["class 0", "class 1"]


def test_a_model_that_parts_nothing_has_no_border():
    decided, pale = draw_regions({"a": right_half, "b": undecided}, POINTS, LABELS).axes[:2]
    assert len(decided.collections) == 3 and len(pale.collections) == 2


def test_a_module_is_a_model_and_gathers_no_gradient():
    model = nn.Linear(2, 2)
    draw_regions({"line": model}, POINTS, LABELS)
    assert model.weight.grad is None


@pytest.mark.parametrize(
    ("models", "points", "labels", "message"),
    [
        ({}, POINTS, LABELS, "at least one model"),
        ({"a": undecided}, torch.zeros(4, 3), LABELS, r"got \(4, 3\) and \(4,\)"),
        ({"a": undecided}, POINTS, LABELS[:, None], r"got \(4, 2\) and \(4, 1\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(models, points, labels, message):
    with pytest.raises(ValueError, match=message):
        draw_regions(models, points, labels)
