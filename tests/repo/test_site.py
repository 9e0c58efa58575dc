"""The website: what it reads from the lessons, and every page of it in a headless browser."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page, sync_playwright

from tests.lessons.browser import chromium
from tools.lessons import ran, sample
from tools.lessons.turns import due
from tools.publish import Place, publish_lesson

pytest.importorskip("sphinx", reason="needs the extra 'site'")
from tests import ROOT
from tools.site import board, build, freshness, lessons, modules, quiz  # noqa: E402
from tools.site.language import SearchKorean, other  # noqa: E402
from tools.site.words import LANGUAGES, WORDS, say  # noqa: E402

ARTIFACTS = ROOT / "artifacts"
pytestmark = pytest.mark.slow
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
ADA = Place("ada/lessons", "v1", "a" * 40)

OPENING = """# Guess a digit

**What you will do.** You guess *one* digit.

**What you will learn.** To guess (추측).

**What you need.** Nothing. About 5 minutes, or more."""


def make_board(*rows: tuple[str, str, str, str]) -> str:
    names = ["lesson", "method", "parameters", "accuracy"]
    lines = [["", *names], *(["0", *row] for row in rows)]
    cells = ["".join(f"<td>{text}</td>" for text in line) for line in lines]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in cells) + "</table>"


def make_lesson(*more: nbformat.NotebookNode, opening: str = OPENING, data: str = "mnist"):
    lesson = new_notebook(
        cells=[
            new_markdown_cell(opening),
            new_code_cell('address = ""\nfrom helpers.course.notebook import start'),
            *more,
        ]
    )
    lesson.metadata = {"lesson": {"data": [data]}, "kernelspec": {"name": "python3"}}
    return lesson


def make_shown(**data: str) -> nbformat.NotebookNode:
    kinds = {"html": "text/html", "png": "image/png", "plain": "text/plain"}
    shown = {kinds[kind]: text for kind, text in data.items()}
    return new_code_cell("show()", outputs=[new_output("display_data", data=shown)])


def make_checkout(
    folder: Path, lesson: nbformat.NotebookNode, korean: nbformat.NotebookNode | None = None
) -> Path:
    (folder / "notebooks" / "ko").mkdir(parents=True)
    nbformat.write(lesson, folder / "notebooks" / "01_guess.ipynb")
    if korean:
        nbformat.write(korean, folder / "notebooks" / "ko" / "01_guess.ipynb")
    return folder


def run_build(root: Path, folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tools.site", "--root", str(root), str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def read(lesson: nbformat.NotebookNode, page: str = "notebooks/01_guess") -> lessons.Lesson:
    return lessons.read(lesson, page)


# What is read from a lesson.


def test_a_lesson_says_what_it_is_about():
    lesson = read(make_lesson())
    assert (lesson.number, lesson.title) == ("01", "Guess a digit")
    assert lesson.task == "You guess *one* digit."
    assert lesson.time == "About 5 minutes"
    assert lesson.uses == {"course.notebook.start"}
    assert lesson.place is None


@pytest.mark.parametrize(
    ("part", "says"),
    [("# Guess", "a title"), ("**What you will do.**", "What you will do"), ("5 minutes", "hours")],
)
def test_a_lesson_that_does_not_say_it_is_refused(part, says):
    with pytest.raises(ValueError, match=f"01_guess.ipynb: expected .*{re.escape(says)}"):
        read(make_lesson(opening=OPENING.replace(part, "")))


def test_a_checkout_without_lessons_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected lessons such as"):
        lessons.find(tmp_path)


def test_scores_are_read_from_the_table_that_a_lesson_shows():
    table = make_board(("1", "guess", "0", "0.1"), ("1", "better guess", "7", "0.75"))
    other = "<table><tr><th>epoch</th><th>accuracy</th></tr><tr><td>0</td><td>0.9</td></tr></table>"
    lesson = read(make_lesson(make_shown(html=other), make_shown(html=table), sample.code("1")))
    assert [score["method"] for score in lesson.scores] == ["guess", "better guess"]
    assert [score["accuracy"] for score in lesson.scores] == ["0.1", "0.75"]


def test_a_board_for_each_task_in_which_later_figures_count():
    tables = [
        ("mnist", [("1", "guess", "0", "0.5"), ("01", "look", "3", "0.75")]),
        ("mnist", [("01", "guess", "0", "0.6")]),
        ("a_new_set", [("2", "guess", "0", "1.0")]),
    ]
    found = [
        read(make_lesson(make_shown(html=make_board(*rows)), data=name)) for name, rows in tables
    ]
    boards = board.boards(found)
    assert list(boards) == [say("en", "mnist"), "a_new_set"]
    guess, look = boards[say("en", "mnist")]
    assert (guess.lesson, guess.method, guess.accuracy) == ("01", "guess", "0.6")
    assert (guess.mistakes, guess.share) == (400, 1)
    assert (look.mistakes, look.share) == (250, pytest.approx(0.625))
    assert boards["a_new_set"][0].mistakes == 0


@pytest.mark.parametrize("branch", ["v1", "new/idea"])
def test_the_lessons_know_where_they_are_published(branch):
    lesson = make_lesson()
    publish_lesson(lesson, "notebooks/01_guess.ipynb", replace(ADA, branch=branch))
    assert read(lesson).place == Place("ada/lessons", branch)


def test_a_lesson_without_data_sets_is_named():
    lesson = make_lesson()
    del lesson.metadata["lesson"]
    with pytest.raises(ValueError, match="01_guess.ipynb: .* must name its data sets"):
        read(lesson)


def test_unpublished_lessons_have_no_buttons():
    assert build.launch([read(make_lesson())]) == {}


def test_a_room_s_modules_offer_what_is_public(tmp_path):
    files = {
        "metrics.py": '"""An idea.\n\nMore."""\ndef f(): ...\n',
        "closed.py": "def _f(): ...\n",
        "__main__.py": "def main(): ...\n",
        "training/__init__.py": "from helpers.training.fast import g\n",
        "training/fast.py": '"""Fast."""\ndef g(): ...\n',
        "data/fetch/hidden.py": "def f(): ...\n",
        "course/notebook.py": "def f(): ...\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    fast, metrics = modules.find(tmp_path)
    assert fast == modules.Module("training.fast", "Fast.", ("g",))
    assert metrics == modules.Module("metrics", "An idea.", ("f",))
    assert (fast.imported_as, metrics.imported_as) == ({"training.g"}, {"metrics.f"})


# Two languages.

OPENING_IN_KOREAN = """# 숫자 맞히기

