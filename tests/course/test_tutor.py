"""What an assistant of a learner gets: hints as ``check`` gives them, and never a solution."""

import ast
import json
import math
import re
import subprocess
import sys

import pytest
import torch
from torch.nn import functional as F

from helpers.course import tutor
from helpers.course.exercises import RIGHT, check, find
from helpers.course.grading.isolate import CannotStart, Ended, Runner
from helpers.course.grading.verdict import EXERCISES
from helpers.language import say, speaking
from helpers.models import output_size
from tests import ROOT
from tools.lessons import exercises
from tools.lessons.notebook import read

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FOLDED = {one.number: one.code for path in LESSONS for one in exercises.find(read(path))}
KNOWN = {"torch": torch, "math": math, "F": F, "output_size": output_size}
PAGE = (ROOT / "AGENTS.md").read_text("utf-8")


def hints(number: str) -> set[str]:
    """Everything that may be said of an answer that is not right yet, in the language spoken."""
    exercise = find(number)
    said = {exercise.do, exercise.off}
    for mistake in exercise.mistakes:
        said |= {mistake.says, mistake.do, *exercise.hints(mistake.code)[1:]}
    if not callable(exercise.solution):
        said |= {text for other in (-7.123, 10**6) for text in exercise.hints(other)[1:]}
    return {say(text) for text in said - {"", exercise.praise}}


def passages(text: str) -> set[str]:
    """Whatever in a text is an expression of Python, from one word to some other."""
    text = re.sub(r"\b(?:section|lesson|cell) \d+|\d+[절강]", " ", text)  # no answer, only a place
    text = re.sub(r"(\d+)분의 (\d+)", r"\2/\1", text)
    text = re.sub(r"([가-힣]+)", r" \1 ", text)  # a particle, as in 1.0입니다
    words = re.sub(r"[`;:?!]|[.,](?=\s|$)", " ", text).split()
    spans = {
        " ".join(words[i:j])
        for i in range(len(words))
        for j in range(i + 1, min(len(words), i + 20) + 1)
    }
    return {span.removeprefix("return ") for span in spans if is_expression(span)}


def is_expression(text: str) -> bool:
    try:
        node = ast.parse(text.removeprefix("return "), mode="eval").body
    except (SyntaxError, ValueError):
        return False
    return not isinstance(node, ast.Name)


def solves(number: str, passage: str) -> bool:
    """Whether an expression, put in for the body of the answer, is right."""
    function = ast.parse(FOLDED[number]).body[-1]
    try:
        if isinstance(function, ast.FunctionDef):
            answer = eval(f"lambda {ast.unparse(function.args)}: ({passage})", dict(KNOWN))
        else:
            answer = eval(passage, dict(KNOWN))
        return find(number).judge(answer)[0] == RIGHT
    except Exception:  # a word of English, such as "it"
        return False


def statements(code: str) -> list[str]:
    """The simple statements of a solution, without blanks and ``return``."""
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)]
    simple = [node for node in nodes if not hasattr(node, "body")]
    return ["".join(ast.unparse(node).removeprefix("return ").split()) for node in simple]


@pytest.mark.filterwarnings("ignore")  # of words that look like odd Python
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("number", EXERCISES)
def test_no_hint_contains_its_solution(number, lang):
    with speaking(lang):
        said = hints(number)
    for hint in said:
        solved = [passage for passage in passages(hint) if solves(number, passage)]
        assert not solved, f"{number}: {hint!r} contains the solution {solved}"
        bare = "".join(hint.split())
        assert not all(line in bare for line in statements(FOLDED[number])), f"{number}: {hint!r}"


def test_a_hint_with_its_solution_would_be_found():
    assert solves("1.1", "images.float() / 255") and not solves("1.1", "images.float()")
    assert "images.float() / 255" in passages("Write `return images.float() / 255`, and run it.")
    assert "1.0" in passages("It is 1.0.") and solves("2.5", "1.0")
    assert {"1.0", "images.float() / 255"} <= passages("1.0입니다. `images.float() / 255`를")


def test_a_wrong_number_is_not_told_the_right_one(capsys):
    check("2.5", 7.25, hint=2)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: value: 7.25 is not the number that is asked for.\nSolve")


def test_every_exercise_is_there_and_listed(capsys):
    """In the notebooks and in the modules; each with a first hint for every mistake."""
    assert list(FOLDED) == list(EXERCISES)
    assert tutor.main([]) == 0
    assert capsys.readouterr().out.split() == list(FOLDED)
    assert tutor.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"exercises": list(FOLDED)}
    for number in EXERCISES:
        assert all(mistake.says for mistake in find(number).mistakes), number


