"""Pictures of a walk downhill: one step, several walks, and a map of the loss with the fit."""

import pytest
import torch

from helpers.metrics import rmse
from helpers.pictures.descents import draw_descent, draw_fit, draw_step, draw_walks
from helpers.training.descent import descend, least_squares, quadratic

T = torch.arange(5).float()
TARGETS = torch.tensor([1.0, 0.0, 2.0, 3.0, 9.0])
START = torch.tensor([-0.5, 0.2, 0.1])


def line(axis, label):
    (found,) = [one for one in axis.lines if str(one.get_label()).startswith(label)]
    return torch.tensor(found.get_xydata()).float()


def panels(figure):
    return figure.axes


def test_a_step_leads_down_and_its_line_has_the_slope_of_the_curve():
    axis = draw_step(3.0, lr=0.1).axes[0]
    torch.testing.assert_close(line(axis, "before"), torch.tensor([[3.0, 9.0]]))
    torch.testing.assert_close(line(axis, "after"), torch.tensor([[2.4, 5.76]]))
    (left, right) = line(axis, "slope 6")
    assert ((right - left)[1] / (right - left)[0]).item() == pytest.approx(6)


def test_walks_have_a_panel_for_each_rate_and_lie_on_the_curve():
    walks = {0.1: [3.0, 2.4], 1.0: [3.0, -3.0, 3.0]}
    for axis, (lr, walk) in zip(draw_walks(walks).axes, walks.items(), strict=True):
        places = torch.tensor(axis.lines[1].get_xydata())
        assert axis.get_title() == f"lr = {lr:g}" and places[:, 0].tolist() == pytest.approx(walk)
        torch.testing.assert_close(places[:, 1], places[:, 0] ** 2)


def test_a_fit_shows_the_errors_and_says_how_large_they_are():
    params = torch.tensor([0.5, 0.0, 1.0], requires_grad=True)
    axis = draw_fit(T, TARGETS, params).axes[0]
    preds = quadratic(T, params).detach()
    torch.testing.assert_close(line(axis, "curve"), torch.stack([T, preds], 1))
    torch.testing.assert_close(line(axis, "measured"), torch.stack([T, TARGETS], 1))
    ends = torch.tensor([segment.tolist() for segment in axis.collections[0].get_segments()])
    torch.testing.assert_close(ends[:, 1, 1] - ends[:, 0, 1], (preds - TARGETS))
    error = f"typical error {rmse(preds, TARGETS).item():.1f} km/h"
    assert axis.get_title() == f"a = 0.50, b = 0.00, c = 1.00: {error}"


def test_a_curve_that_leaves_the_picture_says_so():
    assert (
        "down to -160" in draw_fit(T, TARGETS, torch.tensor([-10.0, 0, 0])).axes[0].texts[0]._text
    )
    assert not draw_fit(T, TARGETS, torch.ones(3)).axes[0].texts


def test_a_descent_shows_the_path_its_losses_and_the_last_curve():
    path = descend(T, TARGETS, START, 0.01, 4)
    losses = [rmse(quadratic(T, params), TARGETS).item() for params in path]
    ground, fit, below = panels(draw_descent(T, TARGETS, START, lr=0.01, steps=4))
    torch.testing.assert_close(line(ground, "walk"), path[:, :2])
    assert ground.get_title() == "lr = 0.01, 4 steps"
    torch.testing.assert_close(line(fit, "curve")[:, 1], quadratic(T, path[-1]))
    assert fit.get_title() == f"loss {losses[-1]:.1f}"
    assert below.lines[0].get_ydata().tolist() == pytest.approx(losses)


def test_the_map_is_that_of_the_last_c():
    path = descend(T, TARGETS, START, 0.01, 4)
    ground = draw_descent(T, TARGETS, START, lr=0.01, steps=4).axes[0]
    here = least_squares(T, TARGETS, path[-1, 2].item())
    torch.testing.assert_close(line(ground, "lowest on this map"), here[None, :2])
    torch.testing.assert_close(line(ground, "best of all"), least_squares(T, TARGETS)[None, :2])
    assert f"c = {path[-1, 2]:.1f}" in ground.get_xlabel()


def test_the_lines_of_the_map_carry_their_losses():
    path = descend(T, TARGETS, START, 0.001, 3)
    texts = draw_descent(T, TARGETS, START, 0.001, 3).axes[0].texts
    assert len(texts) > 2
    for text in texts:
        params = torch.tensor([*text.get_position(), path[-1, 2].item()])
        loss = rmse(quadratic(T, params), TARGETS).item()
        assert loss == pytest.approx(float(text.get_text()), rel=0.1, abs=0.3)


def test_the_frame_of_the_map_stays_while_the_walk_changes():
    frames = {
        draw_descent(T, TARGETS, START, lr, steps).axes[0].viewLim.bounds
        for lr, steps in ((0.001, 1), (0.1, 20))
    }
    assert len(frames) == 1


def test_measured_values_stay_over_their_own_seconds():
    fit = draw_descent((T - 2) / 2, TARGETS, START, 0.1, 2, seconds=T).axes[1]
    assert line(fit, "measured")[:, 0].tolist() == line(fit, "curve")[:, 0].tolist() == T.tolist()


def test_a_walk_that_is_lost_is_named():
    with pytest.raises(ValueError, match="the walk leaves the numbers that can be drawn"):
        draw_descent(T, TARGETS, torch.tensor([torch.nan, 0.0, 0.0]), lr=0.1, steps=2)
