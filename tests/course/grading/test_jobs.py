"""Submissions side by side, in parts on many machines, and joined again."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from helpers.course.grading import command, jobs, limits, stopping
from helpers.course.grading.isolate import CannotStart, Runner
from helpers.course.grading.jobs import at_once, side_by_side
from helpers.course.grading.marking import Mark, marks
from helpers.course.grading.sandbox import Walls, walls
from helpers.course.grading.submissions import HandIn
from helpers.course.grading.table import Row, is_in_shard, joined, write_rows
from tests.course.grading.test_grading import (
    CRASHES,
    GREEDY,
    HANGS,
    LEAVES,
    RIGHT,
    lesson_02,
    marked,
    results,
    table_of,
)

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="workers are forks, on Linux only")


def handed_in(learners: str) -> list[HandIn]:
    """Somebody's work, whose text is the name."""
    return [HandIn(name, "a.ipynb", partial(bytes, name, "ascii")) for name in learners]


def judge(hand_in: HandIn, runner: Runner) -> list[Row]:
    """What a worker does in these tests: the name says it."""
    name = hand_in.learner
    if name == "K":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "T":
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    if name == "C":
        raise CannotStart("no answer can be run here")
    if name == "E":
        raise RuntimeError("a fault of the judge")
    says = f"{os.getpid()} on {runner.processor}"
    return [Row(name, "a.ipynb", "1.1", "right", says, "sha256-1")]


def of_learners(learners: str, number: int = 2) -> dict[str, Row]:
    return {row.learner: row for (row,) in side_by_side(handed_in(learners), judge, None, number)}


@linux
def test_everybody_is_judged_once_by_few_workers():
    found = of_learners("abcdefghij")
    assert sorted(found) == list("abcdefghij")
    assert len({row.says for row in found.values()}) <= 2


@linux
def test_each_worker_has_a_processor_of_its_own(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5})
    places = {row.says.split(" on ")[1] for row in of_learners("abcdefghij").values()}
    assert places <= {"3", "5"}


@linux
@pytest.mark.parametrize("name, why", [("K", "SIGKILL"), ("E", "exit status 1")])
def test_a_judge_that_ends_takes_nobody_along(name, why, capfd):
    found = of_learners(f"a{name}bc{name.lower()}")
    assert found[name].result == "stopped" and why in found[name].says and not found[name].digest
    assert {row.result for row in found.values() if row.learner != name} == {"right"}
    assert len(found) == 5


@linux
def test_a_signal_to_one_worker_ends_all():
    """As where a batch system sends it to each process: that is nobody's crash."""
    with pytest.raises(stopping.Stopped, match="SIGTERM"):
        of_learners("aTbc")
    assert not psutil.Process().children()


@linux
def test_no_worker_goes_on_where_none_can_start():
    with pytest.raises(CannotStart, match="no answer"):
        of_learners("abCd")
    assert not psutil.Process().children()


@linux
def test_an_answer_keeps_to_its_processor():
    """What it starts in a hundred processes does not make another's answer late."""
    if walls() is None:
        pytest.skip("only walls hold it there")
    code = """
import os

def mse(preds, targets):
    here = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, range(os.cpu_count()))
    except OSError:
        pass
    raise ValueError(f"{here} {os.sched_getaffinity(0)}")
"""
    processor = max(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    with Runner(walls(), processor) as runner:
        first = marks(json.dumps(lesson_02(mse=code)).encode(), 60, runner)[0]
    assert f"{{{processor}}} {{{processor}}}" in first.says
    assert os.sched_getaffinity(0) == before


# How many.


@linux
@pytest.mark.parametrize(
    "asked, left, processors, gigabytes, expected, why",
    [
        (None, 300, 8, 100, 8, ""),
        (None, 300, 8, 11, 2, ""),
        (None, 300, 8, 1, 1, ""),
        (None, 3, 8, 100, 3, ""),
        (None, 0, 8, 100, 1, ""),
        (1, 300, 8, 1, 1, ""),
        (4, 300, 8, 100, 4, ""),
        (4, 300, 2, 100, 2, "2 processors"),
        (4, 300, 8, 11, 2, "5 GiB of memory, and 11 GiB"),
        (4, 300, 2, 1, 1, "processors"),
    ],
)
def test_no_more_run_than_there_is_room_for(
    monkeypatch, asked, left, processors, gigabytes, expected, why
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(processors)))
    monkeypatch.setattr(jobs, "available", lambda: gigabytes * 2**30)
    found = at_once(asked, left)
    assert found.jobs == expected and why in found.why and bool(why) == bool(found.why)


