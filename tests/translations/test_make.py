"""Korean notebooks are made of English ones and catalogues, twice the same, and never lie."""

import copy

import nbformat
import pytest

from tests import ROOT
from tests.translations.kit import KOREAN, TITLE, checkout, lesson
from tools.lessons import exercises, hygiene, pictures, sample, standard
from tools.lessons.execute import written
from tools.lessons.notebook import code_cells, language, lessons, read
from tools.publish import Place, publish_lesson
from tools.translate import __main__ as command
from tools.translate import catalogue, make, outputs


@pytest.fixture
def whole(tmp_path):
    """A lesson with all its Korean."""
    return checkout(tmp_path, KOREAN)


def test_texts_are_korean_and_the_rest_is_english(whole):
    made, english = make.made(whole), read(whole)
    assert made.cells[0].source == KOREAN["cell-0"]
    assert made.cells[1].source == 'x = 1  # 준비\nassert x, "not a text of the lesson"'
    assert made.cells[3].source == ('n = 5  # 값\nshow(f, alt="검은 점.")\nprint(f"{n}의 정확도")')
    picture, printed = made.cells[3].outputs
    assert picture.metadata["image/png"]["alt"] == picture.data["text/plain"] == "검은 점."
    assert printed.text == "5의 정확도\n"
    assert [c.id for c in made.cells] == [c.id for c in english.cells]
    assert (language(made), language(english)) == ("ko", "en")


def test_a_missing_text_is_english_with_a_mark(tmp_path):
    path = checkout(tmp_path, {})
    made = make.made(path)
    assert made.cells[0].source == TITLE.replace("\n\n", f"\n\n{make.MARK}\n\n")
    assert [c.source for c in code_cells(made)] == [c.source for c in code_cells(read(path))]


def test_a_mended_english_text_is_shown_at_once_and_never_an_old_translation(whole):
    english = read(whole)
    english.cells[2].source = "## 1. Count\n\nThere are 12,397 images."
    whole.write_text(written(english), encoding="utf-8")
    for _ in range(2):  # before the catalogue is refreshed, and after
        made = make.made(whole)
        assert "There are 12,397 images." in made.cells[2].source
        assert make.MARK in made.cells[2].source and made.cells[0].source == KOREAN["cell-0"]
        catalogue.write(make.refreshed(whole), make.catalogue_of(whole))
    assert catalogue.stale(catalogue.read(make.catalogue_of(whole))) == ["cell-2"]


def test_a_text_that_goes_to_another_lesson_takes_its_korean_along(whole):
    """Also to one before it, in the first call."""
    earlier, english = whole.with_name("00_first.ipynb"), read(whole)
    first = lesson()
    moved = english.cells.pop(2)
    moved.id = "moved"
    first.cells[2] = moved
    for path, notebook in ((whole, english), (earlier, first)):
        path.write_text(written(notebook), encoding="utf-8")
    command.make_all([earlier, whole])
    assert catalogue.korean(catalogue.read(make.catalogue_of(earlier))) == {
        "moved": KOREAN["cell-2"]
    }


def test_a_badge_is_no_text_and_opens_the_notebook_that_it_stands_in(whole):
    english = read(whole)
    english.cells[1].source += '\naddress = ""'
    place = Place("ada/lessons", commit="0123456789" * 4)
    publish_lesson(english, "notebooks/01_guess.ipynb", place)
    whole.write_text(written(english), encoding="utf-8")
    title = make.made(whole).cells[0].source
    badge = place.badge("notebooks/ko/01_guess.ipynb")
    assert title == KOREAN["cell-0"].replace("\n\n", f"\n\n{badge}\n\n", 1)


def ran(path, text="5는 정확\n"):
    """As ``make.run`` stores it."""
    made, english = make.made(path), read(path)
    cell = made.cells[3]
    cell.outputs[1].text = text
    cell.metadata["lesson"] = {"ran": make.origin(english.cells[3], cell, made.cells[1])}
    make.made_of(path).parent.mkdir(exist_ok=True)
    make.made_of(path).write_text(written(made), encoding="utf-8")


def test_what_a_korean_run_has_shown_stays(whole):
    assert make.not_run(whole) == ["cell-3"]
    ran(whole)
    assert make.made(whole).cells[3].outputs[1].text == "5는 정확\n"
    assert make.not_run(whole) == []


@pytest.mark.parametrize("what", ["code", "output", "words"])
def test_it_goes_when_what_it_was_made_of_has_changed(whole, what):
    ran(whole)
    english = read(whole)
    if what == "code":
        english.cells[3].source = english.cells[3].source.replace("n = 5", "n = 6")
    elif what == "output":
        english.cells[3].outputs[1].text = "accuracy of 6\n"
    else:
        known = catalogue.read(make.catalogue_of(whole))
        known.find("accuracy of {n}").msgstr = "{n}의 정확함"
        catalogue.write(known, make.catalogue_of(whole))
    whole.write_text(written(english), encoding="utf-8")
    assert make.not_run(whole) == ["cell-3"]
    assert make.made(whole).cells[3].outputs[1].text != "5는 정확\n"


