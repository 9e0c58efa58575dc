"""Lessons 08 and 10 on a GPU at full scale. Their ``expect`` lines judge the figures."""

import pytest

from tests import ROOT
from tools.lessons.kernel import on_practice_data, run
from tools.lessons.notebook import code_cells, output_texts, read

FOLDER = ROOT / "notebooks"
WORDS = {  # of lines that a README may quote
    "08_cifar10": ("test accuracy, full scale", "epochs on the", "times faster", "mean confidence"),
    "10_as_fast_as_it_gets": ("right, with one look", "10 three ideas"),
}


@pytest.mark.gpu
@pytest.mark.parametrize("lesson", list(WORDS))
def test_the_whole_lesson_at_full_scale(monkeypatch, capsys, lesson):
    monkeypatch.setenv("LESSONS_SCALE", "full")
    notebook = read(FOLDER / f"{lesson}.ipynb")
    if on_practice_data(notebook):
        pytest.skip("needs the real images of CIFAR-10; see LESSONS_MIRROR in the README")
    run(notebook, FOLDER, practice=False, timeout=1_800)
    said = [
        line
        for cell in code_cells(notebook)
        for output in cell.outputs
        for text in output_texts(output)
        for line in text.splitlines()
    ]
    assert "Scale: full" in " ".join(said)
    for word in WORDS[lesson]:
        found = [line for line in said if word in line]
        assert found, f"no output has the words {word!r}"
        with capsys.disabled():
            print("", *found, sep="\n")
