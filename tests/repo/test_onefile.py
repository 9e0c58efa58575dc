"""Lessons in one file: the helpers inside, everything else as it was."""

import base64
import re

import nbformat
import pytest

from tools.lessons import sample
from tools.lessons.notebook import code_cells, stored
from tools.onefile import main, newest, one_file
from tools.publish import locked

pytestmark = pytest.mark.slow  # whole lessons are read and written


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "deep_learning_by_building-9.9-py3-none-any.whl"
    path.write_bytes(bytes(range(256)) * 10)
    return path


def test_the_first_code_cell_writes_the_wheel_beside_the_notebook(wheel, tmp_path, monkeypatch):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    packed = code_cells(one_file(sample.lesson(), wheel))[0]
    exec(packed.source, {})
    assert (empty / wheel.name).read_bytes() == wheel.read_bytes()
    assert packed.metadata == {"cellView": "form", "jupyter": {"source_hidden": True}}
    assert packed.source.startswith("# @title ")  # the line that Colab shows of a folded cell


def test_the_rest_is_the_lesson_without_outputs(wheel):
    lesson = sample.lesson()
    alone = one_file(lesson, wheel)
    assert [c.source for c in alone.cells if c.id != "helpers"] == [c.source for c in lesson.cells]
    assert alone.cells[0].source == lesson.cells[0].source
    assert not any(cell.outputs or cell.execution_count for cell in code_cells(alone))
    assert any(cell.outputs for cell in code_cells(lesson)), "the lesson itself was changed"


def test_lines_are_short_enough_for_an_editor(wheel):
    source = code_cells(one_file(sample.lesson(), wheel))[0].source
    assert max(map(len, source.splitlines())) <= 200
    text = re.search(r'"""\n(.*)\n"""', source, re.DOTALL).group(1)
    assert base64.b64decode(text) == wheel.read_bytes()


def test_a_korean_lesson_has_a_korean_cell(wheel):
    lesson = sample.lesson()
    lesson.metadata["lesson"]["lang"] = "ko"
    assert "실행만" in code_cells(one_file(lesson, wheel))[0].source.splitlines()[0]


def test_a_notebook_without_code_is_refused(wheel):
    with pytest.raises(ValueError, match="a setup cell"):
        one_file(sample.notebook(), wheel)


def test_a_lesson_installs_the_locked_torchinfo(wheel):
    lesson = sample.lesson()
    code_cells(lesson)[0].source += '\nneeds = ["torchinfo"]'
    assert f'"torchinfo=={locked("torchinfo")}"' in code_cells(one_file(lesson, wheel))[1].source
    assert '"torchinfo"' in code_cells(lesson)[0].source, "the lesson itself was changed"


def test_the_newest_wheel_is_that_of_the_highest_version(tmp_path):
    with pytest.raises(ValueError, match="expected a wheel"):
        newest(tmp_path)
    for version in ("0.9", "0.10", "0.10rc1", "0.2.11"):
        (tmp_path / f"deep_learning_by_building-{version}-py3-none-any.whl").touch()
    assert newest(tmp_path).name == "deep_learning_by_building-0.10-py3-none-any.whl"


def test_the_command_writes_every_lesson(wheel, tmp_path, capsys):
    main([str(wheel.parent), str(tmp_path / "colab")])
    written = [*tmp_path.glob("colab/*.ipynb"), *tmp_path.glob("colab/ko/*.ipynb")]
    assert len(capsys.readouterr().out.splitlines()) == len(written) >= 4
    for path in written:
        assert path.stat().st_size < 1_000_000
        nbformat.validate(stored(path))