def test_a_comment_changes_no_output(whole):
    ran(whole)
    known = catalogue.read(make.catalogue_of(whole))
    known.find("a value").msgstr = "어떤 값"
    catalogue.write(known, make.catalogue_of(whole))
    assert "어떤 값" in make.made(whole).cells[3].source and make.not_run(whole) == []


@pytest.mark.slow
@pytest.mark.parametrize("quoted, stays", [(True, "700의 정확도\n"), (False, "5의 정확도\n")])
def test_a_run_stores_what_the_korean_notebook_shows(tmp_path, quoted, stays):
    """But for what is not compared and has numbers that the text quotes and it lacks."""
    english = lesson()
    if quoted:
        english.cells.append(nbformat.v4.new_markdown_cell("Here it is 700.", id="cell-700"))
    english.cells[3].source = 'n = 5  # a value\nprint(f"accuracy of {n}")\nimport os'
    del english.cells[3].outputs[0]
    ignored = copy.deepcopy(english.cells[3])
    ignored.id = "cell-4"
    ignored.metadata = {"tags": ["nbval-ignore-output"], "lesson": {"reason": "a long training"}}
    ignored.outputs[0].text = "accuracy of 700\n"
    english.cells.append(ignored)
    by_helpers = copy.deepcopy(ignored)  # words of no catalogue of the lesson, the same numbers
    by_helpers.id, by_helpers.source = "cell-4b", "print('15에서 7까지' if n else '')"
    by_helpers.outputs[0].text = "from 7 to 15\n"
    english.cells.append(by_helpers)
    english.cells.append(copy.deepcopy(english.cells[3]))
    english.cells[-1].id = "cell-5"
    english.cells[-1].source = 'print(os.environ["LESSONS_LANG"])'
    for count, cell in enumerate(code_cells(english), start=1):
        cell.execution_count = count
    texts = {name: text for name, text in KOREAN.items() if name != "cell-3:alt"}
    texts["cell-700"] = "여기서는 700입니다."
    path = checkout(tmp_path, texts | {"cell-4:words": "{n}의 정확도"}, english)
    command.make_all([path])
    make.run(path)
    shown = [cell.outputs[0].text for cell in code_cells(read(make.made_of(path)))[1:]]
    assert shown == ["5의 정확도\n", stays, "15에서 7까지\n", "ko\n"]
    before = make.made_of(path).read_bytes()
    command.make_all([path])
    assert make.made_of(path).read_bytes() == before
    assert make.not_run(path) == []


@pytest.mark.slow
@pytest.mark.parametrize("fresh", [False, True])
def test_a_run_keeps_what_an_earlier_korean_run_has_shown_within_the_tolerance(tmp_path, fresh):
    """But for pictures, whose words nothing compares."""
    picture = {"image/png": "iVBORw0KGgo=", "text/plain": "a dot"}
    english = lesson()
    english.cells[3].source = f"print(f'accuracy of {{1 / 3:.7f}}')\ndisplay({picture}, raw=True)"
    english.cells[3].outputs = [sample.printed("accuracy of 0.3333334\n"), sample.shown(picture)]
    words = {"cell-3:words": "{1 / 3:.7f}의 정확도"}
    path = checkout(tmp_path, KOREAN | words, english)
    command.make_all([path])
    make.run(path)
    notebook = read(make.made_of(path))
    notebook.cells[3].outputs[0].text = "0.3333334의 정확도\n"  # as another processor would
    notebook.cells[3].outputs[1].data["image/png"] = "iVBORw0KGgp="
    make.made_of(path).write_text(written(notebook), encoding="utf-8")
    make.run(path, fresh=fresh)
    printed, shown = read(make.made_of(path)).cells[3].outputs
    assert printed.text == f"0.333333{3 if fresh else 4}의 정확도\n"
    assert shown.data["image/png"].strip() == picture["image/png"]


def test_a_name_that_a_cell_before_has_given_is_told_where_a_line_begins_with_it():
    said = "linear model: 0.3\nno linear model\nlinear models\n"
    cell = sample.code("compare()", sample.printed(said))
    outputs.retell(cell, [], {}, {"linear model": "선형 모델"})
    assert cell.outputs[0].text == said.replace("linear model:", "선형 모델:")


def test_a_field_of_a_table_is_told_where_it_is_the_whole_field():
    table = {
        "text/html": "<td>a lean network</td><td>a lean network, wider</td><td>0.5</td>",
        "text/plain": "  a lean network  0.5",
    }
    cell = sample.code("board", nbformat.v4.new_output("execute_result", table))
    outputs.retell(cell, [("a lean network", "가벼운 신경망")], {})
    data = cell.outputs[0].data
    assert data["text/html"].startswith("<td>가벼운 신경망</td><td>a lean network, wider</td>")
    assert data["text/plain"] == "         가벼운 신경망  0.5"


