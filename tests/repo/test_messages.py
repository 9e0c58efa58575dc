"""The table of what is said: complete, in step with the code, and without a slip in its form."""

import gettext
import re
from string import Formatter

from tools import messages

KOREAN = messages.read()
WRITTEN = {text: korean for text, korean in KOREAN.items() if korean}
AVOIDED = re.compile(
    r"십시오|당신|귀하|을\(를\)|은\(는\)|이\(가\)|와\(과\)|에요\.|어요\.|죠\.|[가-힣.,]  "
    "|매트릭스|라벨|타겟|데이터 셋|미니 배치|학습 데이터|변화도|그래디언트|메소드|바이어스|컨볼루션"
)


def test_what_is_said_anywhere_is_in_the_catalogue_and_nothing_else():
    said = messages.all_said()
    assert not said.keys() - KOREAN.keys(), "new texts: make messages, and write their Korean"
    assert not KOREAN.keys() - said.keys(), "nobody says these any more: make messages"


def test_every_text_has_its_korean():
    lacking = [text for text in messages.all_said() if not KOREAN.get(text)]
    assert not lacking, "write their Korean into translations/ko/helpers.po, then make messages"


def test_the_compiled_table_is_that_of_the_catalogue():
    with messages.MO.open("rb") as file:
        table = gettext.GNUTranslations(file)._catalog
    table.pop("")
    assert table == WRITTEN


def fields(text):
    """The placeholders of a text, whatever their order; a text that says braces has none."""
    try:
        parsed = [(name, spec, kind) for _, name, spec, kind in Formatter().parse(text)]
    except ValueError:
        return []
    return sorted(str(one) for one in parsed if one[0] is not None)


def test_korean_keeps_placeholders_code_and_lines():
    for text, korean in WRITTEN.items():
        assert fields(text) == fields(korean), text
        assert text.count("\n") == korean.count("\n"), text
        assert text[:1].isspace() == korean[:1].isspace() or not korean[:1].isalpha(), text
        assert not set(re.findall(r"`[^`]+`", text)) - set(re.findall(r"`[^`]+`", korean)), text


def test_korean_is_written_as_the_glossary_asks():
    """Requests in -세요, no double particles, terms as in the table."""
    for korean in WRITTEN.values():
        assert not AVOIDED.search(korean), korean


def test_exercises_are_found_by_their_file():
    found = dict(messages.said_of_exercises())
    assert found["value: this walks uphill."] == "helpers/course/exercises/lesson03.py"


def test_choices_between_literals_are_found():
    assert {"CPU ({n} threads)", "CPU ({n} thread)"} <= KOREAN.keys()
