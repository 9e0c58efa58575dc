"""``python -m helpers progress``: who has solved what, whatever the notebooks do."""

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import zipfile
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from helpers.course.grading import cells, child, command, isolate, marking
from helpers.course.grading.marking import Mark
from helpers.course.grading.sandbox import WORK, Walls, bubblewrap, environment, unshare, walls
from helpers.course.grading.submissions import hand_ins
from helpers.course.grading.table import Row, Table
from helpers.course.grading.verdict import EXERCISES, RESULTS, judge
from helpers.course.grading.wire import HUGE, LARGEST, pack, unpack
from tests import ROOT
from tests.course.answers_kit import ODD
from tools.lessons.exercises import solve
from tools.lessons.notebook import read

walled = pytest.mark.skipif(walls() is None, reason="neither bubblewrap nor unshare works here")

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.slow


def cell(source: str, *tags: str) -> dict:
    """A code cell."""
    source = textwrap.dedent(source).strip("\n")
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}, "outputs": []}


def asked(*those: dict) -> list[cells.Question]:
    return cells.questions([{"source": c["source"], "tags": c["metadata"]["tags"]} for c in those])


def code_of(question: cells.Question) -> list[str]:
    return [part.code for part in question.parts]


CHECK = cell('check("1.1", answer)', "check")


# What a notebook asks.


def test_only_what_the_answer_needs_is_taken_along():
    (question,) = asked(
        cell("import torch\nfrom fastai.vision.all import Learner\nimport math as m"),
        cell("slow = load('mnist')\nscale = 2\nfor i in range(9):\n    scale += i"),
        cell("def helper(x):\n    return scale * m.sqrt(x)"),
        cell("def other(slow):\n    return slow"),
        cell("def answer(x):\n    slow = helper(x)\n    return torch.tensor(slow)", "exercise"),
        CHECK,
    )
    assert (question.number, question.answer) == ("1.1", "answer")
    assert code_of(question) == [
        "import torch",
        "import math as m",
        "scale = 2",
        "def helper(x):\n    return scale * m.sqrt(x)",
        "def answer(x):\n    slow = helper(x)\n    return torch.tensor(slow)",
    ]


def test_the_last_definition_above_the_check_counts():
    (question,) = asked(
        cell("x = 1"),
        cell("def answer():\n    return 'of the lesson'"),
        cell("x = x + 1"),
        cell("def answer():\n    return x", "exercise"),
        CHECK,
        cell("x = 100\ndef answer():\n    return 'later'"),
    )
    assert code_of(question) == ["x = 1", "x = x + 1", "def answer():\n    return x"]


def test_the_whole_cell_of_an_exercise_belongs_to_its_answer():
    source = (
        "table = []\nfor i in range(3):\n    table.append(i)\n\ndef answer():\n    return table"
    )
    (question,) = asked(cell(source, "exercise"), CHECK)
    assert code_of(question) == [source]


def test_an_answer_may_be_bound_in_any_way():
    source = "if True:\n    from math import fsum as answer"
    (question,) = asked(cell(source, "exercise"), CHECK)
    assert code_of(question) == [source]


def test_an_answer_may_stand_in_a_cell_that_was_added():
    (question,) = asked(
        cell("def answer(x):\n    ...", "exercise"), cell("answer = lambda x: x"), CHECK
    )
    assert code_of(question)[-1] == "answer = lambda x: x"


def test_notebooks_whose_tags_were_dropped_are_understood():
    (question,) = asked(cell("answer = 3"), cell('from h import check\ncheck("1.1", answer)'))
    assert (question.number, code_of(question)) == ("1.1", ["answer = 3"])


def test_of_two_checks_the_tagged_one_counts_else_the_last():
    other = cell('check("1.1", other)')
    assert [question.answer for question in asked(CHECK, other)] == ["answer"]
    assert [question.answer for question in asked(other, CHECK)] == ["answer"]
    assert [question.answer for question in asked(cell('check("1.1", a)'), other)] == ["other"]


@pytest.mark.parametrize(
    "source",
    [
        'check("1.1", answer=answer)',
        'check(answer=answer, number="1.1")',
        'check("1.1", answer, 2)',
        'r = check("1.1", answer)',
        'if True:\n    check("1.1", answer, hint=1)',
        'for hint in (1, 2):\n    check("1.1", answer, hint)',
        'print(check("1.1", answer))',
        'try:\n    check("1.1", other)\nfinally:\n    check("1.1", answer)',
        'if x:\n    for i in y:\n        check("1.1", other)\nelse:\n    check("1.1", answer)',
    ],
)
def test_a_check_counts_wherever_it_stands_in_a_cell(source):
    (question,) = asked(cell("def answer():\n    return 1", "exercise"), cell(source, "check"))
    assert (question.number, question.answer) == ("1.1", "answer")
    assert code_of(question) == ["def answer():\n    return 1"]


@pytest.mark.parametrize("source", ['check("1.1")', "check(number, answer)", "check(**given)"])
def test_a_check_of_nobody_knows_what_is_none(source):
    assert asked(cell("answer = 1"), cell(source, "check")) == []


def test_a_cell_that_cannot_be_read_is_a_problem_of_its_own_exercise_only():
    one, two = asked(
        cell("def answer():\n    return 1"),
        cell("def answer(:", "exercise"),
        CHECK,
        cell("def second():\n    return 2", "exercise"),
        cell('check("1.2", second)', "check"),
    )
    assert [part.problem.split(":")[0] for part in one.parts] == ["SyntaxError"]
    assert code_of(two) == ["def second():\n    return 2"]


