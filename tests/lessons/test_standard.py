"""A good lesson passes; each way to leave the lesson standard is found and named."""

import base64
import io
import re

import pytest
import torch
from PIL import Image

from tools.lessons import exercises, kept, standard
from tools.lessons.notebook import code_cells
from tools.lessons.sample import code, lesson, notebook, printed, shown, value


def problems(broken):
    return [problem for check in standard.CHECKS for problem in check(broken)]


def cell_with(made, text):
    return next(cell for cell in made.cells if text in cell.source)


def say(old, new):
    """Replace a text in the first cell that has it."""

    def change(made):
        cell = cell_with(made, old)
        cell.source = cell.source.replace(old, new)

    return change


def add(text):
    """Add to the text of the first section's reading."""
    return say("as the cell shows.", f"as the cell shows. {text}")


def show(output):
    """Give the cell that prints a count another output."""

    def change(made):
        cell_with(made, "print(6131)").outputs.append(output)

    return change


def drop(text, which=0):
    """Remove a cell with this text."""

    def change(made):
        made.cells.remove([cell for cell in made.cells if text in cell.source][which])

    return change


def lines(count, cells=1):
    """Make this many cells this long."""

    def change(made):
        plain = [c for c in code_cells(made)[1:7] if "play(" not in c.source]
        for cell in plain[:cells]:
            cell.source = "\n".join(f"x{n} = {n}" for n in range(count))

    return change


def swap(made):
    places = [i for i, cell in enumerate(made.cells) if cell.source.startswith(("answer", "check"))]
    a, b = places[:2]
    made.cells[a], made.cells[b] = made.cells[b], made.cells[a]


def untag(tag):
    def change(made):
        next(c for c in made.cells if tag in c.metadata.get("tags", [])).metadata = {}

    return change


def no_alt(made):
    cell_with(made, "display({").outputs[0].metadata = {"image/png": {"alt": "a picture"}}


def drawn(dark: tuple[slice, slice]):
    """Show a white picture, 20 pixels each way, with these rows and columns in black."""
    pixels = torch.full((20, 20), 255, dtype=torch.uint8)
    pixels[dark] = 0
    file = io.BytesIO()
    Image.fromarray(pixels.numpy()).save(file, format="PNG")
    data = {"image/png": base64.b64encode(file.getvalue()).decode()}
    return show(shown(data, **{"image/png": {"alt": "words for a picture"}}))


def answered(made):
    cell_with(made, "check(answer)").outputs = [printed("Right: well done\n")]


def test_a_good_lesson_has_no_problems():
    assert problems(lesson()) == []


@pytest.mark.parametrize(
    "text",
    [
        "It is 95.11 percent, 95%, 0.95 or 1e0.",
        "All 6,131 of them, 6131.",
        "Minus −6131 and `-6131`.",
        "Sizes 28 × 28, 3 and 99 are counting words; 2.15.0 a version.",
        "See lesson 03, exercises 2.1 and 2.2, Section 5.3 and chapter 4.",
        "By Okabe and Ito (2008), (Fisher, 1936) or (Howard, 2020; Gugger, 2021).",
        "The formula $x = 0.123$ or $$y = 4567$$ is none of ours.",
        "[the source](https://example.org/1234) https://example.org/1234 <b title='777'>bold</b>",
        "In code: `print(6131)`, `12396` and `torch.zeros(5)`.",
        "```python\nlr = 0.777\n```",
        "![words for it](attachment:picture_1234.png)",
        '<img src="attachment:a.png" alt="words for it">',
        "[![Open](https://colab.research.google.com/assets/colab-badge.svg)](https://a.org)",
    ],
)
def test_what_is_allowed_passes(text):
    made = lesson()
    cell_with(made, "as the cell shows").source += f"\n\n{text}\n"
    assert problems(made) == []


@pytest.mark.parametrize("dark", [slice(1, 19), slice(None)], ids=["white edges", "a photograph"])
def test_a_whole_picture_passes(dark):
    made = lesson()
    drawn((dark, dark))(made)
    assert problems(made) == []


