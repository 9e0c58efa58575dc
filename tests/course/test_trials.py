"""What lessons read of stored trials: pairs as stored, gains by the rule, errors that help."""

import math

import pytest

from helpers.course import trials
from helpers.course.trials import asked, gains, paired

PAIRS = """question,scale,seed,with,without
good,part,2,0.83,0.81
good,part,0,0.82,0.81
good,part,1,0.84,0.81
bad,part,0,0.5,0.6
"""
ASKED = """question,judged,least,part,full,hypothesis
good,views,0.3,3,,"It helps, they say."
bad,plain,0.3,3,,It hurts.
waiting,plain,0.2,8,4,Nobody knows.
"""


@pytest.fixture
def stored(tmp_path, monkeypatch):
    for name, text in (("PAIRS", PAIRS), ("ASKED", ASKED)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        monkeypatch.setattr(trials, name, path)


def test_pairs_come_by_seed_with_their_difference_in_points(stored):
    table = paired("good", "part")
    assert list(table.columns) == ["seed", "with", "without", "difference"]
    rows = [[0, 0.82, 0.81, 1], [1, 0.84, 0.81, 3], [2, 0.83, 0.81, 2]]
    assert table.values.tolist() == rows
    assert table.seed.dtype == int and len(paired("waiting", "full")) == 0


def test_gains_are_those_by_hand(stored):
    good, bad, waiting = gains(["good", "bad", "waiting"], "part").itertuples()
    # Differences of 1, 3 and 2 points: mean 2, error 1 / √3, and Student's 4.303 for three pairs.
    error = 1 / math.sqrt(3)
    assert good[1:4] == ("good", "part", 3) and good.without == pytest.approx(0.81)
    assert good.gain == 2 and good.error == pytest.approx(error)
    assert (good.low, good.high) == pytest.approx((2 - 4.303 * error, 2 + 4.303 * error))
    assert good.verdict == "not proved"
    assert bad.gain == -10 and (bad.low, bad.high) == (-math.inf, math.inf)
    assert bad.verdict == "not yet: 1 of 3 seeds"
    assert waiting.seeds == 0 and math.isnan(waiting.gain) and math.isnan(waiting.without)
    assert waiting.verdict == "not yet: 0 of 8 seeds"


def test_all_questions_of_a_scale_come_without_names_and_one_as_a_word(stored):
    assert gains(scale="part").question.tolist() == ["good", "bad", "waiting"]
    assert gains(scale="full").question.tolist() == ["waiting"]
    assert gains("good", "part").question.tolist() == ["good"]


def test_an_unknown_question_is_told_which_there_are(stored):
    with pytest.raises(ValueError, match="no question 'luck' .* these were: good, bad, waiting"):
        paired("luck", "part")
    with pytest.raises(ValueError, match="'good' was asked at scale 'full'; these were: waiting"):
        gains(["good"], "full")
    with pytest.raises(ValueError, match='"part" or "full", got \'huge\''):
        gains(scale="huge")


def test_hypotheses_are_there_in_the_order_of_their_weight(stored):
    assert list(asked()) == ["good", "bad", "waiting"]
    assert asked()["good"] == ("It helps, they say.", "views", 0.3, {"part": 3})


def test_the_stored_tables_lie_beside_the_module_and_can_be_read():
    assert trials.PAIRS.parent == trials.ASKED.parent
    for scale in ("part", "full"):
        for row in gains(scale=scale).itertuples():
            assert row.seeds == len(paired(row.question, scale))
            assert asked()[row.question].hypothesis
