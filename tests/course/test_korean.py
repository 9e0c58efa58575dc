"""The Korean edition of what check, expect, hint, progress and the doctor say."""

import json
from pathlib import Path

import pytest
import torch

from helpers.course import tutor
from helpers.course.doctor import facts, report
from helpers.course.exercises import RIGHT, WRONG, check
from helpers.course.grading.arguments import own_folder
from helpers.course.grading.marking import Mark
from helpers.course.grading.shown import own_table
from helpers.course.grading.verdict import EXERCISES
from helpers.course.notebook import choose_scale, expect
from helpers.language import say, speaking


@pytest.fixture(autouse=True)
def korean():
    with speaking("ko"):
        yield


def test_a_right_answer(capsys):
    check("1.3", lambda p, a: (p == a).float().mean())
    assert capsys.readouterr().out == (
        "정답입니다: 비교하고, True를 1.0으로 False를 0.0으로 바꾸고, 평균을 냅니다.\n"
    )


def test_a_wrong_answer_has_two_hints(capsys):
    check("1.1", lambda x: x / 256)
    assert capsys.readouterr().out == (
        "다시 해 보세요: 값: 잉크가 가장 많은 곳이 1.0이 되지 않습니다. "
        "1바이트에 들어가는 가장 큰 수는 얼마인가요?\n"
        "더 강한 힌트를 보려면 check 호출에 hint=2를 더하세요.\n"
    )
    check("1.1", lambda x: x / 256, hint=2)
    assert capsys.readouterr().out.endswith(
        "1바이트에는 256개의 수가 들어가고 첫 번째가 0입니다. 마지막 수로 나누세요.\n"
    )


def test_a_stub(capsys):
    check("1.1", None)
    assert capsys.readouterr().out == (
        "아직 풀지 않았습니다: 위 셀에 답을 쓰고 실행한 다음, 이 셀을 실행하세요.\n"
    )


def test_a_mistake_that_nobody_knows_is_told_with_its_values(capsys):
    check("1.3", lambda p, a: (p == a).float().mean() + 0.5)
    said = capsys.readouterr().out
    assert "형태와 자료형은 맞지만 값이 다릅니다. 차이가 가장 큰 곳에서" in said
    check("1.2", "3")
    assert "함수여야 하는데 다음을 받았습니다: '3' (str)." in capsys.readouterr().out
    check("1.2", lambda a, b: torch.ones(7))
    assert "올바른 형태는 (), 즉 수 하나, 받은 형태는 (7,)입니다." in capsys.readouterr().out


def test_an_error_keeps_the_words_of_torch_and_gets_advice(capsys):
    check("1.2", lambda a, b: torch.ones(2) + torch.ones(3))
    said = capsys.readouterr().out
    assert "함수에서 오류가 나서 멈췄습니다. RuntimeError: The size of tensor a (2)" in said
    assert "두 형태를 출력해서" in said


@pytest.mark.slow
def test_every_known_mistake_is_told_in_korean():
    for number, exercise in EXERCISES.items():
        assert exercise.judge(exercise.solution)[0] == RIGHT, number
        for mistake in exercise.mistakes:
            with speaking("en"):
                _, says, do = exercise.hints(mistake.code)
            assert exercise.hints(mistake.code) == (WRONG, say(says), say(do)), number


def test_expect(capsys):
    expect("3분의 1", 1 / 3, 0.3333, tolerance=0.0001, everywhere=True)
    assert capsys.readouterr().out == "3분의 1: 0.3333 (목표 0.3333 ± 0.0001)\n"
    with pytest.raises(AssertionError, match="목표는 1 ± 0.1, 나온 값은 3입니다.*처음부터 다시"):
        expect("수", 3, 1, tolerance=0.1, everywhere=True)


def test_the_scale(capsys, monkeypatch):
    monkeypatch.setenv("LESSONS_SCALE", "part")
    choose_scale(torch.device("cpu"))
    assert "규모: part. 훈련 이미지 3,000장" in capsys.readouterr().out


@pytest.mark.slow
def test_the_doctor(capsys):
    assert report.main([]) == 0
    said = capsys.readouterr().out
    assert "모든 강의를 실행할 수 있습니다." in said and "GB가 비어 있습니다" in said


def test_own_notebooks_are_the_korean_ones_where_there_are_any(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebooks").mkdir()
    assert own_folder() == Path("notebooks")
    (tmp_path / "notebooks/ko").mkdir()
    assert own_folder() == Path("notebooks/ko")
    with speaking("en"):
        assert own_folder() == Path("notebooks")


def test_where_sums_are_done():
    assert "계산 장치: " in facts.computing()


def test_columns_of_results_are_straight_in_a_terminal():
    lines = own_table([("01_pixel", [Mark("1.1", "not tried", ""), Mark("1.2", "wrong", "왜")])])
    assert lines.splitlines()[-1].split() == ["1.2", "오답", "왜"]
    assert lines.splitlines()[0].startswith("강의      연습문제  결과")


@pytest.mark.slow
def test_hint_speaks_the_language_of_the_notebook(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("LESSONS_LANG", raising=False)
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"tags": tags}, "outputs": []}
        for source, tags in (
            ("def to_float(x):\n    return x / 256", ["exercise"]),
            ('check("1.1", to_float)', ["check"]),
        )
    ]
    for lang, begin in (("ko", "1.1  오답: 값: "), ("en", "1.1  wrong: value: ")):
        lesson = {"lesson": {"lang": lang}}
        content = {"cells": cells, "metadata": lesson, "nbformat": 4, "nbformat_minor": 5}
        file = tmp_path / "01_lesson.ipynb"
        file.write_text(json.dumps(content), encoding="utf-8")
        assert tutor.main(["1.1", "--notebook", str(file)]) == 0
        assert capsys.readouterr().out.startswith(begin)
