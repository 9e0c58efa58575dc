"""Notebooks as other tools write them are read; what is none is named."""

import json

import nbformat
import pytest

from tools.lessons.notebook import read, stored


def write(path, cells, **more):
    """A notebook's file; each cell is whole, or the source of a code cell."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [empty | {"source": cell} if isinstance(cell, str) else cell for cell in cells]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | more
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("minor", [0, 2, 4, 5])
def test_older_notebooks_become_those_of_today(tmp_path, minor):
    path = write(tmp_path / "a.ipynb", ["1", "2"], nbformat_minor=minor)
    notebook = read(path)
    assert notebook.nbformat_minor == 5
    assert [cell.id for cell in notebook.cells] == ["cell-1", "cell-2"]
    assert notebook == read(path)
    nbformat.validate(notebook)


def test_ids_that_are_there_stay_and_twins_are_told_apart(tmp_path):
    notebook = read(write(tmp_path / "a.ipynb", ["1", "2", "3", "4"]))
    for cell, name in zip(notebook.cells, ["cell-2", "", "x", "x"]):
        cell.id = name
    path = write(tmp_path / "b.ipynb", notebook.cells)
    assert [cell.id for cell in read(path).cells] == ["cell-2", "cell-2-again", "x", "cell-4"]


def test_stored_repairs_nothing(tmp_path):
    notebook = stored(write(tmp_path / "a.ipynb", ["1"], nbformat_minor=4))
    assert notebook.nbformat_minor == 4 and "id" not in notebook.cells[0]


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = write(tmp_path / "a.ipynb", ["1"])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read(path).cells[0].source == "1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON"),
        (b"{ no JSON", "no JSON"),
        (b"\xff\xfe\xff", "no JSON"),
        (b"[" * 10**5, "no JSON"),
        (b"[1]", "format 4, got none"),
        (b'{"nbformat": 3, "worksheets": []}', "format 4, got 3"),
        (b'{"nbformat": 4}', "format 4"),
        (b'{"nbformat": 4, "cells": [3], "metadata": {}}', "not a valid notebook"),
        (b'{"nbformat": 4, "cells": []}', "not a valid notebook"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code"}], "metadata": {}}', "not a valid"),
    ],
)
def test_what_is_no_notebook_is_named(tmp_path, content, words):
    path = tmp_path / "odd.ipynb"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"odd.ipynb: .*{words}"):
        read(path)
