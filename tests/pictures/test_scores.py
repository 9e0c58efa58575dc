import pytest

from helpers.pictures.scores import Score, draw_scoreboard, scoreboard

BOARD = [
    Score(1, "baseline", 0, 0.95, 0.01),
    Score(3, "linear", 785, 0.98, 0.3),
    Score(4, "resnet18", 11_000_000, 0.995, 40.0),
]


def test_table_has_a_row_a_score_in_order():
    table = scoreboard(BOARD)
    assert table.columns.tolist() == ["lesson", "method", "parameters", "accuracy", "seconds"]
    assert list(table.itertuples(index=False, name=None)) == [tuple(score) for score in BOARD]


def test_every_method_is_a_named_point():
    axis = draw_scoreboard(BOARD).axes[0]
    drawn = [tuple(line.get_xydata()[0]) for line in axis.lines]
    assert [x for x, _ in drawn] == [0, 785, 11_000_000]
    assert [y for _, y in drawn] == pytest.approx([0.05, 0.02, 0.005])
    assert [text.get_text() for text in axis.texts] == ["baseline", "linear", "resnet18"]
    assert axis.get_xlabel() == "learnt parameters" and axis.get_ylabel() == "accuracy"


def test_better_is_higher_and_labels_are_accuracies():
    axis = draw_scoreboard(BOARD).axes[0]
    bottom, top = axis.get_ylim()
    assert bottom > 0.05 > 0.005 > top
    errors = axis.get_yticks()
    labels = [float(label.get_text()) for label in axis.get_yticklabels()]
    assert labels == pytest.approx([1 - error for error in errors]) and len(labels) >= 3


def test_a_perfect_score_and_a_single_one_can_be_drawn():
    axis = draw_scoreboard([Score(5, "perfect", 10, 1.0, 0.0)]).axes[0]
    assert axis.lines[0].get_ydata()[0] > 0 and axis.texts[0].get_text() == "perfect"


@pytest.mark.parametrize("function", [scoreboard, draw_scoreboard])
@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([], "at least one Score"),
        ([Score(3, "linear", 785, 97.8, 0.3)], "share from 0 to 1, got 97.8; divide a percentage"),
        ([Score(3, "linear", 785, float("nan"), 0.3)], "share from 0 to 1, got nan"),
        ([Score(3, "linear", -1, 0.9, 0.3)], "must be 0 or more, got -1 and 0.3"),
        ([BOARD[1], BOARD[1]], "lesson 3 has 'linear' twice"),
    ],
)
def test_bad_scores_are_named(function, scores, message):
    with pytest.raises(ValueError, match=message):
        function(scores)


def test_the_same_name_in_two_lessons_is_fine():
    assert len(scoreboard([BOARD[1], BOARD[1]._replace(lesson=4)])) == 2
