"""A record of completion: what is altered, in it or in the notebooks, is found."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import helpers
from helpers.course.grading import command, table
from helpers.course.grading.cells import cells_of, questions
from helpers.course.grading.marking import Mark
from helpers.course.grading.record import Record, differences, page, read_record, record_of
from helpers.course.grading.sandbox import walls
from tests.course.grading.test_grading import RIGHT, lesson_02

FOUND = [
    ("02.ipynb", [Mark("2.1", "right", "so", "sha256-1"), Mark("2.2", "wrong", "too large", "x")]),
    ("a<b>&\x1b.ipynb", [Mark("", "unreadable", "is no notebook")]),
]


class Seen(HTMLParser):
    """What a page shows, and which tags it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.tags = "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data + " "


def test_a_page_says_what_was_solved_with_what_and_when():
    record = record_of(FOUND)
    seen = Seen(page(record).decode())
    shown = ["1 of 2 exercises right", "02.ipynb", "2.2", "wrong", "sha256-1", "a<b>&?.ipynb"]
    for text in [*shown, record.date, helpers.__version__, "proves the work, not the person"]:
        assert text in seen.text, text


def test_a_page_stands_alone_and_runs_nothing():
    seen = Seen(page(record_of(FOUND)).decode())
    assert {"h1", "main", "table", "th"} <= {tag for tag, _ in seen.tags}
    assert not [tag for tag, given in seen.tags if {"src", "href", "onclick"} & set(given)]
    assert [given["type"] for tag, given in seen.tags if tag == "script"] == ["application/json"]
    assert dict(seen.tags)["html"] == {"lang": "en"}


def test_a_record_is_read_as_it_was_written():
    record = record_of(FOUND)
    assert read_record(page(record)) == record
    assert differences(record, FOUND) == []


@pytest.mark.parametrize(
    "old, new",
    [
        ("<td>wrong</td>", "<td>right</td>"),
        ('"wrong"', '"right"'),
        ("1 of 2", "2 of 2"),
        ("not the person", "and the person"),
        ("<td>2.1</td>", "<td>2.3</td>"),
        ('"form": 1', '"form": 2'),
        ('"form": 1, ', ""),
        ('"date": "', '"date": ["'),
        ('"result": "right"', '"result": {"a": 1}'),
        ('"date": "', '"name": "Ann", "date": "'),
        ('"date": "2', '"date": "\\ud8002'),
        ('id="record"', 'id="other"'),
    ],
)
def test_a_page_that_was_altered_is_refused(old, new):
    text = page(record_of(FOUND)).decode()
    assert old in text
    with pytest.raises(ValueError, match="altered|another form"):
        read_record(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    "content", [b"", b"\xff\0", b"<html>", b"[" * 10**5, b"x" * (5 * 2**20)], ids=len
)
def test_what_is_no_record_is_refused(content):
    with pytest.raises(ValueError, match="no record|larger"):
        read_record(content)
    with pytest.raises(ValueError, match="no record"):
        read_record(
            b'<script type="application/json" id="record">' + content[: 10**5] + b"</script>"
        )


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ([], ["02.ipynb 2.1: recorded as right, and is not there",
              "02.ipynb 2.2: recorded as wrong, and is not there"]),
        ([Mark("2.1", "right", "", "sha256-1"), Mark("2.2", "right", "", "x")],
         ["02.ipynb 2.2: recorded as wrong, graded as right"]),
        ([Mark("2.1", "right", "", "sha256-2"), Mark("2.2", "wrong", "", "x")],
         ["02.ipynb 2.1: the answer is another one"]),
        ([*FOUND[0][1], Mark("2.3", "right", "", "y")],
         ["02.ipynb 2.3: is not in the record, and graded as right"]),
    ],
)  # fmt: skip
def test_differences_are_told_one_by_one(now, told):
    assert differences(record_of(FOUND[:1]), [("02.ipynb", now)] if now else []) == told


def test_an_exercise_that_a_record_names_twice_is_told():
    record = record_of(FOUND[:1])
    twice = Record(record.entries * 2, record.date, record.course, record.python, record.torch)
    assert differences(twice, FOUND[:1]) == ["the record names an exercise twice"]


def test_a_digest_is_that_of_the_answer_and_what_it_needs():
    """Not of the notebook: other cells, outputs and metadata may change."""

    def digest(content: dict) -> str:
        return questions(cells_of(json.dumps(content).encode()))[0].digest()

    before = lesson_02(mse="two = 2\n" + RIGHT["2.1"].replace("2", "two"))
    other = lesson_02(mse="two = 2\n" + RIGHT["2.1"].replace("2", "two"), slope=RIGHT["2.2"])
    assert digest(before) == digest({**other, "metadata": {"a": 1}})
    assert digest(before) != digest(lesson_02(mse="two = 3\n" + RIGHT["2.1"].replace("2", "two")))


# The command.


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> tuple[Path, list[str]]:
    """A folder of notebooks with its record, and what a verification needs besides."""
    place = tmp_path_factory.mktemp("record")
    (place / "notebooks").mkdir()
    content = lesson_02(mse=RIGHT["2.1"], slope=RIGHT["2.2"])
    (place / "notebooks" / "02.ipynb").write_text(json.dumps(content))
    given = ["--record", "--out", str(place / "record.html"), str(place / "notebooks")]
    assert command.main(given) == 0
    return place, [] if walls() else ["--unprotected"]


@pytest.mark.slow
def test_notebooks_that_were_not_touched_agree(recorded, capsys):
    place, more = recorded
    assert (
        command.main(["--verify", str(place / "record.html"), str(place / "notebooks"), *more]) == 0
    )
    assert "these notebooks are what it says" in capsys.readouterr().out
    entries = read_record((place / "record.html").read_bytes()).entries
    assert [entry.result for entry in entries] == ["right", "right", *["not tried"] * 3]
    assert len({entry.answer for entry in entries}) == 5
    assert all(re.fullmatch("sha256-[0-9a-f]{32}", entry.answer) for entry in entries)


