"""``python -m helpers progress``: who has solved what, whatever the notebooks do."""

import csv
import json
import os
import re
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
import torch

from helpers.progress import child, command, isolate, marks, notebook, submissions
from helpers.progress.judge import RESULTS, judge
from helpers.progress.marks import Mark
from helpers.progress.submissions import Row
from helpers.progress.wire import pack, unpack
from tests.nbcheck.exercises import solve
from tests.nbcheck.notebook import read
from tests.test_exercises import EXERCISES

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.slow


def cell(source: str, *tags: str) -> dict:
    """A code cell."""
    source = textwrap.dedent(source).strip("\n")
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}, "outputs": []}


def asked(*cells: dict) -> list[notebook.Question]:
    return notebook.questions(
        [{"source": c["source"], "tags": c["metadata"]["tags"]} for c in cells]
    )


def code_of(question: notebook.Question) -> list[str]:
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
def test_what_is_no_notebook_is_told(tmp_path, text):
    file = tmp_path / "a.ipynb"
    file.write_bytes(text.encode("latin1"))
    with pytest.raises(ValueError, match="is no notebook"):
        notebook.read(file)


def test_cells_of_unusual_forms_are_read(tmp_path):
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
    file = tmp_path / "a.ipynb"
    file.write_text(json.dumps(words), encoding="utf-8")
    assert notebook.read(file) == [
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
        (1, [2.5, "text"], None, ..., True, {"a": torch.ones(1), 3: ()}),
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
    if isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in b)
    if isinstance(b, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


class Tricky:
    """Equal to everything, and without a text."""

    def __eq__(self, other):
        return True

    def __repr__(self):
        raise KeyError("no")


@pytest.mark.parametrize("value", [Tricky(), torch.empty(10**6), 1j, torch.ones(2) * 1j, range(3)])
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


def through_the_wire(number: str, answer: object) -> tuple[str, str]:
    """The verdict on an answer that ran elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "_run", lambda code, name, names: names.update(answer=answer) or "")
        gave = child.answered(notebook.Question(number, "answer", (notebook.Part(""),)))
    return judge(number, json.loads(json.dumps(gave)))


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


@pytest.mark.parametrize(
    "gave", [None, 3, {}, {"outcomes": 3}, {"verdict": "right"}, {"answer": {"unknown": 1}}]
)
def test_what_no_answer_gives_is_refused(gave):
    with pytest.raises(ValueError):
        judge("2.1", gave)


@pytest.mark.parametrize("outcomes", [[], [{}], [{"value": {"unknown": 1}}], ["Right!"], [None]])
def test_an_answer_that_gives_nothing_is_not_right(outcomes):
    assert judge("2.1", {"outcomes": outcomes, "stub": False})[0] == "wrong"


# A class: every kind of trouble at once, each in its own submission.

STUBS = {"2.1": "mse", "2.2": "slope", "2.3": "sgd_step", "2.4": "gradient"}
RIGHT = {
    "2.1": "def mse(preds, targets):\n    return ((preds - targets) ** 2).mean()",
    "2.2": "def slope(f, x, h):\n    return (f(x + h) - f(x - h)) / (2 * h)",
}


def lesson_02(**answers: str) -> dict:
    """A notebook of lesson 02; answers by the names of their functions, the others untried."""
    cells = [cell("from helpers.exercises import check\nimport torch")]
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
import helpers.exercises.framework as framework
import helpers.progress.judge, helpers.progress.wire

framework.Exercise.judge = lambda *given: ("Right", "patched")
framework._difference = lambda *given: None
framework.check = check = print
helpers.progress.judge.judge = lambda *given: ("right", "patched")
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
        "NEW": str(bool(isolate.walls())),  # only a process table of its own ends such a child
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
    files["김/02.ipynb"]["cells"] = files["김/02.ipynb"]["cells"][:3]  # 2.2 to 2.4 were deleted
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
    with pytest.raises(TimeoutError):  # nobody has called
        listener.accept()
    listener.close()
    assert snapshot(folder) == before
    return rows


def marked(folder: Path, table: Path, timeout: float) -> list[Row]:
    """What the command writes about a folder of submissions."""
    given = ["--submissions", str(folder), "--csv", str(table), "--timeout", f"{timeout:g}"]
    assert command.main(given) == 0
    with open(table, newline="", encoding="utf-8-sig") as sheet:
        return [Row(**row) for row in csv.DictReader(sheet)]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def results(rows: list[Row], learner: str) -> list[str]:
    return [row.result for row in rows if row.learner == learner]


def says(rows: list[Row], learner: str, exercise: str) -> str:
    return next(row.says for row in rows if (row.learner, row.exercise) == (learner, exercise))


def test_right_answers_are_right_and_stubs_untried(classroom):
    assert results(classroom, "ann") == ["right", "right", "not tried", "not tried"]


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


def test_there_is_no_network(classroom):
    assert results(classroom, "bob")[3] == "wrong"
    assert "PermissionError: an answer is checked without network" in says(classroom, "bob", "2.4")


def test_answers_that_hang_leave_or_crash_are_stopped_and_the_others_judged(tmp_path):
    file = tmp_path / "class" / "cyd" / "stops.ipynb"
    file.parent.mkdir(parents=True)
    content = lesson_02(mse=HANGS, slope=LEAVES, sgd_step=CRASHES)
    file.write_text(json.dumps(content), encoding="utf-8")
    # Five seconds count from when torch is there; what does not hang takes a hundredth of one.
    rows = marked(tmp_path / "class", tmp_path / "class.csv", 5)
    assert results(rows, "cyd") == ["stopped", "stopped", "stopped", "not tried"]
    assert "still running after 5 seconds" in says(rows, "cyd", "2.1")
    assert "exit status 0" in says(rows, "cyd", "2.2")
    assert "the process" in says(rows, "cyd", "2.3")


def test_printing_forging_and_patching_do_not_make_an_answer_right(classroom):
    assert results(classroom, "dan") == ["wrong", "wrong", "wrong", "not tried"]


def test_nothing_outside_is_written_or_removed(classroom):
    """That the files are as they were, the fixture has checked."""
    assert results(classroom, "'=eve") == ["wrong", "wrong", "not tried", "not tried"]
    assert "may not write" in says(classroom, "'=eve", "2.1")
    assert "may not write" in says(classroom, "'=eve", "2.2")


def test_notebooks_that_cannot_be_judged_have_a_row(classroom):
    assert [row[1:4] for row in classroom if row.learner == "gus"] == [
        ("a.ipynb", "", "unreadable")
    ]
    assert [row[1:4] for row in classroom if row.learner == "fay"] == [
        ("empty.ipynb", "", "missing")
    ]


def test_deleted_exercises_are_missing(classroom):
    assert results(classroom, "김") == ["right", "missing", "missing", "missing"]


def test_without_walls_the_guard_alone_keeps_network_and_children_in(tmp_path, monkeypatch):
    """As on macOS and Windows, and on Linux where unshare is not permitted."""
    monkeypatch.setattr(isolate, "walls", lambda: ())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        sources = {"slope": FORKS.replace("NEW", "False").replace("98765", "98764")}
        sources["gradient"] = ONLINE.replace("PORT", port)
        file = tmp_path / "a.ipynb"
        file.write_text(json.dumps(lesson_02(**sources)), encoding="utf-8")
        found = marks.marks(file, timeout=30)
        listener.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert [mark.result for mark in found] == ["not tried", "wrong", "not tried", "wrong"]
    assert "without network" in found[3].says
    commands = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    assert not [words for words in commands if "sleep(98764)" in words]


@pytest.mark.skipif(not isolate.walls(), reason="unshare is not permitted on this machine")
def test_the_walls_keep_other_programs_off_the_network():
    code = "import socket; socket.create_connection(('127.0.0.1', {}), timeout=2)"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = code.format(listener.getsockname()[1])
        inside = subprocess.run([*isolate.walls(), sys.executable, "-c", code], capture_output=True)
        outside = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert inside.returncode != 0 and b"unreachable" in inside.stderr
    assert outside.returncode == 0


GUARDED = """
import sys
from pathlib import Path
from helpers.progress.guard import fence
fence(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    "line",
    [
        "open(OUT, 'w')",
        "open(OUT, 'a')",
        "import os; os.open(OUT, os.O_WRONLY | os.O_CREAT)",
        "Path(OUT).mkdir()",
        "Path('inside').rename(OUT)",
        "import os; os.symlink(OUT, OUT + '2')",
        "import shutil; shutil.rmtree(Path(OUT).parent)",
        "import os; os.kill(os.getppid(), 0)",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
    ],
)
def test_the_guard_refuses(tmp_path, line):
    code = GUARDED + f"OUT = {str(tmp_path / 'out')!r}\n" + line
    assert "PermissionError: an answer" in guarded(tmp_path, code)
    assert [file.name for file in tmp_path.iterdir()] == ["work"]


@pytest.mark.parametrize(
    "line",
    [
        "open('a', 'w').write('b')",
        "Path('sub').mkdir(); Path('sub').rename('other')",
        "open(__import__('os').devnull, 'w')",
        "open(Path.__module__ and __import__('pathlib').__file__)",
        "import tempfile; tempfile.TemporaryFile().write(b'a')",
        "import socket; socket.socketpair()",
    ],
)
def test_the_guard_lets_an_answer_work(tmp_path, line):
    assert guarded(tmp_path, GUARDED + line) == ""


def guarded(folder: Path, code: str) -> str:
    """What code says on stderr that may write to ``folder/work`` only."""
    work = folder / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, work],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(work), "TEMP": str(work)},
        capture_output=True,
        text=True,
    )
    return done.stderr


