"""Networks of linear layers: by hand, of PyTorch's parts, and for ten digits."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers.models.layers import count_parameters
from helpers.models.linear import init_params, linear1
from helpers.models.perceptrons import DigitMLP, mlp, simple_net


@given(
    n=st.integers(1, 5), inputs=st.integers(1, 6), hidden=st.integers(1, 6), seed=st.integers(0, 99)
)
@settings(max_examples=30, deadline=None)
def test_by_hand_and_by_torch_agree(n, inputs, hidden, seed):
    torch.manual_seed(seed)
    net, xb = mlp(inputs, hidden, 2), torch.randn(n, inputs)
    first, second = net[0], net[2]
    mine = simple_net(xb, first.weight.T, first.bias, second.weight.T, second.bias)
    assert mine.shape == (n, 2)
    torch.testing.assert_close(mine, net(xb))


def test_gradients_agree_too():
    torch.manual_seed(0)
    net, xb = mlp(5, 4, 1), torch.randn(7, 5)
    params = [p.detach().clone().requires_grad_() for p in net.parameters()]
    w1, b1, w2, b2 = params
    simple_net(xb, w1.T, b1, w2.T, b2).sum().backward()
    net(xb).sum().backward()
    for mine, theirs in zip(params, net.parameters()):
        torch.testing.assert_close(mine.grad, theirs.grad)


def test_without_negative_activations_it_is_one_linear_layer():
    xb, w1, w2 = torch.rand(6, 4), torch.rand(4, 3), torch.rand(3, 1)
    out = simple_net(xb, w1, torch.zeros(3), w2, torch.zeros(1))
    torch.testing.assert_close(out, linear1(xb, w1 @ w2, torch.zeros(1)))


def test_mlp_has_four_parameters_that_learn():
    shapes = [tuple(p.shape) for p in mlp(784, 30, 1).parameters()]
    assert shapes == [(30, 784), (30,), (1, 30), (1,)]
    assert [type(layer) for layer in mlp(2, 2, 2)] == [nn.Linear, nn.ReLU, nn.Linear]


def test_simple_net_works_on_another_device():
    with torch.device("meta"):
        params = [init_params(size) for size in ((784, 30), 30, (30, 1), 1)]
        assert simple_net(torch.zeros(2, 784), *params).shape == (2, 1)


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
