"""The executor stores one canonical form, twice the same, and only what is good to store."""

import nbformat
import pytest

from tools.lessons import execute, hygiene
from tools.lessons.notebook import code_cells, output_texts, read
from tools.lessons.sample import code, lesson, notebook, printed, value

TABLE = """import pandas as pd
frame = pd.DataFrame({"a": [1, 2]})
display(frame.style.background_gradient(), frame.style.hide())"""
FIGURE = """import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()"""
PRINT = """import sys
for n in range(3):
    print(n, end="")
    sys.stdout.flush()
print(), display("between")
print("after\\rAFTER")"""
A_TIME = {"tags": ("nbval-ignore-output",), "reason": "a time differs in each run"}
pytestmark = pytest.mark.slow


def shown_by(cell):
    """All that a cell shows, as one text."""
    return "\n".join(text for output in cell.outputs for text in output_texts(output))


@pytest.fixture
def run(tmp_path, capsys):
    """Write a notebook, run it with the command's arguments, return what it is then."""

    def run(made, *arguments, name="01_lesson.ipynb"):
        path = tmp_path / name
        if made is not None:
            nbformat.write(made, path)
        status = execute.main([str(path), *arguments])
        return status, path, capsys.readouterr()

    return run


def test_a_second_run_changes_no_byte(run, tmp_path):
    made = notebook(
        code("import time; time.time()", value("1.5"), **A_TIME),
        code(PRINT),
        code(TABLE),
        code(FIGURE),
        code("import json; json.loads('{')", tags=("raises-exception",)),
        code("pd.DataFrame()['a']", tags=("raises-exception",)),
        code("time.time() > 0"),
    )
    # What editors leave behind.
    made.metadata["widgets"] = {}
    made.metadata["language_info"]["version"] = "3.11.7"
    made.cells[0].metadata["execution"] = {"iopub.status.busy": "2026-11-20"}
    made.nbformat_minor = 4
    for cell in made.cells:
        del cell["id"]
    status, path, said = run(made)
    assert status == 0 and said.out.startswith(f"{path}: ") and said.out.endswith(" KiB\n")
    first = path.read_bytes()
    assert first.endswith(b"}\n") and not first.endswith(b"\n\n") and b"\r\n" not in first
    assert [p.name for p in tmp_path.iterdir()] == [path.name]

    stored = read(path)
    assert hygiene.form(stored) == hygiene.own_paths(stored) == hygiene.cell_metadata(stored) == []
    assert hygiene.run_in_order(stored) == hygiene.errors(stored) == []
    assert hygiene.addresses(stored) == []
    cells = code_cells(stored)
    assert cells[0].outputs[0].data["text/plain"] != "1.5"
    assert [o.get("text") for o in cells[1].outputs] == ["012\n", None, "AFTER\n"]
    tables = [output.data["text/html"] for output in cells[2].outputs]
    assert "T_00000_row0" in tables[0] and "T_00001_row0" in tables[1]
    assert "image/png" in cells[3].outputs[0].data
    assert " json/decoder.py:" in shown_by(cells[4])
    assert " pandas/core/frame.py:" in shown_by(cells[5])

    assert run(None)[0] == 0
    assert path.read_bytes() == first


@pytest.fixture
def clock(monkeypatch):
    """In place of a kernel: each cell's value is the number of runs so far."""
    runs = []

    def run(made, folder, practice, timeout, threads):
        runs.append(folder)
        for count, cell in enumerate(code_cells(made), start=1):
            result = value(str(len(runs)))
            result.execution_count = count
            cell.update(outputs=[result], execution_count=count)

    monkeypatch.setattr(execute, "run", run)


def test_when_an_output_that_is_not_compared_is_renewed(run, clock):
    made = notebook(code("start()"), code("x = 1"), code("import time; time.time()", **A_TIME))

    def values(made, *arguments):
        _, path, _ = run(made, *arguments)
        stored = read(path)
        return [c.outputs[0].data["text/plain"] for c in code_cells(stored)[1:]], stored

    shown, stored = values(made)
    assert shown == ["1", "1"]
    shown, stored = values(stored)
    assert shown == ["2", "1"]
    shown, stored = values(stored, "--fresh")
    assert shown == ["3", "3"]
    stored.cells[1].source = "x = 2"
    shown, stored = values(stored)
    assert shown == ["4", "4"]
    stored.cells[2].source += " + 0"
    shown, stored = values(stored)
    assert shown == ["5", "5"]
    stored.cells[2].metadata["tags"] = []
    shown, stored = values(stored)
    assert shown == ["6", "6"] and "digest" not in stored.cells[2].metadata["lesson"]


