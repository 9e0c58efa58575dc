"""Pictures of training runs: losses, the path of an optimiser, rates, and how sure is right."""

import pytest
import torch

from helpers.pictures.runs import (
    draw_patients,
    draw_rates,
    draw_reliability,
    draw_valley,
    reliability,
    valley_path,
)

SURE = torch.tensor([0.55, 0.65, 0.95, 0.95, 1.0])
RIGHT = torch.tensor([True, False, True, False, True])


def test_each_run_has_a_panel_with_its_losses():
    axes = draw_patients({"A": [2.0, 1.0], "B": [3.0, 9.0, 1.0]}).axes
    assert [axis.get_title() for axis in axes] == ["A", "B"]
    assert axes[1].lines[1].get_xydata().tolist() == [[1, 3], [2, 9], [3, 1]]
    assert axes[0].lines[0].get_ydata()[0] == pytest.approx(2.3026, abs=1e-4)
    assert axes[0].get_ylim() == axes[1].get_ylim() == (0, 4)


def test_no_runs_no_picture():
    with pytest.raises(ValueError, match="at least one run"):
        draw_patients({})


def test_the_path_of_sgd_is_that_of_its_formula():
    path = valley_path("SGD", 0.004, 3)
    for before, after in zip(path, path[1:]):
        torch.testing.assert_close(after, before * torch.tensor([1 - 0.004, 1 - 0.004 * 100]))


def test_momentum_keeps_its_speed_and_adam_begins_with_a_step_of_the_rate():
    slow, fast = valley_path("SGD", 0.01, 2), valley_path("momentum", 0.01, 2)
    torch.testing.assert_close(slow[1], fast[1])
    assert fast[2, 0] > slow[2, 0]
    first = valley_path("Adam", 0.5, 1)
    torch.testing.assert_close(first[1] - first[0], torch.tensor([0.5, -0.5]))


def test_an_unknown_optimiser_is_refused():
    with pytest.raises(ValueError, match="SGD, momentum, Adam"):
        valley_path("adam", 0.1, 1)


def test_the_valley_shows_the_path():
    axis = draw_valley("Adam", 0.5, steps=4).axes[0]
    drawn = torch.tensor(axis.lines[0].get_xydata()).float()
    torch.testing.assert_close(drawn, valley_path("Adam", 0.5, 4))
    assert "rate 0.5" in axis.get_title() and "4 steps" in axis.get_title()


def test_rates_show_every_seed_and_the_means():
    axis = draw_rates({"SGD": {0.1: [0.5, 0.7], 1.0: [0.9, 0.9]}}).axes[0]
    assert axis.lines[0].get_xydata().tolist() == [[0.1, pytest.approx(0.6)], [1.0, 0.9]]
    assert axis.lines[1].get_ydata().tolist() == [0.5, 0.7]
    assert axis.get_xscale() == "log"


def test_no_rates_no_picture():
    with pytest.raises(ValueError, match="at least one optimiser"):
        draw_rates({})


def test_answers_are_grouped_by_how_sure_the_model_was():
    groups = reliability(SURE, RIGHT, (0.5, 0.8, 0.9, 1.0))
    assert [count for _, _, count in groups] == [2, 3]
    assert groups[0][:2] == (pytest.approx(0.6), 0.5)
    assert groups[1][:2] == (pytest.approx(2.9 / 3), pytest.approx(2 / 3))


def test_the_picture_has_a_point_for_each_group():
    axis = draw_reliability(SURE, RIGHT, (0.5, 0.8, 1.0)).axes[0]
    points = [[mean, share] for mean, share, _ in reliability(SURE, RIGHT, (0.5, 0.8, 1.0))]
    assert axis.lines[1].get_xydata().tolist() == points
    assert [text.get_text() for text in axis.texts] == ["2", "3"]


def test_one_probability_for_each_answer():
    with pytest.raises(ValueError, match=r"both of shape \(n,\)"):
        reliability(SURE, RIGHT[:2], (0, 1))


def test_every_optimiser_is_drawn():
    axis = draw_rates({name: {0.1: [0.5], 1.0: [0.6]} for name in "abcde"}).axes[0]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == list("abcde")
    looks = {(line.get_color(), line.get_marker()) for line in axis.lines[1::3]}
    assert len(looks) == 5


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ((0.6, 0.8, 1.0), "outside all groups: edges go from 0.6 to 1.0, the answers from 0.55"),
        ((1.0, 0.5, 0.0), "two rising edges"),
        ((0.5,), "two rising edges"),
    ],
)
def test_no_answer_is_dropped(edges, words):
    with pytest.raises(ValueError, match=words):
        reliability(SURE, RIGHT, edges)
