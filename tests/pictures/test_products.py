"""Pictures of multiplying and adding: what they show is what torch computes."""

import pytest
import torch

from helpers.pictures.products import (
    draw_leap,
    draw_matrix_product,
    draw_weighed,
    sums_written_out,
)

LEFT = torch.tensor([[1.0, 0.5, 0.0], [0.0, 1.0, 0.5]])
RIGHT = torch.tensor([[2.0], [-1.0], [3.0]])


def test_sums_are_those_of_the_matrix_product():
    for text, row, total in zip(sums_written_out(LEFT, RIGHT), LEFT, LEFT @ RIGHT, strict=True):
        left, right = text.replace("×", "*").split(" = ")
        assert eval(left) == float(right) == total.item() == (row * RIGHT.T).sum().item()


@pytest.mark.parametrize("right", [torch.ones(3), torch.ones(2, 1), torch.ones(3, 2)])
def test_only_a_column_that_fits(right):
    with pytest.raises(ValueError, match=r"\(n, m\) and \(m, 1\)"):
        draw_matrix_product(LEFT, right)


def test_every_number_of_the_product_is_drawn():
    texts = [text.get_text() for text in draw_matrix_product(LEFT, RIGHT).axes[0].texts]
    numbers = [*LEFT.flatten().tolist(), *RIGHT.flatten().tolist(), *(LEFT @ RIGHT).flatten()]
    for number in numbers:
        assert texts.count(f"{number:g}") >= sum(float(other) == number for other in numbers)
    assert {"images (2, 3)", "weights (3, 1)", "sums (2, 1)"} <= set(texts)
    assert set(sums_written_out(LEFT, RIGHT)) <= set(texts)


@pytest.mark.parametrize("shape", [(784,), (784, 1), (1, 784), (28, 28)])
@pytest.mark.parametrize("bias", [0.0, -1.5])
def test_a_weighed_image_tells_its_sum(shape, bias):
    torch.manual_seed(0)
    image, weights = torch.rand(784), torch.randn(shape, requires_grad=True)
    first, second, third = draw_weighed(image, weights, bias).axes
    drawn = [torch.tensor(axis.images[0].get_array()) for axis in (first, second, third)]
    torch.testing.assert_close(drawn[0] * drawn[1], drawn[2])
    output = (image * weights.detach().flatten()).sum().item() + bias
    assert third.get_title().endswith(f"sum: {output:.1f}")
    assert ("bias" in third.get_title()) == bool(bias)


def test_a_weighed_image_has_signs_where_it_has_colours():
    image, weights = torch.zeros(28, 28), torch.ones(28, 28)
    weights[14:] = -1
    image[:, 8] = 1  # one stroke, one pixel wide
    marks = draw_weighed(image, weights).axes[2].texts
    assert [mark.get_text() for mark in marks] == ["+"] * 3 + ["\N{MINUS SIGN}"] * 3
    assert {mark.get_position()[0] for mark in marks} == {8}


def test_a_weighed_image_has_a_weight_a_pixel():
    with pytest.raises(ValueError, match="784 pixels and 784 weights"):
        draw_weighed(torch.zeros(784), torch.zeros(10))


def test_a_leap_counts_all_outputs_on_one_axis():
    moments = {
        "before": {"3s": torch.zeros(5, 1), "7s": torch.zeros(4, 1)},
        "after": {"3s": torch.full((5, 1), 200.0), "7s": torch.full((4, 1), 90.0)},
    }
    axes = draw_leap(moments, flat_from=17).axes
    assert [axis.get_title(loc="left") for axis in axes] == ["before", "after"]
    assert len({axis.get_xlim() for axis in axes}) == 1 and axes[0].get_xlim()[1] == 200
    labels = [text.get_text() for text in axes[0].get_legend().get_texts()]
    assert labels == ["sigmoid exactly 1", "3s", "7s"]


@pytest.mark.parametrize("moments", [{}, {"now": {}}, {"now": dict.fromkeys("abc", torch.ones(1))}])
def test_a_leap_wants_one_or_two_kinds(moments):
    with pytest.raises(ValueError, match="one or two kinds"):
        draw_leap(moments, flat_from=17)
