"""The five questions on the pages: whole, as the lessons ask them, and not to be guessed."""

from pathlib import Path

import pytest

from tests import ROOT
from tools.lessons.notebook import read as read_notebook

pytest.importorskip("sphinx", reason="needs the extra 'site'")
from tools.site import quiz  # noqa: E402
from tools.site.words import LANGUAGES  # noqa: E402

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
KOREAN = [
    path
    for path in sorted((ROOT / "notebooks/ko").glob("[0-9][0-9]_*.ipynb"))
    if quiz.choices(path.name, "ko").is_file()
]
TEXT = (
    "Before.\n\n**Five questions.** Answer aloud.\n\n"
    "<details><summary>1. Is <code>x</code> &lt; 1?</summary>\n\nYes.\n\n</details>\n\n"
    "<details><summary>2. Why?</summary>\n\nSo.\n\n</details>\n\n**Next:** more."
)
QUESTION = quiz.Question(
    "Is x < 1?", "Yes, `x` is", "It is 0.", {"No": "Look.", "Never": "Why?", '"Odd"': "Count."}
)


def every_question(*langs: str) -> list[quiz.Question]:
    files = [
        path for lang in langs for path in sorted(quiz.choices("", lang).parent.glob("*.toml"))
    ]
    return [question for path in files for question in quiz.read(path)]


def asked_in(lesson: Path, lang: str) -> list[str]:
    cells = read_notebook(lesson).cells
    return [
        words
        for cell in cells
        if cell.cell_type == "markdown"
        for words in quiz.asked(cell.source, lang).values()
    ]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_each_lesson_s_five_questions_have_choices(lesson):
    questions = quiz.read(quiz.choices(lesson.name))
    assert [question.asked for question in questions] == asked_in(lesson, "en")
    assert len(questions) == 5


@pytest.mark.parametrize("lesson", KOREAN, ids=lambda path: path.stem)
def test_korean_choices_are_those_of_the_korean_lesson(lesson):
    questions = quiz.read(quiz.choices(lesson.name, "ko"))
    assert [question.asked for question in questions] == asked_in(lesson, "ko")
    assert len(questions) == 5


def test_all_korean_choices_have_a_lesson():
    files = quiz.choices("", "ko").parent.glob("*.toml")
    assert {path.stem for path in files} == {path.name[:2] for path in KOREAN}


@pytest.mark.parametrize(
    "question", every_question(*LANGUAGES), ids=lambda question: question.asked[:40]
)
def test_every_option_has_a_sentence_of_its_own(question):
    said = [question.says(option) for option in question.options]
    assert len(set(said)) == 4 and all(words.rstrip()[-1] in ".?!" for words in said)
    lengths = sorted(len(option) for option in question.options)
    assert lengths[-1] <= 2 * lengths[0] + 20, "options of one question are about equally long"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reader_cannot_guess_by_place_or_length(lang):
    questions = every_question(lang)
    share = 1 / len(questions)
    for place in range(4):
        there = sum(question.options.index(question.right) == place for question in questions)
        assert 0.15 <= there * share <= 0.35, f"{there} of {len(questions)} at place {place + 1}"
    for name, extreme in (("longest", max), ("shortest", min)):
        there = sum(extreme(q.options, key=len) == q.right for q in questions)
        assert there * share <= 0.35, f"the right option is the {name} in {there}"


def test_choices_stand_before_each_folded_answer():
    page = quiz.with_choices(TEXT, [QUESTION])
    assert page.startswith("Before.\n\n**Five questions.**") and page.endswith("**Next:** more.")
    assert page.count("<form") == 1 and page.count("<details>") == 2
    form = page[page.index("<form") : page.index("</form>")]
    assert "\n" not in form, "an empty line would end the block of HTML"
    assert "<legend>1. Is <code>x</code> &lt; 1?</legend>" in form
    assert form.count('data-right="true"') == 1 and form.count('data-right="false"') == 3
    assert 'data-says="Right. It is 0."' in form and "<span>&quot;Odd&quot;</span>" not in form
    assert "2. Why?" in page, "a question without choices stays as it is"


def test_a_korean_page_speaks_korean():
    text = TEXT.replace("**Five questions.** Answer aloud.", "**질문 다섯 가지.** 펼치세요.")
    page = quiz.with_choices(text, [QUESTION], "ko")
    assert page.startswith("Before.\n\n**질문 다섯 가지.** 소리 내어") and "펼치세요" not in page
    assert 'data-says="정답입니다. It is 0."' in page and 'data-says="아닙니다. Look."' in page
    assert "<summary>강의에 나온 답 보기</summary>" in page and page.count("<form") == 1
    assert not quiz.asked(text) and not quiz.asked(TEXT, "ko"), "each language has its heading"


def test_a_question_that_the_lesson_does_not_ask_is_refused():
    with pytest.raises(ValueError, match="expected a question of the lesson, got 'Who"):
        quiz.with_choices(TEXT, [quiz.Question("Who?", "a", "b", {})])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[question]", "expected .*question"),
        ('[[question]]\nasked = "Why?"', "because"),
        (
            '[[question]]\nasked = "Why?"\nright = "a"\nbecause = "."\n[question.wrong]\na = "."',
            "got 1",
        ),
    ],
)
def test_a_file_that_is_not_whole_is_named(tmp_path, text, says):
    path = tmp_path / "01.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"01.toml.*{says}"):
        quiz.read(path)
