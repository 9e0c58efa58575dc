import numpy as np
import pytest
from PIL import Image

from helpers.data.fetch import drawings
from helpers.data.fetch.catalogue import CATALOGUE

LAYOUT = CATALOGUE["cifar10"].practice_layout


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    drawings.draw_pictures(folder)
    return folder


@pytest.fixture(scope="module")
def splits(drawn):
    return LAYOUT.check(drawn).splits


@pytest.mark.slow
def test_the_folder_is_whole(drawn, splits):
    assert splits["train"].images.shape == (400, 3, 32, 32)
    assert splits["test"].images.shape == (100, 3, 32, 32)
    assert sorted(path.name for path in drawn.iterdir()) == ["test", "train"]
    assert not LAYOUT.lossy(drawn)


@pytest.mark.slow
def test_every_time_the_same(drawn, tmp_path):
    drawings.draw_pictures(tmp_path)
    files = [file.relative_to(drawn) for file in drawn.rglob("*.png")]
    assert len(files) == 500
    for file in files:
        assert np.array_equal(Image.open(tmp_path / file), Image.open(drawn / file))


@pytest.mark.slow
def test_no_picture_comes_twice(splits):
    images = [image.numpy().tobytes() for split in splits.values() for image in split.images]
    assert len(set(images)) == 500


@pytest.mark.parametrize("cls", drawings.MOTIFS)
def test_each_motif_stays_on_the_grid_and_fills_it(cls):
    across = [x for _, _, points in drawings.MOTIFS[cls] for x in points[::2]]
    down = [y for _, _, points in drawings.MOTIFS[cls] for y in points[1::2]]
    for values, least in ((across, 20), (down, 15)):
        assert min(values) >= 0 and max(values) <= drawings.SIDE
        assert max(values) - min(values) >= least


@pytest.mark.slow
def test_they_can_be_learnt_but_not_by_their_colours_alone(splits):
    from sklearn.svm import SVC  # slow to import

    def numbers(split):
        return split.images.flatten(1).numpy() / 255, split.labels.numpy()

    (x, y), (test_x, test_y) = numbers(splits["train"]), numbers(splits["test"])
    machine = SVC(C=10).fit(x, y)
    assert 0.45 < machine.score(test_x, test_y) < 0.9
    colours = x.reshape(400, 3, -1).mean(2), test_x.reshape(100, 3, -1).mean(2)
    assert SVC(C=10).fit(colours[0], y).score(colours[1], test_y) < 0.45
