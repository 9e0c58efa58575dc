"""``pytest --nbval`` on tiny notebooks, in its own process: what passes, and what is caught."""

import os
import subprocess
import sys
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_output

from tests import ROOT
from tools.lessons.sample import PNG, code, lesson, notebook, printed, shown, value

HTML = "from IPython.display import HTML; HTML('<td>0.9511</td>')"
BAR = "bar = display('0 %', display_id=True); bar.update('100 %')"
LOOP = "from IPython.display import clear_output\nfor i in range(3):\n    {}"
SHOW = f"display({{'image/png': '{PNG}', 'text/plain': 'Picture'}}, raw=True)"
A_TIME = {"tags": ("nbval-ignore-output",), "reason": "a time differs in each run"}
pytestmark = pytest.mark.slow


def html(text):
    return value("<IPython.core.display.HTML object>", html=text)


def error(text):
    return new_output("error", ename="ValueError", evalue=text, traceback=[])


# Each is a cell of one notebook; the text is part of its failure, None where it must pass.
CELLS = {
    "silent": (code("x = 0.9511"), None),
    "within": (code("x", value("0.9515")), None),
    "beyond": (code("x", value("0.9655")), "stored 0.9655, now 0.9511: off by 0.0144 (1.49 %)"),
    "integer": (code("6131", value("6132")), "stored 6132, now 6131: off by 1"),
    "text": (code("print('loss', x)", printed("cost 0.9511\n")), "now:    loss 0.9511"),
    "deleted": (code("6131"), "text/plain: stored 0 outputs of this kind, now 1"),
    "gone": (code("x = 0.9511", value("0.9511")), "text/plain: stored 1 outputs of this kind"),
    "relative": (code("100", value("101"), tolerance=0.05), None),
    "beyond relative": (code("100", value("110"), tolerance=0.05), "allowed is 0.05 of it"),
    "absolute": (code("1e-9", value("0.0"), absolute=1e-6), None),
    "ignored": (code("import time; time.time()", value("1.5"), **A_TIME), None),
    "html": (code(HTML, html("<td>0.9512</td>")), None),
    "number in html": (code(HTML, html("<td>0.9611</td>")), "text/html, line 1: stored 0.9611"),
    "tag in html": (code(HTML, html("<th>0.9511</th>")), "text/html, line 1: the text differs"),
    "update": (code(BAR, shown({"text/plain": "'100 %'"})), None),
    "no update": (code(BAR, shown({"text/plain": "'0 %'"})), "stored 0, now 100"),
    "clear later": (code(LOOP.format("clear_output(wait=True); print(i)"), printed("2\n")), None),
    "clear now": (code(LOOP.format("print(i); clear_output()")), None),
    "not cleared": (code(LOOP.format("print(i)"), printed("2\n")), "line 1: stored 2, now 0"),
    "raises": (code("raise ValueError('no')", error("no"), tags=("raises-exception",)), None),
    "raises another": (
        code("raise ValueError('no')", error("yes"), tags=("raises-exception",)),
        "stored: ValueError: yes",
    ),
    "raises no more": (code("x", error("no"), tags=("raises-exception",)), "error: stored 1"),
    "fails": (code("1 / 0"), "ZeroDivisionError"),
    "warns": (code("import sys; print('w', file=sys.stderr)"), "stderr: stored 0 outputs"),
    "picture": (code(SHOW, shown({"image/png": "other", "text/plain": "Picture"})), None),
    "no picture": (code(SHOW, shown({"text/plain": "Picture"})), "image/png: stored 0 outputs"),
    "on no data": (code("x", value("0.5"), depends="data"), "stored 0.5, now 0.9511"),
    "not run": (code("x = 1"), "was never run, so there is nothing to compare with"),
}
ENVIRONMENT = (
    'import os\n[os.environ.get(n) for n in ("OMP_NUM_THREADS", "PYTHONHASHSEED", '
    '"LESSONS_HEADLESS", "LESSONS_DATA")]'
)
# All but the data as they are.
FAKE_PACKAGE = "import pkgutil\n__path__ = pkgutil.extend_path(__path__, __name__)\n"
FAKE_DATA = "def is_practice(name):\n    print('fetched')\n    return name == 'practice_set'\n"


# Each solution of the sample lesson, changed; and what the check must then be told to say.
SOLVED = {
    "answer = None": "it says 'Not tried yet: write it'",
    "answer = 1 / 0": "ZeroDivisionError",
    "answer = 1": None,
}


def with_solutions():
    """The sample lesson, with the solutions of ``SOLVED`` and a cell that must be as stored."""
    made = lesson()
    places = [n for n, cell in enumerate(made.cells) if "answer = 1\n" in cell.source]
    for place, code_of_it in zip(places, SOLVED):
        made.cells[place].source = made.cells[place].source.replace("answer = 1", code_of_it)
    return made


