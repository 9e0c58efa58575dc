"""The real images. Their archive must be at hand: in the place that LESSONS_MIRROR names."""

import doctest
import hashlib
import os
import statistics
import time

import numpy as np
import pytest
import torch
from PIL import Image

from helpers import data
from helpers.data import catalogue, decoded, home, images, png, practice, served

pytestmark = pytest.mark.skipif(
    not os.environ.get("LESSONS_MIRROR"), reason="LESSONS_MIRROR names no place with the archive"
)
URL = "https://s3.amazonaws.com/fast-ai-sample/mnist_sample.tgz"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTAI_HOME", str(tmp_path_factory.mktemp("fastai")))
        patch.setenv("LESSONS_DATA", "official")
        patch.setattr(served, "_found", {})
        yield data.folder("mnist_sample")


def files(path, split, cls):
    return sorted((path / split / cls).iterdir())


def test_counts_shapes_and_order(path):
    mnist = data.load("mnist_sample")
    assert mnist.classes == ("3", "7") and not mnist.practice
    sizes = {"train": {"3": 6131, "7": 6265}, "valid": {"3": 1010, "7": 1028}}
    for split, counts in sizes.items():
        for cls, count in counts.items():
            pixels = mnist.of(split, cls)
            assert pixels.shape == (count, 28, 28) and pixels.dtype == torch.uint8
            for i, file in list(enumerate(files(path, split, cls)))[:: count // 20]:
                assert np.array_equal(pixels[i].numpy(), np.asarray(Image.open(file)))
    assert mnist.train.labels.tolist() == [0] * 6131 + [1] * 6265
    assert mnist.valid.labels.dtype == torch.int64 and len(mnist.valid.labels) == 2038


def test_the_order_is_fastais(path):
    import fastai.data.all  # noqa: F401 - it gives Path its ls

    assert (path / "train" / "3").ls().sorted() == files(path, "train", "3")


def test_untar_data_gives_the_same_folder(path, monkeypatch):
    from fastai.data.external import URLs, fastai_cfg, untar_data

    monkeypatch.setattr("socket.socket.connect", None)  # whoever calls it fails
    fastai_cfg.cache_clear()
    try:
        assert URLs.MNIST_SAMPLE == URL
        assert untar_data(URLs.MNIST_SAMPLE, data=path.parent) == path
        assert untar_data(URLs.MNIST_SAMPLE) == path
        monkeypatch.setenv("LESSONS_DATA", "practice")
        stand_in = data.folder("mnist_sample")
        assert stand_in == path.parent / "practice" / "mnist_sample"
        assert untar_data(URLs.MNIST_SAMPLE, data=stand_in.parent) == stand_in
    finally:
        fastai_cfg.cache_clear()


def test_the_real_archive_with_one_damaged_image_is_repaired(path, monkeypatch, capsys):
    file = files(path, "train", "7")[123]
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    monkeypatch.setattr(served, "_found", {})
    data.folder("mnist_sample")
    assert "repaired, 1 files replaced" in capsys.readouterr().out
    assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(whole).digest()


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_speed(path, monkeypatch, capsys):
    """The first load beside the plain loop over the same files; the second against that loop."""

    def plain():
        for split in ("train", "valid"):
            for cls in ("3", "7"):
                [torch.as_tensor(np.array(Image.open(p))) for p in files(path, split, cls)]

    def load():
        data.load("mnist_sample")

    times = {"plain loop": [], "first load": [], "second load": []}
    times |= {"next process": [], "next folder()": []}
    for _ in range(3):
        times["plain loop"].append(seconds(plain))
        decoded.file_of(path).unlink()
        monkeypatch.setattr(served, "_found", {})
        times["first load"].append(seconds(load))
        times["second load"].append(seconds(load))
        monkeypatch.setattr(served, "_found", {})
        times["next process"].append(seconds(load))
        monkeypatch.setattr(served, "_found", {})
        times["next folder()"].append(seconds(lambda: data.folder("mnist_sample")))
    middle = {what: statistics.median(runs) for what, runs in times.items()}
    with capsys.disabled():
        for what, second in middle.items():
            share = middle["plain loop"] / second
            print(f"\n{what}: {1000 * second:.0f} ms, {share:.1f} x the plain loop's speed", end="")
        print()
    assert middle["first load"] < 1.3 * middle["plain loop"]  # slack for a busy machine
    assert middle["plain loop"] > 20 * middle["second load"]
    assert middle["plain loop"] > 20 * middle["next process"]
    assert middle["next folder()"] < 0.3


@pytest.mark.parametrize("module", [catalogue, data, home, images, png, practice, served])
def test_the_examples_of_the_docstrings(path, monkeypatch, module):
    monkeypatch.setattr(served, "_found", {})
    ran = doctest.testmod(module)
    assert ran.attempted > 0 and ran.failed == 0