def test_links_and_other_files_are_not_followed(tmp_path):
    (tmp_path / "secret.ipynb").write_text(json.dumps(lesson_02()), encoding="utf-8")
    link = tmp_path / "link.ipynb"
    try:
        link.symlink_to(tmp_path / "secret.ipynb")
    except OSError:
        pytest.skip("links are not permitted here")
    assert [mark.result for mark in marks.marks(link, timeout=1)] == ["unreadable"]


def test_what_a_process_says_is_judged_once_and_only_for_its_exercises(monkeypatch, tmp_path):
    wrong, right = ({"answer": packed} for packed in (3, 4))
    said = [
        {"questions": ["2.1", "2.1", "99.1", 7]},
        {"number": "2.1", "gave": wrong},
        {"number": "2.1", "gave": right},
        {"number": "2.2", "gave": right},
        {"number": ["2.1"]},
    ]
    monkeypatch.setattr(marks, "run", lambda *given: isolate.Ended(said, ""))
    file = tmp_path / "a.ipynb"
    file.touch()
    found = marks.marks(file, timeout=1)
    assert [mark[:2] for mark in found] == [
        ("2.1", "wrong"),
        ("2.2", "missing"),
        ("2.3", "missing"),
        ("2.4", "missing"),
    ]


def test_a_process_that_never_speaks_is_stopped_with_its_reason(monkeypatch, tmp_path):
    ended = isolate.Ended([], "the process crashed (SIGSEGV)")
    monkeypatch.setattr(marks, "run", lambda *given: ended)
    file = tmp_path / "a.ipynb"
    file.touch()
    assert marks.marks(file, timeout=1) == [Mark("", "stopped", ended.reason)]


