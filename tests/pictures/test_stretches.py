"""Pictures of circles, clouds and courses."""

import pytest
import torch

from helpers.pictures.canvas import png
from helpers.pictures.stretches import draw_clouds, draw_course, draw_stretch


def test_the_lines_are_the_half_axes_of_the_ellipse():
    left, right = draw_stretch(2, 1, 1, 2).axes
    assert right.get_title() == "after: stretched by 3.00 and 1.00"
    lengths = []
    for axis in (left, right):
        ends = [torch.tensor(line.get_xydata())[0] for line in axis.lines[2::2]]
        lengths.append([round(end.norm().item(), 6) for end in ends])
    assert lengths == [[1, 1], [3, 1]]
    matrix = torch.tensor([[2.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
    before, after = (torch.tensor(a.lines[2].get_xydata())[0] for a in (left, right))
    torch.testing.assert_close(matrix @ before, after)


@pytest.mark.parametrize("matrix", [(0, 0, 0, 0), (1, 0, 0, 0), (0.6, -0.8, 0.8, 0.6)])
def test_any_matrix_can_be_drawn(matrix):
    assert png(draw_stretch(*matrix))[:4] == b"\x89PNG"


def test_clouds_share_their_axes():
    figure = draw_clouds({"before": torch.randn(9, 2), "after": torch.ones(4, 2)}, reach=3)
    assert [axis.get_title() for axis in figure.axes] == ["before", "after"]
    assert {axis.get_xlim() for axis in figure.axes} == {(-3, 3)}
    assert [len(axis.collections[0].get_offsets()) for axis in figure.axes] == [9, 4]


def test_the_ellipse_is_two_spreads_wide():
    points = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    ellipse = torch.tensor(draw_clouds({"a": points}).axes[0].lines[0].get_xydata())
    torch.testing.assert_close(ellipse.amax(0).float(), 2 * points.std(0), atol=0.01, rtol=0)


def test_clouds_need_points():
    with pytest.raises(ValueError, match=r"shape \(n, 2\) as 'a', got \(2, 5\)"):
        draw_clouds({"a": torch.zeros(2, 5)})
    with pytest.raises(ValueError, match="at least one cloud"):
        draw_clouds({})


def test_a_course_names_its_stages():
    _rate, sizes, bias = draw_course([(0.5, 24), (1.0, 32)], frozen=0.1).axes
    assert [t.get_text() for t in sizes.texts] == ["24 × 24 pixels", "32 × 32 pixels"]
    assert "frozen" in [t.get_text() for t in bias.texts]
    with pytest.raises(ValueError, match="end at 1"):
        draw_course([(0.5, 24)], frozen=0.1)
