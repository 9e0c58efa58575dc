"""Lesson 08 on a GPU: all of it, at full scale. Its own ``expect`` lines judge the figures."""

import pytest

from tests import ROOT
from tools.lessons.kernel import on_practice_data, run
from tools.lessons.notebook import code_cells, output_texts, read

LESSON = ROOT / "notebooks" / "08_cifar10.ipynb"


@pytest.mark.gpu
def test_the_whole_lesson_at_full_scale(monkeypatch, capsys):
    monkeypatch.setenv("LESSONS_SCALE", "full")
    notebook = read(LESSON)
    if on_practice_data(notebook):
        pytest.skip("needs the real images of CIFAR-10; see LESSONS_MIRROR in the README")
    run(notebook, LESSON.parent, practice=False, timeout=1_800)
    said = [
        line
        for cell in code_cells(notebook)
        for output in cell.outputs
        for text in output_texts(output)
        for line in text.splitlines()
    ]
    assert "Scale: full" in " ".join(said)
    for word in ("test accuracy, full scale", "epochs on the", "times faster", "mean confidence"):
        found = [line for line in said if word in line]
        assert found, f"no output has the words {word!r}"
        with capsys.disabled():  # the figures that a README may quote
            print("", *found, sep="\n")
