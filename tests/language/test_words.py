"""Which language is spoken, and what is said in it."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from helpers.language import everywhere, of_file, say, speaking, spoken, words


@pytest.fixture
def unasked(monkeypatch):
    """Nothing says which language."""
    monkeypatch.delenv("LESSONS_LANG", raising=False)
    words._of_notebook.cache_clear()
    yield monkeypatch
    words._of_notebook.cache_clear()


def opened(monkeypatch, *cells):
    """As in a notebook in which these cells have run."""
    shell = SimpleNamespace(user_ns={"In": ["", *cells]})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def test_english_is_the_default(unasked):
    assert spoken() == "en"
    assert say("Right") == "Right"


def test_a_variable_chooses_and_has_precedence(unasked):
    unasked.setenv("LESSONS_LANG", "ko")
    assert say("Right") == "정답입니다"
    unasked.setenv("LESSONS_LANG", "en")
    with speaking("ko"):
        assert say("Right") == "Right"


@pytest.mark.parametrize("wish", ["KO", "Ko", "ko_KR.UTF-8", "ko-KR", "ko.UTF-8", " ko "])
def test_a_language_is_named_as_systems_name_it(unasked, wish):
    unasked.setenv("LESSONS_LANG", wish)
    assert spoken() == "ko" and say("Right") == "정답입니다"
    with speaking("en"):
        assert say("Right") == "정답입니다"


@pytest.mark.parametrize("wish", ["fr", "korean", "_", "C.UTF-8"])
def test_for_a_language_that_nobody_speaks_there_is_english(unasked, tmp_path, wish):
    (tmp_path / "ko").mkdir()
    unasked.chdir(tmp_path / "ko")
    unasked.setenv("LESSONS_LANG", wish)
    assert spoken() == "en" and say("Right") == "Right"
    with speaking("ko"):
        assert say("Right") == "Right"


def test_a_notebook_in_a_folder_ko_is_korean(unasked, tmp_path):
    (tmp_path / "ko").mkdir()
    unasked.chdir(tmp_path / "ko")
    assert spoken() == "ko"


@pytest.mark.parametrize(
    "cells, expected",
    [
        (["# 모든 강에서 같은 셀입니다", "start()"], "ko"),
        (["# the same in every lesson"], "en"),
        ([], "en"),
    ],
)  # fmt: skip
def test_a_notebook_whose_first_cells_are_korean_is_korean(unasked, cells, expected):
    opened(unasked, *cells)
    assert spoken() == expected


def test_what_the_table_lacks_stays_english():
    with speaking("ko"):
        assert say("nobody says {this}", this="that") == "nobody says that"
        assert say("") == ""  # not the heading of the table


def test_braces_of_others_mean_nothing_without_values():
    assert say("a learner's {x} and {") == "a learner's {x} and {"


def test_all_languages_for_programs_that_read_what_was_said():
    assert everywhere("Not yet") == ("Not yet", "다시 해 보세요")


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b'{"metadata": []}', b"[" * 100_000])
def test_a_file_that_is_no_notebook_is_english(content, tmp_path):
    assert of_file(content, tmp_path / "a.ipynb") == "en"


def test_who_speaks_english_loads_no_gettext():
    code = (
        "import sys; from helpers.language import say; say('Right'); "
        "assert 'helpers.language' in sys.modules; print('gettext' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert told.stdout == "False\n", told.stderr
