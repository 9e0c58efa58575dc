import numpy as np
import pytest
from sklearn.datasets import load_digits

from helpers.data.fetch import practice
from helpers.data.fetch.catalogue import CATALOGUE

LAYOUT = CATALOGUE["mnist_sample"].practice_layout


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    practice.draw_digits(folder)
    return folder


def test_the_folder_is_whole_and_split_four_to_one(drawn):
    checked = LAYOUT.check(drawn)
    assert checked.whole
    assert sorted(path.name for path in drawn.iterdir()) == ["labels.csv", "train", "valid"]
    share = LAYOUT.total("valid") / (LAYOUT.total("train") + LAYOUT.total("valid"))
    assert 0.18 < share < 0.22


def test_all_threes_and_sevens_are_used_once(drawn):
    target = load_digits().target
    for digit in ("3", "7"):
        used = [int(file.stem) for file in drawn.glob(f"*/{digit}/*.png")]
        assert sorted(used) == np.flatnonzero(target == int(digit)).tolist()


def test_every_time_the_same(drawn, tmp_path):
    practice.draw_digits(tmp_path)
    files = [file.relative_to(drawn) for file in drawn.rglob("*") if file.is_file()]
    assert len(files) == 363
    assert all((tmp_path / file).read_bytes() == (drawn / file).read_bytes() for file in files)


def test_digits_look_like_mnist():
    digits = load_digits()
    image = np.asarray(practice.enlarge(digits.images[digits.target == 3][0]))
    assert image.shape == (28, 28) and image.dtype == np.uint8
    assert image[:4].max() == image[-4:].max() == image[:, :4].max() == image[:, -4:].max() == 0
    assert image.max() > 230  # white strokes
    # Taking the mean of what became of each old pixel gives back the old picture, nearly.
    back = image[4:24, 4:24].reshape(4, 5, 4, 5).mean((1, 3))
    old = digits.images[digits.target == 3][0].reshape(4, 2, 4, 2).mean((1, 3)) * 255 / 16
    assert np.abs(back - old).max() < 20


TEN = CATALOGUE["mnist"].practice_layout


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ten")
    practice.draw_all_digits(folder)
    return folder


def test_all_digits_are_used_once_and_split_four_to_one(ten):
    checked = TEN.check(ten)
    assert checked.whole
    digits, found = load_digits(), []
    for split in checked.splits.values():
        for image, label in zip(*split):
            found.append((int(label), image.numpy().tobytes()))
    wanted = [
        (int(target), np.asarray(practice.enlarge(image)).tobytes())
        for image, target in zip(digits.images, digits.target)
    ]
    assert sorted(found) == sorted(wanted)
    assert 0.18 < len(checked.splits["test"].labels) / len(found) < 0.22


def test_the_digits_are_mixed(ten):
    for split in TEN.check(ten).splits.values():
        share = (split.labels.diff() == 0).float().mean()
        assert share < 0.2, "of neighbours alike; one in ten by chance"


def test_all_digits_come_out_the_same_every_time(ten, tmp_path):
    practice.draw_all_digits(tmp_path)
    for path in TEN.paths(ten):
        assert (tmp_path / path).read_bytes() == (ten / path).read_bytes()
