"""The lean network: shapes, where it pools, and that its parts can be exchanged."""

import pytest
import torch
from torch import nn

from helpers.models.lean import LeanNet, as_it_is, lean_block, plain_norm


@pytest.mark.parametrize("side", [16, 24, 32])
def test_images_of_any_side_become_ten_logits(side):
    net = LeanNet(nn.Conv2d(3, 24, 2), (4, 8, 8)).eval()
    assert net(torch.zeros(2, 3, side, side)).shape == (2, 10)


def test_the_block_pools_before_the_norm():
    kinds = [type(layer) for layer in lean_block(3, 5)]
    assert kinds == [nn.Conv2d, nn.MaxPool2d, nn.BatchNorm2d, nn.SiLU,
                     nn.Conv2d, nn.BatchNorm2d, nn.SiLU]  # fmt: skip


def test_start_and_norm_reach_every_block():
    started, normed = [], []

    def start(conv):
        started.append(conv)
        return as_it_is(conv)

    def norm(channels):
        normed.append(channels)
        return plain_norm(channels)

    LeanNet(nn.Conv2d(3, 6, 2), (4, 8), start, norm)
    assert normed == [4, 4, 8, 8]
    assert [conv.in_channels for conv in started] == [6, 4, 4, 8]


def test_the_averages_follow_quickly():
    norm = plain_norm(3)
    norm(torch.full((2, 3, 4, 4), 5.0))
    torch.testing.assert_close(norm.running_mean, torch.full((3,), 2.0))


def test_the_logits_are_the_largest_values_seen_by_the_head():
    torch.manual_seed(0)
    net, xb = LeanNet(nn.Conv2d(3, 6, 2), (4, 8)).eval(), torch.randn(3, 3, 16, 16)
    features = net.blocks(nn.functional.silu(net.first(xb))).flatten(2).max(2).values
    torch.testing.assert_close(net(xb), features @ net.head.weight.T / 9)


def test_in_bfloat16_logits_are_float32():
    net = LeanNet(nn.Conv2d(3, 6, 2), (4, 8), precision=torch.bfloat16)
    assert net(torch.rand(2, 3, 16, 16)).dtype == torch.float32