def test_magics_are_left_out():
    (question,) = asked(
        cell("%matplotlib inline\n!ls\ntorch.mean?"),
        cell("%%time\ndef answer(a):\n    b = a \\\n % 2\n    return b", "exercise"),
        CHECK,
    )
    assert "%%time" not in code_of(question)[0]
    text = 'text = """\n%no magic\n"""\ndef answer():\n    return text'
    (question,) = asked(cell(text, "exercise"), CHECK)
    assert code_of(question) == [text]


def test_an_import_of_everything_is_taken_for_names_that_nothing_else_binds():
    (question,) = asked(
        cell("from math import *\nimport torch"),
        cell("def answer(x):\n    return sqrt(abs(x))", "exercise"),
        CHECK,
    )
    assert code_of(question)[0] == "from math import *" and len(code_of(question)) == 2
    (question,) = asked(
        cell("from math import *"), cell("def answer(x):\n    return abs(x)", "exercise"), CHECK
    )
    assert len(code_of(question)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"cells": 3}',
        "\xff",
        "[" * 100_000,
        '{"nbformat": 3, "worksheets": []}',
    ],
)
def test_what_is_no_notebook_is_told(text):
    with pytest.raises(ValueError, match="is no notebook"):
        cells.cells_of(text.encode("latin1"))


def test_cells_of_unusual_forms_are_read():
    """Colab and other tools write other metadata, and may leave fields out."""
    words = {
        "nbformat": 4,
        "nbformat_minor": 0,
        "metadata": {"colab": {"provenance": []}},
        "cells": [
            {"cell_type": "code", "source": ["a = 1\n", "b = 2"], "metadata": None},
            {"cell_type": "code", "metadata": {"id": "x", "tags": ["exercise"]}, "source": "c"},
            {"cell_type": "code"},
            {"cell_type": "markdown", "source": "text"},
            "nonsense",
        ],
    }
    assert cells.cells_of(json.dumps(words).encode()) == [
        {"source": "a = 1\nb = 2", "tags": []},
        {"source": "c", "tags": ["exercise"]},
        {"source": "", "tags": []},
    ]


# What comes back from the process, and the verdict on it.


@pytest.mark.parametrize(
    "value",
    [
        torch.arange(6).reshape(2, 3),
        torch.tensor([1.5, float("nan"), float("inf")], requires_grad=True),
        torch.tensor([True, False]),
        torch.zeros(0, 3, dtype=torch.uint8),
        torch.tensor(1e-45, dtype=torch.float64),
        "text",
        None,
        ...,
        True,
        float("-inf"),
        10**30,
    ],
    ids=repr,
)
def test_values_come_back_as_they_were(value):
    back = unpack(json.loads(json.dumps(pack(value))))
    assert same(back, value)


def same(a: object, b: object) -> bool:
    if isinstance(b, torch.Tensor):
        return (a.dtype, a.shape, a.requires_grad) == (b.dtype, b.shape, b.requires_grad) and bool(
            torch.allclose(a.double(), b.double(), rtol=0, atol=0, equal_nan=True)
        )
    return type(a) is type(b) and a == b


class Tricky:
    """Equal to everything, and without a text."""

    def __eq__(self, other):
        return True

    def __repr__(self):
        raise KeyError("no")


@pytest.mark.parametrize(
    ("value", "plain"),
    [(np.int64(3), 3), (np.array([1.5]), 1.5), (Fraction(1, 2), 0.5), (10**4000, 10**400)],
)
def test_numbers_come_back_as_plain_ones(value, plain):
    back = unpack(json.loads(json.dumps(pack(value))))
    assert type(back) is type(plain) and back == plain


@pytest.mark.parametrize(
    "value",
    [Tricky(), torch.empty(10**6), 1j, torch.ones(2) * 1j, range(3), (1, [2.5]), {"a": 1}, b"a"],
)
def test_of_anything_else_a_description_comes_back(value):
    back = unpack(json.loads(json.dumps(pack(value))))
    assert type(back).__name__ == type(value).__name__ and back != "it learns" and repr(back)


@pytest.mark.parametrize(
    "packed",
    [
        {"tensor": [1, 2], "shape": [3], "dtype": "float32", "requires_grad": False},
        {"tensor": [1], "shape": [1], "dtype": "save", "requires_grad": False},
        {"tensor": [1], "shape": [1], "dtype": "int64", "requires_grad": True},
        {"tensor": "abc", "shape": [3], "dtype": "float32", "requires_grad": False},
        {"float": "one"},
        {"dict": [[[], 1]]},
        {"type": "a\0b", "text": ""},
        {"unknown": 1},
        [1, 2],
    ],
    ids=str,
)
def test_what_no_value_is_packed_as_is_refused(packed):
    with pytest.raises(ValueError, match="packed"):
        unpack(packed)


class Says(isolate.Runner):
    """A runner whose processes say what a test wants."""

    def __init__(self, ended: isolate.Ended) -> None:
        super().__init__(None)
        self.ended = ended

    def run(self, *given: object) -> isolate.Ended:
        return self.ended


@pytest.fixture(scope="module")
def runner():
    """As the command has it."""
    with isolate.Runner(walls()) as runner:
        yield runner


@pytest.fixture
def warm(runner, monkeypatch):
    """The command takes a runner that is ready: a new one imports torch for seconds."""
    monkeypatch.setattr(command, "Runner", lambda walls: nullcontext(runner))


