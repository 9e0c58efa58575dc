"""The results as other systems read them: of good, wrong, stopped, missing and unreadable work."""

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from helpers.course.grading import command
from helpers.course.grading.formats import FORMATS, as_classroom50, as_junit, write_results
from helpers.course.grading.marking import Mark
from helpers.course.grading.results import Result, results_of
from helpers.course.grading.sandbox import walls
from helpers.course.grading.table import Row
from tests.course.grading.test_grading import LEAVES, RIGHT, STUBS, lesson_02, table_of

LEARNERS = ["good", "missing", "stopped", "unreadable", "wrong"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> tuple[list[str], Path]:
    """Arguments that tell of a class, and its table: all is judged once."""
    place = tmp_path_factory.mktemp("formats")
    good = lesson_02(mse=RIGHT["2.1"], slope=RIGHT["2.2"])
    files = {
        "good": json.dumps(good),
        "missing": json.dumps({**good, "cells": good["cells"][:3]}),
        "stopped": json.dumps(lesson_02(slope=LEAVES)),
        "unreadable": "{ no JSON",
        "wrong": json.dumps(lesson_02(mse="def mse(preds, targets):\n    return '<&>\\0'")),
    }
    for learner, text in files.items():
        (place / "class" / learner).mkdir(parents=True)
        (place / "class" / learner / "02.ipynb").write_text(text, encoding="utf-8")
    given = ["--submissions", str(place / "class"), "--csv", str(place / "a.csv")]
    given += [] if walls() else ["--unprotected"]
    assert command.main(given) == 0
    return given, place


@pytest.fixture
def again(graded, monkeypatch) -> list[str]:
    """The same arguments for a second call, which judges nothing anew."""
    monkeypatch.setattr(command, "marks", lambda *given: pytest.fail("judged"))
    return graded[0]


pytestmark = pytest.mark.slow


def valid(schema: dict, words: object) -> None:
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(words)


def closed(properties: dict, optional: tuple[str, ...] = ()) -> dict:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


TEXT, POINTS = {"type": "string"}, {"type": "integer", "minimum": 0}
NAME = {"type": "string", "minLength": 1}
WORD = {"enum": ["right", "wrong", "not tried", "stopped", "missing", "unreadable"]}
JSON = closed(
    {
        "version": NAME,
        "learners": {
            "type": "array",
            "items": closed(
                {
                    "learner": NAME,
                    "score": POINTS,
                    "max_score": {"type": "integer", "minimum": 1},
                    "exercises": {
                        "type": "array",
                        "minItems": 1,
                        "items": closed(
                            {
                                "exercise": {"type": "string", "pattern": r"^(\d+\.\d+)?$"},
                                "notebook": TEXT,
                                "result": WORD,
                                "says": TEXT,
                                "score": POINTS,
                                "max_score": POINTS,
                                "digest": TEXT,
                            }
                        ),
                    },
                }
            ),
        },
    }
)
# What https://gradescope-autograders.readthedocs.io/en/latest/specs/ allows, as far as it is used.
GRADESCOPE = closed(
    {
        "score": {"type": "number", "minimum": 0},
        "stdout_visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]},
        "tests": {
            "type": "array",
            "minItems": 1,
            "items": closed(
                {
                    "name": NAME,
                    "number": NAME,
                    "score": {"type": "number", "minimum": 0},
                    "max_score": {"type": "number", "minimum": 0},
                    "output": NAME,
                    "visibility": {"const": "visible"},
                }
            ),
        },
    }
)
# What Classroom 50 asks for: see helpers/course/grading/formats.py.
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"}
CLASSROOM50 = closed(
    {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": NAME,
        "assignment": NAME,
        "assignment_type": {"enum": ["individual", "group", "team"]},
        "owner": NAME,
        "submission": {"type": "string", "pattern": "^submit/"},
        "commit": NAME,
        "release": NAME,
        "review": NAME,
        "datetime": MOMENT,
        "graded_at": MOMENT,
        "score": POINTS,
        "max-score": POINTS,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": NAME,
                    "passed": {"type": "boolean"},
                    "score": POINTS,
                    "max-score": POINTS,
                },
            },
        },
    },
    optional=("graded_at",),
)
OF_CLASSROOM50 = {
    "CLASSROOM": "deep",
    "ASSIGNMENT": "lesson-02",
    "SUBMISSION_TAG": "submit/2026-11-27T10-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/x/y/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/x/y/releases/tag/submit%2F2026",
    "OWNER": "ann",
}