def on_data(name, forced):
    """A notebook that shows which data its kernel was told to use."""
    return notebook(
        code(ENVIRONMENT, value(f"['1', '0', '1', {forced}]")),
        code('os.environ.get("MPLBACKEND") == "agg"', value("False")),
        code("0.5", value("0.9"), depends="data"),
        code("0.5", value("0.9")),
        data=("real_set", name),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run all notebooks once; return the failures by notebook and cell, and what was printed."""
    folder = tmp_path_factory.mktemp("plugin")
    cells = notebook(*(cell for cell, _ in CELLS.values()))
    cells.cells[-1].execution_count = None
    never = lesson()
    for cell in never.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    silent = notebook(code("1", value("1")))
    del silent.metadata["lesson"]
    notebooks = {
        "cells": cells,
        "good": lesson(),
        "never_run": never,
        "on_real": on_data("real_set", "None"),
        "on_practice": on_data("practice_set", "'practice'"),
        "says_nothing": silent,
        "solved": with_solutions(),
    }
    for name, made in notebooks.items():
        nbformat.write(made, folder / f"{name}.ipynb")
    (folder / "helpers").mkdir()
    (folder / "helpers" / "__init__.py").write_text(FAKE_PACKAGE)
    (folder / "helpers" / "data.py").write_text(FAKE_DATA)
    (folder / "pytest.ini").write_text("[pytest]\n")
    variables = dict(
        os.environ,
        PYTHONPATH=os.pathsep.join([str(folder), str(ROOT)]),
        MPLBACKEND="agg",
        OMP_NUM_THREADS="2",
        PYTHONHASHSEED="7",
    )
    variables.pop("LESSONS_DATA", None)
    command = "-m pytest --nbval --nbval-current-env --nbval-cell-timeout=60 --color=no"
    options = ["-p", "tools.lessons.plugin", "-p", "no:cacheprovider", "--junitxml=report.xml"]
    done = subprocess.run(
        [sys.executable, *command.split(), *options],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    report = ElementTree.parse(folder / "report.xml")
    results = {}
    for case in report.iter("testcase"):
        place = (case.get("classname").removesuffix(".ipynb"), case.get("name"))
        bad = [*case.iter("failure"), *case.iter("error")]
        results[place] = bad[0].text if bad else None
    return results, done.stdout


@pytest.mark.parametrize("name", CELLS)
def test_a_cell(run, name):
    place = ("cells", f"Cell {list(CELLS).index(name) + 1}")
    message, expected = run[0][place], CELLS[name][1]
    if expected is None:
        assert message is None, message
    else:
        assert message is not None and expected in message, message


def test_the_sample_lesson_is_true(run):
    for name in ("good", "good.ipynb solved"):
        cells = [failure for (file, _), failure in run[0].items() if file == name]
        assert len(cells) == 13 and set(cells) == {None}


def test_solutions_are_put_in_and_must_be_accepted(run):
    made = with_solutions()
    code_cells = [cell for cell in made.cells if cell.cell_type == "code"]
    checks = [n for n, cell in enumerate(code_cells, start=1) if cell.source == "check(answer)"]
    says = [run[0]["solved.ipynb solved", f"Cell {number}"] for number in checks]
    assert "the check does not accept the solution; it says 'Not tried" in says[0]
    assert "ZeroDivisionError" in run[0]["solved.ipynb solved", f"Cell {checks[1] - 1}"]
    assert says[2] is None
    assert run[0]["solved", f"Cell {checks[0]}"] is None  # as it is stored: not tried yet


def test_a_notebook_that_was_never_run_fails(run):
    failures = [failure for (name, _), failure in run[0].items() if name == "never_run"]
    assert len(failures) == 13
    assert all("was never run" in failure for failure in failures)


def test_the_kernel_s_environment(run):
    for name in ("on_real", "on_practice"):
        assert run[0][name, "Cell 1"] is None, run[0][name, "Cell 1"]
        assert run[0][name, "Cell 2"] is None, run[0][name, "Cell 2"]


def test_cells_that_depend_on_the_data(run):
    results, _ = run
    assert "stored 0.9, now 0.5" in results["on_real", "Cell 3"]
    assert results["on_practice", "Cell 3"] is None
    for name in ("on_real", "on_practice"):
        assert "stored 0.9, now 0.5" in results[name, "Cell 4"]


def test_a_notebook_that_does_not_name_its_data_fails(run):
    assert "must name its data sets" in run[0]["says_nothing", "Cell 1"]


@pytest.mark.parametrize(
    "line",
    [
        "good.ipynb: compared 12 of 13 code cells (92 %), no data, ",
        "good.ipynb solved: compared 12 of 13 code cells (92 %), no data, ",
        "on_real.ipynb: compared 4 of 4 code cells (100 %), real data, ",
        "on_practice.ipynb: compared 3 of 4 code cells (75 %), practice data, ",
        "never_run.ipynb: compared 0 of 13 code cells (0 %), no data, ",
        "says_nothing.ipynb: no cell was run",
    ],
)
def test_the_summary(run, line):
    assert f"\n{line}" in run[1], run[1][-3000:]


def test_the_summary_names_the_slowest_cells(run):
    lines = run[1].splitlines()
    good = next(n for n, line in enumerate(lines) if line.startswith("good.ipynb: compared"))
    assert lines[good + 1].count("Cell ") == 3