def through_the_wire(number: str, answer: object) -> tuple[str, str]:
    """The verdict on an answer that ran elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "_run", lambda code, name, names: names.update(answer=answer) or "")
        gave = child.answered(cells.Question(number, "answer", (cells.Part(""),)))
    return judge(number, json.loads(json.dumps(gave)))


@pytest.mark.parametrize("number", EXERCISES)
def test_odd_answers_and_odd_results_get_the_verdict_that_check_gives(number):
    for name, make in ODD.items():
        for answer in (make(), lambda *arguments, make=make: make()):
            verdict, sentence = through_the_wire(number, answer)
            assert verdict == RESULTS[EXERCISES[number].judge(answer)[0]], name
            assert len(sentence) > 10


@pytest.mark.parametrize("number", EXERCISES)
def test_verdicts_are_those_that_check_prints(number):
    """For the solution, every known mistake, and answers that fail."""
    exercise = EXERCISES[number]

    def stub(*arguments): ...

    def empty(*arguments):
        return None

    def crash(*arguments):
        raise KeyError("oops")

    mistakes = [mistake.code for mistake in exercise.mistakes]
    for answer in [exercise.solution, *mistakes, stub, empty, crash, None, ..., "text", 7]:
        verdict, sentence = exercise.judge(answer)
        assert through_the_wire(number, answer) == (RESULTS[verdict], sentence)


@pytest.mark.parametrize("kind", [str, np.str_, lambda text: Text(text)])
def test_a_text_of_any_class_counts_as_its_text(kind):
    """In the notebook and in the table."""
    exercise = EXERCISES["9.5"]

    def answer(*arguments):
        return kind(exercise.solution(*arguments))

    assert exercise.judge(answer) == ("Right", exercise.praise)
    assert through_the_wire("9.5", answer) == ("right", exercise.praise)


@pytest.mark.parametrize(
    "gave", [None, 3, {}, {"outcomes": 3}, {"verdict": "right"}, {"answer": {"unknown": 1}}]
)
def test_what_no_answer_gives_is_refused(gave):
    with pytest.raises(ValueError):
        judge("2.1", gave)


@pytest.mark.parametrize("outcomes", [[], [{}], [{"value": {"unknown": 1}}], ["Right!"], [None]])
def test_an_answer_that_gives_nothing_is_not_right(outcomes):
    assert judge("2.1", {"outcomes": outcomes, "stub": False})[0] == "wrong"


COLLIDING = [n * (2**61 - 1) for n in range(40_000)]  # all have the hash 0


@pytest.mark.parametrize(
    "value",
    [
        {"dict": [[n, 1] for n in COLLIDING]},
        {"dict": [[n, 1] for n in COLLIDING[:2000]]},
        {"list": [0] * (4 * LARGEST)},
        {"type": "X", "text": 5},
        {"type": 5, "text": "X"},
        {"type": "X", "text": "a" * 10_000},
        {"float": 10**400},
        {"tensor": [10**400], "shape": [1], "dtype": "float32", "requires_grad": False},
        {"list": [{"list": [{"list": []}] * 200}] * 200},
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_message_larger_or_odder_than_any_answer_is_refused(value):
    with pytest.raises(ValueError, match="packed"):
        unpack(value)


def test_deep_and_large_values_are_only_described():
    deep: list = []
    for _ in range(2000):
        deep = [deep]
    for value in (deep, list(range(10**6)), torch.zeros(10**6)):
        assert not isinstance(unpack(json.loads(json.dumps(pack(value)))), (list, torch.Tensor))
    assert unpack(json.loads(json.dumps(pack(10**5000)))) == HUGE


class Text(str):
    """A text whose methods lie."""

    def __str__(self):
        return self

    def __getitem__(self, key):
        raise KeyError(key)


class Odd:
    """An object whose text is such a text."""

    def __repr__(self):
        return Text("odd")


@pytest.mark.parametrize(
    "value", [Text("Right"), np.str_("odd"), Odd(), np.float64(2.5), np.array(3), np.True_]
)
def test_odd_texts_and_numbers_of_numpy_reach_the_judge(value):
    back = unpack(json.loads(json.dumps(pack(value))))
    wanted = value.item() if isinstance(value, (np.generic, np.ndarray)) else None
    assert back == wanted if wanted is not None else repr(back).strip("'") in ("Right", "odd")


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize(
    "value",
    [10**400, -(10**400), float("inf"), float("nan"), {"a": 1}, [[]], torch.ones(10**6), Text("a")],
    ids=lambda value: repr(value)[:12],
)
def test_no_answer_ends_the_judge(number, value):
    """Whatever an answer gives, it is not right, and the notebook keeps its other marks."""
    gave = {"outcomes": [{"value": pack(value)}] * 20, "stub": False}
    said = [{"questions": [number]}, {"number": number, "gave": json.loads(json.dumps(gave))}]
    found = {mark.exercise: mark for mark in marking.marks(b"", 1, Says(isolate.Ended(said, "")))}
    assert found[number].result in ("wrong", "stopped") and found[number].says


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="there are no alarms here")
def test_judging_has_a_time_of_its_own(monkeypatch):
    def forever(*given):
        while True:
            try:
                time.sleep(1)
            except Exception:
                continue

    monkeypatch.setattr(marking, "judge", forever)
    monkeypatch.setattr(marking, "JUDGING", 0.05)
    said = [{"questions": ["2.1"]}, {"number": "2.1", "gave": {}}]
    assert "0.05 seconds" in marking.marks(b"", 1, Says(isolate.Ended(said, "")))[0].says


# A class: every kind of trouble at once, each in its own submission.

STUBS = {"2.1": "mse", "2.2": "slope", "2.3": "sgd_step", "2.4": "gradient", "2.5": "edge"}
RIGHT = {
    "2.1": "def mse(preds, targets):\n    return ((preds - targets) ** 2).mean()",
    "2.2": "def slope(f, x, h):\n    return (f(x + h) - f(x - h)) / (2 * h)",
}


def lesson_02(**answers: str) -> dict:
    """A notebook of lesson 02; answers by the names of their functions, the others untried."""
    cells = [cell("from helpers.course.exercises import check\nimport torch")]
    for number, name in STUBS.items():
        source = answers.get(name, f"def {name}(*arguments):\n    ...  # your code here")
        cells += [cell(source, "exercise"), cell(f'check("{number}", {name})', "check")]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


LOUD = """
def mse(preds, targets):
    for _ in range(300):
        print("Right: " + "x" * 10**6)
    return ((preds - targets) ** 2).mean()
