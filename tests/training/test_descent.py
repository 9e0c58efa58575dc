import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.metrics import rmse
from helpers.pictures.curves import draw_descent
from helpers.training.descent import apply_step, descend, quadratic

T = torch.arange(5).float()
TARGETS = torch.tensor([1.0, 0.0, 2.0, 3.0, 9.0])
small = st.floats(-5, 5, width=32)


@given(a=small, b=small, c=small)
@settings(max_examples=30, deadline=None)
def test_quadratic_equals_its_formula(a, b, c):
    expected = [a * t * t + b * t + c for t in T.tolist()]
    got = quadratic(T, torch.tensor([a, b, c]))
    # Up to 80, -20 and 5 are added: rounding of float32 is about 1e-5, also where they cancel.
    torch.testing.assert_close(got, torch.tensor(expected), rtol=1e-4, atol=1e-4)


def test_rmse_is_the_root_of_the_mse():
    assert rmse(torch.tensor([3.0, 4.0]), torch.zeros(2)).item() == pytest.approx(12.5**0.5)
    torch.testing.assert_close(rmse(T, TARGETS), F.mse_loss(T, TARGETS).sqrt())


def test_apply_step_moves_against_the_gradient_and_clears_it():
    params = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
    reference = params.detach().clone().requires_grad_()
    loss = rmse(quadratic(T, reference), TARGETS)
    loss.backward()
    returned = apply_step(params, T, TARGETS, lr=0.01)
    torch.testing.assert_close(returned, loss.detach())
    assert not returned.requires_grad
    torch.testing.assert_close(params.detach(), (reference - 0.01 * reference.grad).detach())
    assert params.grad is None and params.requires_grad


def test_apply_step_is_torch_sgd():
    params = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
    reference = params.detach().clone().requires_grad_()
    optimiser = torch.optim.SGD([reference], lr=0.003)
    for _ in range(5):
        apply_step(params, T, TARGETS, lr=0.003)
        optimiser.zero_grad()
        rmse(quadratic(T, reference), TARGETS).backward()
        optimiser.step()
    torch.testing.assert_close(params, reference)


def test_descend_keeps_the_path_and_leaves_the_start_alone():
    start = torch.tensor([3.0, -1.0])
    path = descend(lambda x: (x**2).sum(), start, lr=0.25, steps=3)
    torch.testing.assert_close(path, start * torch.tensor([1.0, 0.5, 0.25, 0.125])[:, None])
    assert start.tolist() == [3.0, -1.0] and not path.requires_grad


@given(lr=st.floats(0.01, 0.99), start=st.floats(-10, 10))
@settings(max_examples=30, deadline=None)
def test_descend_on_a_parabola_never_climbs_while_lr_is_below_one(lr, start):
    path = descend(lambda x: (x**2).sum(), torch.tensor([start]), lr, steps=8)[:, 0]
    assert (path[1:].abs() <= path[:-1].abs() + 1e-6).all()  # 10 is rounded by 5e-7


def test_descend_without_steps_stays_where_it_is():
    for steps in (0, -1):
        assert descend(lambda x: (x**2).sum(), torch.tensor([1.0]), 0.1, steps).tolist() == [[1.0]]


def test_draw_descent_draws_the_path_and_says_the_loss():
    start = torch.tensor([1.0, 0.0, 0.0])
    figure = draw_descent(T, TARGETS, start, lr=0.01, steps=4)
    ground, fit = figure.axes
    path = descend(lambda p: rmse(quadratic(T, p), TARGETS), start, 0.01, 4)
    drawn = ground.lines[0].get_xydata()
    torch.testing.assert_close(torch.tensor(drawn).float(), path[:, :2])
    assert ground.get_title() == "lr = 0.01, 4 steps"
    assert fit.get_title() == f"loss {rmse(quadratic(T, path[-1]), TARGETS).item():.1f}"


def test_the_star_of_draw_descent_is_the_lowest_place():
    targets = 0.5 * T**2 - 2 * T + 3
    ground = draw_descent(T, targets, torch.zeros(3), lr=0.01, steps=1).axes[0]
    # A least-squares fit in float32, whose rounding the squares of its columns make larger.
    star = next(line for line in ground.lines if line.get_label() == "best")
    torch.testing.assert_close(
        torch.tensor(star.get_xydata()).float(), torch.tensor([[0.5, -2.0]]), atol=1e-3, rtol=0
    )
