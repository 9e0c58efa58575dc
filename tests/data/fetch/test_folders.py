import os

import numpy as np
import pytest
import torch
from PIL import Image

from tests.data.kit import COUNTS, JPEG, LAYOUT, PETS, PNG, write_set


@pytest.fixture
def folder(tmp_path):
    return write_set(tmp_path / "tiny")


def digest(folder):
    return LAYOUT.digest(folder)


def test_a_whole_set_is_whole_and_decoded_in_order(folder):
    checked = LAYOUT.check(folder)
    assert checked.whole
    for split, counts in COUNTS.items():
        images, labels = checked.splits[split]
        assert images.dtype == torch.uint8 and labels.dtype == torch.int64
        files = [path for cls in counts for path in sorted((folder / split / cls).iterdir())]
        wanted = np.stack([np.asarray(Image.open(path)) for path in files])
        assert torch.equal(images, torch.from_numpy(wanted))
        assert labels.tolist() == [int(path.parent.name == "7") for path in files]


def test_the_order_is_that_of_sorted_paths(folder):
    order = [path for path in LAYOUT.paths(folder) if path.startswith("train/3")]
    files = sorted((folder / "train" / "3").iterdir())
    assert order == [file.relative_to(folder).as_posix() for file in files]
    assert order != sorted(order, key=lambda path: int(path[8:-4])), "the names sort both ways"


def test_images_are_on_the_cpu_whatever_the_default_device(folder):
    with torch.device("meta"):
        images, labels = LAYOUT.check(folder).splits["train"]
    assert images.device.type == labels.device.type == "cpu"


def damage_remove(file):
    file.unlink()


def damage_truncate(file):
    file.write_bytes(file.read_bytes()[:-20])


def damage_flip(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)


def damage_resize(file):
    Image.new("L", (27, 28)).save(file)


def damage_empty(file):
    file.write_bytes(b"")


@pytest.mark.parametrize(
    "damage, words",
    [
        (damage_remove, "is missing"),
        (damage_truncate, "ends early"),
        (damage_flip, "is damaged"),
        (damage_resize, "should be grey"),
        (damage_empty, "is not a PNG"),
    ],
)
def test_a_damaged_image_is_named(folder, damage, words):
    before = digest(folder)
    damage(folder / "valid" / "7" / "12.png")
    checked = LAYOUT.check(folder)
    assert not checked.whole and not checked.splits
    assert list(checked.problems) == ["valid/7/12.png"]
    assert words in checked.summary() and "valid/7/12.png" in checked.summary()
    assert digest(folder) != before


@pytest.mark.parametrize("name", ["copy.png", "photo.JPG"])
def test_an_extra_image_is_named(folder, name):
    Image.new("L", (28, 28)).save(folder / "train" / "3" / name)
    checked = LAYOUT.check(folder)
    assert not checked.whole and checked.problems == {f"train/3/{name}": "is one too many"}


def test_other_files_do_not_matter(folder):
    before = digest(folder)
    (folder / "models").mkdir()
    (folder / "models" / "mine.pth").write_bytes(b"x")
    (folder / "train" / "3" / ".DS_Store").write_bytes(b"x")
    (folder / "train" / "notes.txt").write_text("x")
    assert digest(folder) == before and LAYOUT.check(folder).whole


def test_an_image_under_another_name_is_missing_and_extra(folder):
    (folder / "train" / "7" / "5.png").rename(folder / "train" / "7" / "6.png")
    checked = LAYOUT.check(folder)
    wanted = {"train/7/5.png": "is missing", "train/7/6.png": "is one too many"}
    assert checked.problems == wanted


@pytest.mark.parametrize(
    "text", ["", "name,label\ntrain/3/5.png,0\n", "name,label\n" + "train/3/5.png,0\n" * 18]
)
def test_a_wrong_list_is_found(folder, text):
    (folder / "labels.csv").write_text(text)
    assert list(LAYOUT.check(folder).problems) == ["labels.csv"]


def test_a_list_that_is_no_text_is_found(folder):
    (folder / "labels.csv").write_bytes(b"\xff\xfe\x00\x01")
    assert list(LAYOUT.check(folder).problems) == ["labels.csv"]


def test_without_a_list_the_counts_decide(folder):
    (folder / "labels.csv").unlink()
    assert LAYOUT.check(folder).whole
    (folder / "train" / "3" / "5.png").unlink()
    assert "train/3 holds 5 images instead of 6" in LAYOUT.check(folder).summary()


def test_an_empty_folder_lacks_everything(tmp_path):
    assert len(LAYOUT.check(tmp_path).problems) == 4
    assert not LAYOUT.has_all(tmp_path)


def test_a_long_list_of_problems_is_cut(folder):
    for file in (folder / "train" / "3").iterdir():
        file.unlink()
    assert LAYOUT.check(folder).summary().endswith(" and 3 more")


def test_has_all_counts_only(folder):
    assert LAYOUT.has_all(folder)
    damage_empty(folder / "train" / "3" / "5.png")
    assert LAYOUT.has_all(folder)
    (folder / "train" / "3" / "5.png").unlink()
    assert not LAYOUT.has_all(folder)


def test_writing_the_same_size_again_changes_the_digest(folder):
    before, file = digest(folder), folder / "train" / "3" / "5.png"
    file.write_bytes(file.read_bytes())
    os.utime(file, ns=(1, 1))
    assert digest(folder) != before


@pytest.mark.parametrize("kind, suffix", [(PNG, ".png"), (JPEG, ".jpg")], ids=["PNG", "JPEG"])
def test_pictures_in_colour(tmp_path, kind, suffix):
    folder = kind.write(tmp_path / "tiny", PETS)
    checked = kind.layout.check(folder)
    assert checked.whole and kind.layout.lossy(folder) == (kind is JPEG)
    images, labels = checked.splits["test"]
    assert images.shape == (7, 3, 32, 32) and labels.tolist() == [0] * 4 + [1] * 3
    files = [file for cls in ("cat", "dog") for file in sorted((folder / "test" / cls).iterdir())]
    assert {file.suffix for file in files} == {suffix}
    wanted = np.stack([np.asarray(Image.open(file)).transpose(2, 0, 1) for file in files])
    assert torch.equal(images, torch.from_numpy(wanted))


def test_upper_case_suffixes_are_lossy_too(tmp_path):
    folder = JPEG.write(tmp_path / "tiny", PETS)
    for file in list(folder.rglob("*.jpg")):
        file.rename(file.with_suffix(".JPEG"))
    assert JPEG.layout.check(folder).whole and JPEG.layout.lossy(folder)


def test_a_changed_file_is_found_by_its_known_checksum(tmp_path):
    folder = JPEG.write(tmp_path / "tiny", PETS)
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


def test_the_stamp_changes_when_a_file_is_replaced(folder):
    before, place = LAYOUT.stamp(folder), folder / "train" / "3"
    (place / "other").write_bytes(b"x")
    os.replace(place / "other", place / "5.png")
    assert LAYOUT.stamp(folder) != before
