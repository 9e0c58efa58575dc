import os

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.data import verify
from tests.data_kit import COUNTS, LAYOUT, write_set


@pytest.fixture
def folder(tmp_path):
    return write_set(tmp_path / "tiny")


def digest(folder):
    return verify.digest(verify.listing(folder, LAYOUT))


def test_a_whole_set_is_whole_and_decoded_in_order(folder):
    checked = verify.check(folder, LAYOUT)
    assert checked.whole and checked.digest == digest(folder)
    for split, counts in COUNTS.items():
        images, labels = checked.splits[split]
        assert images.dtype == torch.uint8 and labels.dtype == torch.int64
        files = [path for cls in counts for path in sorted((folder / split / cls).iterdir())]
        wanted = np.stack([np.asarray(Image.open(path)) for path in files])
        assert torch.equal(images, torch.from_numpy(wanted))
        assert labels.tolist() == [int(path.parent.name == "7") for path in files]


def test_the_order_is_that_of_sorted_paths(folder):
    order = [path for path in verify.listing(folder, LAYOUT) if path.startswith("train/3")]
    files = sorted((folder / "train" / "3").iterdir())
    assert order == [file.relative_to(folder).as_posix() for file in files]
    assert order != sorted(order, key=lambda path: int(path[8:-4])), "the names sort both ways"


def test_images_are_on_the_cpu_whatever_the_default_device(folder):
    with torch.device("meta"):
        images, labels = verify.check(folder, LAYOUT).splits["train"]
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
    checked = verify.check(folder, LAYOUT)
    assert not checked.whole and not checked.extra and not checked.splits
    assert list(checked.problems) == ["valid/7/12.png"]
    assert words in checked.summary() and "valid/7/12.png" in checked.summary()
    assert digest(folder) != before


@pytest.mark.parametrize("name", ["copy.png", "photo.JPG"])
def test_an_extra_image_is_named(folder, name):
    Image.new("L", (28, 28)).save(folder / "train" / "3" / name)
    checked = verify.check(folder, LAYOUT)
    assert not checked.whole and f"train/3/{name}" in checked.extras()


def test_other_files_do_not_matter(folder):
    before = digest(folder)
    (folder / "models").mkdir()
    (folder / "models" / "mine.pth").write_bytes(b"x")
    (folder / "train" / "3" / ".DS_Store").write_bytes(b"x")
    (folder / "train" / "notes.txt").write_text("x")
    assert digest(folder) == before and verify.check(folder, LAYOUT).whole


def test_an_image_under_another_name_is_missing_and_extra(folder):
    (folder / "train" / "7" / "5.png").rename(folder / "train" / "7" / "6.png")
    checked = verify.check(folder, LAYOUT)
    assert checked.problems == {"train/7/5.png": "is missing"}
    assert checked.extra == ["train/7/6.png"]


@pytest.mark.parametrize(
    "text", ["", "name,label\ntrain/3/5.png,0\n", "name,label\n" + "train/3/5.png,0\n" * 18]
)
def test_a_wrong_list_is_found(folder, text):
    (folder / "labels.csv").write_text(text)
    assert list(verify.check(folder, LAYOUT).problems) == ["labels.csv"]


def test_a_list_that_is_no_text_is_found(folder):
    (folder / "labels.csv").write_bytes(b"\xff\xfe\x00\x01")
    assert list(verify.check(folder, LAYOUT).problems) == ["labels.csv"]


def test_without_a_list_the_counts_decide(folder):
    (folder / "labels.csv").unlink()
    assert verify.check(folder, LAYOUT).whole
    (folder / "train" / "3" / "5.png").unlink()
    assert "train/3 holds 5 images instead of 6" in verify.check(folder, LAYOUT).summary()


def test_an_empty_folder_lacks_everything(tmp_path):
    assert len(verify.check(tmp_path, LAYOUT).problems) == 4
    assert not verify.has_all(tmp_path, LAYOUT)


def test_a_long_list_of_problems_is_cut(folder):
    for file in (folder / "train" / "3").iterdir():
        file.unlink()
    assert verify.check(folder, LAYOUT).summary().endswith(" and 3 more")


def test_has_all_counts_only(folder):
    assert verify.has_all(folder, LAYOUT)
    damage_empty(folder / "train" / "3" / "5.png")
    assert verify.has_all(folder, LAYOUT)
    (folder / "train" / "3" / "5.png").unlink()
    assert not verify.has_all(folder, LAYOUT)


def test_writing_the_same_size_again_changes_the_digest(folder):
    before, file = digest(folder), folder / "train" / "3" / "5.png"
    file.write_bytes(file.read_bytes())
    os.utime(file, ns=(1, 1))
    assert digest(folder) != before
