import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.metrics import rmse
from helpers.training.descent import apply_step, descend, least_squares, quadratic

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
    assert returned == pytest.approx(loss.item())
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
    start = torch.tensor([0.5, -1.0, 2.0])
    path = descend(T, TARGETS, start, lr=0.01, steps=3)
    params = start.clone().requires_grad_()
    for place in path:
        torch.testing.assert_close(place, params.detach())
        apply_step(params, T, TARGETS, lr=0.01)
    assert path.shape == (4, 3) and not path.requires_grad
    assert start.tolist() == [0.5, -1.0, 2.0] and not start.requires_grad


@given(lr=st.floats(0.001, 0.05), a=small)
@settings(max_examples=20, deadline=None)
def test_small_steps_of_descend_get_nearer_to_the_best(lr, a):
    t = torch.linspace(-1, 1, 9)
    targets = quadratic(t, torch.tensor([1.0, 2.0, 3.0]))
    path = descend(t, targets, torch.tensor([a, 0.0, 0.0]), lr, steps=10)
    losses = [rmse(quadratic(t, place), targets).item() for place in path]
    assert losses[-1] < losses[0]


def test_descend_without_steps_stays_where_it_is():
    for steps in (0, -1):
        assert descend(T, TARGETS, torch.ones(3), 0.1, steps).tolist() == [[1.0, 1.0, 1.0]]


@pytest.mark.parametrize("nudge", [[0.01, 0, 0], [-0.01, 0, 0], [0, 0.01, 0], [0, -0.01, 0]])
@pytest.mark.parametrize("c", [None, 0.5])
def test_no_place_nearby_is_lower(nudge, c):
    best = least_squares(T, TARGETS, c)
    assert c is None or best[2] == c
    nearby = best + torch.tensor(nudge)
    assert rmse(quadratic(T, nearby), TARGETS) > rmse(quadratic(T, best), TARGETS)


def test_at_the_best_place_there_is_no_step():
    """The root has an infinite slope at 0, which would make NaN of all parameters."""
    best = torch.tensor([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="the loss is exactly 0.*start elsewhere"):
        descend(T, quadratic(T, best), best, lr=0.1, steps=1)


def test_a_step_needs_parameters_that_ask_for_gradients_and_a_target_each():
    with pytest.raises(ValueError, match="every parameter must ask for gradients"):
        apply_step(torch.zeros(3), T, TARGETS, lr=0.1)
    with pytest.raises(ValueError, match=r"use targets.view\(predictions.shape\)"):
        apply_step(torch.zeros(3, requires_grad=True), T, TARGETS[:, None], lr=0.1)


def test_whole_numbers_have_no_least_squares():
    with pytest.raises(TypeError, match=r"least_squares: expected floats.*use t.float\(\)"):
        least_squares(T.long(), TARGETS)
