import numpy as np
import pytest

from helpers.data.fetch import practice
from helpers.data.fetch.catalogue import CATALOGUE

DRAWN = {"mnist_sample": practice.draw_digits, "mnist": practice.draw_all_digits}


@pytest.fixture(scope="module", params=DRAWN)
def drawn(request, tmp_path_factory):
    """A layout, what draws it, and the folder that it has drawn."""
    folder = tmp_path_factory.mktemp("practice")
    DRAWN[request.param](folder)
    return CATALOGUE[request.param].practice_layout, DRAWN[request.param], folder


@pytest.fixture(scope="module")
def digits():
    """Scikit-learn's, which is slow to import."""
    from sklearn.datasets import load_digits

    return load_digits()


def test_all_digits_are_used_once_and_split_four_to_one(drawn, digits):
    layout, _, folder = drawn
    checked = layout.check(folder)
    assert checked.whole
    found = []
    for split in checked.splits.values():
        for image, label in zip(*split):
            found.append((layout.classes[label], image.numpy().tobytes()))
    wanted = [
        (str(target), np.asarray(practice.enlarge(image)).tobytes())
        for image, target in zip(digits.images, digits.target)
        if str(target) in layout.classes
    ]
    assert sorted(found) == sorted(wanted)
    assert 0.18 < layout.total(list(layout.counts)[1]) / len(found) < 0.22


def test_every_time_the_same(drawn, tmp_path):
    _, draw, folder = drawn
    draw(tmp_path)
    files = [file.relative_to(folder) for file in folder.rglob("*") if file.is_file()]
    assert len(files) in (363, 4)
    assert all((tmp_path / file).read_bytes() == (folder / file).read_bytes() for file in files)


def test_the_digits_are_mixed_as_those_of_mnist(drawn):
    layout, _, folder = drawn
    for split in layout.check(folder).splits.values():
        share = (split.labels.diff() == 0).float().mean()
        # Of neighbours alike: one in ten by chance; a folder a class has nearly all.
        assert share < 0.2 if len(layout.classes) == 10 else share > 0.9


def test_digits_look_like_mnist(digits):
    image = np.asarray(practice.enlarge(digits.images[digits.target == 3][0]))
    assert image.shape == (28, 28) and image.dtype == np.uint8
    assert image[:4].max() == image[-4:].max() == image[:, :4].max() == image[:, -4:].max() == 0
    assert image.max() > 230  # white strokes
    # Taking the mean of what became of each old pixel gives back the old picture, nearly.
    back = image[4:24, 4:24].reshape(4, 5, 4, 5).mean((1, 3))
    old = digits.images[digits.target == 3][0].reshape(4, 2, 4, 2).mean((1, 3)) * 255 / 16
    assert np.abs(back - old).max() < 20
