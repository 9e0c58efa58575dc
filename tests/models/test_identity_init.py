import pytest
import torch
from torch import nn

from helpers.models.identity_init import pass_on


@pytest.mark.parametrize(("inputs", "outputs", "kernel"), [(4, 4, 3), (3, 8, 3), (6, 2, 5)])
def test_the_first_filters_pass_their_input(inputs, outputs, kernel):
    torch.manual_seed(0)
    conv = pass_on(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False))
    image = torch.randn(2, inputs, 7, 7)
    both = min(inputs, outputs)
    assert torch.equal(conv(image)[:, :both], image[:, :both])


def test_the_other_filters_stay_as_they_were():
    torch.manual_seed(0)
    conv = nn.Conv2d(3, 8, 3)
    before = conv.weight.detach().clone()
    assert pass_on(conv) is conv and conv.weight.requires_grad
    assert torch.equal(conv.weight[3:], before[3:]) and not torch.equal(conv.weight[:3], before[:3])


def test_many_layers_still_pass_it():
    deep = nn.Sequential(*(pass_on(nn.Conv2d(5, 5, 3, padding=1, bias=False)) for _ in range(20)))
    image = torch.randn(1, 5, 6, 6)
    assert torch.equal(deep(image), image)


def test_a_kernel_without_a_middle_is_refused():
    with pytest.raises(ValueError, match="odd kernel size.*got \\(2, 2\\)"):
        pass_on(nn.Conv2d(3, 3, 2))