def test_numbers_are_found_in_every_kind_of_output():
    made = lesson()
    add("Seen: 111.5, 222.5, 333.5 %, 444.5 and 0.555.")(made)
    show(printed("111.5\n"))(made)
    show(value("tensor([222.5])", html="<style>a{width:999}</style><td>333.5%</td>"))(made)
    show(shown({"text/latex": "$444.5$"}))(made)
    show(printed("55.5 %\n"))(made)
    assert problems(made) == []


BROKEN = {
    "no title": (say("# Measure", "Measure"), "must be text that starts with the title"),
    "no doing": (say("**What you will do:**", "What you will do:"), r"say \*\*What you will do"),
    "no learning": (say("What you will learn", "What it is"), r"say \*\*What you will learn"),
    "no needs": (say("What you need", "Needed"), r"say \*\*What you need"),
    "sections out of order": (say("## 2. Play", "## 3. Play"), "numbered 1, 3; expected 1 to 2"),
    "no sections": (
        lambda n: (say("## 1. ", "## ")(n), say("## 2. ", "## ")(n)),
        "no numbered sections",
    ),
    "one prediction": (say("Before you run it again", "Look"), "is said 1 times"),
    "nothing to play with": (drop("play(lambda"), "nothing to play with"),
    "no recap": (say("## Recap", "## Summary"), "last section must be '## Recap'"),
    "not at the end": (say("**Next:**", "## More\n\n**Next:**"), "last section must be '## Recap'"),
    "no Korean column": (say("| Korean |", "| In Seoul |"), "column 'Korean'"),
    "a term without Korean": (say("지표", "metric"), "filled in every row"),
    "no scoreboard": (say("scoreboard", "table"), "scoreboard"),
    "four questions": (
        say("4. What is it? <details><summary>Answer</summary>It is so.</details>", ""),
        "has 4 folded answers",
    ),
    "six questions": (
        say("**Next:**", "<details><summary>A</summary></details>\n\n**Next:**"),
        "has 6 folded answers",
    ),
    "no next": (say("**Next:** lesson 02.", ""), "what comes next"),
    "star import": (say("print(6131)", "from os import *\nprint(6131)"), r"In \[3\]: imports \*"),
    "import too early": (
        say("(12396, 784), 0.9511", "import time\n(12396, 784), 0.9511"),
        r"In \[2\]: imports time, which is used 5 code cells later; import it there",
    ),
    "a cell too long": (lines(26), r"In \[2\]: has 26 lines, at most 25"),
    "many long cells": (lines(16, cells=4), r"4 cells have more than 15 lines.*In \[3\] \(16\)"),
    "number without source": (add("It is 0.952."), "no output shows the number 0.952"),
    "wrong percent": (add("It is 95.2 %."), "no output shows the number 95.2 %"),
    "small percent": (add("It is 7 %."), "no output shows the number 7 %"),
    "wrong integer": (add("All 6132."), r"cell 6 \('It is.*the number 6132"),
    "wrong thousand": (add("All 12,397."), "the number 12,397"),
    "too precise": (add("It is 0.95110001."), "the number 0.95110001"),
    "number in a table": (add("\n\n| a |\n|---|\n| 0.77 |"), "the number 0.77"),
    "number in code span": (add("`lr=0.777`"), r"number 0.777 of a code span"),
    "year without a name": (add("In 2008 it began."), "the number 2008"),
    "picture without words": (no_alt, r"In \[5\]: its picture has the description 'a picture'"),
    "markdown picture without words": (add("![](attachment:a.png)"), "'attachment:a.png' has no"),
    "img without words": (add('<img src="attachment:a.png">'), "'attachment:a.png' has no desc"),
    "img of an output": (show(value("", html="<img src='data:x'/>")), r"In \[3\]: the picture"),
    "picture of another site": (add("![words](https://a.org/b.png)"), "lies on another site"),
    "img of another site": (add('<img src="//a.org/b.png" alt="words">'), "lies on another site"),
    "picture cut off": (drawn((slice(5, 9), slice(0, 4))), "cut off at the left; give it more"),
    "picture cut off twice": (
        drawn((slice(5, 20), slice(5, 20))),
        "cut off at the right and bottom",
    ),
    "two exercises": (
        lambda n: n.cells.__delitem__(slice(-5, -1)),
        r"there are 2 exercises .*, at least 3",
    ),
    "exercises out of order": (say("Exercise 1.2", "Exercise 1.4"), "numbered 1.1, 1.4, 1.3;"),
    "no stub": (drop("answer = None"), "Exercise 1.1 has no a code cell tagged 'exercise'"),
    "no check": (drop("check(answer)", which=1), "Exercise 1.2 has no a code cell tagged 'check'"),
    "no solution": (say("```python", "```text"), "Exercise 1.1 has no a folded solution"),
    "solution not folded": (say("<summary>Solution", "<summary>Hint"), "has no a folded solution"),
    "order of parts": (swap, "Exercise 1.1: expected stub, check and solution"),
    "stray tag": (
        lambda n: cell_with(n, "print(6131)").update(metadata={"tags": ["check"]}),
        r"In \[3\]: is tagged check but",
    ),
    "stored solution": (answered, r"must say 'Not tried yet'.*'Right: well done'"),
    "silent check": (
        lambda n: cell_with(n, "check(answer)").update(outputs=[]),
        "must say 'Not tried yet'",
    ),
}


