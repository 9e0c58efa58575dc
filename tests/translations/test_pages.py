"""A page of Markdown is cut into paragraphs, and the Korean README is made of its own."""

import pytest

from tests import ROOT
from tests.translations.kit import checkout
from tools.lessons import ran
from tools.publish import Place, publish_readme
from tools.translate import catalogue, make, pages, readme

PAGE = """# A page

One,
in two lines.

| a | b |
|---|---|
| [01](notebooks/01_guess.ipynb) | d |

```
x = 1

# no heading
```
- a list

## Colab

{% for x in y %}
text {{ x }}
{% endfor %}
<!-- a comment -->
"""


def test_each_paragraph_and_each_row_has_a_name():
    assert pages.texts(PAGE) == {
        "a-page-1": "# A page",
        "a-page-2": "One,\nin two lines.",
        "a-page-3": "| [01](notebooks/01_guess.ipynb) | d |",
        "a-page-4": "```\nx = 1\n\n# no heading\n```",
        "a-page-5": "- a list",
        "colab-1": "## Colab",
        "colab-2": "text {{ x }}",
    }


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_a_page_with_its_own_paragraphs_is_itself(name):
    page = (ROOT / name).read_text("utf-8")
    texts = pages.texts(page)
    assert len(texts) > 2 and pages.replaced(page, texts) == page


def test_paragraphs_are_replaced_where_they_stand():
    page = pages.replaced(PAGE, {"a-page-2": "하나", "a-page-4": "```\ny\n```"})
    assert page == PAGE.replace("One,\nin two lines.", "하나").replace("x = 1\n\n# no heading", "y")


@pytest.fixture
def project(tmp_path):
    """A checkout whose README has a table, a sentence about the last run, and a heading Colab."""
    checkout(tmp_path, {})
    page = PAGE.replace("One,", f"{readme.SWITCH}\n\n{ran.BEGIN}It ran.{ran.END}\n\nOne,")
    (tmp_path / "README.md").write_text(page, "utf-8")
    return tmp_path


def korean(root, texts):
    path = root / "README.md"
    known = make.refreshed(path)
    for entry in known:
        entry.msgstr = texts.get(entry.msgctxt, "")
    catalogue.write(known, make.catalogue_of(path))
    return make.text_of(path)


def test_the_korean_readme_leads_to_korean_lessons_and_to_the_english_one(project):
    page = korean(project, {"a-page-2": "하나."})
    assert page.startswith("# A page\n\n[English](README.md) · **한국어**\n\n> *번역이")
    assert "하나." in page and "One," not in page and "[01](notebooks/ko/01_guess.ipynb)" in page
    assert f"{ran.BEGIN}01강은 아직 실행한 기록이 없습니다.{ran.END}" in page
    assert "It ran." not in page and "It ran." not in make.english(project / "README.md").values()


def test_a_whole_readme_does_not_say_that_it_is_not(project):
    names = make.english(project / "README.md")
    page = korean(project, dict.fromkeys(names, "글") | {"colab-1": "## Colab"})
    assert "번역이" not in page


def test_a_changed_paragraph_is_shown_in_english(project):
    korean(project, {"a-page-2": "하나."})
    path = project / "README.md"
    path.write_text(path.read_text("utf-8").replace("in two lines", "in 2 lines"), "utf-8")
    assert "in 2 lines" in make.text_of(path) and "하나." not in make.text_of(path)


def test_a_published_readme_has_the_badges_of_korean_lessons(project):
    path = project / "README.md"
    place = Place("ada/lessons", "v1", "a" * 40)
    before = make.english(path)
    published = publish_readme(path.read_text("utf-8"), ["notebooks/01_guess.ipynb"], place)
    path.write_text(published, "utf-8")
    assert make.english(path) == before
    page = make.text_of(path)
    assert place.badge("notebooks/ko/01_guess.ipynb") in page and "공개한 곳: [ada/lessons]" in page