def test_elsewhere_one_runs_at_a_time(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert at_once(None, 9).jobs == at_once(4, 9).jobs == 1
    assert "Linux only" in at_once(4, 9).why


@linux
def test_memory_is_what_the_container_has(monkeypatch):
    read = Path.read_text

    def of_container(path, *given, **more):
        words = {"memory.max": f"{2**30}", "memory.current": f"{2**29}"}
        return words.get(path.name) or read(path, *given, **more)

    there = limits.available()
    assert 0 < there < psutil.virtual_memory().total
    monkeypatch.setattr(Path, "read_text", of_container)
    assert limits.available() == min(2**29, limits.available()) <= 2**29


# The command.


def classroom(folder: Path, **answers: str) -> Path:
    for learner, answer in answers.items():
        (folder / "class" / learner).mkdir(parents=True)
        content = lesson_02(mse=answer, slope=RIGHT["2.2"])
        (folder / "class" / learner / "a.ipynb").write_text(json.dumps(content))
    return folder / "class"


@linux
def test_trouble_of_one_is_not_the_others(tmp_path):
    """Loops, memory and crashes beside honest work; the table is in order whoever was first."""
    forks = """
import os, time

def mse(preds, targets):
    for _ in range(40):
        if os.fork() == 0:
            while True: pass
    time.sleep(999)
"""
    greedy = GREEDY.replace("sgd_step(params, lr)", "mse(preds, targets)")
    leaves = LEAVES.replace("slope(f, x, h)", "mse(preds, targets)")
    crashes = CRASHES.replace("sgd_step(params, lr)", "mse(preds, targets)")
    folder = classroom(
        tmp_path, a=forks, b=RIGHT["2.1"], c=HANGS, d=RIGHT["2.1"], e=greedy, f=leaves, g=crashes,
        h=RIGHT["2.1"],
    )  # fmt: skip
    rows = marked(folder, tmp_path / "a.csv", 20, "--jobs", "2")
    assert [row.learner for row in rows] == sorted(row.learner for row in rows)
    for learner in "bdh":
        assert results(rows, learner) == ["right", "right", *["not tried"] * 3]
    for learner in "acefg":
        assert results(rows, learner)[0] in ("stopped", "wrong")
        assert results(rows, learner)[1:] == ["right", *["not tried"] * 3]


@linux
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGKILL"])
def test_an_interrupted_run_goes_on(tmp_path, name):
    folder = classroom(tmp_path, **{f"n{n}": RIGHT["2.1"] for n in range(12)}, z=HANGS)
    file = tmp_path / "a.csv"
    given = ["--submissions", str(folder), "--csv", str(file), "--timeout", "3000", "--jobs", "2"]
    given += [] if walls() else ["--unprotected"]
    code = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from helpers.course.grading import command; sys.exit(command.main(sys.argv[1:]))"
    running = subprocess.Popen(
        [sys.executable, "-c", code, *given], stdout=subprocess.PIPE, text=True
    )
    while not file.exists() or "right" not in file.read_text(encoding="utf-8-sig"):
        time.sleep(0.05)
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(getattr(signal, name))
    said, _ = running.communicate(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    before = table_of(file)
    assert len(before) > 0 and len(before) % 5 == 0
    if name != "SIGKILL":
        assert running.returncode == 128 + getattr(signal, name) and "goes on" in said
    (folder / "z" / "a.ipynb").write_text(json.dumps(lesson_02(mse=RIGHT["2.1"])))
    again = subprocess.run([sys.executable, "-c", code, *given], stdout=subprocess.PIPE, text=True)
    assert f"holds {len(before) // 5} of 13 notebooks already" in again.stdout
    rows = table_of(file)
    assert len(rows) == 65 and {row.result for row in rows[::5]} == {"right"}


@linux
def test_a_process_that_cannot_start_is_told_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "walls", lambda: Walls("unshare", ("false",), ()))
    folder = classroom(tmp_path, ann=RIGHT["2.1"], bob=RIGHT["2.1"])
    given = ["--submissions", str(folder), "--csv", str(tmp_path / "a.csv"), "--jobs", "2"]
    assert command.main(given) == 1
    assert capsys.readouterr().out.count("no answer can be run here") == 1
    assert table_of(tmp_path / "a.csv") == []


# In place of Python with torch inside walls: it notes its start, and gives no answer.
FAKE = """
import os, socket, sys
with open(sys.argv[1], "a") as file:
    file.write("x")
door = socket.socket(fileno=0)
door.sendall(b"ready\\n")
while True:
    request, files, _, _ = socket.recv_fds(door, 2**16, 3)
    if not request:
        break
    notebook, answers, line = files
    os.write(answers, b'{"ready": true}\\n{"questions": [], "answers": {}}\\n')
    os.write(line, b"0")
    for file in files:
        os.close(file)
"""


@linux
@pytest.mark.parametrize("number", [1, 2])
def test_python_with_torch_is_started_once_a_job(tmp_path, monkeypatch, number):
    starts, table = tmp_path / "starts", tmp_path / "a.csv"
    fake = Walls("unshare", (sys.executable, "-c", FAKE, str(starts)), ())
    monkeypatch.setattr(command, "walls", lambda: fake)
    folder = classroom(tmp_path, **{f"n{n}": RIGHT["2.1"] for n in range(9)})
    given = ["--submissions", str(folder), "--csv", str(table), "--jobs", str(number)]
    assert command.main(given) == 0
    assert {row.learner for row in table_of(table)} == {f"n{n}" for n in range(9)}
    assert starts.read_text() in ("x", "x" * number)


# Parts.


def test_each_learner_is_in_one_part_whoever_else_is_there():
    names = ["ann", "bob", "김", "\udcff", *(f"n{n}" for n in range(300))]
    parts = [[name for name in names if is_in_shard(name, part, 4)] for part in (1, 2, 3, 4)]
    assert sorted(sum(parts, [])) == sorted(names)
    assert min(map(len, parts)) > 50
    assert all(is_in_shard(name, 1, 1) for name in names)


@pytest.mark.parametrize("part", [(0, 3), (4, 3)])
def test_there_is_no_such_part(part):
    with pytest.raises(ValueError, match="from 1 to 3"):
        is_in_shard("ann", *part)


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """A class of nine in three parts, each judged by itself."""
    monkeypatch.setattr(command, "marks", lambda *given: [Mark("1.1", "right", "so")])
    monkeypatch.chdir(tmp_path)
    for n in range(9):
        (tmp_path / "class" / f"n{n}").mkdir(parents=True)
        (tmp_path / "class" / f"n{n}" / "a.ipynb").write_text(f"{n}")
    (tmp_path / "class" / "empty").mkdir()
    for part in (1, 2, 3):
        given = ["--submissions", "class", "--unprotected", "--shard", f"{part}/3"]
        assert command.main(given) == 0
    return [f"progress-{part}-of-3.csv" for part in (1, 2, 3)]


def test_the_parts_tables_make_the_one_of_the_class(parts, capsys):
    assert command.main(["--submissions", "class", "--unprotected", "--csv", "all.csv"]) == 0
    merge = ["--merge", *parts, "--csv", "joined.csv", "--format", "json"]
    assert command.main([*merge, "--submissions", "class"]) == 0
    assert sorted(table_of(Path("joined.csv"))) == sorted(table_of(Path("all.csv")))
    assert len(json.loads(Path("progress.json").read_text())["learners"]) == 10


def test_a_learner_of_another_part_has_no_result(parts, capsys):
    learner = table_of(Path(parts[0]))[0].learner
    only = ["--submissions", f"class/{learner}", "--learner", learner, "--unprotected"]
    other = next(n for n in (1, 2, 3) if not is_in_shard(learner, n, 3))
    with pytest.raises(SystemExit):
        command.main([*only, "--shard", f"{other}/3", "--format", "gradescope", "--csv", "b.csv"])
    assert "tells of one learner" in capsys.readouterr().err
    assert not Path("results.json").exists() and table_of(Path("b.csv")) == []


def test_who_is_in_no_table_is_told(parts, capsys):
    merge = ["--merge", *parts[1:], "--csv", "joined.csv", "--submissions", "class"]
    lost = {row.learner for row in table_of(Path(parts[0]))}
    assert lost and command.main(merge) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "in no table" in line]
    assert {line.split()[3] for line in told} == lost


