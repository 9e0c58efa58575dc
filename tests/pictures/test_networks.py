"""Small networks as pictures, a curve made of bends, runs from several seeds."""

import pytest
import torch

from helpers.pictures.networks import bent_curve, draw_bends, draw_network, draw_seeds


def test_network_has_a_circle_a_unit_and_a_line_a_weight():
    axis = draw_network([["1", "2"], ["a", "b", "c"], ["out"]], ["in", "hidden", "out"]).axes[0]
    assert len(axis.patches) == 6
    assert len(axis.lines) == 2 * 3 + 3


def test_dots_have_neither_circle_nor_line():
    axis = draw_network([["1", "...", "9"], ["out"]], ["in", "out"]).axes[0]
    assert len(axis.patches) == 3
    assert len(axis.lines) == 2


def test_weights_stand_on_their_lines_and_closed_units_are_dashed():
    axis = draw_network(
        [torch.tensor([[1.0]]), torch.tensor([-0.0, 2.125])],
        ["in", "hidden"],
        [torch.tensor([[0.5, -3.0]])],
        closed=[(1, 0)],
    ).axes[0]
    assert {"1", "0", "2.12", "0.5", "-3"} <= {text.get_text() for text in axis.texts}
    assert [line.get_linestyle() for line in axis.lines] == [":", "-"]
    assert [circle.get_linestyle() for circle in axis.patches] == ["-", "--", "-"]


@pytest.mark.parametrize(("columns", "titles"), [([["1"]], ["in"]), ([["1"], ["2"]], ["in"])])
def test_network_needs_columns_and_titles(columns, titles):
    with pytest.raises(ValueError, match="draw_network: expected two columns"):
        draw_network(columns, titles)


def test_seeds_stand_at_their_mistakes():
    axis = draw_seeds({"a": [0.99, 0.98], "b": [0.9]}).axes[0]
    assert axis.get_xscale() == "log" and "logarithmic" in axis.get_xlabel()
    assert axis.lines[1].get_xdata() == pytest.approx([1, 2])
    assert [text.get_text() for text in axis.get_yticklabels()] == ["a", "b"]


@pytest.mark.parametrize("results", [{}, {"a": []}])
def test_seeds_need_runs(results):
    with pytest.raises(ValueError, match="draw_seeds: expected at least one"):
        draw_seeds(results)


def test_bends_meet_the_curve_at_their_places_and_come_closer():
    gaps = [(curve - made).abs().max() for _, curve, made in map(bent_curve, (5, 10, 20, 40))]
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 0.03
    x, curve, made = bent_curve(8)
    torch.testing.assert_close(made[::50], curve[::50], atol=1e-4, rtol=0)


def test_title_tells_the_gap():
    _, curve, made = bent_curve(10)
    title = draw_bends(10).axes[0].get_title()
    gap = float(title.split()[-2])
    assert 0 <= gap - (curve - made).abs().max() < 0.01


@pytest.mark.parametrize("bends", [0, -1, 2.5])
def test_bends_are_a_whole_number(bends):
    with pytest.raises((ValueError, TypeError), match="bends"):
        bent_curve(bends)


def test_percentages_are_refused():
    with pytest.raises(ValueError, match="draw_seeds: accuracies are shares.*97.8 for 'a'; divide"):
        draw_seeds({"a": [97.8]})