"""
FORKS = """
import os, subprocess, sys

def slope(f, x, h):
    sleep = [sys.executable, "-c", "import time; time.sleep(98765)"]
    subprocess.Popen(sleep, start_new_session=NEW)
    if hasattr(os, "fork"):
        os.fork()
    return None
"""
GREEDY = """
def sgd_step(params, lr):
    return bytearray(2**36)
"""
ONLINE = """
import socket

def gradient(x, y, w):
    socket.create_connection(("127.0.0.1", PORT), timeout=5).close()
"""
HANGS = "def mse(preds, targets):\n    while True:\n        pass"
LEAVES = "import os\n\ndef slope(f, x, h):\n    os._exit(0)"
CRASHES = """
import ctypes

def sgd_step(params, lr):
    ctypes.string_at(0)
"""
PRINTS = """
def mse(preds, targets):
    print("Right: a smooth answer.")
    return "Right"
"""
FORGES = """
import json, os

def slope(f, x, h):
    words = {"number": "2.2", "gave": {"verdict": "right", "outcomes": [], "stub": False}}
    right = {"number": "2.2", "result": "right", "says": "Right"}
    for handle in range(3, 64):
        for line in (words, right, ["Right"], {"questions": ["2.2"] * 9}):
            try:
                os.write(handle, json.dumps(line).encode() + b"\\n")
            except OSError:
                pass
    return 0.0
"""
PATCHES = """
import torch
import helpers.course.exercises.framework as framework
import helpers.course.grading.verdict, helpers.course.grading.wire

framework.Exercise.judge = lambda *given: ("Right", "patched")
framework._difference = lambda *given: None
framework.check = check = print
helpers.course.grading.verdict.judge = lambda *given: ("right", "patched")
torch.allclose = lambda *given, **more: True

def sgd_step(params, lr):
    return None
"""
WRITES = """
from pathlib import Path

try:
    Path("OUTSIDE/ann/02_gradients_and_sgd.ipynb").write_text("gone")
finally:
    Path("OUTSIDE/stolen.txt").write_text("here")
    mse = max
"""
REMOVES = """
import os

def slope(f, x, h):
    os.remove("OUTSIDE/ann/02_gradients_and_sgd.ipynb")
"""


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A folder of submissions and the table that came of it, by learner and exercise."""
    folder = tmp_path_factory.mktemp("class")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    words = {
        "OUTSIDE": folder.as_posix(),
        "PORT": str(listener.getsockname()[1]),
        "NEW": str(bool(walls())),  # only a process table of its own ends such a child
    }
    files = {
        "ann/02_gradients_and_sgd.ipynb": lesson_02(mse=RIGHT["2.1"], slope=RIGHT["2.2"]),
        "bob/deep/below/02_gradients_and_sgd.ipynb": lesson_02(
            mse=LOUD, slope=FORKS, sgd_step=GREEDY, gradient=ONLINE
        ),
        "dan.ipynb": lesson_02(mse=PRINTS, slope=FORGES, sgd_step=PATCHES),
        "=eve/02.ipynb": lesson_02(mse=WRITES, slope=REMOVES),
        "fay/.ipynb_checkpoints/02-checkpoint.ipynb": lesson_02(),
        "fay/empty.ipynb": {"cells": [], "nbformat": 4, "metadata": {}},
        "김/02.ipynb": {**lesson_02(mse=RIGHT["2.1"]), "metadata": {"colab": {}}},
    }
    files["김/02.ipynb"]["cells"] = files["김/02.ipynb"]["cells"][:3]  # 2.2 to 2.5 were deleted
    if not walls():
        del files["=eve/02.ipynb"]  # nothing would keep her from the others' files
    for name, content in files.items():
        text = json.dumps(content, ensure_ascii=False)
        text = re.sub("|".join(words), lambda found: words[found[0]], text)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "gus").mkdir()
    (folder / "gus" / "a.ipynb").write_text("{ no JSON", encoding="utf-8")
    before = snapshot(folder)
    table = folder.parent / "class.csv"
    rows = marked(folder, table, 120)  # no answer is late, however busy the machine is
    if walls():
        with pytest.raises(TimeoutError):  # nobody has called
            listener.accept()
        assert snapshot(folder) == before
    listener.close()
    return rows


def marked(folder: Path, table: Path, timeout: float, *more: str) -> list[Row]:
    """What the command writes about a folder of submissions."""
    given = ["--submissions", str(folder), "--csv", str(table), "--timeout", f"{timeout:g}", *more]
    assert command.main(given + ([] if walls() else ["--unprotected"])) == 0
    return table_of(table)


def table_of(table: Path) -> list[Row]:
    with open(table, newline="", encoding="utf-8-sig") as sheet:
        return [Row(**row) for row in csv.DictReader(sheet)]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def results(rows: list[Row], learner: str) -> list[str]:
    return [row.result for row in rows if row.learner == learner]


def says(rows: list[Row], learner: str, exercise: str) -> str:
    return next(row.says for row in rows if (row.learner, row.exercise) == (learner, exercise))


def test_right_answers_are_right_and_stubs_untried(classroom):
    assert results(classroom, "ann") == ["right", "right", *["not tried"] * 3]


def test_rows_name_learner_notebook_and_exercise(classroom):
    assert [row[:3] for row in classroom if row.learner == "bob"] == [
        ("bob", "deep/below/02_gradients_and_sgd.ipynb", number) for number in STUBS
    ]