ROW = Row("ann", "a.ipynb", "1.1", "right", "", "sha256-1")


def test_what_was_judged_later_replaces_what_could_not_be_read():
    lost = ROW._replace(exercise="", result="stopped", digest="")
    for tables in ({"1": [lost], "2": [ROW]}, {"1": [ROW], "2": [lost]}):
        assert joined(tables) == [ROW]


@pytest.mark.parametrize("other", [{"digest": "sha256-2"}, {"result": "wrong"}])
def test_tables_that_disagree_are_not_joined(tmp_path, capsys, other):
    for name, row in {"1.csv": ROW, "2.csv": ROW._replace(**other)}.items():
        write_rows(tmp_path / name, [row])
    given = ["--merge", *(str(tmp_path / f"{n}.csv") for n in (1, 2))]
    with pytest.raises(SystemExit):
        command.main([*given, "--csv", str(tmp_path / "all.csv")])
    assert "different things of ann's a.ipynb" in capsys.readouterr().err
    assert not (tmp_path / "all.csv").exists()


def test_only_tables_are_joined_and_only_tables_replaced(tmp_path, capsys):
    write_rows(tmp_path / "1.csv", [ROW])
    (tmp_path / "notes.csv").write_text("mine")
    one, notes, none = (str(tmp_path / name) for name in ("1.csv", "notes.csv", "none.csv"))
    for given in ([one, notes], [one, none], [one, "--csv", notes]):
        with pytest.raises(SystemExit):
            command.main(["--merge", *given])
    told = capsys.readouterr().err
    assert "no table of this command" in told and "no table" in told
    assert (tmp_path / "notes.csv").read_text() == "mine"


@pytest.mark.parametrize("more", [["--shard", "0/3"], ["--shard", "4/3"], ["--shard", "2"],
                                  ["--jobs", "0"], ["--jobs", "x"]])  # fmt: skip
def test_parts_and_numbers_that_make_no_sense_are_told(tmp_path, capsys, more):
    with pytest.raises(SystemExit) as ended:
        command.main(["--submissions", str(tmp_path), *more])
    assert ended.value.code == 2 and "expected" in capsys.readouterr().err
