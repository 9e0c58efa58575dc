import pytest
import torch

from helpers.pictures.muon_pictures import draw_towards_one, towards_one
from helpers.training.muon import EXACT, FAST, orthogonalize


def test_numbers_by_hand():
    a, b, c = EXACT
    assert towards_one(torch.tensor(0.5), EXACT).item() == pytest.approx(a / 2 + b / 8 + c / 32)
    x = torch.rand(5)
    assert torch.equal(towards_one(x, FAST, steps=0), x)


def test_it_is_what_happens_to_the_singular_values_of_a_matrix():
    torch.manual_seed(0)
    matrix = torch.randn(4, 9)
    before = torch.linalg.svdvals(matrix / matrix.norm())
    for steps, coefficients in ((1, FAST), (4, FAST), (6, EXACT)):
        after = torch.linalg.svdvals(orthogonalize(matrix, steps, coefficients))
        expected = towards_one(before, coefficients, steps).sort(descending=True).values
        # float32 rounds by 6e-8; each step may stretch a small number by 3.4, and four by 140.
        torch.testing.assert_close(after, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("steps", "title"), [(0, "0 steps"), (1, "1 step"), (7, "7 steps")])
def test_the_picture_has_a_curve_for_each_polynomial(steps, title):
    axis = draw_towards_one(steps).axes[0]
    exact, fast = axis.lines[1:]
    x = torch.tensor(exact.get_xdata())
    torch.testing.assert_close(torch.tensor(exact.get_ydata()), towards_one(x, EXACT, steps))
    torch.testing.assert_close(torch.tensor(fast.get_ydata()), towards_one(x, FAST, steps))
    assert axis.get_title() == title and axis.get_xlim() == (0, 1)
