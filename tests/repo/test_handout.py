"""What a teacher hands out has everything but the solutions."""

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell as markdown

from tests import ROOT
from tools import handout
from tools.handout import hand_out
from tools.lessons import exercises
from tools.lessons.notebook import lessons, read
from tools.lessons.sample import notebook

LESSONS = lessons(ROOT)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_lesson_keeps_its_exercises_and_loses_their_solutions(tmp_path, lang):
    written = hand_out(ROOT, tmp_path, lang)
    originals = lessons(ROOT, lang)
    assert sorted(tmp_path.glob("*.ipynb")) == written and len(written) == len(originals)
    for path, original in zip(written, originals):
        made, whole = read(path), read(original)
        nbformat.validate(made)
        found, before = exercises.find(made), exercises.find(whole)
        assert [one.number for one in found] == [one.number for one in before] and found
        assert not any(one.code for one in found)
        text = "\n".join(cell.source for cell in made.cells)
        assert not any(one.code.strip() in text for one in before)
        code = [[cell for cell in one.cells if cell.cell_type == "code"] for one in (made, whole)]
        assert code[0] == code[1]  # outputs and tags included
        assert text.count("<details>") == whole_details(whole) - len(before)


def test_notebooks_that_are_there_already_stay_as_they_are(tmp_path, monkeypatch, capsys):
    mine = tmp_path / LESSONS[0].name
    mine.write_text("my work")
    monkeypatch.setattr("sys.argv", ["handout", str(tmp_path)])
    assert handout.main() == 2 and f"which holds {mine.name}" in capsys.readouterr().err
    assert mine.read_text() == "my work" and list(tmp_path.iterdir()) == [mine]
    monkeypatch.setattr("sys.argv", ["handout", str(tmp_path / "class" / "A")])
    assert handout.main() == 0 and f"{len(LESSONS)} lessons" in capsys.readouterr().out


def whole_details(lesson):
    return sum(cell.source.count("<details>") for cell in lesson.cells)


def test_what_stands_beside_a_solution_stays_and_an_empty_cell_goes():
    folded = "<details><summary>Solution</summary>\n\n```python\nx = 1\n```\n\n</details>"
    answer = "<details><summary>An answer</summary>\n\nYes.\n\n</details>"
    made = notebook(markdown(f"Before\n\n{folded}\n\n## Recap"), markdown(folded), markdown(answer))
    exercises.hide(made)
    assert [cell.source for cell in made.cells] == ["Before\n\n\n\n## Recap", answer]
