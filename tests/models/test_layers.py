import pytest
import torch
from torch import nn

from helpers.models.layers import count_parameters, layer_table
from helpers.models.perceptrons import mlp


def test_parameters_are_counted():
    assert count_parameters(mlp(784, 30, 1).parameters()) == 784 * 30 + 30 + 30 + 1
    assert count_parameters([torch.zeros(2, 3, requires_grad=True)]) == 6
    assert count_parameters([]) == 0


def test_what_asks_for_no_gradient_does_not_count():
    net = nn.Linear(3, 2)
    net.bias.requires_grad_(False)
    assert count_parameters(net.parameters()) == 6


def test_the_notes_table():
    layers = [
        nn.Linear(784, 128), nn.Sigmoid(), nn.LogSoftmax(dim=1), nn.ReLU(), nn.Conv2d(3, 8, 3),
        nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(), nn.BatchNorm2d(8), nn.AdaptiveAvgPool2d(1),
    ]  # fmt: skip
    table = layer_table(layers)
    assert table.columns.tolist() == ["layer", "has parameters", "parameters"]
    assert table[table["has parameters"] == "yes"]["layer"].tolist() == [
        "Linear", "Conv2d", "BatchNorm2d",
    ]  # fmt: skip
    counts = dict(zip(table["layer"], table["parameters"]))
    assert counts["Linear"] == 784 * 128 + 128
    assert counts["Conv2d"] == 8 * 3 * 3 * 3 + 8
    assert counts["BatchNorm2d"] == 16
    assert sum(counts.values()) == counts["Linear"] + counts["Conv2d"] + counts["BatchNorm2d"]


@pytest.mark.parametrize(("wrong", "name"), [(nn.ReLU, "ReLU"), (torch.relu, "relu"), (3, "3")])
def test_a_class_in_place_of_a_layer_is_named(wrong, name):
    with pytest.raises(TypeError, match=rf"a layer such as nn.ReLU\(\), got {name}"):
        layer_table([nn.Flatten(), wrong])


@pytest.mark.parametrize(
    ("params", "words"),
    [(nn.Linear(2, 1), r"got a model: use model.parameters\(\)"), (torch.ones(2), r"in a list")],
)
def test_what_is_no_list_of_parameters_is_refused(params, words):
    with pytest.raises(TypeError, match=words):
        count_parameters(params)


def test_parameters_that_were_gone_through_are_not_counted_as_none():
    net = nn.Linear(3, 2)
    params = net.parameters()
    assert count_parameters(params) == 8
    with pytest.raises(ValueError, match="only once: use model.parameters"):
        count_parameters(params)
    with pytest.raises(TypeError, match="got a function: use model.parameters"):
        count_parameters(net.parameters)
    assert count_parameters(nn.ReLU().parameters()) == 0