@pytest.mark.parametrize("change, message", BROKEN.values(), ids=BROKEN)
def test_what_is_forbidden_is_found(change, message):
    made = lesson()
    change(made)
    found = problems(made)
    assert len(found) == 1, found
    assert re.search(message, found[0]), found[0]


def test_code_before_the_title_is_found():
    made = lesson()
    made.cells.insert(0, code("x = 1"))
    found = [problem.split(" ")[1] for problem in problems(made)]
    assert found[:4] == ["first", *["opening"] * 3]


def test_a_median_above_five_lines_is_found():
    made = lesson()
    for cell in code_cells(made)[-7:]:
        cell.source += "\n" + "\n\n".join(f"x{n} = {n}" for n in range(5))
    assert problems(made) == [
        "half of the code cells have 6 lines or more; at most 5 are wanted: split them"
    ]


def test_a_solution_and_the_next_heading_may_share_a_cell():
    made = lesson()
    heading = cell_with(made, "### Exercise 1.2")
    cell_with(made, "<summary>Solution").source += f"\n\n{heading.source}"
    made.cells.remove(heading)
    assert problems(made) == []
    assert [one.code for one in exercises.find(made)] == ["answer = 1"] * 3


def test_a_comment_in_a_code_block_is_no_heading():
    made = lesson()
    say("Write a function.", "```python\n# 1\n### Exercise 1.7\n```")(made)
    say("answer = 1", "# one\nanswer = 1")(made)
    assert problems(made) == []
    assert exercises.find(made)[0].code == "# one\nanswer = 1"


def test_imports_do_not_make_a_cell_long():
    made = lesson()
    plain = code_cells(made)[1]
    plain.source = "\n".join(
        ["import os", "from sys import path"] * 20 + [plain.source, "os, path"]
    )
    assert problems(made) == []


def test_a_setup_cell_may_be_long():
    made = lesson()
    lines(16, cells=standard.LONG_CELLS)(made)
    code_cells(made)[0].source += "\nx = 1" * 16
    assert standard.code_style(made) == []


def test_the_setup_cell_is_the_same_in_every_lesson():
    lessons = {"01_a": lesson(), "02_b": lesson(), "03_c": lesson()}
    assert standard.same_setup(lessons) == []
    code_cells(lessons["02_b"])[0].source += " "
    (problem,) = standard.same_setup(lessons)
    assert problem.startswith("02_b: In [1], the setup cell, is not that of 01_a")


