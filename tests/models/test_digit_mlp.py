import torch
from torch import nn

from helpers.models.digit_mlp import DigitMLP
from helpers.models.layers import count_parameters


def test_it_is_the_network_of_the_notes():
    torch.manual_seed(0)
    network = DigitMLP()
    torch.manual_seed(0)
    layers = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(),
        nn.Linear(512, 10),
    )  # fmt: skip
    xb = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(network(xb), layers(xb))


def test_its_parameters_are_as_many_as_the_notes_say():
    counts = [count_parameters(layer.parameters()) for layer in DigitMLP().children()]
    assert counts == [0, 401_920, 262_656, 5_130] and sum(counts) == 669_706


def test_every_parameter_gets_a_gradient():
    network = DigitMLP()
    network(torch.rand(4, 1, 28, 28)).logsumexp(1).sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in network.parameters())


def test_it_stays_on_its_device():
    with torch.device("meta"):
        assert DigitMLP()(torch.zeros(2, 1, 28, 28)).is_meta
