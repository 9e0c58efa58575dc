import errno
import os

import pytest
import torch
from PIL import Image

from helpers.data.fetch import decoded, store
from helpers.data.fetch.errors import DataError, Unreachable
from helpers.data.fetch.folders import ImageFolders
from helpers.data.fetch.store import settle
from tests.data.kit import LAYOUT, disk, read_only, write_set


@pytest.fixture
def root(tmp_path):
    return tmp_path / "home" / "tiny"


@pytest.fixture
def wanted(tmp_path):
    return LAYOUT.check(write_set(tmp_path / "original")).splits


def obtain(work):
    return LAYOUT.check(write_set(work / "tiny"))


def never(work):
    raise AssertionError("nothing had to be obtained")


def offline(work):
    raise Unreachable("no source")


def same(splits, wanted):
    return all(torch.equal(splits[name].images, wanted[name].images) for name in wanted)


def left(root):
    return sorted(path.name for path in root.parent.iterdir())


def test_a_set_is_obtained_once(root, wanted):
    assert same(settle(root, LAYOUT, obtain), wanted)
    assert same(settle(root, LAYOUT, never), wanted)
    assert left(root) == [".tiny.lock", "tiny", "tiny.npz"]


def test_a_set_that_is_there_is_checked_and_kept(root, wanted, capsys):
    write_set(root)
    assert same(settle(root, LAYOUT, never), wanted)
    assert decoded.file_of(root).exists() and capsys.readouterr().out == ""


def test_an_unchanged_set_is_not_read_again(root, wanted, monkeypatch):
    settle(root, LAYOUT, obtain)
    monkeypatch.setattr(ImageFolders, "check", never)
    assert same(settle(root, LAYOUT, never), wanted)


def remove(file):
    file.unlink()


def truncate(file):
    file.write_bytes(file.read_bytes()[:-30])


def flip(file):
    data = bytearray(file.read_bytes())
    data[200] ^= 16
    file.write_bytes(data)


@pytest.mark.parametrize("known", [False, True], ids=["new to us", "known as whole"])
@pytest.mark.parametrize("damage", [remove, truncate, flip])
def test_only_damaged_images_are_replaced(root, wanted, capsys, damage, known):
    write_set(root)
    if known:
        settle(root, LAYOUT, never)
    (root / "mine").mkdir()
    (root / "mine" / "notes.txt").write_text("keep me")
    kept = root / "train" / "3" / "5.png"
    before = kept.stat()
    damage(root / "valid" / "7" / "12.png")
    assert same(settle(root, LAYOUT, obtain), wanted)
    out = capsys.readouterr().out
    assert "tiny: the copy on this machine is not whole: valid/7/12.png" in out
    assert "tiny: repaired, 1 files replaced." in out
    after = kept.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (root / "mine" / "notes.txt").read_text() == "keep me"
    assert same(settle(root, LAYOUT, never), wanted)


def test_a_folder_without_list_and_with_a_gap_is_repaired(root, wanted):
    write_set(root)
    (root / "labels.csv").unlink()
    (root / "train" / "3" / "5.png").unlink()
    assert same(settle(root, LAYOUT, obtain), wanted)
    assert (root / "labels.csv").exists()


def test_an_empty_folder_is_filled(root, wanted):
    root.mkdir(parents=True)
    assert same(settle(root, LAYOUT, obtain), wanted)


def test_an_extra_image_is_moved_away_and_named(root, wanted, capsys):
    write_set(root)
    Image.new("L", (28, 28)).save(root / "train" / "3" / "mine.png")
    image = (root / "train" / "3" / "mine.png").read_bytes()
    assert same(settle(root, LAYOUT, never), wanted)
    out = capsys.readouterr().out
    assert f"was moved to {root.with_name('set-aside')}" in out and "tiny/train/3/mine.png" in out
    assert (root.with_name("set-aside") / "1/tiny/train/3/mine.png").read_bytes() == image
    assert not (root / "train" / "3" / "mine.png").exists()
    assert same(settle(root, LAYOUT, never), wanted) and capsys.readouterr().out == ""