def test_a_flood_of_output_changes_nothing(classroom):
    assert results(classroom, "bob")[0] == "right"


def test_children_of_an_answer_do_not_outlive_it(classroom):
    assert results(classroom, "bob")[1] == "wrong"
    commands = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    assert not [words for words in commands if "sleep(98765)" in words]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory in this way")
def test_memory_is_limited(classroom):
    assert results(classroom, "bob")[2] == "wrong"
    assert "MemoryError" in says(classroom, "bob", "2.3")


@walled
def test_there_is_no_network(classroom):
    assert results(classroom, "bob")[3] == "wrong"
    assert "Refused" in (told := says(classroom, "bob", "2.4")) or "unreachable" in told


def test_the_time_is_for_all_answers_together(runner):
    """All endless loops together take what one may take."""
    loop = "def {}(*arguments):\n    while True:\n        pass"
    endless = lesson_02(**{name: loop.format(name) for name in STUBS.values()})
    found = marking.marks(json.dumps(endless).encode(), 2, runner)
    shares = [float(mark.says.split()[-2]) for mark in found]
    assert {mark.result for mark in found} == {"stopped"}
    assert max(shares) == 0.4  # of 2 seconds, for five answers


def test_what_was_used_up_is_told():
    ended = isolate.Ended([{"questions": ["2.1", "2.2"]}, {"begins": "2.1"}], "crashed", 9.0)
    found = marking.marks(b"", 5, Says(ended))
    assert [mark.says for mark in found[:2]] == ["crashed", "the notebook's 5 seconds were used up"]


def test_a_notebook_without_any_time_is_told_so():
    ended = isolate.Ended([{"questions": ["2.1"]}], "", 0.0)
    (mark, *_) = marking.marks(b"", 0, Says(ended))
    assert mark.result == "stopped" and "0 seconds" in mark.says


@pytest.mark.usefixtures("warm")
def test_answers_that_hang_leave_or_crash_are_stopped_and_the_others_judged(tmp_path):
    file = tmp_path / "class" / "cyd" / "stops.ipynb"
    file.parent.mkdir(parents=True)
    content = lesson_02(mse=HANGS, slope=LEAVES, sgd_step=CRASHES)
    file.write_text(json.dumps(content), encoding="utf-8")
    # Time counts from when torch is there; what does not hang takes a hundredth of a second.
    rows = marked(tmp_path / "class", tmp_path / "class.csv", 15)
    assert results(rows, "cyd") == [*["stopped"] * 3, *["not tried"] * 2]
    assert "still running after 3 seconds" in says(rows, "cyd", "2.1")
    assert "exit status 0" in says(rows, "cyd", "2.2")
    assert "the process" in says(rows, "cyd", "2.3")


def test_printing_forging_and_patching_do_not_make_an_answer_right(classroom):
    assert results(classroom, "dan") == [*["wrong"] * 3, *["not tried"] * 2]


@walled
def test_nothing_outside_is_written_or_removed(classroom):
    """That the files are as they were, the fixture has checked."""
    assert results(classroom, "'=eve") == [*["wrong"] * 2, *["not tried"] * 3]
    assert "No such file" in says(classroom, "'=eve", "2.1")
    assert "No such file" in says(classroom, "'=eve", "2.2")


def test_notebooks_that_cannot_be_judged_have_a_row(classroom):
    assert [row[1:4] for row in classroom if row.learner == "gus"] == [
        ("a.ipynb", "", "unreadable")
    ]
    assert [row[1:4] for row in classroom if row.learner == "fay"] == [
        ("empty.ipynb", "", "missing")
    ]


def test_deleted_exercises_are_missing(classroom):
    assert results(classroom, "김") == ["right", *["missing"] * 4]


INSIDE = """
import json, os, socket, sys

def tried(what):
    try:
        return what() or True
    except OSError as error:
        return type(error).__name__

print(json.dumps({
    "home": tried(lambda: open(sys.argv[1]).read()),
    "network": tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2)),
    "root": tried(lambda: os.mkdir("/new")),
    "library": tried(lambda: open(os.__file__, "a")),
    "work": tried(lambda: open("new", "w").close()),
    "others": len([name for name in os.listdir("/proc") if name.isdigit()]) > 3,
    "token": "TOKEN" in os.environ,
    "folders": sorted({"home", "tmp", "run", "var", "mnt"} & set(os.listdir("/"))),
}))
"""