def test_the_class_has_every_kind_of_result(graded):
    found = {row.learner: row.result for row in table_of(graded[1] / "a.csv")[::-1]}
    assert found == {
        "good": "right",
        "missing": "right",
        "stopped": "not tried",
        "unreadable": "unreadable",
        "wrong": "wrong",
    }
    words = {row.result for row in table_of(graded[1] / "a.csv")}
    assert words == set(WORD["enum"])


def test_json_holds_all_that_the_table_knows(again, tmp_path):
    out = tmp_path / "a.json"
    assert command.main([*again, "--format", "json", "--out", str(out), "--lesson", "2"]) == 0
    words = json.loads(out.read_text(encoding="utf-8"))
    valid(JSON, words)
    scores = {one["learner"]: (one["score"], one["max_score"]) for one in words["learners"]}
    assert scores == {**dict.fromkeys(LEARNERS, (0, 5)), "good": (2, 5), "missing": (1, 5)}


def test_junit_tells_failures_from_errors_and_skips(again, tmp_path):
    out = tmp_path / "a.xml"
    assert command.main([*again, "--format", "junit", "--out", str(out)]) == 0
    root = ElementTree.fromstring(out.read_bytes())
    assert (root.tag, {suite.tag for suite in root}) == ("testsuites", {"testsuite"})
    for suite in [root, *root]:
        cases = list(suite.iter("testcase"))
        assert int(suite.get("tests", "")) == len(cases) > 0
        for name, kind in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            assert int(suite.get(name, "")) == sum(case.find(kind) is not None for case in cases)
    cases = {(c.get("classname"), c.get("name")): [k.tag for k in c] for c in root.iter("testcase")}
    assert len(cases) == len(list(root.iter("testcase")))
    assert cases["good", "Exercise 2.1"] == [] and cases["good", "Exercise 2.3"] == ["skipped"]
    assert cases["missing", "Exercise 2.2"] == ["failure"]
    assert cases["stopped", "Exercise 2.2"] == ["error"]
    assert cases["unreadable", "02.ipynb"] == ["error"]
    assert cases["wrong", "Exercise 2.1"] == ["failure"]