**할 일.** 숫자 *하나*를 맞혀 봅니다.

**배울 내용.** 손실은 무엇인지 배웁니다.

**준비할 것.** 없습니다. 연습문제까지 약 5분, 길면 한 시간."""


def test_a_korean_opening_says_the_same():
    lesson = read(make_lesson(opening=OPENING_IN_KOREAN))
    assert (lesson.title, lesson.task) == ("숫자 맞히기", "숫자 *하나*를 맞혀 봅니다.")
    assert lesson.time == "연습문제까지 약 5분"


def test_each_language_has_all_words():
    assert set(WORDS) == set(LANGUAGES)
    assert len({frozenset(words) for words in WORDS.values()}) == 1


def test_a_page_leads_to_itself_in_the_other_language():
    pages = frozenset({"index", "notebooks/01_guess"})
    assert other("index", "en", pages) == "ko/index.html"
    assert other("notebooks/01_guess", "ko", pages) == "../../notebooks/01_guess.html"
    assert other("_modules/helpers", "en", pages) == "../ko/index.html"
    assert other("search", "ko", pages) == "../search.html"


def test_a_word_is_found_without_its_particle():
    found = SearchKorean({}).split("손실은 텐서에서 GPU에서 층을 그레이디언트입니다")
    assert {"손실", "텐서", "GPU", "그레이디언트입", "층을"} <= set(found)
    assert "손" not in found


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Path:
    english, korean = make_lesson(), make_lesson(opening=OPENING_IN_KOREAN)
    publish_lesson(english, "notebooks/01_guess.ipynb", ADA)
    publish_lesson(korean, "notebooks/ko/01_guess.ipynb", ADA)
    folder = tmp_path_factory.mktemp("both")
    done = run_build(make_checkout(folder, english, korean), folder / "site")
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_every_page_of_both_languages_says_which_it_is_and_leads_to_the_other(both):
    for path in both.rglob("*.html"):
        name = path.relative_to(both).as_posix()
        if "_static/" in name:
            continue
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        lang, away = ("ko", "en") if name.startswith("ko/") else ("en", "ko")
        assert page.html["lang"] == lang, name
        (switch,) = page.select("a.language")
        assert switch["lang"] == switch["hreflang"] == away
        target = (path.parent / switch["href"]).resolve()
        assert target.is_file() and ("ko" in target.relative_to(both).parts) == (away == "ko")


def test_a_korean_page_opens_its_own_notebook(both):
    page = (both / "ko/notebooks/01_guess.html").read_text("utf-8")
    assert "github/ada/lessons/blob/v1/notebooks/ko/01_guess.ipynb" in page
    assert "blob/v1/notebooks/01_guess.ipynb" not in page
    assert "아직 실행한 기록이 없습니다" in page


def test_each_language_has_its_own_search(both):
    texts = ((both / part / "searchindex.js").read_text("utf-8") for part in ("", "ko"))
    english, korean = (
        set(json.loads(text[len("Search.setIndex(") : -1])["terms"]) for text in texts
    )
    assert "손실" in korean and "손실" not in english
    assert "추측" in english and "추측" not in korean


# A website of one small lesson.


def make_stills(*settings: str) -> nbformat.NotebookNode:
    cell = new_code_cell("play(draw)")
    for words in settings:
        cell.outputs += make_shown(png=sample.PNG, plain=f"Picture: A dot. ({words})").outputs
    return cell


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    lesson = make_lesson(
        make_shown(png=sample.PNG, plain="Picture: A <dot>."),
        make_stills("a = 1, b = 2", "a = 3, b = 4"),
        new_markdown_cell("## Formula\n\nIt is $\\sqrt{x_1}$, and\n\n$$\\sum_i e^{x_i}$$"),
    )
    publish_lesson(lesson, "notebooks/01_guess.ipynb", ADA)
    assert "colab-badge" in lesson.cells[0].source
    folder = tmp_path_factory.mktemp("published")
    done = run_build(make_checkout(folder, lesson), folder / "site")
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_a_published_lesson_has_a_button_in_place_of_its_badge(published):
    page = BeautifulSoup((published / "notebooks/01_guess.html").read_text("utf-8"), "html.parser")
    links = [link["href"] for link in page.find_all("a", href=True)]
    colab = "https://colab.research.google.com/github/ada/lessons/blob/v1/notebooks/01_guess.ipynb"
    assert links.count(colab) == 1
    assert "https://github.com/ada/lessons" in links
    assert "colab-badge" not in str(page)


def test_a_slider_goes_through_the_still_pictures(published, page):
    page.goto((published / "notebooks/01_guess.html").as_uri())
    cell = page.locator(".tag_stills")
    pictures, slider = cell.locator("img"), cell.get_by_role("slider")
    shown = lambda: [picture.is_visible() for picture in pictures.all()]  # noqa: E731
    assert shown() == [True, False] and cell.locator("output").inner_text() == "a = 1, b = 2"
    slider.press("ArrowRight")
    assert shown() == [False, True] and cell.locator("output").inner_text() == "a = 3, b = 4"
    assert slider.get_attribute("aria-valuetext") == "a = 3, b = 4"
    assert page.get_by_role("slider").count() == 1
    page.emulate_media(media="print")
    assert shown() == [True, True] and not slider.is_visible()


def test_the_file_to_download_is_the_lesson_itself(published):
    stored = (published.parent / "notebooks/01_guess.ipynb").read_bytes()
    assert (published / "_sources/notebooks/01_guess.ipynb").read_bytes() == stored


def test_formulas_need_no_script(published):
    page = BeautifulSoup((published / "notebooks/01_guess.html").read_text("utf-8"), "html.parser")
    inline, block = page.find_all("math")
    assert inline.msqrt and block["display"] == "block"
    assert not [script["src"] for script in page.find_all("script", src=re.compile("math"))]


def test_a_picture_has_the_words_of_its_notebook(published):
    page = BeautifulSoup((published / "notebooks/01_guess.html").read_text("utf-8"), "html.parser")
    words = [picture["alt"] for picture in page.article.find_all("img")]
    assert words == ["A <dot>.", "A dot. (a = 1, b = 2)", "A dot. (a = 3, b = 4)"]


def last_line(folder: Path, page: str) -> str:
    soup = BeautifulSoup((folder / page).read_text("utf-8"), "html.parser")
    return soup.select_one(".extra_footer p")


def test_each_page_says_when_its_lesson_last_ran(published):
    for page in ("index.html", "helpers.html", "notebooks/01_guess.html", "search.html"):
        assert last_line(published, page).text == "No run is recorded yet of lesson 01."


@pytest.mark.parametrize(("days", "old"), [(0, False), (59, False), (70, True)])
def test_a_page_says_that_the_last_run_is_long_ago(days, old):
    day = (datetime.now(UTC).date() - timedelta(days=days)).isoformat()
    told = freshness.told([ran.Run("01_a", "Linux <x>", day, {"torch": "2.15.0"})], ["01_a"])
    note = BeautifulSoup(told, "html.parser").strong
    assert f"on {day} with torch 2.15.0, on 1 system (Linux &lt;x&gt;)" in told
    assert note.has_attr("hidden") != old and "60 days" in note.text


def test_a_page_that_has_grown_old_says_so_when_it_is_opened(browser):
    """The note was hidden when the page was built; the reader's clock shows it."""
    script = (ROOT / "tools/site/static/freshness.js").read_text("utf-8")
    for days, shown in ((10, False), (70, True)):
        day = (datetime.now(UTC).date() - timedelta(days=days)).isoformat()
        with tab(browser) as page:
            page.set_content(
                f"<p><strong data-ran={day} data-days=60 hidden>old</strong></p>"
                f"<script>{script}</script>"
            )
            assert page.locator("strong").is_visible() == shown