@pytest.mark.parametrize("builder", [bubblewrap, unshare])
def test_walls_hide_the_machine(tmp_path, monkeypatch, builder):
    if builder() is None:
        pytest.skip(f"{builder.__name__} does not work here")
    monkeypatch.setenv("TOKEN", "secret")
    (tmp_path / "key").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        given = [str(tmp_path / "key"), str(listener.getsockname()[1])]
        command = [*builder().command, sys.executable, "-c", INSIDE, *given]
        done = subprocess.run(command, env=environment(WORK), capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert found.pop("network") in ("OSError", "ConnectionRefusedError")  # a network of its own
    assert found == {
        "home": "FileNotFoundError",
        "root": "OSError",
        "library": "OSError",
        "work": True,
        "others": False,
        "token": False,
        "folders": [],
    }


@walled
def test_what_python_needs_is_the_only_thing_in_sight(tmp_path):
    assert walls().hide(tmp_path) and walls().hide(Path.home() / ".ssh")
    assert not walls().hide(Path(sys.prefix)) and not walls().hide(Path("/usr/lib"))


@walled
def test_a_keeper_that_does_not_end_what_it_keeps_costs_no_marks(monkeypatch):
    """The whole process is ended then, a new one is started, and the notebook goes on."""
    patience = isolate._Forked.ended
    monkeypatch.setattr(
        isolate._Forked,
        "ended",
        lambda self, seconds: "" if seconds == 10 else patience(self, seconds),
    )
    with isolate.Runner(walls()) as runner:
        content = json.dumps(lesson_02(mse=HANGS, slope=RIGHT["2.2"])).encode()
        found = marking.marks(content, 10, runner)
    assert [mark.result for mark in found] == ["stopped", "right", *["not tried"] * 3]


@walled
def test_submissions_in_sight_of_each_other_are_refused(tmp_path, monkeypatch, capsys):
    in_sight = replace(walls(), shown=(str(tmp_path),))
    monkeypatch.setattr(command, "walls", lambda: in_sight)
    (tmp_path / "class").mkdir()
    with pytest.raises(SystemExit):
        command.main(["--submissions", str(tmp_path / "class"), "--csv", str(tmp_path / "a.csv")])
    assert "move it elsewhere" in capsys.readouterr().err


@walled
def test_walls_without_room_for_more_are_made_anew_for_each_notebook():
    """As where a system permits bubblewrap, but nothing within it."""
    with (
        isolate.Runner(replace(walls(), nested=False)) as runner,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        online = ONLINE.replace("PORT", str(listener.getsockname()[1]))
        content = json.dumps(lesson_02(mse=RIGHT["2.1"], gradient=online))
        found = marking.marks(content.encode(), 60, runner)
    expected = ["right", "not tried", "not tried", "wrong", "not tried"]
    assert [mark.result for mark in found] == expected
    assert "OSError" in found[3].says or "Refused" in found[3].says


@pytest.mark.parametrize("nested", [True, False])
def test_a_process_that_cannot_start_is_no_row(tmp_path, monkeypatch, capsys, nested):
    """Whatever the notebook, none can be judged: the command says so, and writes no nonsense."""
    broken = Walls("unshare", ("false",), (), nested)
    monkeypatch.setattr(command, "walls", lambda: broken)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a.ipynb").write_bytes(json.dumps(lesson_02()).encode())
    given = ["--submissions", str(tmp_path / "class"), "--csv", str(tmp_path / "a.csv")]
    assert command.main(given) == 1
    assert "no answer can be run here" in capsys.readouterr().out
    assert table_of(tmp_path / "a.csv") == []


def test_what_a_process_says_is_judged_once_and_only_for_its_exercises():
    wrong, right = ({"answer": packed} for packed in (3, 4))
    said = [
        {"questions": ["2.1", "2.1", "99.1", 7]},
        {"number": "2.1", "gave": wrong},
        {"number": "2.1", "gave": right},
        {"number": "2.2", "gave": right},
        {"number": ["2.1"]},
    ]
    found = marking.marks(b"", 1, Says(isolate.Ended(said, "")))
    assert [mark[:2] for mark in found] == [
        ("2.1", "wrong"),
        ("2.2", "missing"),
        ("2.3", "missing"),
        ("2.4", "missing"),
        ("2.5", "missing"),
    ]


def test_a_process_that_never_speaks_is_stopped_with_its_reason():
    ended = isolate.Ended([], "the process crashed (SIGSEGV)")
    assert marking.marks(b"", 1, Says(ended)) == [Mark("", "stopped", ended.reason)]


def test_marks_cannot_steer_a_terminal():
    assert marking._mark("1.1", "wrong", "a\x1b[2Jb\nc\u202e").says == "a?[2Jb c?"


# The table.


def handed_in(folder: Path) -> list[tuple[str, str, str]]:
    """Learner, file and why it cannot be read, if so."""
    found = []
    for hand_in in hand_ins(folder):
        why = ""
        try:
            hand_in.read()
        except (OSError, ValueError) as error:
            why = str(error)
        found.append((hand_in.learner, hand_in.notebook, why))
    return found


def test_learners_are_folders_or_single_files(tmp_path):
    names = ["ann/03.ipynb", "ann/x/04.IPYNB", "bob.ipynb", ".git/a.ipynb", "ann/notes.txt"]
    names += ["cyd/02.ipynb.txt", "ann/._03.ipynb", "ann/.ipynb_checkpoints/03-checkpoint.ipynb"]
    for name in [*names, "__MACOSX/a.ipynb"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert handed_in(tmp_path) == [
        ("ann", "03.ipynb", ""),
        ("ann", "x/04.IPYNB", ""),
        ("bob", "bob.ipynb", ""),
        ("cyd", "02.ipynb.txt", ""),
    ]


def test_nobody_is_lost(tmp_path):
    """Each learner has a line, whatever they have handed in."""
    for name in ["ann/answers.py", "ann/._a.ipynb", "bob.docx", "cyd.zip", "dan/a.7z"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "eve").mkdir()
    (tmp_path / "gus").mkdir()
    (tmp_path / "gus" / ".a.ipynb").touch()
    (tmp_path / "fay").mkdir()
    (tmp_path / "fay" / "a.ipynb").mkdir()
    assert handed_in(tmp_path) == [
        ("ann", "", "nothing readable: answers.py"),
        ("bob", "", "nothing readable: bob.docx"),
        ("cyd", "cyd.zip", "nothing readable: cyd.zip (is no .zip, or only a part of one)"),
        ("dan", "", "nothing readable: a.7z"),
        ("eve", "", "nothing readable: the folder is empty"),
        ("fay", "", "nothing readable: a.ipynb"),
        ("gus", "", "nothing readable: only hidden files"),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
def test_links_and_pipes_are_not_read(tmp_path):
    (tmp_path / "secret").write_text("of others")
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "a.ipynb").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "ann" / "b.ipynb")
    (tmp_path / "bob").symlink_to(tmp_path / "ann")
    found = handed_in(tmp_path)
    assert [why[:12] for _, _, why in found[:2]] == ["is a link, a", "is no plain "]
    assert "bob is a link" in found[2][2] and found[3][0] == "secret"


def test_a_folder_that_cannot_be_read_is_a_line(tmp_path, monkeypatch):
    (tmp_path / "ann" / "locked").mkdir(parents=True)
    (tmp_path / "ann" / "a.ipynb").touch()
    listed = os.scandir

    def scandir(place):
        if Path(place).name == "locked":
            raise PermissionError(13, "Permission denied")
        return listed(place)

    monkeypatch.setattr(os, "scandir", scandir)
    assert handed_in(tmp_path) == [
        ("ann", "a.ipynb", ""),
        ("ann", "locked", "cannot be read: Permission denied"),
    ]


def test_what_is_too_much_of_one_learner_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.course.grading.submissions.MOST", 2)
    monkeypatch.setattr("helpers.course.grading.submissions.LARGEST", 10)
    (tmp_path / "ann").mkdir()
    for name in "abc":
        (tmp_path / "ann" / f"{name}.ipynb").write_text("x" * 11)
    whys = [why for _, _, why in handed_in(tmp_path)]
    assert "larger" in whys[0] and "more than 2 notebooks" in whys[-1] and len(whys) == 3


def zipped(file: Path, members: dict[str, str], **settings: int) -> Path:
    with zipfile.ZipFile(file, "w", **settings) as out:
        for name, text in members.items():
            out.writestr(name, text)
    return file


def test_notebooks_in_an_archive_are_read(tmp_path):
    (tmp_path / "ann").mkdir()
    names = ["02.ipynb", "deep/03.IPYNB", "notes.txt", "__MACOSX/._02.ipynb", "a/.x/04.ipynb"]
    zipped(tmp_path / "ann" / "hand_in.ZIP", {name: name for name in names})
    zipped(tmp_path / "bob.zip", {"../../evil.ipynb": "b"})
    zipped(tmp_path / "cyd.zip", {"a.txt": "c"})
    assert handed_in(tmp_path) == [
        ("ann", "hand_in.ZIP/02.ipynb", ""),
        ("ann", "hand_in.ZIP/deep/03.IPYNB", ""),
        ("bob", "bob.zip/../../evil.ipynb", ""),
        ("cyd", "cyd.zip", "nothing readable: cyd.zip holds no notebook"),
    ]
    assert next(hand_ins(tmp_path)).read() == b"02.ipynb"
    assert not list(tmp_path.parent.glob("**/evil.ipynb"))


def test_an_archive_is_bounded(tmp_path, monkeypatch):
    """In size, in number, in what it grows to, and a link in it is no notebook."""
    packed = {"compression": zipfile.ZIP_DEFLATED}
    zipped(tmp_path / "bomb.zip", {"a.ipynb": "0" * 2**22}, **packed)
    zipped(tmp_path / "lzma.zip", {"a.ipynb": "0"}, compression=zipfile.ZIP_LZMA)
    zipped(tmp_path / "many.zip", {f"{n}.txt": "" for n in range(9)})
    link = zipfile.ZipInfo("a.ipynb")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    whole = zipped(tmp_path / "torn.zip", {"a.ipynb": "text"}).read_bytes()
    (tmp_path / "torn.zip").write_bytes(whole.replace(b"text", b"tex!"))
    monkeypatch.setattr("helpers.course.grading.packed.MOST", 8)
    whys = {learner: why for learner, _, why in handed_in(tmp_path)}
    assert "grows too much" in whys["bomb"] and "unusual" in whys["lzma"]
    assert "more than 8" in whys["many"] and "no notebook" in whys["link"]
    assert "damaged" in whys["torn"]
    monkeypatch.setattr("helpers.course.grading.packed.LIST", 50)
    assert "too many" in {learner: why for learner, _, why in handed_in(tmp_path)}["many"]


KEY = ("ann", "a.ipynb", "sha256-1")
ROW = Row("ann", "a.ipynb", "1.1", "right", "so", "sha256-1")


def test_the_columns_are_the_promised_ones(tmp_path):
    """Teachers' own programs read them."""
    with Table(tmp_path / "a.csv", []):
        text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert text.strip() == '"learner","notebook","exercise","result","says","digest"'


def test_a_row_is_on_disk_as_soon_as_it_is_added(tmp_path):
    with Table(tmp_path / "a.csv", []) as table:
        table.add([ROW])
        assert table_of(tmp_path / "a.csv") == [ROW]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_rows_of_a_notebook_are_written_all_or_none(tmp_path, monkeypatch, error):
    def fail(handle):
        raise error

    with Table(tmp_path / "a.csv", []) as table:
        table.add([ROW])
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(type(error)):
            table.add([ROW, ROW])
    assert table_of(tmp_path / "a.csv") == [ROW]


def test_a_table_keeps_the_rows_that_still_hold(tmp_path):
    with Table(tmp_path / "a.csv", []) as table:
        table.add([ROW, ROW._replace(digest="sha256-2"), ROW._replace(learner="gone")])
    with Table(tmp_path / "a.csv", [KEY]) as table:
        assert table.judged() == {KEY} and table.rows == [ROW]
    assert table_of(tmp_path / "a.csv") == [ROW]


@pytest.mark.parametrize("text", ["learner,mark\nann,3\n", "\xff\xfe", '"', "a" * 200_000])
def test_a_file_of_another_kind_is_left_alone(tmp_path, text):
    (tmp_path / "a.csv").write_bytes(text.encode("latin1"))
    with pytest.raises(ValueError, match="no table of this command"):
        Table(tmp_path / "a.csv", [])
    assert (tmp_path / "a.csv").read_bytes() == text.encode("latin1")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1+1", " ＠x"])
def test_no_text_becomes_a_formula(text):
    shown = Row("ann", "a", "1.1", "wrong", text).harmless().says
    assert shown.lstrip(" \u3000?").startswith("'")
    assert Row(f"a;{text}", "", "", "", "").harmless().learner.startswith("a;" + shown[:-1][:1])


def test_a_name_with_control_characters_is_shown_without(tmp_path):
    row = Row("a\x1b[31m\tb\n\udcff", "", "", "", "").harmless()
    assert row.learner == "a?[31m?b??"
    assert "\x1b" not in command.class_table([row._replace(learner="a\x1b")])
    assert "\x1b" not in command.own_table([("a\x1b", [Mark("1.1", "wrong", "")])])


def test_a_second_call_goes_on_where_the_first_stopped(tmp_path, monkeypatch, capsys):
    judged = []

    def judge_one(content, timeout, runner):
        judged.append(content.decode())
        if content == b"stop":
            raise command.Stopped(15)
        return [Mark("1.1", "right", content.decode())]

    monkeypatch.setattr(command, "marks", judge_one)
    for name, text in {"ann": "1", "bob": "stop", "cyd": "3"}.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "a.ipynb").write_text(text)
    given = ["--submissions", str(tmp_path / "class"), "--csv", str(tmp_path / "a.csv")]
    given += ["--unprotected", "--jobs", "1"]
    assert command.main(given) == 128 + 15
    out = capsys.readouterr().out
    assert "SIGTERM" in out and "holds 1 rows" in out
    assert [row.learner for row in table_of(tmp_path / "a.csv")] == ["ann"]
    (tmp_path / "class" / "bob" / "a.ipynb").write_text("2")
    assert command.main(given) == 0
    assert judged == ["1", "stop", "2", "3"]
    assert [row.says for row in table_of(tmp_path / "a.csv")] == ["1", "2", "3"]
    (tmp_path / "class" / "ann" / "a.ipynb").write_text("new")
    assert command.main(given) == 0
    assert judged[4:] == ["new"] and len(table_of(tmp_path / "a.csv")) == 3


def test_whatever_is_raised_for_a_notebook_is_a_row_of_its_own(tmp_path, monkeypatch):
    errors = [OverflowError("int too large"), RecursionError(), KeyError("x"), MemoryError()]

    def run(self, notebook, done, seconds):
        raise errors[int(notebook)]

    monkeypatch.setattr(isolate.Runner, "run", run)
    (tmp_path / "class").mkdir()
    for number in range(len(errors)):
        (tmp_path / "class" / f"{number}.ipynb").write_text(str(number))
    rows = marked(tmp_path / "class", tmp_path / "a.csv", 1)
    assert [row.result for row in rows] == ["stopped"] * 4 and "OverflowError" in rows[0].says


def test_a_table_that_cannot_be_written_is_told_before_any_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "marks", lambda *given: pytest.fail("judged"))
    (tmp_path / "a.ipynb").touch()
    given = ["--submissions", str(tmp_path), "--unprotected", "--csv"]
    for place, told in {"missing/a.csv": "no folder", ".": "cannot write"}.items():
        with pytest.raises(SystemExit) as ended:
            command.main([*given, str(tmp_path / place)])
        assert ended.value.code == 2 and told in capsys.readouterr().err