def test_an_output_that_passes_the_comparison_is_kept(run, clock):
    cells = code("1.0", tolerance=5.0), code("time()", **A_TIME), code("2", tolerance=5.0)
    made = notebook(code("start()"), *cells)

    def values(made, *arguments):
        stored = read(run(made, *arguments)[1])
        return [c.outputs[0].data["text/plain"] for c in code_cells(stored)[1:]], stored

    _, stored = values(made)
    shown, stored = values(stored)
    assert shown == ["1", "1", "2"]  # of the last cell nobody knows whether its code has changed
    shown, stored = values(stored, "--fresh")
    assert shown == ["3", "3", "3"]
    stored.cells[1].source += " + 0"
    assert values(stored)[0] == ["4", "4", "4"]


def test_what_is_joined_twice_is_not_said_twice():
    """Printed in two pieces, as a slow machine sends it; looked at once, then stored."""
    pieces = [printed("neither 25.7  "), printed("both 2.9\n")]
    for _ in range(2):
        (whole,) = execute.merged(pieces)
        assert whole.text == "neither 25.7  both 2.9\n"
    assert [piece.text for piece in pieces] == ["neither 25.7  ", "both 2.9\n"]


def test_an_author_may_know_that_an_output_does_not_depend_on_a_change(run, clock):
    made = notebook(code("start()"), code("x = 1"), code("import time; time.time()", **A_TIME))
    stored = read(run(made)[1])
    stored.cells[1].source = "x = 2"
    stored = read(run(stored, "--unaffected")[1])
    assert [c.outputs[0].data["text/plain"] for c in code_cells(stored)[1:]] == ["2", "1"]
    again = read(run(stored)[1])  # kept for good: the digest is that of the changed code
    assert [c.outputs[0].data["text/plain"] for c in code_cells(again)[1:]] == ["3", "1"]


def test_a_notebook_that_fails_is_left_as_it_is(run, tmp_path):
    made = notebook(code("x = 1"), code("x / 0"))
    nbformat.write(made, tmp_path / "before.ipynb")
    status, path, said = run(made)
    assert status == 1
    assert "failed and was left as it is" in said.err and "ZeroDivisionError" in said.err
    assert "x / 0" in said.err
    assert path.read_bytes() == (tmp_path / "before.ipynb").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["01_lesson.ipynb", "before.ipynb"]


def test_a_notebook_that_does_not_name_its_data_is_left_as_it_is(run):
    made = notebook(code("1"))
    del made.metadata["lesson"]
    status, _, said = run(made)
    assert status == 1 and "must name its data sets" in said.err


def test_a_failure_does_not_stop_the_others(tmp_path, capsys):
    for name, source in (("a", "1 / 0"), ("b", "1")):
        nbformat.write(notebook(code(source)), tmp_path / f"{name}.ipynb")
    assert execute.main([str(tmp_path / "a.ipynb"), str(tmp_path / "b.ipynb")]) == 1
    assert code_cells(read(tmp_path / "b.ipynb"))[0].outputs[0].data["text/plain"] == "1"


@pytest.mark.parametrize("by", ["environment", "data"])
def test_outputs_of_practice_data_are_not_stored(run, monkeypatch, by):
    if by == "environment":
        monkeypatch.setenv("LESSONS_DATA", "practice")
    else:
        monkeypatch.delenv("LESSONS_DATA", raising=False)
        monkeypatch.setattr(execute, "on_practice_data", lambda notebook: True)
    made = notebook(code("import os; os.environ['LESSONS_DATA']", value("'before'")))
    status, path, said = run(made)
    assert status == 1 and "--allow-practice" in said.err
    assert code_cells(read(path))[0].outputs[0].data["text/plain"] == "'before'"
    status, path, _ = run(made, "--allow-practice")
    assert status == 0
    assert code_cells(read(path))[0].outputs[0].data["text/plain"] == "'practice'"


def test_a_good_lesson_stays_good(run):
    _, path, _ = run(lesson())
    assert [problem for check in hygiene.CHECKS for problem in check(read(path))] == []


def test_all_notebooks_are_run_by_default(monkeypatch, tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("02_b", "01_a"):
        nbformat.write(notebook(code("1")), tmp_path / "notebooks" / f"{name}.ipynb")
    seen = []
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "execute", lambda path, *options: seen.append(path.stem))
    assert execute.main([]) == 0
    assert seen == ["01_a", "02_b"]