def test_gradescope_gets_a_file_a_learner(again, tmp_path):
    out = tmp_path / "all"
    assert command.main([*again, "--format", "gradescope", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == LEARNERS
    for learner in LEARNERS:
        words = json.loads((out / learner / "results.json").read_text(encoding="utf-8"))
        valid(GRADESCOPE, words)
        assert words["score"] == sum(test["score"] for test in words["tests"])
    alone = json.loads((out / "unreadable" / "results.json").read_text(encoding="utf-8"))
    assert [test["max_score"] for test in alone["tests"]] == [1.0]
    assert alone["tests"][0]["output"].startswith("unreadable: ")


@pytest.mark.parametrize("learner", LEARNERS)
def test_classroom50_gets_its_result(graded, tmp_path, monkeypatch, learner):
    for name, value in OF_CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    rows = [row for row in table_of(graded[1] / "a.csv") if row.learner == learner]
    words = json.loads(as_classroom50(results_of(rows, [2])))
    valid(CLASSROOM50, words)
    assert words["max-score"] == sum(test["max-score"] for test in words["tests"]) == 5
    assert words["score"] == sum(test["score"] for test in words["tests"])
    assert all(test["passed"] == (test["score"] > 0) for test in words["tests"])
    assert words["owner"] == "ann" and words["review"] == words["commit"]


def test_one_submission_is_the_work_of_one_learner(graded, tmp_path, monkeypatch):
    """As Classroom 50's runner and Gradescope's container have it."""
    for name, value in OF_CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    given, place = graded
    given = ["--submissions", str(place / "class" / "good"), "--csv", str(tmp_path / "a.csv")]
    given += ["--learner", "ann", "--lesson", "2", *([] if walls() else ["--unprotected"])]
    for name, schema in {"gradescope": GRADESCOPE, "classroom50": CLASSROOM50}.items():
        out = tmp_path / name
        assert command.main([*given, "--format", name, "--out", str(out)]) == 0
        words = json.loads(out.read_text(encoding="utf-8"))
        valid(schema, words)
        assert (words["score"], len(words["tests"])) == (2, 5)


def test_an_empty_submission_has_no_points(tmp_path):
    (tmp_path / "work").mkdir()
    given = ["--submissions", str(tmp_path / "work"), "--csv", str(tmp_path / "a.csv")]
    given += ["--learner", "ann", "--unprotected", "--format", "gradescope"]
    given += ["--out", str(tmp_path / "a.json")]
    assert command.main(given) == 0
    words = json.loads((tmp_path / "a.json").read_text())
    valid(GRADESCOPE, words)
    assert words["score"] == 0 and "the folder is empty" in words["tests"][0]["output"]


# The result of a learner.


def row(exercise: str, result: str, notebook: str = "a.ipynb") -> Row:
    return Row("ann", notebook, exercise, result, "", "sha256-1")


def test_an_exercise_that_was_handed_in_twice_counts_once_and_the_better_one():
    rows = [row("2.1", "wrong"), row("2.1", "right", "b.ipynb"), row("2.1", "missing", "c.ipynb")]
    (one,) = results_of(rows)
    assert [(task.row.notebook, task.score) for task in one.tasks] == [("b.ipynb", 1)]


def test_other_lessons_and_other_files_neither_give_nor_cost_points():
    rows = [row("2.1", "right"), row("1.1", "right"), row("", "missing", "notes.ipynb")]
    (one,) = results_of(rows, [2])
    assert (one.score, one.most) == (1, len(STUBS))
    assert one.tasks[-1].row.notebook == "notes.ipynb"
    (all_there,) = results_of(rows)
    assert (all_there.score, all_there.most) == (2, 2)


@pytest.mark.parametrize("lessons", [[], [2]])
def test_nothing_readable_is_never_full_marks(lessons):
    (one,) = results_of([row("", "unreadable"), row("", "unreadable", "b.ipynb")], lessons)
    assert one.score == 0 < one.most


def test_a_lesson_without_exercises_is_told():
    with pytest.raises(ValueError, match="no lesson 99.*expected one of 1, 2"):
        results_of([], [99])


# Names and texts of any kind.

ODD = ["a/../b", "..", "A", "a", "김", "con.", "x" * 300, "<&>\"'", "'=1+1", " ", "?[2J"]


def odd_results() -> list[Result]:
    return results_of(Row(name, name, "2.1", "wrong", name).harmless() for name in ODD)


def test_no_name_leaves_the_folder_and_none_is_anothers(tmp_path):
    files = write_results(FORMATS["gradescope"], odd_results(), tmp_path / "out", split=True)
    assert len({str(file).casefold() for file in files}) == len(ODD)
    for file in files:
        assert file.resolve().parent.parent == (tmp_path / "out").resolve()
        assert re.fullmatch(r"[\w-]{1,80}", file.parent.name)


def test_every_text_is_valid_xml():
    odd = [chr(code) for code in (0, 8, 0x1B, 0x7F, 0xD800, 0xFFFE, 0xFFFF, 0x1F600)]
    rows = [Row(f"a{c}", c, "2.1", "wrong", c).harmless() for c in [*odd, *ODD]]
    root = ElementTree.fromstring(as_junit(results_of(rows)))
    assert len(root) == len({one.learner for one in rows})


# What is told before any work.


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--format", "junit", "--out", "missing/a.xml"], "no folder missing"),
        (["--format", "junit", "--out", "."], "expected a file"),
        (["--format", "gradescope", "--out", "a.ipynb"], "expected a folder"),
        (["--format", "classroom50", "--learner", "ann"], "CLASSROOM, ASSIGNMENT"),
        (["--format", "xml"], "invalid choice"),
        (["--out", "a.json"], "another --format"),
        (["--lesson", "99"], "no lesson 99"),
        (["--lesson", "x"], "whole number"),
    ],
)
def test_a_format_that_cannot_be_written_is_told(tmp_path, monkeypatch, capsys, more, told):
    monkeypatch.setattr(command, "marks", lambda *given: pytest.fail("judged"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ipynb").touch()
    with pytest.raises(SystemExit) as ended:
        command.main(["--submissions", ".", "--unprotected", *more])
    assert ended.value.code == 2 and told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--format", "json", "--out", "./a.csv"], "--out and --csv are one file"),
        (["--format", "json", "--out", "s/ann/4.ipynb"], "the name of a notebook"),
        (["--format", "json", "--out", "s/bob.zip"], "the name of a notebook or an archive"),
        (["--format", "json", "--out", "notes"], "notes is there already and is no json of this"),
        (["--format", "junit", "--out", "a.json"], "a.json is there already and is no junit"),
        (["--format", "gradescope", "--out", "s"], "s/ann/results.json is there already"),
    ],
)
def test_nothing_of_others_is_replaced(tmp_path, monkeypatch, capsys, more, told):
    monkeypatch.setattr(command, "marks", lambda *given: pytest.fail("judged"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s/ann").mkdir(parents=True)
    for name in ("s/ann/4.ipynb", "s/ann/results.json", "s/bob.zip", "notes"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "a.json").write_bytes(FORMATS["json"].write([]))
    with pytest.raises(SystemExit) as ended:
        command.main(["--submissions", "s", "--csv", "a.csv", "--unprotected", *more])
    assert ended.value.code == 2 and told in capsys.readouterr().err.replace(os.sep, "/")
    assert not (tmp_path / "a.csv").exists()
    assert {file.read_text() for file in (tmp_path / "s").rglob("*.*")} == {"mine"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_result_replaces_an_older_one(tmp_path, monkeypatch, name):
    for variable, value in OF_CLASSROOM50.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(command, "marks", lambda *given: [Mark("2.1", "right", "")])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s").mkdir()
    (tmp_path / "s/02.ipynb").write_text("{}")
    given = ["--submissions", "s", "--csv", "a.csv", "--unprotected", "--format", name]
    given += ["--learner", "ann", "--out", "a"]
    (tmp_path / "a").touch()
    for _ in range(2):
        assert command.main(given) == 0
        assert re.match(FORMATS[name].begins, (tmp_path / "a").read_text(encoding="utf-8"))


def test_what_a_learner_put_in_a_runners_place_does_not_stay(tmp_path, monkeypatch):
    """Classroom 50 reads result.json in the learner's checkout."""
    for name, value in OF_CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "work").mkdir()
    (tmp_path / "work/result.json").write_text('{"score": 5}')
    given = ["--submissions", str(tmp_path / "work"), "--csv", str(tmp_path / "a.csv")]
    given += ["--learner", "ann", "--unprotected", "--format", "classroom50"]
    assert command.main([*given, "--out", str(tmp_path / "work/result.json")]) == 0
    assert json.loads((tmp_path / "work/result.json").read_text())["score"] == 0


def test_classroom50_grades_one_submission_at_a_time(tmp_path, monkeypatch, capsys):
    for name, value in OF_CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        command.main(["--submissions", str(tmp_path), "--format", "classroom50"])
    assert "--learner NAME" in capsys.readouterr().err