def test_strangers_code_does_not_run_without_walls_unless_told_to(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "walls", lambda: None)
    monkeypatch.setattr(command, "marks", lambda *given: [Mark("1.1", "right", "")])
    (tmp_path / "a.ipynb").touch()
    given = ["--submissions", str(tmp_path), "--csv", str(tmp_path / "a.csv")]
    with pytest.raises(SystemExit):
        command.main(given)
    told = capsys.readouterr().err
    for word in ("bubblewrap", "--unprotected", "files", "network", "programs"):
        assert word in told
    assert not (tmp_path / "a.csv").exists()
    assert command.main([*given, "--unprotected"]) == 0
    assert "use the network" in capsys.readouterr().out


# A learner's own notebooks.


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_the_solutions_of_the_lessons_count_as_right(runner, file):
    """And no name is missing that an answer as the lesson teaches it would use."""
    answered = read(file)
    solve(answered)
    found = marking.marks(json.dumps(answered).encode(), 120, runner)
    assert found and {mark.result for mark in found} == {"right"}, found


@pytest.mark.usefixtures("warm")
def test_a_learner_sees_a_table_of_all_lessons(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    content = lesson_02(mse=RIGHT["2.1"], slope=RIGHT["2.2"].replace("2 * h", "h"))
    text = json.dumps(content)
    (tmp_path / "notebooks" / "02_gradients.ipynb").write_text(text, encoding="utf-8")
    (tmp_path / "notebooks" / "notes.ipynb").write_text(
        json.dumps({"cells": [], "nbformat": 4}), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    assert command.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["lesson", "exercise", "result"]
    assert lines[1].split() == ["02_gradients", "2.1", "right"]
    assert lines[2].split()[:2] == ["2.2", "wrong"] and "value" in lines[2]
    assert lines[3].split() == ["2.3", "not", "tried"]
    assert lines[-1].startswith("1 right, 1 wrong, 3 not tried.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere"],
        ["--submissions", "nowhere"],
        ["--csv", "a.csv"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["notebooks", "--submissions", "."],
    ],
)
def test_wrong_arguments_are_told(arguments, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2 and "usage" in capsys.readouterr().err


def test_seconds_that_are_no_number_are_told(capsys):
    with pytest.raises(SystemExit):
        command.main(["--timeout", "abc"])
    assert "--timeout: expected seconds above 0, got abc" in capsys.readouterr().err


def test_without_torch_it_points_to_the_report():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "helpers", "progress"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "python -m helpers" in done.stderr and not done.stdout