def test_a_warning_puts_nothing_in_place(tmp_path):
    lesson = make_lesson(new_markdown_cell("![nothing](nowhere.png)"))
    site = tmp_path / "site"
    site.mkdir()
    (site / "old.html").write_text("still here")
    done = run_build(make_checkout(tmp_path, lesson), site)
    assert done.returncode == 1 and "nowhere.png" in done.stderr
    assert [path.name for path in site.iterdir()] == ["old.html"]


# The website of this checkout, every page in a browser of a phone's width.


@dataclass
class Visit:
    """What a page holds and did when it was opened.

    Attributes:
        ids: the places in it that a link may name.
        links: where it leads, as complete addresses.
        pictures: description and width of each picture.
        width: how wide it is.
        requests: what it loaded.
        errors: what the browser complained about.
    """

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    pictures: list[tuple[str, int]] = field(default_factory=list)
    width: int = 0
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(tmp_path_factory, pytestconfig) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    begin = time.perf_counter()
    done = run_build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    seconds = time.perf_counter() - begin
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nthe website was built in {seconds:.1f} s")
    return folder


@pytest.fixture(scope="module")
def address(site) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = chromium.find(os.environ, playwright.chromium.executable_path)
        if program is None:
            pytest.skip("no Chromium or Chrome found: see tests/lessons/test_browser.py")
        with playwright.chromium.launch(executable_path=program, args=chromium.flags()) as browser:
            yield browser


