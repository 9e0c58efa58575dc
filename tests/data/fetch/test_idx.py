import hashlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torchvision.datasets import MNIST

from helpers.data.fetch.idx import IdxFiles, decode_idx, encode_idx, files_of
from tests.data.kit import DIGITS, IDX, remove, write_idx

IMAGES, LABELS = files_of("test")
NUMBERS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@given(arrays(np.uint8, st.tuples(*[st.integers(1, 9)] * 3) | st.tuples(st.integers(1, 300))))
def test_decode_gives_what_encode_was_given(numbers):
    decoded = decode_idx(encode_idx(numbers), numbers.shape)
    assert decoded.dtype == np.uint8 and np.array_equal(decoded, numbers)


def test_the_format_is_the_published_one():
    assert encode_idx(NUMBERS)[:16].hex(" ", 4) == "00000803 00000002 00000003 00000004"
    assert encode_idx(NUMBERS[0, 0]) == bytes.fromhex("00000801 00000004 00010203")


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda data: b"", "is not an idx file of bytes with 3 dimensions"),
        (lambda data: b"\x1f\x8b" + data[2:], "is not an idx file"),
        (lambda data: encode_idx(NUMBERS[0]), "is not an idx file of bytes with 3 dimensions"),
        (lambda data: bytes((0, 0, 13)) + data[3:], "is not an idx file"),  # 13: float32
        (lambda data: data[:9], r"of shape \(2, 0, 0\) instead of \(2, 3, 4\)"),
        (lambda data: encode_idx(NUMBERS[1:]), r"of shape \(1, 3, 4\) instead of \(2, 3, 4\)"),
        (lambda data: data[:-1], "ends early"),
        (lambda data: data + b"x", "is too long"),
    ],
)
def test_decode_says_what_is_wrong(change, words):
    with pytest.raises(ValueError, match=words):
        decode_idx(change(encode_idx(NUMBERS)), (2, 3, 4))


@pytest.fixture
def folder(tmp_path):
    return write_idx(tmp_path / "tiny", DIGITS)


def test_a_whole_set_is_what_torchvision_reads(folder):
    checked = IDX.layout.check(folder)
    assert checked.whole and not IDX.layout.lossy(folder)
    for split in DIGITS:
        theirs, ours = MNIST(folder, train=split == "train"), checked.splits[split]
        assert ours.images.dtype == torch.uint8 and ours.labels.dtype == torch.int64
        assert torch.equal(ours.images, theirs.data)
        assert torch.equal(ours.labels, theirs.targets)
        assert ours.labels.diff().min() < 0, "the classes are mixed"


def test_other_files_do_not_matter(folder):
    before = IDX.layout.stamp(folder)
    (folder / "MNIST" / "raw" / "train-images-idx3-ubyte.gz").write_bytes(b"as torchvision's")
    (folder / "notes.txt").write_text("mine")
    assert IDX.layout.stamp(folder) == before and IDX.layout.check(folder).whole
    (folder / IMAGES).write_bytes((folder / IMAGES).read_bytes() + b"x")
    assert IDX.layout.stamp(folder) != before


@pytest.mark.parametrize("path", [IMAGES, LABELS])
def test_a_missing_file_is_named(folder, path):
    assert IDX.layout.has_all(folder)
    remove(folder / path)
    checked = IDX.layout.check(folder)
    assert checked.problems == {path: "is missing"} and not checked.splits
    assert not IDX.layout.has_all(folder)


def test_a_changed_byte_is_found_by_the_published_checksum(folder):
    whole = IDX.layout.check(folder)
    files = [folder / path for split in DIGITS for path in files_of(split)]
    sums = tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    layout = IdxFiles(DIGITS, sha256=sums)
    assert layout.check(folder).whole
    data = bytearray((folder / IMAGES).read_bytes())
    data[100] ^= 1
    (folder / IMAGES).write_bytes(data)
    assert layout.check(folder).problems == {IMAGES: "is damaged (its checksum is wrong)"}
    assert IDX.layout.check(folder).whole  # nobody could know
    known = IDX.layout.check(folder, whole.crcs).problems
    assert known == {IMAGES: "is not as it was when it was last found whole"}


@pytest.mark.parametrize("label", [0, 9])
def test_another_label_is_found(folder, label):
    data = bytearray((folder / LABELS).read_bytes())
    data[8 + data[8:].index(1)] = label
    (folder / LABELS).write_bytes(data)
    problems = IDX.layout.check(folder).problems
    assert problems == {LABELS: "does not hold the labels of this set"}


def test_disk_counts_the_files_and_their_copy():
    layout = IdxFiles({"train": {"0": 600}, "test": {"0": 400}}, shape=(10, 10))
    assert layout.megabytes == pytest.approx(2 * 1000 * 101 / 1e6)
