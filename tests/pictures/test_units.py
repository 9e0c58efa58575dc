import pytest
import torch

from helpers.pictures.units import draw_unit, strongest


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
