"""Comments and strings of code are found and replaced, and nothing else changes."""

import ast

import pytest

from tests import ROOT
from tools.lessons.notebook import code_cells, parse, read
from tools.translate import literals
from tools.translate.texts import replaced, texts

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def alts(code: str) -> list[str]:
    return [one.text for one in literals.alternatives(code)]


def words(code: str) -> list[str]:
    return [one.text for one in literals.words(code)]


def test_a_hash_in_a_string_is_no_comment():
    code = 'x = "#1"  # one\n# 한글 stays\ny = 2'
    assert literals.comments(code) == ["one", "한글 stays"]
    assert literals.with_comments(code, ["하나", ""]) == 'x = "#1"  # 하나\n#\ny = 2'


def test_pieces_are_one_string_and_quotes_are_bare():
    code = """show(f, alt="A \\"red\\" " 'dot', size=3)"""
    assert alts(code) == ['A "red" dot']
    new = literals.with_strings(code, literals.alternatives(code), ['"빨간" 점'])
    assert new == r'show(f, alt="\"빨간\" 점", size=3)'
    assert ast.literal_eval(new[len("show(f, alt=") : -len(", size=3)")]) == '"빨간" 점'


def test_a_long_string_is_written_in_pieces_below_one_another():
    code = 'show(figure,\n     alt="x")'
    text = "점이 " * 40 + "끝"
    new = literals.with_strings(code, literals.alternatives(code), [text])
    assert alts(new) == [text]
    lines = new.splitlines()
    assert len(lines) > 2 and lines[2].startswith('         "점이')
    assert max(literals._wide(line) for line in lines) <= literals.WIDTH + 2


def test_an_f_string_keeps_its_braces_whole():
    code = "print(f\"{five['A'].losses[-1]:.2f} of {n}\")"
    assert words(code) == ["{five['A'].losses[-1]:.2f} of {n}"]
    korean = "{n} 가운데 {five['A'].losses[-1]:.2f}"
    new = literals.with_strings(code, literals.words(code), [korean])
    assert new == f'print(f"{korean}")'


def test_a_plain_piece_beside_an_f_string_keeps_its_braces():
    code = """print(f"{n} of" " {all}")"""
    assert words(code) == ["{n} of {{all}}"]


@pytest.mark.parametrize("code", ['d["mean"]', 'load("x.pt")', 'print(f"{a:.3f}")', 'x == ", "'])
def test_what_no_page_shows_is_left_alone(code):
    assert words(code) == []


def test_a_key_that_is_shown_elsewhere_is_a_word_too():
    assert [one.text for one in literals.words('d["MLP, 2"]', {"MLP, 2"})] == ["MLP, 2"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_with_their_own_texts_are_themselves(path):
    lesson = read(path)
    again = replaced(lesson, texts(lesson))
    assert [cell.source for cell in again.cells] == [cell.source for cell in lesson.cells]
    assert again == lesson


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_other_texts_leave_the_code_as_it_is(path):
    """Only strings and comments are different, and it is still Python."""
    lesson = read(path)
    new = {name: text.replace("e", "에") for name, text in texts(lesson).items()}
    new = {k: v for k, v in new.items() if not k.endswith(":words")}

    def shape(cell):
        return [type(node).__name__ for node in ast.walk(parse(cell))]

    for old, cell in zip(code_cells(lesson), code_cells(replaced(lesson, new))):
        if old.source != cell.source and "JoinedStr" not in shape(old):
            assert shape(old) == shape(cell)
