"""A good lesson passes; each thing that hygiene forbids is found and named."""

import re

import pytest
from nbformat.v4 import new_output

from tools.lessons import hygiene
from tools.lessons.notebook import code_cells
from tools.lessons.sample import code, lesson, printed, shown, value


def problems(notebook):
    return [problem for check in hygiene.CHECKS for problem in check(notebook)]


def with_output(*outputs, **cell):
    """A lesson whose last code cell shows these outputs."""

    def change(notebook):
        last = code_cells(notebook)[-1]
        last.outputs = list(outputs)
        last.metadata = code("", **cell).metadata

    return change


def ignored(notebook, count):
    for cell in code_cells(notebook)[:count]:
        cell.metadata = code("", tags=("nbval-ignore-output",), reason="slow").metadata


def edit(**changes):
    """A lesson whose second code cell has these fields changed."""

    def change(notebook):
        code_cells(notebook)[1].update(changes)

    return change


def metadata(notebook, **changes):
    notebook.metadata.update(changes)


def test_a_good_lesson_has_no_problems():
    assert problems(lesson()) == []


@pytest.mark.parametrize(
    "harmless",
    [
        with_output(printed("a[10:20] of 0x1F, 16:9, 3 s, /rooted, 100%\n")),
        with_output(printed("00:03 1.5 it/s\n"), tags=("nbval-ignore-output",), reason="a time"),
        with_output(
            new_output("error", ename="ValueError", evalue="no", traceback=["no"]),
            tags=("raises-exception",),
        ),
        with_output(printed("1\n"), tolerance=0.1, absolute=1, depends="data"),
        lambda n: ignored(n, 1),
    ],
)
def test_what_is_allowed_passes(harmless):
    notebook = lesson()
    harmless(notebook)
    assert problems(notebook) == []


BROKEN = {
    "not run": (edit(execution_count=None), r"In \[2\]: was not run"),
    "out of order": (edit(execution_count=7), r"In \[2\]: has the execution count 7, expected 2"),
    "empty": (edit(source="  "), r"In \[2\]: an empty code cell"),
    "error": (
        with_output(new_output("error", ename="ValueError", evalue="no", traceback=[])),
        r"In \[13\]: shows ValueError",
    ),
    "no error": (with_output(tags=("raises-exception",)), "but shows no error"),
    "stderr": (with_output(printed("FutureWarning: x\n", "stderr")), "prints to stderr 'Future"),
    "address": (with_output(value("<object at 0x7f3a9c001d30>")), "memory address, '0x7f3a9c"),
    "address in HTML": (with_output(value("x", html="<i>0x7f3a9c001d30</i>")), "memory address"),
    "address ignored": (
        with_output(value("0x7f3a9c001d30"), tags=("nbval-ignore-output",), reason="slow"),
        "memory address",
    ),
    "Linux home": (with_output(printed("in /home/ann/data\n")), "machine, '/home/ann/data'"),
    "macOS home": (with_output(printed("in /Users/ann/data\n")), "machine, '/Users/ann/data'"),
    "root's home": (with_output(printed("in /root/.fastai\n")), "machine, '/root/.fastai'"),
    "Windows home": (with_output(printed("C:\\Users\\ann\n")), "path of this machine"),
    "Windows home in a repr": (with_output(printed("'C:\\\\Users\\\\ann'\n")), "path of this"),
    "home in short": (with_output(printed("in ~/.fastai\n")), "machine, '~/.fastai'"),
    "coloured": (with_output(printed("\x1b[32m/root/a.py\n")), "path of this machine"),
    "kernel's file": (with_output(printed("/tmp/ipykernel_12/3.py\n")), "path of this machine"),
    "library's file": (
        with_output(
            new_output("error", ename="E", evalue="", traceback=["/x/site-packages/torch/a.py"]),
            tags=("raises-exception",),
        ),
        "path of this machine",
    ),
    "own folder": (with_output(printed(f"{hygiene._ROOT}/data\n")), "path of this machine"),
    "rate": (with_output(printed("12.5 it/s\n")), r"time or progress bar, '5 it/s'"),
    "slow rate": (with_output(printed("2.1s/it\n")), "time or progress bar"),
    "clock": (with_output(printed("0  0.69  0.98  00:03\n")), "progress bar, '00:03'"),
    "fastai's table": (with_output(value("", html="<td>00:03</td>")), "progress bar, '00:03'"),
    "bar": (with_output(printed("100%|████| 3/3\n")), "time or progress bar"),
    "timeit": (with_output(printed("3 ms, 100 loops each)\n")), "time or progress bar"),
    "too large": (with_output(shown({"image/png": "A" * 1_600_000})), r"1\.6 MB.*In \[13\]"),
    "format": (lambda n: n.update(nbformat_minor=4), "format is 4.4, expected 4.5"),
    "no id": (lambda n: n.cells[1].pop("id"), "cell 2 has no id"),
    "id twice": (lambda n: n.cells[1].update(id="cell-0"), "two cells have the id 'cell-0'"),
    "bad id": (lambda n: n.cells[1].update(id="a b"), "not a valid notebook"),
    "invalid": (edit(surprise=1), "not a valid notebook"),
    "kernel": (
        lambda n: metadata(n, kernelspec={"name": "my-env", "display_name": "x"}),
        "must be named 'python3'",
    ),
    "language": (
        lambda n: metadata(n, language_info={"name": "python", "version": "3.11.7"}),
        "language_info must be",
    ),
    "metadata": (lambda n: metadata(n, colab={"provenance": []}), "notebook's metadata has colab"),
    "no data": (lambda n: n.metadata.pop("lesson"), "must name its data sets"),
    "cell metadata": (edit(metadata={"execution": {}}), r"In \[2\]: has the metadata 'execution'"),
    "unknown note": (edit(metadata={"lesson": {"tolerence": 1}}), "cannot understand lesson.toler"),
    "bad tolerance": (edit(metadata={"lesson": {"tolerance": "1"}}), "cannot understand"),
    "bad depends": (edit(metadata={"lesson": {"depends": "gpu"}}), "cannot understand"),
    "mistyped tag": (edit(metadata={"tags": ["nbval-ignore-outputs"]}), "tag 'nbval-ignore-outpu"),
    "skip": (edit(metadata={"tags": ["nbval-skip"]}), "the tag 'nbval-skip' is not used here"),
    "marker": (edit(source="x = 1  # nbval_ignore_output"), "has the comment NBVAL_IGNORE_OUTPUT"),
    "no reason": (edit(metadata={"tags": ["nbval-ignore-output"]}), "ignored without a reason"),
    "too few compared": (lambda n: ignored(n, 2), r"only 10 of 13 code cells.*In \[1\], In \[2\]"),
    "widget state": (lambda n: metadata(n, widgets={}), "metadata holds widget state"),
    "live widget": (
        with_output(shown({"application/vnd.jupyter.widget-view+json": {}})),
        "shows a live widget",
    ),
}


@pytest.mark.parametrize("change, message", BROKEN.values(), ids=BROKEN)
def test_what_is_forbidden_is_found(change, message):
    notebook = lesson()
    change(notebook)
    found = problems(notebook)
    assert len(found) == 1, found
    assert re.search(message, found[0]), found[0]
