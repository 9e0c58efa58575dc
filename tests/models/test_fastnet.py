import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.models.fastnet import FastNet, pass_on, patches, whitening_conv, whitening_matrix

# Covariances of thousands of rows in float32; the narrowest direction was stretched tenfold.
ROUNDING = {"atol": 1e-4, "rtol": 0}


def photos(n, seed=0, side=12):
    """Images whose neighbouring pixels are alike, as in photographs; mean 0, spread about 1."""
    noise = torch.randn(n, 3, side + 4, side + 4, generator=torch.Generator().manual_seed(seed))
    images = torch.nn.functional.avg_pool2d(noise, 5, stride=1)
    images += 0.5 * images.mean(1, keepdim=True)
    return (images - images.mean()) / images.std()


def test_patches_are_the_squares_in_the_order_of_a_filter():
    images = photos(2, side=5)
    expected = [
        images[n, :, y : y + 2, x : x + 2].flatten()
        for n in range(2)
        for y in range(4)
        for x in range(4)
    ]
    assert torch.equal(patches(images, 2), torch.stack(expected))


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 3), st.integers(0, 1000))
def test_whitened_patches_have_the_identity_as_covariance(size, seed):
    rows = patches(photos(40, seed), size)
    whitened = rows @ whitening_matrix(rows).T
    torch.testing.assert_close(whitened.T.cov(), torch.eye(3 * size**2), **ROUNDING)


def test_the_pixels_themselves_are_far_from_it():
    covariance = patches(photos(40)).T.cov()
    assert (covariance - torch.eye(12)).abs().max() > 0.5


def test_the_largest_variance_comes_first():
    rows = patches(photos(40))
    spreads = (rows @ (m := whitening_matrix(rows)).T / m.norm(dim=1)).var(0)
    assert (spreads.diff() < 0).all() and spreads[0] > 20 * spreads[-1]


def test_eps_holds_back_the_small_directions_only():
    rows = patches(photos(40))
    exact, held = whitening_matrix(rows), whitening_matrix(rows, eps=0.01)
    ratio = (held.norm(dim=1) / exact.norm(dim=1)).square()
    variances = 1 / exact.norm(dim=1).square()
    # Ratios of squares; the matrix of the smallest variance is known to three digits.
    torch.testing.assert_close(ratio, variances / (variances + 0.01), atol=1e-4, rtol=1e-3)


def test_a_direction_without_variation_gives_no_infinity():
    rows = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    rows[:, 2] = 0
    assert whitening_matrix(rows, eps=5e-4).isfinite().all()


def test_the_convolution_whitens_and_has_negatives():
    images = photos(60)
    conv = whitening_conv(images, eps=0.0)
    answers = conv(images)
    assert answers.shape == (60, 24, 11, 11)
    torch.testing.assert_close(answers[:, :12], -answers[:, 12:])
    columns = answers[:, :12].transpose(0, 1).flatten(1)
    torch.testing.assert_close(columns.cov(), torch.eye(12), **ROUNDING)


def test_the_directions_of_the_largest_variance_can_be_kept_alone():
    images = photos(60)
    weights, few = whitening_conv(images).weight, whitening_conv(images, keep=5)
    assert torch.equal(few.weight, torch.cat([weights[:5], -weights[:5]])) and not few.bias.any()
    assert whitening_conv(images, keep=12).weight.equal(weights)


@pytest.mark.parametrize("keep", [0, -1, 13])
def test_more_directions_than_there_are_cannot_be_kept(keep):
    with pytest.raises(ValueError, match=f"from 1 to 12 directions, got {keep}"):
        whitening_conv(photos(10), keep=keep)


def test_only_the_bias_can_be_trained():
    conv = whitening_conv(photos(10))
    assert [name for name, p in conv.named_parameters() if p.requires_grad] == ["bias"]
    assert not conv.bias.any()


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="more rows than the 12 numbers in each, got 9"):
        whitening_conv(photos(1, side=4))


@pytest.mark.parametrize(("inputs", "outputs", "kernel"), [(4, 4, 3), (3, 8, 3), (6, 2, 5)])
def test_the_first_filters_pass_their_input(inputs, outputs, kernel):
    torch.manual_seed(0)
    conv = pass_on(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False))
    image = torch.randn(2, inputs, 7, 7)
    both = min(inputs, outputs)
    assert torch.equal(conv(image)[:, :both], image[:, :both])


def test_the_other_filters_stay_as_they_were():
    torch.manual_seed(0)
    conv = nn.Conv2d(3, 8, 3)
    before = conv.weight.detach().clone()
    assert pass_on(conv) is conv and conv.weight.requires_grad
    assert torch.equal(conv.weight[3:], before[3:]) and not torch.equal(conv.weight[:3], before[:3])


def test_many_layers_still_pass_it():
    deep = nn.Sequential(*(pass_on(nn.Conv2d(5, 5, 3, padding=1, bias=False)) for _ in range(20)))
    image = torch.randn(1, 5, 6, 6)
    assert torch.equal(deep(image), image)


def test_a_kernel_without_a_middle_is_refused():
    with pytest.raises(ValueError, match="odd kernel size.*got \\(2, 2\\)"):
        pass_on(nn.Conv2d(3, 3, 2))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((3, 32, 32), r"got \(3, 32, 32\); put a single image into a batch of one"),
        ((2, 32, 32), r"got \(2, 32, 32\); these look like grey images"),
    ],
)
def test_bytes_that_are_no_batch_of_photos_are_named_as_they_are(shape, words):
    model = FastNet(torch.rand(60, 3, 32, 32), widths=(8, 8, 8))
    with pytest.raises(ValueError, match=words):
        model(torch.zeros(shape).byte())
    assert model(torch.zeros(2, 3, 32, 32).byte()).shape == (2, 10)
