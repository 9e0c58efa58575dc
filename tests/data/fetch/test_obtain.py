import shutil
from dataclasses import replace

import pytest

from helpers.data.fetch import obtain
from helpers.data.fetch.catalogue import lookup
from helpers.data.fetch.errors import DataError, Unreachable
from tests.data.kit import (
    COUNTS,
    JPEG,
    PNG,
    SHORT,
    Bench,
    content,
    pack,
    serving,
    silence,
    status,
    sums,
    write_set,
)


@pytest.fixture
def bench(monkeypatch, tmp_path):
    return Bench(monkeypatch, tmp_path)


@pytest.fixture
def work(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


def test_a_mirror_gives_the_set_and_the_cost_is_said(bench, work, capsys):
    place = bench.mirror_folder(checksum=sums(bench.archive))
    checked = obtain.fetch(lookup("tiny"), work)
    assert checked.whole and checked.root == work / "tiny"
    out = capsys.readouterr().out
    assert out.startswith(f"tiny: 0.0 MB from the mirror {place}, about 0 MB on disk, ")
    assert out.endswith(" seconds.\n") and out.count("\n") == 1


def test_a_mirror_that_fails_is_said_and_the_official_host_is_tried(bench, work, server, capsys):
    bench.mirror_folder(archive=bench.archive[:-900])
    server.put("tiny.tgz", content(bench.archive))
    bench.official(server.url)
    assert obtain.fetch(lookup("tiny"), work).whole
    said, cost = capsys.readouterr().out.splitlines()
    assert said.startswith("tiny: the mirror ") and "is damaged or ends early" in said
    assert f"from the official host {server.url}" in cost


def remove_one(folder):
    (folder / "train" / "3" / "5.png").unlink()


def add_one(folder):
    shutil.copy(folder / "train" / "3" / "5.png", folder / "train" / "3" / "6.png")


def rename_all(folder):
    folder.rename(folder.with_name("other"))


@pytest.mark.parametrize(
    "change, words",
    [
        (remove_one, "train/3/5.png is missing"),
        (add_one, "train/3/6.png too many"),
        (rename_all, "train/3 holds 0 images instead of 6"),
    ],
)
def test_an_archive_of_another_set_is_refused(bench, work, change, words):
    change(bench.original)
    bench.mirror_folder(archive=pack(next(bench.original.parent.iterdir())))
    with pytest.raises(Unreachable, match=f"not exactly the images.*{words}"):
        obtain.fetch(lookup("tiny"), work)


@pytest.mark.parametrize(
    "answer, words",
    [
        (status(404), "the server answers 404"),
        (status(500), "the server answers 500"),
        (content(b"<html>log in</html>"), "a web page came"),
        (content(b"abc", claimed=9), "the connection broke off"),
        (silence, f"no answer within {SHORT} seconds"),
    ],
    ids=["404", "500", "page", "interrupted", "silence"],
)
def test_when_all_fail_each_reason_is_one_line(bench, work, monkeypatch, capsys, answer, words):
    if answer is silence:
        monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
    with serving() as server:  # of its own: it may get round to an answer only after the test
        server.put("tiny.tgz", answer)
        server.put("SHA256SUMS", answer if answer is silence else status(404))
        bench.mirror(server.url)
        with pytest.raises(Unreachable) as raised:
            obtain.fetch(lookup("tiny"), work)
    _, mirror, official = str(raised.value).splitlines()
    assert mirror.startswith(f"  - the mirror {server.url}: ") and words in mirror
    assert official.startswith("  - the official host http://127.0.0.1:9: cannot be")
    out = capsys.readouterr().out.splitlines()
    assert out == [f"tiny: {line[4:]}." for line in (mirror, official)]


def test_the_practice_set_is_drawn(bench, work, capsys):
    checked = obtain.draw(lookup("tiny"), work)
    assert checked.whole and len(checked.splits["train"].labels) == 4
    assert "tiny: practice images made on this machine" in capsys.readouterr().out


def test_a_practice_set_with_other_counts_is_noticed(bench, work):
    entry = replace(lookup("tiny"), draw_practice=lambda folder: write_set(folder, COUNTS))
    with pytest.raises(DataError, match="practice images differ from what was expected"):
        obtain.draw(entry, work)


def test_a_downloaded_archive_is_not_kept_while_images_are_stored(bench, work, server):
    server.put("tiny.tgz", content(bench.archive))
    bench.official(server.url)
    obtain.fetch(lookup("tiny"), work)
    assert [file.name for file in work.iterdir()] == ["tiny"]


def test_a_mirror_keeps_its_archive(bench, work):
    place = bench.mirror_folder()
    obtain.fetch(lookup("tiny"), work)
    assert (place / "tiny.tgz").read_bytes() == bench.archive


@pytest.mark.parametrize("kind, said", [(JPEG, 1), (PNG, 0)], ids=["JPEG", "PNG"])
def test_loss_is_said(monkeypatch, tmp_path, work, capsys, kind, said):
    Bench(monkeypatch, tmp_path, kind).mirror_folder()
    obtain.fetch(lookup("tiny"), work)
    assert capsys.readouterr().out.count("these are JPEG files, compressed with loss") == said
