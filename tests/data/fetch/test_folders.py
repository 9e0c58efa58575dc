import os

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.data.fetch import folders
from tests.data.kit import GREY, JPEG, LAYOUT, PNG, empty, flip, remove, truncate, write_set


@pytest.fixture
def folder(tmp_path):
    return write_set(tmp_path / "tiny")


@pytest.mark.parametrize(
    "kind, suffix", [(GREY, ".png"), (PNG, ".png"), (JPEG, ".jpg")], ids=["grey", "PNG", "JPEG"]
)
def test_a_whole_set_is_whole_and_decoded_in_order(tmp_path, kind, suffix):
    counts = kind.layout.counts
    folder = kind.write(tmp_path / "tiny", counts)
    checked = kind.layout.check(folder)
    assert checked.whole and kind.layout.lossy(folder) == (kind is JPEG)
    for split, classes in counts.items():
        images, labels = checked.splits[split]
        assert images.dtype == torch.uint8 and labels.dtype == torch.int64
        files = [path for cls in classes for path in sorted((folder / split / cls).iterdir())]
        assert {file.suffix for file in files} == {suffix}
        pixels = [np.atleast_3d(Image.open(path)).transpose(2, 0, 1) for path in files]
        assert torch.equal(images, torch.from_numpy(np.stack(pixels)).reshape(images.shape))
        second = list(classes)[1]
        assert labels.tolist() == [int(path.parent.name == second) for path in files]


def test_the_order_is_that_of_sorted_paths(folder):
    order = [path for path in LAYOUT.paths(folder) if path.startswith("train/3")]
    files = sorted((folder / "train" / "3").iterdir())
    assert order == [file.relative_to(folder).as_posix() for file in files]
    assert order != sorted(order, key=lambda path: int(path[8:-4])), "the names sort both ways"


def damage_resize(file):
    Image.new("L", (27, 28)).save(file)


@pytest.mark.parametrize(
    "damage, words",
    [
        (remove, "is missing"),
        (truncate, "ends early"),
        (flip, "is damaged"),
        (damage_resize, "should be grey"),
        (empty, "is not a PNG"),
    ],
)
def test_a_damaged_image_is_named(folder, damage, words):
    before = LAYOUT.digest(folder)
    damage(folder / "valid" / "7" / "12.png")
    checked = LAYOUT.check(folder)
    assert not checked.whole and not checked.splits
    assert list(checked.problems) == ["valid/7/12.png"]
    assert words in checked.summary() and "valid/7/12.png" in checked.summary()
    assert LAYOUT.digest(folder) != before


@pytest.mark.parametrize("name", ["copy.png", "photo.JPG"])
def test_an_extra_image_is_named(folder, name):
    Image.new("L", (28, 28)).save(folder / "train" / "3" / name)
    problems = LAYOUT.check(folder).problems
    assert problems == {f"train/3/{name}": "is one too many"}


def test_an_image_under_another_name_is_missing_and_extra(folder):
    (folder / "train" / "7" / "5.png").rename(folder / "train" / "7" / "6.png")
    wanted = {"train/7/5.png": "is missing", "train/7/6.png": "is one too many"}
    assert LAYOUT.check(folder).problems == wanted


def test_other_files_do_not_matter(folder):
    before = LAYOUT.digest(folder)
    (folder / "models").mkdir()
    (folder / "models" / "mine.pth").write_bytes(b"x")
    (folder / "train" / "3" / ".DS_Store").write_bytes(b"x")
    (folder / "train" / "notes.txt").write_text("x")
    assert LAYOUT.digest(folder) == before and LAYOUT.check(folder).whole


@pytest.mark.parametrize(
    "text",
    [b"", b"name,label\ntrain/3/5.png,0\n", b"name,label\n" + b"train/3/5.png,0\n" * 18]
    + [b"\xff\xfe\x00\x01"],
)
def test_a_wrong_list_is_found(folder, text):
    (folder / "labels.csv").write_bytes(text)
    assert list(LAYOUT.check(folder).problems) == ["labels.csv"]


def test_without_a_list_the_counts_decide(folder):
    (folder / "labels.csv").unlink()
    assert LAYOUT.check(folder).whole
    (folder / "train" / "3" / "5.png").unlink()
    assert "train/3 holds 5 images instead of 6" in LAYOUT.check(folder).summary()


def test_a_long_list_of_problems_is_cut(tmp_path):
    assert len(LAYOUT.check(tmp_path).problems) == 4
    assert LAYOUT.check(tmp_path).summary().endswith(" and 1 more")


def test_has_all_counts_only(folder):
    assert LAYOUT.has_all(folder)
    empty(folder / "train" / "3" / "5.png")
    assert LAYOUT.has_all(folder)
    remove(folder / "train" / "3" / "5.png")
    assert not LAYOUT.has_all(folder)


def test_upper_case_suffixes_are_lossy_too(tmp_path):
    folder = JPEG.write(tmp_path / "tiny", JPEG.layout.counts)
    for file in list(folder.rglob("*.jpg")):
        file.rename(file.with_suffix(".JPEG"))
    assert JPEG.layout.check(folder).whole and JPEG.layout.lossy(folder)


def test_a_changed_file_is_found_by_its_known_checksum(tmp_path):
    folder = JPEG.write(tmp_path / "tiny", JPEG.layout.counts)
    known = JPEG.layout.check(folder).crcs
    assert len(known) == 18 and JPEG.layout.check(folder, known).whole
    cats = folder / "train" / "cat"
    (cats / "5.jpg").write_bytes((cats / "12.jpg").read_bytes())
    assert JPEG.layout.check(folder).whole  # nobody could know
    problems = JPEG.layout.check(folder, known).problems
    assert problems == {"train/cat/5.jpg": "is not as it was when it was last found whole"}


def test_quick_looks_ask_for_no_single_file(folder, monkeypatch):
    def counted(path, *args, stat=os.stat, **kwargs):
        assert not str(path).endswith(".png")
        return stat(path, *args, **kwargs)

    monkeypatch.setattr(os, "stat", counted)
    assert LAYOUT.has_all(folder) and LAYOUT.stamp(folder) and not LAYOUT.lossy(folder)


def test_fingerprints_change_when_a_file_is_replaced_or_written_to(folder):
    file, place = folder / "train" / "3" / "5.png", folder / "train" / "3"
    before = LAYOUT.digest(folder)
    os.utime(file, ns=(1, 1))
    assert LAYOUT.digest(folder) != before
    before = LAYOUT.stamp(folder)
    (place / "other").write_bytes(b"x")
    os.replace(place / "other", file)
    assert LAYOUT.stamp(folder) != before


@pytest.mark.parametrize("long, shown", [(0, True), (60, False)])
def test_only_a_long_check_shows_a_bar(folder, monkeypatch, capsys, long, shown):
    monkeypatch.setattr(folders, "LONG", long)
    LAYOUT.check(folder)
    told = capsys.readouterr()
    assert told.out == "" and ("checking images" in told.err) == shown
