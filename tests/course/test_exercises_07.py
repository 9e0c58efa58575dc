"""What is particular to the exercises of lesson 07, beside what holds for all."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.course.exercises import RIGHT, WRONG, find
from helpers.models.convolution import conv_parameters
from helpers.models.layers import count_parameters


def said(number, answer):
    return find(number).judge(answer)[1]


@pytest.mark.parametrize(
    "blur",
    [
        lambda image: F.avg_pool2d(image[None], 3, stride=1)[0],
        lambda image: F.conv2d(image[None, None], torch.ones(1, 1, 3, 3) / 9)[0, 0],
        lambda image: image.unfold(0, 3, 1).unfold(1, 3, 1).mean((-1, -2)),
    ],
)
def test_blur_in_many_ways(blur):
    assert find("7.1").judge(blur)[0] == RIGHT


def test_an_unforeseen_blur_is_wrong():
    verdict, sentence = find("7.1").judge(
        lambda image: image.unfold(0, 3, 1).unfold(1, 3, 1).flatten(2).median(-1).values
    )
    assert verdict == WRONG and sentence.startswith("shape and dtype are right, the values are not")


@pytest.mark.parametrize("layers", [arguments[1] for arguments in find("7.2").inputs()])
def test_final_size_is_torchs(layers):
    x = torch.zeros(1, 1, 26, 26)
    for kernel_size, stride, padding in layers:
        x = F.conv2d(x, torch.zeros(1, 1, kernel_size, kernel_size), None, stride, padding)
    assert find("7.2").solution(26, layers) == x.shape[2] == x.shape[3]


def test_an_unforeseen_size_is_wrong():
    assert said("7.2", lambda size, layers: size // 2).startswith("expected 5, got 13.")


@pytest.mark.parametrize(("inputs", "filters", "side"), [(1, 25, 3), (16, 32, 5), (3, 7, 1)])
def test_kernel_side_undoes_the_count(inputs, filters, side):
    parameters = count_parameters(nn.Conv2d(inputs, filters, side).parameters())
    assert parameters == conv_parameters(inputs, filters, side)
    assert find("7.3").solution(parameters, inputs, filters) == side


def test_kernel_side_need_not_be_rounded():
    exact = find("7.3").judge(lambda p, inputs, filters: ((p - filters) / inputs / filters) ** 0.5)
    assert exact[0] == RIGHT


def test_an_unforeseen_side_is_wrong():
    assert said("7.3", lambda p, inputs, filters: 3).startswith("expected 5, got 3.")


def test_pooling_by_hand_or_by_unfold():
    def overlapping_pool(x, kernel_size, stride):
        windows = x.unfold(2, kernel_size, stride).unfold(3, kernel_size, stride)
        return windows.amax((-1, -2))

    assert find("7.4").judge(overlapping_pool)[0] == RIGHT


def test_an_unforeseen_pooling_is_wrong():
    sentence = said("7.4", lambda x, kernel_size, stride: F.lp_pool2d(x, 2, kernel_size, stride))
    assert "the values are not" in sentence


@pytest.mark.parametrize("layers", [arguments[0] for arguments in find("7.5").inputs()])
def test_receptive_field_is_what_a_gradient_reaches(layers):
    x = torch.zeros(1, 1, 200, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel_size, stride in layers:
        y = F.conv1d(y, torch.ones(1, 1, kernel_size, dtype=torch.float64), stride=stride)
    y[0, 0, y.shape[2] // 2].backward()
    assert find("7.5").solution(layers) == (x.grad != 0).sum()


def test_an_unforeseen_field_is_wrong():
    assert said("7.5", lambda layers: 7).startswith("expected 21, got 7.")
