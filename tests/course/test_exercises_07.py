"""What is particular to the exercises of lesson 07, beside what holds for all."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models.resnet import BasicBlock

from helpers.course.exercises import RIGHT, find
from helpers.models.convolution import apply_kernel, conv_parameters
from helpers.models.layers import count_parameters


def said(number, answer):
    return find(number).judge(answer)[1]


def test_a_line_is_seen_from_both_sides():
    image = torch.zeros(28, 28)
    image[:, 10] = 1
    left_edge = torch.tensor([[-1.0, 0.0, 1.0]] * 3)
    seen = (apply_kernel(image, left_edge) != 0).sum()
    assert seen == find("7.1").solution
    assert find("7.1").judge(seen)[0] == RIGHT


def test_an_unforeseen_count_is_wrong():
    assert said("7.1", 40) == "value: 40 is not the number that is asked for."


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


def test_pooling_that_takes_rows_for_columns_is_wrong():
    def overlapping_pool(x, kernel_size, stride):
        pooled = F.max_pool2d(x, kernel_size, stride)
        return pooled[..., : pooled.shape[2]]

    assert "the shape is off" in said("7.4", overlapping_pool)


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


def test_a_residual_block_is_torchvisions_without_its_normalisation():
    def torchvisions(x, weight1, weight2):
        block = BasicBlock(3, 3, norm_layer=lambda channels: nn.Identity())
        with torch.no_grad():
            block.conv1.weight.copy_(weight1)
            block.conv2.weight.copy_(weight2)
            return block(x)

    assert find("7.6").judge(torchvisions)[0] == RIGHT


@pytest.mark.parametrize("paddings", [(0, 0), (1, 0), (0, 1)])
def test_a_residual_block_without_padding_is_told_so(paddings):
    def block(x, weight1, weight2):
        out = F.relu(F.conv2d(x, weight1, padding=paddings[0]))
        return F.relu(F.conv2d(out, weight2, padding=paddings[1]) + x)

    assert "the maps have shrunk" in said("7.6", block)


def test_an_unforeseen_block_is_wrong():
    assert "the values are not" in said("7.6", lambda x, weight1, weight2: F.relu(x))


@pytest.mark.parametrize("number", [f"7.{n}" for n in range(1, 7)])
def test_every_mistake_has_a_second_hint(number):
    exercise = find(number)
    assert all(exercise.hints(mistake.code)[2] for mistake in exercise.mistakes)