class TestKept:
    """What lessons build against what a package keeps."""

    DOUBLE = '''
def double(x: float) -> float:
    """Twice.

    Built in lesson 01.
    """
    return 2 * x
'''
    POINT = '''
from dataclasses import dataclass

@dataclass(frozen=True)
class Point:
    """A point.

    Built in lesson 01.
    """

    x: int
    y: int = 0

    def far(self) -> bool:
        """Whether it is far."""
        limit: float = 3.0
        return self.x > limit
'''

    @pytest.fixture
    def package(self, tmp_path):
        folder = tmp_path / "kept"
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        (folder / "double.py").write_text(self.DOUBLE)
        return folder

    def test_the_same_code_passes(self, package):
        assert kept.built_is_kept(package, {"01_a": lesson()}) == []

    def test_the_last_definition_counts(self, package):
        made = lesson()
        made.cells.insert(2, code("def double(x):\n    return x + x"))
        assert kept.built_is_kept(package, {"01_a": made}) == []

    def test_classes_too(self, package):
        (package / "point.py").write_text(self.POINT)
        built = re.sub(r'""".*?"""', "", self.POINT, flags=re.DOTALL).replace(": float", "")
        made = notebook(code(built), code("def double(x):\n    return 2 * x"))
        assert kept.built_is_kept(package, {"01_a": made}) == []
        code_cells(made)[0].source = built.replace("@dataclass(frozen=True)", "")
        (problem,) = kept.built_is_kept(package, {"01_a": made})
        assert "+@dataclass(frozen=True)" in problem
        code_cells(made)[0].source = built.replace("y: int = 0", "y: int = 1")
        (problem,) = kept.built_is_kept(package, {"01_a": made})
        assert "kept/point.py: Point: is not what lesson 01 builds" in problem

    def test_only_checks_of_the_input_may_be_added(self, package):
        for added, problems in {
            '@diagnosis.watched("x")\ndef double': 0, "@torch.no_grad()\ndef double": 1
        }.items():  # fmt: skip
            (package / "double.py").write_text(self.DOUBLE.replace("def double", added))
            assert len(kept.built_is_kept(package, {"01_a": lesson()})) == problems
        for added, problems in {
            "checks.whole(0, x=x)": 0,
            "_check_x(x)": 0,
            "print(x)": 1,
            "check_x(x)": 1,
            "x = x\n    checks.whole(0, x=x)": 1,
        }.items():
            text = self.DOUBLE.replace("    return 2", f"    {added}\n    return 2")
            (package / "double.py").write_text(text)
            assert len(kept.built_is_kept(package, {"01_a": lesson()})) == problems

    def test_defaults_are_compared(self, package):
        (package / "double.py").write_text(self.DOUBLE.replace("x: float)", "x: float = 1)"))
        assert len(kept.built_is_kept(package, {"01_a": lesson()})) == 1

    def test_other_code_is_shown(self, package):
        made = lesson()
        say("return 2 * x", "return x + x")(made)
        (problem,) = kept.built_is_kept(package, {"01_a": made})
        assert "-    return x + x\n+    return 2 * x" in problem

    def test_a_missing_definition(self, package):
        made = lesson()
        say("def double", "def triple")(made)
        (problem,) = kept.built_is_kept(package, {"01_a": made})
        assert problem == "kept/double.py: double: lesson 01 does not define double"

    def test_a_method_is_no_definition(self, package):
        made = notebook(code("class A:\n    def double(x):\n        return 2 * x"))
        assert len(kept.built_is_kept(package, {"01_a": made})) == 1

    def test_a_missing_lesson(self, package):
        (problem,) = kept.built_is_kept(package, {"02_a": lesson()})
        assert "there is no lesson 01" in problem

    @pytest.mark.parametrize(
        "text",
        [
            '"""A module.\n\nBuilt in lesson 01.\n"""',
            'def _own():\n    """Built in lesson 01."""',
            'class A:\n    def f(self):\n        """Built in lesson 01."""',
            'def f():\n    """Built in lesson 01. Later changed."""',
        ],
    )
    def test_a_marker_that_marks_nothing(self, package, text):
        (package / "stray.py").write_text(text)
        (problem,) = kept.built_is_kept(package, {"01_a": lesson()})
        assert "kept/stray.py: 1 times 'Built in lesson', but 0 of them" in problem
