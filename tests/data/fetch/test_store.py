import errno
import os

import pytest

from helpers.data.fetch import decoded, store
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.store import settle
from tests.data.kit import LAYOUT, disk, flip, read_only, remove, same, truncate, write_set


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


def full(*args):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def left(root):
    return sorted(path.name for path in root.parent.iterdir())


@pytest.mark.parametrize("known", [False, True], ids=["new to us", "known as whole"])
@pytest.mark.parametrize("damage", [remove, truncate, flip])
def test_what_a_learner_keeps_in_a_damaged_set_stays(root, wanted, capsys, damage, known):
    write_set(root)
    if known:
        settle(root, LAYOUT, never)
    (root / "mine").mkdir()
    (root / "mine" / "notes.txt").write_text("keep me")
    damage(root / "valid" / "7" / "12.png")
    assert same(settle(root, LAYOUT, obtain), wanted)
    out = capsys.readouterr().out
    assert "tiny: the copy on this machine is not whole: valid/7/12.png" in out
    assert "tiny: repaired, a whole copy is in its place." in out
    assert (root / "mine" / "notes.txt").read_text() == "keep me"
    assert same(settle(root, LAYOUT, never), wanted)
    assert left(root) == [".tiny.lock", "set-aside", "tiny", "tiny.npz"]


def test_the_damaged_copy_is_a_link_and_stays_where_it_is(root, wanted, tmp_path):
    shared = write_set(tmp_path / "shared")
    remove(shared / "valid" / "7" / "12.png")
    (shared / "notes.txt").touch()
    root.parent.mkdir()
    root.symlink_to(shared)
    assert same(settle(root, LAYOUT, obtain), wanted)
    assert (shared / "notes.txt").exists() and not root.is_symlink()
    assert (root.with_name("set-aside") / "1" / "tiny").readlink() == shared


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


@pytest.mark.parametrize("used", [False, True], ids=["new to us", "used before"])
def test_read_only_with_whole_data_works(small_disk, wanted, capsys, used):
    store._say_once.cache_clear()
    settle(small_disk, LAYOUT, obtain) if used else write_set(small_disk)
    with read_only(small_disk.parent):
        for _ in range(2):
            assert same(settle(small_disk, LAYOUT, never), wanted)
    said = "cannot be written to, so its images are decoded again each time"
    assert capsys.readouterr().out.count(said) == (not used)


@pytest.mark.parametrize("found", ["", r".*not whole: valid/7/12.png is missing"])
def test_read_only_without_whole_data_names_the_way_out(small_disk, found):
    if found:
        remove(write_set(small_disk) / "valid" / "7" / "12.png")
    words = rf"cannot write to.*{found}.*needs about \d+ MB.*FASTAI_HOME"
    with read_only(small_disk.parent), pytest.raises(DataError, match=words) as told:
        settle(small_disk, LAYOUT, obtain)
    assert str(small_disk.parent) in str(told.value)


def test_a_full_disk_names_the_way_out(root):
    with pytest.raises(DataError, match="No space left on device.*FASTAI_HOME"):
        settle(root, LAYOUT, lambda work: obtain(work) and full())
    assert left(root) == [".tiny.lock"]


def test_no_room_for_the_cache_is_no_reason_to_stop(root, wanted, monkeypatch):
    monkeypatch.setattr(decoded, "keep", full)
    assert same(settle(root, LAYOUT, obtain), wanted)
    assert left(root) == [".tiny.lock", "tiny"]
