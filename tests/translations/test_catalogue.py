"""A catalogue keeps in step with the English by gettext's own means."""

import polib
import pytest

from tools.translate import catalogue


@pytest.fixture
def known(tmp_path):
    """Two texts, both translated."""
    made = catalogue.updated(catalogue.read(tmp_path / "none.po"), {"a": "One.", "b": "Two."})
    made[0].msgstr, made[1].msgstr = "하나.", "둘."
    return made


def test_it_is_read_as_it_was_written(known, tmp_path):
    text = '# A "title"\n\n- `x\\n`\n\n한글'
    path = tmp_path / "ko" / "01.po"
    known = catalogue.updated(known, {"a": text, "b": "Two."})
    known[0].tcomment = "allowed: numbers: a reason"
    assert catalogue.write(known, path) and not catalogue.write(known, path)
    again = catalogue.read(path)
    assert catalogue.written(again) == catalogue.written(known)
    assert (again[0].msgid, again[0].previous_msgid) == (text, "One.")
    assert again[0].tcomment == "allowed: numbers: a reason"
    assert str(polib.pofile(str(path))[0].msgctxt) == "a"  # for any other program


def test_a_changed_english_text_is_stale_and_keeps_what_it_was_translated_from(known):
    changed = catalogue.updated(known, {"a": "One!", "b": "Two."})
    assert catalogue.stale(changed) == ["a"] and catalogue.korean(changed) == {"b": "둘."}
    again = catalogue.updated(changed, {"a": "One?", "b": "Two."})
    assert (again[0].msgid, again[0].previous_msgid, again[0].msgstr) == ("One?", "One.", "하나.")


def test_a_change_that_is_taken_back_is_not_stale(known):
    changed = catalogue.updated(known, {"a": "One!", "b": "Two."})
    back = catalogue.updated(changed, {"a": "One.", "b": "Two."})
    assert catalogue.written(back) == catalogue.written(known)


def test_a_text_that_moved_keeps_its_korean(known):
    moved = catalogue.updated(known, {"c": "One.", "b": "Two."})
    assert catalogue.korean(moved) == {"c": "하나.", "b": "둘."}
    assert len(moved) == 2


def test_a_text_that_is_gone_is_kept_and_comes_back(known, tmp_path):
    gone = catalogue.updated(known, {"b": "Two.", "c": "New."})
    assert [entry.msgctxt for entry in gone if entry.obsolete] == ["a"]
    assert catalogue.missing(gone) == ["c"]
    catalogue.write(gone, tmp_path / "01.po")
    stored = catalogue.read(tmp_path / "01.po")
    assert catalogue.written(catalogue.updated(stored, {"b": "Two.", "c": "New."})) == (
        catalogue.written(gone)
    )
    back = catalogue.updated(stored, {"a": "One.", "b": "Two."})
    assert catalogue.korean(back) == {"a": "하나.", "b": "둘."}


def test_two_entries_for_one_text_are_refused(known, tmp_path):
    known.append(polib.POEntry(msgctxt="a", msgid="Another."))
    catalogue.write(known, tmp_path / "01.po")
    with pytest.raises(ValueError, match="two entries, keep one: a"):
        catalogue.read(tmp_path / "01.po")


def test_what_is_no_catalogue_is_named(tmp_path):
    (tmp_path / "01.po").write_text("<<<<<<< HEAD")
    with pytest.raises(ValueError, match="01.po: expected a PO file"):
        catalogue.read(tmp_path / "01.po")


def test_a_filled_list_is_taken(known):
    changed = catalogue.updated(known, {"a": "One!", "b": "Two.", "c": "Three.\n\nFour."})
    todo = [catalogue.listed(e) for e in changed if e.msgctxt in ("a", "c")]
    assert "One.\n-- English\nOne!" in todo[0]
    filled = f"lesson  translated\n{todo[0]}!\n\n{todo[1]}셋.\n\n넷.\n\n"
    assert catalogue.taken(changed, filled) == ["a", "c"]
    assert catalogue.korean(changed) == {"a": "하나.!", "b": "둘.", "c": "셋.\n\n넷."}


def test_what_was_left_empty_is_still_missing(known):
    changed = catalogue.updated(known, {"c": "Three."})
    catalogue.taken(changed, catalogue.listed(changed[0]))
    assert catalogue.missing(changed) == ["c"]


def test_a_name_that_is_not_there_changes_nothing(known):
    with pytest.raises(ValueError, match="expected a text of this lesson, such as a, got z"):
        catalogue.taken(known, "== a\nx\n== z\ny")
    assert known[0].msgstr == "하나."


def test_texts_that_were_pushed_on_keep_their_korean(known):
    """As the paragraphs of a page do, where one is put before them."""
    pushed = catalogue.updated(known, {"a": "Zero.", "b": "One.", "c": "Two."})
    assert catalogue.korean(pushed) == {"b": "하나.", "c": "둘."}
    assert catalogue.missing(pushed) == ["a"] and len(pushed) == 3
