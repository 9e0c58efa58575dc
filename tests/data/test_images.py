import pytest
import torch

from helpers.data.fetch.faults import DataError
from helpers.data.images import ImageSet, Split


@pytest.fixture
def images():
    def split(labels):
        n = len(labels)
        pixels = torch.arange(n, dtype=torch.uint8)[:, None, None].expand(n, 28, 28)
        return Split(pixels, torch.tensor(labels))

    return ImageSet("x", ("3", "7"), {"train": split([0, 0, 1]), "valid": split([0, 1])}, False)


def test_of_gives_one_class_in_order(images):
    assert images.of("train", "3")[:, 0, 0].tolist() == [0, 1]
    assert images.of("train", "7")[:, 0, 0].tolist() == [2]
    assert images.of("valid", "7").shape == (1, 28, 28)


@pytest.mark.parametrize("split, cls", [("test", "3"), ("train", "8"), ("train", 3)])
def test_of_names_what_there_is(images, split, cls):
    with pytest.raises(DataError, match=rf"\(train, valid\).*\(3, 7\).*got {split!r} and {cls!r}"):
        images.of(split, cls)


def test_it_cannot_be_changed(images):
    with pytest.raises(AttributeError):
        images.name = "y"


def test_splits_have_names_of_their_own(images):
    assert images.train is images.splits["train"] and images.valid is images.splits["valid"]
    assert images.lossy is False


def test_a_split_that_is_not_there_names_those_that_are(images):
    with pytest.raises(DataError, match=r"x has no split 'test'; it has.*write .train or .valid\."):
        _ = images.test
    other = ImageSet("y", ("3",), {"train": images.train, "test": images.valid}, practice=True)
    assert other.test is images.valid
    with pytest.raises(DataError, match=r"y has no split 'valid'.*write .train or .test\."):
        _ = other.valid
