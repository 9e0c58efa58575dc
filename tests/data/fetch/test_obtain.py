import shutil
from dataclasses import replace

import pytest

from helpers.data.fetch.catalogue import lookup
from helpers.data.fetch.faults import DataError, Unreachable
from helpers.data.fetch.obtain import obtain_practice, obtain_real
from tests.data.kit import COUNTS, content, pack, remove, status, write_set


def test_a_mirror_gives_the_set_and_the_cost_is_said(bench, work, capsys):
    place = bench.mirror_folder()
    assert obtain_real(lookup("tiny"), work).whole
    assert (work / "tiny" / "labels.csv").exists()
    out = capsys.readouterr().out
    assert out.startswith(f"tiny: 0.0 MB from the mirror {place}, about 0 MB on disk, ")
    assert out.endswith(" seconds.\n") and out.count("\n") == 1
    assert (place / "tiny.tgz").read_bytes() == bench.archive


def test_a_downloaded_archive_is_not_kept(bench, work, server, capsys):
    bench.mirror_folder(archive=bench.archive[:-900])
    server.put("tiny.tgz", content(bench.archive))
    bench.official(server.url)
    obtain_real(lookup("tiny"), work)
    assert [file.name for file in work.iterdir()] == ["tiny"]
    said, cost = capsys.readouterr().out.splitlines()
    assert said.startswith("tiny: the mirror ") and "is damaged or ends early" in said
    assert f"from the official host {server.url}" in cost


def add_one(folder):
    shutil.copy(folder / "train" / "3" / "5.png", folder / "train" / "3" / "6.png")


def rename_all(folder):
    folder.rename(folder.with_name("other"))


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda folder: remove(folder / "train" / "3" / "5.png"), "train/3/5.png is missing"),
        (add_one, "train/3/6.png is one too many"),
        (rename_all, "train/3 holds 0 images instead of 6"),
    ],
)
def test_an_archive_of_another_set_is_refused(bench, work, change, words):
    change(bench.original)
    bench.mirror_folder(archive=pack(next(bench.original.parent.iterdir())))
    with pytest.raises(Unreachable, match=f"not exactly the images.*{words}"):
        obtain_real(lookup("tiny"), work)
    assert not list(work.iterdir())


def test_when_all_fail_each_reason_is_one_line(bench, work, server, capsys):
    server.put("tiny.tgz", status(403))
    bench.mirror(server.url)
    with pytest.raises(Unreachable) as raised:
        obtain_real(lookup("tiny"), work)
    _, mirror, official = str(raised.value).splitlines()
    assert mirror.startswith(f"  - the mirror {server.url}: the server answers 403")
    assert official.startswith("  - the official host http://127.0.0.1:9: cannot be")
    out = capsys.readouterr().out.splitlines()
    assert out == [f"tiny: {line[4:]}." for line in (mirror, official)]


def test_the_practice_set_is_drawn(bench, work, capsys):
    checked = obtain_practice(lookup("tiny"), work)
    assert checked.whole and len(checked.splits["train"].labels) == 4
    assert "tiny: practice images made on this machine" in capsys.readouterr().out


def test_a_practice_set_with_other_counts_is_noticed(bench, work):
    entry = replace(lookup("tiny"), draw_practice=lambda folder: write_set(folder, COUNTS))
    with pytest.raises(DataError, match="practice images differ from what was expected"):
        obtain_practice(entry, work)
