import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from helpers.models.baseline import is_3, mnist_distance
from helpers.pictures.answers import draw_comparison


def random(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_distance_by_hand():
    a = torch.tensor([[0.0, 1.0], [0.5, 0.25]])
    b = torch.tensor([[1.0, 1.0], [0.0, 0.75]])
    assert mnist_distance(a, b).item() == pytest.approx((1 + 0 + 0.5 + 0.5) / 4)


def test_distance_is_l1_loss_of_each_image():
    stack, one = random(7, 5, 4), random(5, 4, seed=1)
    expected = torch.stack([F.l1_loss(image, one) for image in stack])
    torch.testing.assert_close(mnist_distance(stack, one), expected)
    assert mnist_distance(stack, one).shape == (7,)
    assert mnist_distance(stack[0], one).ndim == 0


@given(
    n=st.integers(1, 5), height=st.integers(1, 6), width=st.integers(1, 6), seed=st.integers(0, 99)
)
@settings(max_examples=30, deadline=None)
def test_distance_is_a_metric(n, height, width, seed):
    a, b, c = (random(n, height, width, seed=seed + k) for k in range(3))
    assert torch.equal(mnist_distance(a, a), torch.zeros(n))
    torch.testing.assert_close(mnist_distance(a, b), mnist_distance(b, a))
    detour = mnist_distance(a, c) + mnist_distance(c, b)
    assert (mnist_distance(a, b) <= detour + 1e-6).all()  # float32 rounds numbers below 1 by 6e-8


def test_is_3_picks_the_nearer_mean():
    mean3, mean7 = torch.zeros(4, 4), torch.ones(4, 4)
    images = torch.stack([torch.full((4, 4), value) for value in (0.1, 0.4, 0.6, 0.9)])
    verdict = is_3(images, mean3, mean7)
    assert verdict.dtype == torch.bool
    assert verdict.tolist() == [True, True, False, False]


def test_draw_comparison_shows_both_distances():
    figure = draw_comparison(torch.full((4, 4), 0.25), torch.zeros(4, 4), torch.ones(4, 4))
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == [
        "says: 3", "ideal 3", "to the ideal 3\n0.2500", "ideal 7", "to the ideal 7\n0.7500",
    ]  # fmt: skip
    differences = [figure.axes[k].images[0].get_array().max() for k in (2, 4)]
    assert differences == pytest.approx([0.25, 0.75])


def test_draw_comparison_draws_five_pictures_even_for_equal_distances():
    figure = draw_comparison(torch.full((4, 4), 0.5), torch.zeros(4, 4), torch.ones(4, 4))
    assert isinstance(figure, Figure)
    assert len(figure.axes) == 5


def test_draw_comparison_refuses_a_stack():
    with pytest.raises(ValueError, match=r"one image \(height, width\), got \(2, 4, 4\)"):
        draw_comparison(torch.zeros(2, 4, 4), torch.zeros(4, 4), torch.ones(4, 4))


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (random(2, 28, 28).byte(), TypeError, r"is_3: expected floats, but x.*x.float\(\) / 255"),
        (random(2, 784), ValueError, r"is_3: .*got x \(2, 784\).*become images by .view"),
        (random(2, 14, 28), ValueError, r"is_3: expected images of one height and width"),
    ],
)
def test_what_is_no_image_as_the_means_are_is_refused(x, error, words):
    with pytest.raises(error, match=words):
        is_3(x, random(28, 28), random(28, 28))


def test_a_row_is_no_image():
    with pytest.raises(ValueError, match=r"mnist_distance: .*a \(784,\), b \(784,\)"):
        mnist_distance(random(784), random(784))