def test_the_page_for_assistants_says_what_the_command_does():
    example = json.loads(re.search(r"^```\n(\{.*\})\n```$", PAGE, re.M)[1])
    assert example == vars(tutor.Hint("2.3", "wrong", 1, "value: this walks uphill.", True))
    assert example["hint"] in hints("2.3")
    for level in tutor.LEVELS:
        assert f"`python -m helpers hint 2.3 --level {level}`" in PAGE
    for word in ("right", "wrong", "not tried", tutor.STOPPED, tutor.MISSING, tutor.UNREADABLE):
        assert f"`{word}`" in PAGE
    assert not re.search(r"--level [^12]", PAGE)


# The command, on notebooks.


def notebook(answer: str, number: str = "2.3", name: str = "take_step") -> bytes:
    sources = ["import torch\nimport os", answer, f'check("{number}", {name})']
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"tags": [tag]}, "outputs": []}
        for source, tag in zip(sources, ("", "exercise", "check"))
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


UPHILL = """def take_step(params, lr):
    with torch.no_grad():
        params += lr * params.grad
    params.grad = None
    return params"""
ANSWERS = {
    "wrong": (UPHILL, "value: this walks uphill."),
    "right": (UPHILL.replace("+=", "-="), find("2.3").praise),
    "not tried": ("def take_step(params, lr):\n    ...", "fill in the function above"),
    "error": (UPHILL.replace("+= lr", "+= rate"), "NameError"),
    "stopped": ("def take_step(params, lr):\n    os._exit(3)", "exit status 3"),
}


@pytest.fixture(scope="module")
def runner():
    with Runner(None) as runner:
        yield runner


@pytest.mark.slow
@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_gets_its_hint(what, runner):
    answer, says = ANSWERS[what]
    hint = tutor.hint_for("2.3", notebook(answer), 1, runner)
    assert hint.result == ("wrong" if what == "error" else what)
    assert says in hint.hint and hint.level == 1
    assert hint.stronger == (what in ("wrong", "error"))


@pytest.mark.slow
def test_the_hints_are_those_of_check(runner, capsys):
    names: dict = {"torch": torch}
    exec(UPHILL, names)
    check("2.3", names["take_step"], hint=2)
    first, second = capsys.readouterr().out.splitlines()
    hints = [tutor.hint_for("2.3", notebook(UPHILL), level, runner) for level in (1, 2)]
    assert [first, second] == [f"Not yet: {hints[0].hint}", hints[1].hint]
    assert (hints[0].stronger, hints[1].stronger, hints[1].level) == (True, False, 2)


@pytest.mark.slow
def test_a_notebook_that_does_not_ask_or_is_none(runner):
    assert tutor.hint_for("2.4", notebook(UPHILL), 1, runner).result == "missing"
    assert tutor.hint_for("2.3", b"{", 1, runner).result == "unreadable"
    slow = notebook("def take_step(params, lr):\n    while True: pass")
    late = tutor.hint_for("2.3", slow, 2, runner, timeout=1)
    assert (late.result, late.level) == ("stopped", 1) and "still running" in late.hint


def test_what_stops_before_its_questions_are_read_is_not_missing():
    class Early:
        def run(self, *given: object) -> Ended:
            return Ended([{"ready": True}], "exit status 9")

    hint = tutor.hint_for("2.3", notebook(UPHILL), 1, Early())
    assert (hint.result, hint.hint) == ("stopped", "exit status 9")


@pytest.mark.slow
def test_the_command_finds_the_lesson_and_speaks_json(tmp_path):
    (tmp_path / "02_mine.ipynb").write_bytes(notebook(UPHILL))
    done = subprocess.run(
        [sys.executable, "-m", "helpers", "hint", "2.3", "--level", "2", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    hint = json.loads(done.stdout)
    assert hint == vars(tutor.Hint("2.3", "wrong", 2, "The gradient points up: subtract it."))


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_where_nothing_can_be_run_the_reason_is_no_answer(more, tmp_path, monkeypatch, capsys):
    """It goes to standard error: what reads the answer finds nothing, and the status says why."""

    def cannot(*given: object) -> None:
        raise CannotStart("no answer can be run here: no torch")

    monkeypatch.setattr(tutor, "hint_for", cannot)
    (tmp_path / "02_mine.ipynb").write_bytes(notebook(UPHILL))
    assert tutor.main(["2.3", "--notebook", str(tmp_path / "02_mine.ipynb"), *more]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err == "Stopped: no answer can be run here: no torch\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["2.3", "--notebook", "."], "is a folder, and no file"),
        (["2.99"], "no exercise '2.99'"),
        (["2.3"], "holds 0 files 02_"),
        (["2.3", "--notebook", "no.ipynb"], "no.ipynb"),
        (["2.3", "--level", "3"], "invalid choice"),
    ],
)
def test_wrong_arguments_are_told(arguments, says, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        tutor.main(arguments)
    assert ended.value.code == 2 and says in capsys.readouterr().err