def test_marks_cannot_steer_a_terminal():
    assert marks._mark("1.1", "wrong", "a\x1b[2Jb\nc\u202e").says == "a [2Jb c"


# The table.


def test_the_columns_are_the_promised_ones(tmp_path):
    """Teachers' own programs read them."""
    submissions.write([], tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert text.strip() == "learner,notebook,exercise,result,says"


def test_a_table_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("old", encoding="utf-8")

    def rows():
        yield Row("ann", "a.ipynb", "1.1", "right", "")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        submissions.write(rows(), file)
    assert file.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_text_becomes_a_formula(tmp_path, text):
    submissions.write([Row("ann", "a", "1.1", "wrong", text)], tmp_path / "a.csv")
    with open(tmp_path / "a.csv", newline="", encoding="utf-8-sig") as sheet:
        assert list(csv.reader(sheet))[1][-1] == f"'{text}"


def test_learners_are_folders_or_single_files(tmp_path):
    for name in ("ann/03.ipynb", "ann/x/04.ipynb", "bob.ipynb", ".git/a.ipynb", "ann/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [
        (who, file.relative_to(tmp_path).as_posix())
        for who, file in submissions.notebooks(tmp_path)
    ]
    assert found == [("bob", "bob.ipynb"), ("ann", "ann/03.ipynb"), ("ann", "ann/x/04.ipynb")]


# A learner's own notebooks.


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_the_solutions_of_the_lessons_count_as_right(tmp_path, file):
    """And no name is missing that an answer as the lesson teaches it would use."""
    answered = read(file)
    solve(answered)
    (tmp_path / file.name).write_text(json.dumps(answered), encoding="utf-8")
    found = marks.marks(tmp_path / file.name, timeout=120)
    assert found and {mark.result for mark in found} == {"right"}, found


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
    assert lines[-1].startswith("1 right, 1 wrong, 2 not tried.")


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


def test_without_torch_it_points_to_the_report():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "helpers", "progress"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "python -m helpers" in done.stdout and not done.stderr