@pytest.mark.slow
def test_a_notebook_that_was_altered_is_found(recorded, tmp_path, capsys):
    place, more = recorded
    content = lesson_02(mse=RIGHT["2.1"] + "  # mine", slope=RIGHT["2.2"].replace("2 * h", "h"))
    (tmp_path / "02.ipynb").write_text(json.dumps(content))
    assert command.main(["--verify", str(place / "record.html"), str(tmp_path), *more]) == 1
    told = capsys.readouterr().out
    assert "02.ipynb 2.1: the answer is another one" in told
    assert "2.2: recorded as right, graded as wrong, and the answer is another one" in told


@pytest.mark.slow
def test_a_record_that_promises_more_than_the_notebooks_hold_is_found(recorded, tmp_path, capsys):
    """Written anew from altered data, so that page and data agree."""
    place, more = recorded
    record = read_record((place / "record.html").read_bytes())
    forged = page(record).replace(b"not tried", b"right").replace(b"2 of 5", b"5 of 5")
    forged = forged.replace(b'<tr class="other">', b'<tr class="right">')
    (tmp_path / "record.html").write_bytes(forged)
    read_record(forged)
    given = ["--verify", str(tmp_path / "record.html"), str(place / "notebooks"), *more]
    assert command.main(given) == 1
    assert capsys.readouterr().out.count("recorded as right, graded as not tried") == 3


def test_a_page_that_was_altered_is_told_before_any_code_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "marks", lambda *given: pytest.fail("judged"))
    (tmp_path / "02.ipynb").touch()
    text = page(record_of(FOUND)).decode().replace("1 of 2", "2 of 2")
    (tmp_path / "record.html").write_text(text)
    assert command.main(["--verify", str(tmp_path / "record.html"), str(tmp_path)]) == 1
    assert "cannot be verified: was altered" in capsys.readouterr().out


def test_the_notebooks_of_others_are_verified_behind_walls(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "walls", lambda: None)
    monkeypatch.setattr(command, "marks", lambda *given: pytest.fail("judged"))
    (tmp_path / "02.ipynb").touch()
    (tmp_path / "record.html").write_bytes(page(record_of(FOUND)))
    with pytest.raises(SystemExit):
        command.main(["--verify", str(tmp_path / "record.html"), str(tmp_path)])
    assert "--unprotected" in capsys.readouterr().err


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    """A folder with a notebook of one's own, of which nothing is judged."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "_marks", lambda *given: pytest.fail("judged"))
    monkeypatch.setattr(command, "walls", lambda: None)
    (tmp_path / "02.ipynb").write_text("mine")
    (tmp_path / "notes.html").write_text("<!DOCTYPE html>\n<html><title>Notes</title></html>")
    (tmp_path / "folder").mkdir()
    (tmp_path / "altered.html").write_bytes(page(record_of(FOUND)).replace(b"1 of 2", b"2 of 2"))
    return tmp_path


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["02.ipynb", "--out", "02.ipynb"], "the name of a notebook or an archive"),
        (["--out", "other.IPYNB"], "the name of a notebook or an archive"),
        (["--out", "all.zip"], "the name of a notebook or an archive"),
        (["--out", "notes.html"], "notes.html is there already and is no record of this command"),
        (["--out", "folder"], "cannot write folder: Is a directory"),
        (["--out", "altered.html", "--verify", "./altered.html"], "--out and --verify are one"),
    ],
)
def test_a_record_replaces_nothing_but_a_record(own, capsys, given, told):
    before = {file: file.is_file() and file.read_bytes() for file in own.iterdir()}
    with pytest.raises(SystemExit) as ended:
        command.main(["--record", *given])
    assert ended.value.code == 2 and told in capsys.readouterr().err
    assert {file: file.is_file() and file.read_bytes() for file in own.iterdir()} == before


@pytest.mark.parametrize("name", ["altered.html", "empty.html", "new.html"])
def test_a_record_replaces_an_older_one(own, monkeypatch, name):
    (own / "empty.html").touch()
    monkeypatch.setattr(command, "_marks", lambda *given: (FOUND[0][1], ""))
    assert command.main(["--record", "--out", name]) == 0
    assert read_record((own / name).read_bytes()).entries[0].exercise == "2.1"


def test_a_folder_without_permission_is_told_before_any_work(own, monkeypatch, capsys):
    def refused(*given: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(table, "NamedTemporaryFile", refused)
    with pytest.raises(SystemExit) as ended:
        command.main(["--record"])
    assert ended.value.code == 2
    assert "--out: cannot write record.html: Permission denied" in capsys.readouterr().err


def test_results_are_told_even_if_their_page_cannot_be_written(own, monkeypatch, capsys):
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "_marks", lambda *given: (FOUND[0][1], ""))
    monkeypatch.setattr(command, "write_whole", full)
    assert command.main(["--record"]) == 1
    told = capsys.readouterr().out
    assert "1 right, 1 wrong" in told and "No space left on device. No result was writ" in told


@pytest.mark.parametrize("given", [["--record", "--submissions", "."], ["--out", "a.html"],
                                   ["--record", "--out", "missing/a.html"],
                                   ["--record", "--unprotected"]])  # fmt: skip
def test_arguments_that_do_not_belong_together_are_told(given, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ipynb").touch()
    with pytest.raises(SystemExit) as ended:
        command.main(given)
    assert ended.value.code == 2 and "usage" in capsys.readouterr().err
