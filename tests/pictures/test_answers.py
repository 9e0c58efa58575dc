"""What a network answers: in the plane, in a hidden unit, to a digit that is disturbed."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as TF

from helpers.pictures.answers import disturb, draw_disturbed, draw_regions, draw_unit, strongest
from helpers.pictures.canvas import png

POINTS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
LABELS = torch.tensor([[0], [1], [0], [1]])


def right_half(points):
    """Class 1 where the first input is above a half."""
    return 40 * (points[:, :1] - 0.5)


def undecided(points):
    return torch.zeros(len(points), 1)


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
    model = nn.Linear(2, 1)
    draw_regions({"line": model}, POINTS, LABELS)
    assert model.weight.grad is None


@pytest.mark.parametrize(
    ("models", "points", "labels", "message"),
    [
        ({}, POINTS, LABELS, "at least one model"),
        ({"a": undecided}, torch.zeros(4, 3), LABELS, r"got \(4, 3\) and \(4, 1\)"),
        ({"a": undecided}, POINTS, LABELS[:, 0], r"got \(4, 2\) and \(4,\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(models, points, labels, message):
    with pytest.raises(ValueError, match=message):
        draw_regions(models, points, labels)


def test_strongest_are_those_with_the_largest_activation():
    random = torch.Generator().manual_seed(0)
    images, weights = torch.rand(20, 9, generator=random), torch.randn(9, generator=random)
    places = strongest(images, weights, torch.tensor(0.5), n=5)
    activations = images @ weights + 0.5
    assert places.tolist() == activations.sort(descending=True).indices[:5].tolist()


def test_no_more_than_there_are():
    assert len(strongest(torch.eye(3), torch.ones(3), torch.tensor(0.0), n=8)) == 3


def test_images_must_fit_the_weights():
    with pytest.raises(ValueError, match=r"shape \(m, 9\), got \(2, 3, 3\)"):
        strongest(torch.zeros(2, 3, 3), torch.zeros(9), torch.tensor(0.0))


def test_draw_unit_shows_the_weights_and_then_the_images():
    images = torch.zeros(10, 784)
    images[7, 3] = 1.0
    weights = torch.zeros(784, requires_grad=True)
    with torch.no_grad():
        weights[3] = 2.0
    figure = draw_unit(images, weights, torch.tensor(0.0))
    pictures = [torch.tensor(axis.images[0].get_array().data) for axis in figure.axes]
    assert len(pictures) == 9
    assert torch.equal(pictures[0].flatten(), weights.detach())
    assert torch.equal(pictures[1].flatten(), images[7])


# Places from -1 to 1 are rounded by 6e-8, which 12 pixels and a turn make about 1e-5 of a pixel.
ROUNDING = {"atol": 1e-4, "rtol": 0}


def picture(side=12, seed=0):
    return torch.rand(1, side, side, generator=torch.Generator().manual_seed(seed))


def test_nothing_done_changes_nothing():
    torch.testing.assert_close(disturb(picture()), picture())


@given(shift=st.integers(-12, 12))
@settings(max_examples=25, deadline=None)
def test_whole_pixels_are_moved_to_the_right_and_empty_ones_come_in(shift):
    moved = disturb(picture(), shift=shift)
    expected = torch.zeros_like(moved)
    kept = 12 - abs(shift)
    to, from_ = max(shift, 0), max(-shift, 0)
    expected[..., to : to + kept] = picture()[..., from_ : from_ + kept]
    torch.testing.assert_close(moved, expected, **ROUNDING)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_go_against_the_clock(quarters):
    turned = disturb(picture(), turn=90 * quarters)
    expected = picture().rot90(quarters, dims=(1, 2))
    torch.testing.assert_close(turned, expected, **ROUNDING)


@pytest.mark.parametrize("turn", [-30.0, 15.0, 70.0])
def test_turning_is_that_of_torchvision(turn):
    expected = TF.rotate(picture(), turn, interpolation=InterpolationMode.BILINEAR)
    inside = (slice(None), slice(3, 9), slice(3, 9))
    torch.testing.assert_close(disturb(picture(), turn)[inside], expected[inside], **ROUNDING)


def test_turning_comes_before_shifting():
    image = torch.zeros(1, 9, 9)
    image[0, 4, 8] = 1.0  # in the middle of the right side
    turned = disturb(image, turn=90)  # now at the top
    torch.testing.assert_close(disturb(image, turn=90, shift=2), disturb(turned, shift=2))
    assert disturb(image, turn=90, shift=2)[0, 0, 6] == pytest.approx(1.0, abs=ROUNDING["atol"])


def test_noise_is_repeatable_in_range_and_leaves_the_random_numbers_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    noisy = disturb(picture(), noise=0.5)
    assert torch.equal(noisy, disturb(picture(), noise=0.5))
    assert not torch.equal(noisy, disturb(picture(), noise=0.5, seed=1))
    assert noisy.min() >= 0 and noisy.max() <= 1
    assert torch.equal(before, torch.get_rng_state())


def test_the_image_itself_is_left_alone():
    image = picture()
    disturb(image, turn=20, shift=3, noise=0.2)
    assert torch.equal(image, picture())


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (torch.zeros(28, 28), ValueError, r"one square image .* got \(28, 28\)"),
        (torch.zeros(1, 28, 20), ValueError, r"got \(1, 28, 20\)"),
        (torch.zeros(2, 28, 28), ValueError, r"got \(2, 28, 28\)"),
        (torch.zeros(1, 28, 28, dtype=torch.uint8), TypeError, "got torch.uint8; divide by 255"),
    ],
)
def test_what_is_no_image_is_refused(image, error, message):
    with pytest.raises(error, match=message):
        disturb(image)


def network(dropout=0.0):
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(144, 4))


def test_the_bars_are_the_probabilities_of_the_disturbed_image():
    model = network()
    figure = draw_disturbed(model, picture(), turn=40.0, shift=2, noise=0.1)
    image, bars = figure.axes
    shown = disturb(picture(), 40.0, 2, 0.1)
    expected = model(shown[None]).softmax(1)[0]
    heights = torch.tensor([bar.get_height() for bar in bars.patches]).float()
    torch.testing.assert_close(heights, expected.detach())
    torch.testing.assert_close(torch.tensor(image.images[0].get_array()), shown[0])
    best = int(expected.argmax())
    assert bars.get_title() == f"it says {best}: {expected.max():.0%}"
    colours = [bar.get_facecolor() for bar in bars.patches]
    assert colours.count(colours[best]) == 1
    assert (bars.get_xlabel(), bars.get_ylabel()) == ("class", "probability")
    assert png(figure)[:4] == b"\x89PNG"


@pytest.mark.parametrize("training", [True, False])
def test_the_model_rests_while_it_is_drawn_and_keeps_its_mode(training):
    model = network(dropout=0.5).train(training)
    titles = {draw_disturbed(model, picture()).axes[1].get_title() for _ in range(5)}
    assert len(titles) == 1 and model.training == training
    assert all(p.grad is None for p in model.parameters())
