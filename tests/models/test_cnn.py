import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.models.cnn import he_init, pooled_block, small_cnn
from helpers.models.convolution import conv_parameters
from helpers.models.layers import count_parameters
from helpers.models.lean import LeanNet
from helpers.models.perceptrons import DigitMLP
from helpers.training.classifier import train_step


def test_a_block_halves_the_size_and_sets_the_channels():
    assert pooled_block(3, 5)(torch.randn(2, 3, 9, 8)).shape == (2, 5, 4, 4)


def test_pooling_and_relu_can_change_places():
    torch.manual_seed(0)
    block, x = pooled_block(2, 3).eval(), torch.randn(4, 2, 8, 8)
    conv, pool, norm, relu = block
    torch.testing.assert_close(block(x), pool(relu(norm(conv(x)))))


def test_parameters_of_the_small_cnn():
    convolutions = conv_parameters(1, 8, 3) + conv_parameters(8, 16, 3) + conv_parameters(16, 32, 3)
    normalisations, linear = 2 * (8 + 16 + 32), 32 * 9 * 10 + 10
    count = count_parameters(small_cnn().parameters())
    assert count == convolutions + normalisations + linear
    assert 10 * count <= count_parameters(DigitMLP().parameters())


def test_every_parameter_takes_part():
    torch.manual_seed(0)
    model = small_cnn()
    model(torch.randn(8, 1, 28, 28)).square().sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    assert all(p.grad.abs().sum() > 0 for name, p in model.named_parameters() if "weight" in name)


def test_it_can_learn():
    torch.manual_seed(0)
    model, labels = small_cnn(), torch.arange(20) % 10
    images = torch.randn(20, 1, 28, 28)
    opt = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = [train_step(model, images, labels, F.cross_entropy, opt) for _ in range(40)]
    assert losses[0] > 1.5 and losses[-1] < 0.1


def test_channels_last_changes_only_the_layout():
    torch.manual_seed(0)
    model, x = small_cnn().eval(), torch.randn(4, 1, 28, 28)
    before = model(x)
    torch.testing.assert_close(model.to(memory_format=torch.channels_last)(x), before)


def test_on_another_device():
    with torch.device("meta"):
        assert small_cnn()(torch.zeros(3, 1, 28, 28)).shape == (3, 10)


def test_a_layer_without_a_bias_is_named():
    with pytest.raises(ValueError, match="he_init: expected layers with a bias.*kaiming_normal_"):
        LeanNet(nn.Conv2d(3, 24, 2), (8, 16, 16)).apply(he_init)