def tab(browser: Browser, **options) -> Page:
    """A new page that waits for minutes, as it has to where other tests take both cores."""
    page = browser.new_page(**options)
    page.set_default_timeout(180_000)
    return page


@pytest.fixture
def page(browser) -> Iterator[Page]:
    with tab(browser, viewport=DESK) as page:
        yield page


def pages(site: Path) -> list[str]:
    """All but parts of the theme."""
    found = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    return [name for name in found if "_static/" not in name]


@pytest.fixture(scope="module")
def visits(browser, address, site) -> dict[str, Visit]:
    """Every page of the website, by its path."""
    visits = {}
    with tab(browser, viewport=PHONE) as page:
        page.on("request", lambda request: visit.requests.append(request.url))
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.on(
            "console", lambda said: visit.errors.append(said.text) if said.type == "error" else None
        )
        for name in pages(site):
            visit = visits[name] = Visit()
            page.goto(address + name)
            visit.ids = set(page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)"))
            visit.links = page.evaluate("[...document.links].map(a => a.href)")
            visit.pictures = page.evaluate(
                "[...document.images].map(i => [i.getAttribute('alt'), i.naturalWidth])"
            )
            visit.width = page.evaluate("document.documentElement.scrollWidth")
    return visits


def test_every_lesson_and_the_helpers_have_a_page(visits):
    stems = [path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")]
    assert stems and {f"notebooks/{stem}.html" for stem in stems} <= visits.keys()
    assert {"index.html", "helpers.html", "_modules/helpers/pictures/canvas.html"} <= visits.keys()


def test_every_internal_link_arrives(visits, address, site):
    broken = []
    for name, visit in visits.items():
        for link in visit.links:
            if not link.startswith(address):
                continue
            parts = urlsplit(link)
            target, place = unquote(parts.path).lstrip("/") or "index.html", unquote(parts.fragment)
            known = visits[target].ids | {""} if target in visits else {""}
            if not (site / target).is_file() or place not in known:
                broken.append(f"{name}: {link}")
    assert not broken, "\n".join(broken)


def test_every_page_can_be_reached(visits, address):
    links = [link for visit in visits.values() for link in visit.links]
    reached = {unquote(urlsplit(link).path).lstrip("/") for link in links}
    assert not visits.keys() - reached - {"search.html"}  # the search field leads there


def test_every_picture_is_there_and_described(visits):
    pictures = {name: visit.pictures for name, visit in visits.items()}
    assert sum(map(len, pictures.values())) > 50
    for name, described in pictures.items():
        assert all(alt and alt.strip() and width for alt, width in described), (name, described)


def test_no_page_is_wider_than_a_phone(visits):
    wide = {name: visit.width for name, visit in visits.items() if visit.width > PHONE["width"] + 1}
    assert not wide


def test_every_lesson_has_a_korean_page(visits):
    stems = [path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")]
    assert {f"ko/notebooks/{stem}.html" for stem in stems} | {"ko/index.html"} <= visits.keys()


def test_nothing_is_loaded_from_elsewhere(visits, address):
    elsewhere = {
        url for v in visits.values() for url in v.requests if not url.startswith((address, "data:"))
    }
    assert not elsewhere


def test_the_browser_has_no_complaint(visits):
    assert not {name: visit.errors for name, visit in visits.items() if visit.errors}


def test_the_scoreboard_is_that_of_the_lessons(page, address):
    page.goto(address)
    rows = page.locator(".scoreboard tbody tr").all_inner_texts()
    expected = [row for rows in board.boards(lessons.find(ROOT)).values() for row in rows]
    assert expected and len(rows) == len(expected)
    for text, row in zip(rows, expected):
        assert {row.lesson, row.method, row.accuracy, f"{row.parameters:,}"} <= set(
            re.split(r"\s*\t\s*", text)
        )


@pytest.mark.parametrize(
    ("part", "word", "leads"),
    [
        ("", "broadcasting", "01_"),
        ("", "기준선", "01_"),
        ("", "draw_scoreboard", "helpers"),
        ("ko/", "기준선", "01_"),
    ],
)
def test_the_search_finds(page, address, part, word, leads):
    page.goto(address + part)
    page.keyboard.press("Control+k")
    page.keyboard.type(word)
    page.keyboard.press("Enter")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    assert any(leads in (link.get_attribute("href") or "") for link in results.all())


def test_an_answer_unfolds(page, address):
    page.goto(f"{address}notebooks/01_pixel_similarity.html")
    answer = page.locator("details", has_text="Solution").first
    code = answer.locator("pre")
    assert not code.is_visible()
    answer.locator("summary").click()
    assert code.is_visible()


def test_a_choice_says_what_is_right_or_wrong_with_it(page, address):
    requests: list[str] = []
    page.goto(f"{address}notebooks/01_pixel_similarity.html")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)  # the answers are in the page
    scrolled = ("image", "font")  # what only comes into view
    page.on("request", lambda r: r.resource_type in scrolled or requests.append(r.url))
    question = quiz.read(quiz.CHOICES / "01.toml")[0]
    form = page.locator("form.quiz").first
    reply = form.locator(".reply")
    assert reply.inner_text() == "" and form.locator("legend").inner_text().startswith("1. ")
    for option in (*question.wrong, question.right):
        form.get_by_label(option).check()
        assert reply.inner_text() == question.says(option).replace("`", "")
        right = "true" if option == question.right else "false"
        assert reply.get_attribute("data-right") == right
    assert all(url.endswith("icon.svg") for url in requests)  # the tab's own
    assert page.locator("form.quiz").count() == 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_no_serious_finding(browser, address, site, scheme):
    """On every page, in CI on an eighth of them in turn (``tools.lessons.turns``)."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    serious = []
    with tab(browser, viewport=DESK, color_scheme=scheme, reduced_motion="reduce") as page:
        for name in due(pages(site), second=scheme == "dark", of=8):
            page.goto(address + name, wait_until="networkidle")  # all colours are there
            page.evaluate("Promise.allSettled(document.getAnimations().map(a => a.finished))")
            for finding in axe.run(page, options={"resultTypes": ["violations"]}).response[
                "violations"
            ]:
                if finding["impact"] in ("serious", "critical"):
                    first = finding["nodes"][0]["html"][:100]
                    serious.append(f"{name}: {finding['id']}, first {first}")
    assert not serious, "\n".join(serious)


def test_pictures_of_the_pages_are_kept(browser, address):
    """To be looked at; nothing is compared but that dark is darker."""
    ARTIFACTS.mkdir(exist_ok=True)
    light = {}
    for name in ("index", "notebooks/01_pixel_similarity", "helpers"):
        for scheme in ("light", "dark"):
            for kind, viewport in (("desk", DESK), ("phone", PHONE)):
                with tab(browser, viewport=viewport, color_scheme=scheme) as page:
                    page.goto(f"{address}{name}.html")
                    file = f"site-{Path(name).name}-{kind}-{scheme}.png"
                    page.screenshot(path=ARTIFACTS / file)
                    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
                    light[scheme] = sum(map(int, re.findall(r"\d+", colour)[:3]))
        assert light["dark"] < 100 < 600 < light["light"]
