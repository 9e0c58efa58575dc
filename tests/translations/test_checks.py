"""Each kind of difference between a text and its Korean is found, and nothing else."""

import pytest

from tests import ROOT
from tools.translate import checks, glossary
from tools.translate.glossary import Glossary, Term

NONE = Glossary([])
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"
SOLUTION = "<details><summary>Solution</summary>\n\n```python\nx = 1  # one\n```\n\n</details>"
해답 = SOLUTION.replace("Solution", "해답 보기").replace("one", "하나")

# English, a good Korean.
GOOD = [
    ("Take `x` and $x^2$ of 6,131 3s.", "3 이미지 6131장에서 `x`와 $x^2$을, 다시 `x`를 봅니다."),
    ("## 2. Count", "## 2. 세기"),
    ("### Exercise 1.2 Count", "### 연습문제 1.2 세기"),
    ("See [lesson 02](02_more.ipynb).", "[2강](02_more.ipynb)을 보세요."),
    (TABLE, TABLE),
    (SOLUTION, 해답),
    ("Two of 2 are half.", "2개 중 2개는 절반입니다."),
    ("A fifth of it, 1 in 5.", "전체의 5분의 1, 곧 다섯에 하나입니다."),
    ("Over 5 million, or 2.5 thousand.", "500만이 넘거나 2,500입니다."),
    ("The **loss** falls.", "**손실**(loss)이 줄어듭니다."),
    ("`a|b` and <code>mean(0)</code>", "`a|b`와 <code>mean(0)</code>"),
    ("It took 95 % in 2012.", "2012년에 95%였습니다."),
    ("- one\n- two", "- 하나\n- 둘"),
]

# English, a bad Korean, the kind, a part of what is said.
BAD = [
    ("It is $x^2$.", "$x^3$입니다.", "formulas", "the English has $x^2$, the Korean has $x^3$"),
    ("It is 0.951 of 12.", "12 가운데 0.915입니다.", "numbers", "0.951, the Korean has 0.915"),
    ("All 6,131 of them.", "그 모두입니다.", "numbers", "has 6131, the Korean has none"),
    ("All of them.", "300개 모두입니다.", "numbers", "the Korean has 300"),
    ("5 million images", "이미지 500장", "numbers", "has 5000000, the Korean has 500"),
    ("See [it](a.ipynb).", "[그것](b.ipynb)을 보세요.", "links", "a.ipynb"),
    ("![A dot](a.png)", "점", "links", "a.png"),
    ("Call `fit`.", "`훈련`을 부릅니다.", "code names", "`fit`"),
    (SOLUTION, 해답.replace("x = 1", "x = 2"), "code blocks", "block 1: the English has 'x = 1'"),
    (SOLUTION, "해답", "code blocks", "the English has 1, the Korean 0"),
    ("## 1. Count", "### 1. 세기", "headings", "## 1, the Korean has ### 1"),
    ("## 1. Count", "## 2. 세기", "headings", "## 1, the Korean has ## 2"),
    ("## Count", "세기", "headings", "none of these"),
    ("### Exercise 1.2 Count", "### 연습 1.2 세기", "exercises", "### 연습문제 1.2"),
    (SOLUTION, 해답.replace("해답", "솔루션"), "exercises", "<summary>해답"),
    (TABLE, TABLE.replace(" 2 |", ""), "tables (columns of each row)", "2 2 2"),
    (TABLE, TABLE + "\n| 1 | 2 |", "tables (columns of each row)", "2 2 2 2"),
    ("- one\n- two", "- 하나와 둘", "list items", "2, the Korean has 1"),
    ("a<br>b", "가 나", "tags", "<br>"),
    (SOLUTION, 해답.replace("</details>", ""), "tags", "</details>"),
    ("The **loss (L)** falls.", "**손실(L)**이 줄어듭니다.", "marks", "asterisks would be printed"),
    ("From 0 to 1.", "~~0에서 1까지~~", "marks", "strike out"),
    ("The **loss** falls.", "손실이 줄어듭니다.", "marks", "the Korean none"),
    ("You run it.", "You run it.", "language", "no Hangul"),
    ("You run it.", "당신이 실행합니다.", "style", "당신"),
    ("From 0 to 1.", "0~1입니다.", "style", "0에서 1까지"),
]


@pytest.mark.parametrize(("english", "korean"), GOOD)
def test_a_good_translation_has_no_problem(english, korean):
    assert checks.problems("a", english, korean, NONE) == []