@pytest.mark.parametrize("number", ["7", "8"])
def test_a_picture_over_the_same_numbers_is_that_of_the_korean_run(number):
    def drawn(words: str) -> list:
        return [nbformat.v4.new_output("display_data", {"image/png": words, "text/plain": words})]

    same = make.same_figures(drawn("it says 7"), drawn(f"답: {number}"))
    assert same == (number == "7")


# The commands.


@pytest.fixture
def use(monkeypatch, tmp_path, capsys):
    """Runs a command on the checkout in ``tmp_path``."""
    monkeypatch.setattr(make, "ROOT", tmp_path)

    def use(*arguments: str) -> tuple[int, str]:
        return command.main(list(arguments)), capsys.readouterr().out

    return use


def test_making_twice_changes_nothing(whole, use):
    assert "01_guess.ipynb: made" in use("make")[1]
    files = [make.made_of(whole), make.catalogue_of(whole)]
    before = [path.read_bytes() for path in files]
    assert use("make") == (0, "")
    assert [path.read_bytes() for path in files] == before


def test_a_changed_english_sentence_is_found_by_name(whole, use):
    english = read(whole)
    english.cells[2].source = english.cells[2].source.replace("There are", "We have")
    whole.write_text(written(english), encoding="utf-8")
    status, said = use("status", "01", "--strict")
    assert status == 1 and said.splitlines()[1].split() == ["01", "5", "1", "0", "1"]
    assert "== cell-2\n-- English before\n## 1. Count\n\nThere are" in said
    assert "-- English\n## 1. Count\n\nWe have" in said and "-- Korean\n## 1. 세기" in said
    assert use("status")[0] == 0


def test_a_list_is_filled_in_and_taken(tmp_path, use, monkeypatch):
    path = checkout(tmp_path, {})
    todo = use("status", "01")[1]
    assert todo.count("-- Korean\n") == 6
    filled = tmp_path / "list.txt"
    filled.write_text(todo.replace("-- Korean\n", "-- Korean\n한국어", 1), encoding="utf-8")
    with filled.open() as lines:
        monkeypatch.setattr("sys.stdin", lines)
        assert use("take", "01") == (0, f"{make.catalogue_of(path)}: 6 texts taken\n")
    assert catalogue.korean(catalogue.read(make.catalogue_of(path))) == {"cell-0": "한국어"}


def test_differences_are_printed_by_name_and_allowed_with_a_reason(tmp_path, use):
    path = checkout(tmp_path, KOREAN | {"cell-2": "## 1. 세기\n\n모두 12,369장입니다."})
    status, said = use("check")
    assert status == 1
    assert "01 cell-2: numbers: the English has 12396, the Korean has 12369\n1 differences" in said
    known = catalogue.read(make.catalogue_of(path))
    next(e for e in known if e.msgctxt == "cell-2").tcomment = "allowed: numbers: a test"
    catalogue.write(known, make.catalogue_of(path))
    assert use("check") == (0, "0 differences\n")


# The edition itself.

LESSONS = lessons(ROOT)
PARTS = make.sources(ROOT)


@pytest.mark.parametrize("path", PARTS, ids=make.name_of)
def test_the_korean_is_what_make_ko_makes(path):
    """An English mend needs this command, and no translator: what is stale shows the English."""
    known = catalogue.written(make.refreshed(path))
    assert make.catalogue_of(path).read_text("utf-8") == known, "run: make ko"
    made = make.made_of(path)
    if made is not None:
        assert made.exists() and made.read_text("utf-8") == make.text_of(path), "run: make ko"


def test_no_korean_lesson_is_left_of_an_english_one_that_is_gone():
    made = {path.name for path in (ROOT / "notebooks/ko").glob("*.ipynb")}
    assert made == {path.name for path in LESSONS}
    catalogues = {path.name for path in (ROOT / "translations/ko").glob("*.po")}
    assert catalogues - {"helpers.po"} == {make.catalogue_of(path).name for path in PARTS}


@pytest.mark.slow
@pytest.mark.parametrize("path", PARTS, ids=make.name_of)
def test_the_korean_says_what_the_english_says(path):
    """Of what is translated and not stale, so that no English mend waits for it."""
    found = command.check([path])
    assert not found, "\n".join(["", *map(str, found)])


def test_the_setup_cell_is_the_same_in_every_korean_lesson():
    lessons = {path.stem: read(make.made_of(path)) for path in LESSONS}
    assert not standard.same_setup(lessons)


@pytest.mark.parametrize(
    "check", [*hygiene.CHECKS, pictures.whole], ids=lambda check: check.__name__
)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_korean_lessons_are_clean(path, check):
    assert not check(read(make.made_of(path)))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_korean_lessons_have_the_same_exercises(path):
    english, korean = (exercises.find(read(p)) for p in (path, make.made_of(path)))
    assert [(e.number, e.stub, e.check, e.solution) for e in english] == [
        (e.number, e.stub, e.check, e.solution) for e in korean
    ]
