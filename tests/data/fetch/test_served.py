import pytest

from helpers.data.fetch import served, store
from helpers.data.fetch.errors import DataError, Unreachable
from tests.data.kit import Bench, write_set


@pytest.fixture
def bench(monkeypatch, tmp_path):
    return Bench(monkeypatch, tmp_path)


def test_first_this_machine(bench, capsys):
    bench.install()
    bench.mirror("/would/fail")
    assert served.resolve("tiny") == served.Found(bench.folder, served.lookup("tiny").layout, False)
    assert capsys.readouterr().out == ""


def test_then_the_mirror(bench):
    bench.mirror_folder()
    assert served.resolve("tiny").path == bench.folder
    assert not served.practice_in_use()


def test_then_practice_and_the_reasons_are_said(bench, capsys):
    bench.mirror("/no/such/folder")
    found = served.resolve("tiny")
    assert found.practice and found.path == bench.home / "practice" / "tiny"
    assert served.practice_in_use()
    out = capsys.readouterr().out
    for words in (
        "the mirror /no/such/folder: there is no such folder",
        "the official host http://127.0.0.1:9: cannot be reached",
        "PRACTICE DATA",
        "its figures differ",
        "connect to the internet, or set LESSONS_MIRROR",
    ):
        assert words in out
    assert not bench.folder.exists() and bench.left_over() == ["practice"]


def test_official_forbids_practice(bench):
    bench.mode("official")
    with pytest.raises(Unreachable, match="(?s)LESSONS_DATA=official.*Tried:.*official host"):
        served.resolve("tiny")
    assert not served.practice_in_use() and bench.left_over() == []


def test_official_takes_what_is_here(bench):
    bench.mode("official")
    bench.install()
    assert not served.resolve("tiny").practice


def test_practice_is_forced(bench, capsys):
    bench.mode("practice")
    bench.install()
    assert served.resolve("tiny").practice
    assert "practice images made" in capsys.readouterr().out


@pytest.mark.parametrize("value", ["yes", "Official", "real"])
def test_another_mode_is_an_error(bench, value):
    bench.mode(value)
    with pytest.raises(DataError, match=f"'official'.*'practice'.*not set, but is '{value}'"):
        served.resolve("tiny")


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_mode_is_none(bench, value):
    bench.mode(value)
    bench.install()
    assert not served.resolve("tiny").practice


@pytest.mark.parametrize("mode", ["", "official"])
def test_damage_is_repaired_or_else_practice_or_an_error(bench, mode, capsys):
    bench.mode(mode)
    bench.install()
    (bench.folder / "train" / "3" / "5.png").unlink()
    if mode == "official":
        with pytest.raises(DataError, match="this machine: train/3/5.png is missing"):
            served.resolve("tiny")
    else:
        assert served.resolve("tiny").practice
    assert "not whole: train/3/5.png is missing" in capsys.readouterr().out
    bench.new_process()
    bench.mirror_folder()
    assert not served.resolve("tiny").practice
    assert "repaired, 1 files replaced" in capsys.readouterr().out


def test_a_process_looks_once(bench, monkeypatch):
    bench.install()
    looks = []
    monkeypatch.setattr(served, "settle", lambda *args: looks.append(args) or store.settle(*args))
    for _ in range(3):
        served.resolve("tiny")
    assert len(looks) == 1
    bench.mode("practice")
    served.resolve("tiny")
    assert len(looks) == 2


def test_a_folder_that_vanished_is_looked_for_again(bench):
    write_set(bench.folder)
    served.resolve("tiny")
    bench.folder.rename(bench.home / "away")
    assert served.known("tiny") is None
    bench.mirror_folder()
    assert served.resolve("tiny").path.is_dir()


def test_a_glance_gives_the_stored_images_without_looking_at_files(bench, monkeypatch):
    bench.install()
    assert served.glance("tiny") is None  # nothing is stored yet
    _, wanted = served.find("tiny")
    monkeypatch.setattr(served, "_found", {})  # as in a new process
    found, splits = served.glance("tiny")
    assert found.path == bench.folder and not found.practice
    assert (splits["train"].images == wanted["train"].images).all()
    assert served.known("tiny") is None  # so that folder() still verifies every file


@pytest.mark.parametrize("change", ["added", "removed"])
def test_a_glance_notices_files_that_come_or_go(bench, change):
    bench.install()
    served.find("tiny")
    image = next((bench.folder / "train" / "3").iterdir())
    if change == "added":
        image.with_name("mine.png").write_bytes(image.read_bytes())
    else:
        image.unlink()
    assert served.glance("tiny") is None


def test_a_glance_never_sees_the_real_images_on_practice_data(bench):
    bench.install()
    served.find("tiny")
    bench.mode("practice")
    assert served.glance("tiny") is None
