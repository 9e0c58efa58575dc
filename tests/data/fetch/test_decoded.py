from types import SimpleNamespace

import numpy as np
import pytest

from helpers.data.fetch import decoded
from tests.data.kit import LAYOUT, same, write_set


@pytest.fixture
def stored(tmp_path, work):
    checked = LAYOUT.check(write_set(tmp_path / "tiny"))
    prints = {"digest": "files", "stamp": "folders"}
    decoded.keep(tmp_path / "tiny", checked, prints, work)
    return SimpleNamespace(root=tmp_path / "tiny", splits=checked.splits, **prints)


def test_reads_what_was_written(stored):
    for given in ({}, {"digest": stored.digest}, {"stamp": stored.stamp}):
        splits = decoded.kept(stored.root, LAYOUT, **given)
        assert same(splits, stored.splits)
        splits["train"].images[0] = 0  # the caller's own copy, to do with as it likes
    assert same(decoded.kept(stored.root, LAYOUT), stored.splits)
    assert decoded.notes(stored.root, LAYOUT)["digest"] == stored.digest
    assert len(decoded.checksums(stored.root, LAYOUT)) == 18


def test_it_lies_beside_the_folder_and_nothing_else_is_left(stored, tmp_path):
    assert decoded.file_of(stored.root) == tmp_path / "tiny.npz"
    assert not list((tmp_path / "work").iterdir())


def test_out_of_date_or_absent_is_none(stored, tmp_path):
    assert decoded.kept(stored.root, LAYOUT, digest="another") is None
    assert decoded.kept(stored.root, LAYOUT, stamp="another") is None
    assert decoded.kept(tmp_path / "other", LAYOUT) is None
    assert decoded.notes(tmp_path / "other", LAYOUT) == {}


@pytest.mark.slow
def test_a_flipped_bit_never_gives_other_pixels(stored):
    file = decoded.file_of(stored.root)
    whole = file.read_bytes()
    found = 0
    for at in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << (at % 8)
        file.write_bytes(damaged)
        splits = decoded.kept(stored.root, LAYOUT, digest=stored.digest)
        found += splits is None
        assert splits is None or same(splits, stored.splits), f"byte {at}"
    assert found > len(range(0, len(whole), 37)) * 0.85  # the rest are dates, and the stamp


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.99])
def test_a_file_cut_short_is_none(stored, keep):
    file = decoded.file_of(stored.root)
    file.write_bytes(file.read_bytes()[: int(keep * file.stat().st_size)])
    assert decoded.kept(stored.root, LAYOUT) is None


def test_another_shape_or_dtype_is_none(stored):
    file = decoded.file_of(stored.root)
    with np.load(file) as arrays:
        good = dict(arrays)
    for change in (
        {"train_images": good["train_images"][1:]},
        {"train_images": good["train_images"].astype(np.int16)},
        {"valid_labels": good["valid_labels"].astype(np.int32)},
        {"valid_labels": good["valid_labels"][:, None]},
    ):
        np.savez(file, **(good | change))
        assert decoded.kept(stored.root, LAYOUT) is None