@pytest.mark.parametrize(("english", "korean", "kind", "says"), BAD)
def test_a_difference_is_named(english, korean, kind, says):
    found = checks.problems("l1-abc", english, korean, NONE)
    assert [one for one in found if one.kind == kind and says in one.says], found
    assert all(one.text == "l1-abc" for one in found)


@pytest.mark.parametrize(
    ("name", "english", "korean", "kind"),
    [
        ("a:comment", "one\ntwo", "하나", "lines"),
        ("a:comment", "see `x`", "`y`를 보세요", "code names"),
        ("a:words", "one\ntwo", "하나\n", "lines"),
        ("a:words", "run {k}: {y:.2f}", "{k}번째: {y:.3f}", "placeholders"),
        ("a:alt", "Up to {name}.", "끝까지.", "placeholders"),
        ("a:alt2", "Eight 3s of 1,028.", "3 이미지 여덟 장.", "numbers"),
        ("a:alt", "A dot.", "A dot.", "language"),
    ],
)
def test_texts_of_code_cells_are_compared_line_by_line(name, english, korean, kind):
    assert [one.kind for one in checks.problems(name, english, korean, NONE)] == [kind]


def test_words_that_are_names_may_stay():
    assert checks.problems("a:words", "MLP, ReLU\nthe {n}", "MLP, ReLU\n{n}번째", NONE) == []


def test_what_is_allowed_needs_a_reason():
    comment = "a remark\nallowed: term loss: a loss of money\nallowed: numbers:"
    assert checks.allowed(comment) == {"term loss": "a loss of money"}


# The glossary.


@pytest.fixture(scope="module")
def terms() -> Glossary:
    return glossary.read()


def test_the_glossary_is_read_whole(terms):
    by_name = {term.english: term for term in terms.terms}
    assert len(by_name) > 200
    assert by_name["gradient"].korean == ("그레이디언트", "기울기")
    assert by_name["gradient"].avoid == ("변화도", "그래디언트", "그라데이션")
    assert by_name["matrix"].korean == ("행렬",)
    assert by_name["RMSE"].korean[0] == "평균 제곱근 오차" and "RMSE" in by_name["RMSE"].korean
    assert not by_name["number"].held and not by_name["shuffle"].held
    assert {"랭크", "프로세스 랭크"} <= set(by_name["rank"].korean)


@pytest.mark.parametrize(
    ("english", "korean", "named"),
    [
        ("The gradients.", "그래디언트입니다.", ["gradient"]),
        ("The gradient.", "미끄럼입니다.", ["gradient"]),
        ("Gradient descent.", "경사 하강법입니다.", []),
        ("Gradient descent.", "그레이디언트입니다.", ["gradient descent"]),
        ("A data set.", "데이터셋, 데이터 세트 둘 다 좋습니다.", []),
        ("A data set.", "데이터 셋입니다.", ["data set"]),
        ("Normalise it.", "정규화합니다.", []),
        ("With regularisation.", "정규화를 씁니다.", ["regularisation"]),
        ("Regularisation; normalise it.", "규제를 쓰고 정규화합니다.", []),
        ("A new method.", "새로운 방법입니다.", []),
        ("A method.", "메소드입니다.", ["method"]),
        ("A fine-tuning step.", "미세 조정 스텝입니다.", []),
        ("Mini-batches.", "미니배치입니다.", []),
    ],
)
def test_a_term_that_is_rendered_otherwise_is_named(terms, english, korean, named):
    assert [term for term, _ in terms.problems(english, korean)] == named


def test_a_term_in_code_is_a_name(terms):
    assert checks.problems("a", "Call `loss.gradient`.", "`loss.gradient`를 부릅니다.", terms) == []


def test_a_row_with_a_term_too_many_is_named(tmp_path):
    path = tmp_path / "glossary.md"
    path.write_text("| a, b | 가, 나, 다 | – | no | – | CU |\n", encoding="utf-8")
    with pytest.raises(ValueError, match="glossary.md:1: expected as many"):
        glossary.read(path)


def test_remarks_in_brackets_are_for_people(tmp_path):
    path = tmp_path / "glossary.md"
    path.write_text("| step † (a) | 스텝 (b) | – | no | 걸음 (seen), 단계 (= c) | CU |\n", "utf-8")
    assert glossary.read(path).terms == [Term("step", ("스텝",), ("걸음",), held=False)]


def test_the_glossary_of_the_project_is_in_the_repository():
    assert glossary.PATH.relative_to(ROOT).as_posix() == "translations/ko/glossary.md"