def test_without_a_list_an_extra_image_is_found_by_repairing_the_list(root, wanted):
    write_set(root)
    (root / "labels.csv").unlink()
    Image.new("L", (28, 28)).save(root / "train" / "3" / "mine.png")
    assert same(settle(root, LAYOUT, obtain), wanted)
    assert (root.with_name("set-aside") / "1/tiny/train/3/mine.png").exists()


def test_damage_that_cannot_be_repaired_is_named_in_the_error(root):
    write_set(root)
    remove(root / "valid" / "7" / "12.png")
    with pytest.raises(Unreachable, match="(?s)no source.*this machine: valid/7/12.png is missing"):
        settle(root, LAYOUT, offline)
    assert not decoded.file_of(root).exists() and left(root) == [".tiny.lock", "tiny"]


def test_a_damaged_cache_is_built_again(root, wanted):
    settle(root, LAYOUT, obtain)
    file = decoded.file_of(root)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert decoded.read(root, LAYOUT) is None
    assert same(settle(root, LAYOUT, never), wanted)
    assert same(decoded.read(root, LAYOUT), wanted)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, DataError])
def test_an_interruption_leaves_nothing(root, error):
    def interrupted(work):
        write_set(work / "tiny")
        raise error

    with pytest.raises(error):
        settle(root, LAYOUT, interrupted)
    assert left(root) == [".tiny.lock"]


def test_what_a_killed_run_left_is_removed(root, wanted):
    (root.parent / ".tiny.partial" / "tiny" / "train").mkdir(parents=True)
    (root.parent / ".tiny.partial" / "tiny" / "train" / "x.png").write_bytes(b"half")
    assert same(settle(root, LAYOUT, obtain), wanted)
    assert left(root) == [".tiny.lock", "tiny", "tiny.npz"]


@pytest.fixture
def small_disk(root):
    """The data home: a disk of its own for root, a plain folder for others."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        with disk(root.parent, "size=1m"):
            yield root
    else:
        root.parent.mkdir(parents=True)
        yield root


def test_read_only_with_whole_data_works(small_disk, wanted, capsys):
    store._say_once.cache_clear()
    write_set(small_disk)
    with read_only(small_disk.parent):
        assert same(settle(small_disk, LAYOUT, never), wanted)
        assert same(settle(small_disk, LAYOUT, never), wanted)
    out = capsys.readouterr().out
    assert out.count("cannot be written to, so its images are decoded again each time") == 1
    assert left(small_disk) == ["tiny"]


def test_read_only_with_whole_data_and_cache_is_quick(small_disk, wanted, capsys):
    settle(small_disk, LAYOUT, obtain)
    with read_only(small_disk.parent):
        assert same(settle(small_disk, LAYOUT, never), wanted)
    assert capsys.readouterr().out == ""


def test_read_only_without_data_names_the_way_out(small_disk):
    with (
        read_only(small_disk.parent),
        pytest.raises(DataError, match=r"cannot write to.*needs about \d+ MB.*FASTAI_HOME") as told,
    ):
        settle(small_disk, LAYOUT, obtain)
    assert str(small_disk.parent) in str(told.value) and left(small_disk) == []


def test_read_only_with_damaged_data_says_both(small_disk):
    write_set(small_disk)
    remove(small_disk / "valid" / "7" / "12.png")
    with (
        read_only(small_disk.parent),
        pytest.raises(DataError, match="cannot write to.*not whole: valid/7/12.png is missing"),
    ):
        settle(small_disk, LAYOUT, obtain)


def test_a_full_disk_names_the_way_out(root):
    with disk(root.parent, "size=48k"):
        with pytest.raises(DataError, match="No space left on device.*FASTAI_HOME"):
            settle(root, LAYOUT, obtain)
        assert left(root) == [".tiny.lock"]


def test_an_error_of_the_disk_names_the_way_out(root):
    def full(work):
        write_set(work / "tiny")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(DataError, match="cannot write to.*FASTAI_HOME"):
        settle(root, LAYOUT, full)
    assert left(root) == [".tiny.lock"]


def test_no_room_for_the_cache_is_no_reason_to_stop(root, wanted, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store.decoded, "write", full)
    assert same(settle(root, LAYOUT, obtain), wanted)
    assert left(root) == [".tiny.lock", "tiny"]
