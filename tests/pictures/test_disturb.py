import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as TF

from helpers.pictures.canvas import png
from helpers.pictures.disturb import disturb, draw_disturbed

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
