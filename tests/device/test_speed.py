import torch
from torch import nn

from helpers.device.speed import clock_of, product_rate, training_flops


def test_a_convolution_costs_what_a_hand_calculation_says():
    """Each of 6·6 places and 5 filters: 3·3·3 products and sums; the same again for the filters."""
    conv = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.Flatten())
    assert training_flops(conv, torch.zeros(4, 3, 6, 6)) == 2 * (2 * 36 * 5 * 27)


def test_what_does_not_learn_costs_nothing_backwards():
    layers = nn.Sequential(nn.Linear(8, 6), nn.Linear(6, 4))
    everything = training_flops(layers, torch.zeros(3, 8))
    layers[0].requires_grad_(False)
    only_the_last = training_flops(layers, torch.zeros(3, 8))
    assert everything == 2 * (2 * 48 + 3 * 24)
    assert only_the_last == 2 * (48 + 2 * 24)
    assert layers[1].weight.grad is None


def test_the_rate_is_that_of_the_clock():
    ticks = iter(range(100))
    cpu = torch.device("cpu")
    assert product_rate(cpu, torch.float32, lambda: next(ticks), side=32) == 2 * 32**3
    jumps = iter([0, 1, 10, 17, 20, 24, 30, 39])  # the first, and then the fastest takes 4
    assert product_rate(cpu, torch.float32, lambda: next(jumps), side=32, tries=3) == 2 * 32**3 / 4


def test_a_gpu_is_tried_with_several_sizes(monkeypatch):
    """Torch's device "meta" computes nothing; a clock says which size would have been fastest."""
    seconds = {1024: 2.0, 2048: 1.0, 4096: 16.0, 8192: 512.0}
    sides, now = [], [0.0]
    rand = torch.rand

    def noting(*shape, device):
        sides.append(shape[1])
        return rand(*shape, device=device)

    def clock():
        now[0] += seconds[sides[-1]]
        return now[0]

    monkeypatch.setattr(torch, "rand", noting)
    assert product_rate(torch.device("meta"), torch.float32, clock) == 2 * 2048**3
    assert sides == [1024, 2048, 4096, 8192]


def test_a_device_may_be_given_by_its_name():
    assert product_rate("cpu", torch.float32, clock_of("cpu"), side=8, tries=1) > 0
