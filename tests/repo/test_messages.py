"""The table of what is said: complete, in step with the code, and without a slip in its form."""

import gettext
import re
from string import Formatter

import pytest

from tools import messages

KOREAN = messages.read()
REWRITTEN = ("lesson08.py", "lesson09.py", "lesson10.py")  # their English is not settled yet


def test_what_is_said_anywhere_is_in_the_catalogue_and_nothing_else():
    said = messages.all_said()
    assert not said.keys() - KOREAN.keys(), "new texts: make messages, and write their Korean"
    assert not KOREAN.keys() - said.keys(), "nobody says these any more: make messages"


def test_every_text_has_its_korean():
    lacking = [
        text
        for text, files in messages.all_said().items()
        if not KOREAN.get(text) and not all(file.endswith(REWRITTEN) for file in files)
    ]
    assert not lacking


def test_the_compiled_table_is_that_of_the_catalogue():
    with messages.MO.open("rb") as file:
        table = gettext.GNUTranslations(file)._catalog
    table.pop("")
    assert table == {text: korean for text, korean in KOREAN.items() if korean}


def fields(text):
    """The placeholders of a text, whatever their order; a text that says braces has none."""
    try:
        parsed = [(name, spec, kind) for _, name, spec, kind in Formatter().parse(text)]
    except ValueError:
        return []
    return sorted(str(one) for one in parsed if one[0] is not None)


@pytest.mark.parametrize("text", [text for text, korean in KOREAN.items() if korean])
def test_korean_keeps_placeholders_code_and_ends(text):
    korean = KOREAN[text]
    assert fields(text) == fields(korean)
    assert text.count("\n") == korean.count("\n")
    for end in (text[: len(text) - len(text.lstrip())], "`"):
        assert korean.count(end) == text.count(end) or not end.strip(), text
    for code in re.findall(r"`[^`]+`", text):
        assert code in korean


@pytest.mark.parametrize("text", [text for text, korean in KOREAN.items() if korean])
def test_korean_is_written_as_the_glossary_asks(text):
    """Requests in -세요, no double particles, no half-width slips; exceptions would stand here."""
    korean = KOREAN[text]
    found = re.search(
        r"십시오|당신|귀하|을\(를\)|은\(는\)|이\(가\)|와\(과\)|에요\.|어요\.|죠\.|[가-힣.,]  ",
        korean,
    )
    assert not found, korean
    avoided = (
        "매트릭스|라벨|타겟|데이터 셋|미니 배치|학습 데이터|변화도|그래디언트|옵티마이져|메소드"
        "|바이어스|컨볼루션|정칙화"
    )
    assert not re.search(avoided, korean), korean


def test_exercises_are_found_by_their_file():
    found = dict(messages.said_of_exercises())
    assert found["value: this walks uphill."] == "helpers/course/exercises/lesson03.py"


def test_choices_between_literals_are_found():
    assert {"CPU ({n} threads)", "CPU ({n} thread)"} <= KOREAN.keys()
