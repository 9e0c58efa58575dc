"""The real images. Their archives must be at hand: in the place that LESSONS_MIRROR names."""

import doctest
import os

import numpy as np
import pytest
import torch
from PIL import Image

from helpers import data
from helpers.data import images, sets
from helpers.data.fetch import (
    catalogue,
    decoded,
    drawings,
    faults,
    folders,
    home,
    idx,
    layout,
    pixels,
    practice,
    served,
)
from tests.data.kit import fastai

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("LESSONS_MIRROR"), reason="LESSONS_MIRROR names no place with archives"
    ),
]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A machine without any data yet, where practice data will not do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTAI_HOME", str(tmp_path_factory.mktemp("fastai")))
        patch.setenv("LESSONS_DATA", "official")
        patch.setattr(served, "_found", {})
        yield


@pytest.fixture(scope="module")
def path(fresh):
    return data.folder("mnist_sample")


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
    monkeypatch.setattr("socket.socket.connect", None)  # whoever calls it fails
    with fastai() as external:
        sample = external.URLs.MNIST_SAMPLE
        assert external.untar_data(sample, data=path.parent) == path == external.untar_data(sample)
        monkeypatch.setenv("LESSONS_DATA", "practice")
        stand_in = data.folder("mnist_sample")
        assert stand_in == path.parent / "practice" / "mnist_sample"
        assert external.untar_data(sample, data=stand_in.parent) == stand_in


@pytest.fixture
def looked(monkeypatch):
    """The looks at the files of a set: "check" reads them all, "digest" asks for their times.

    What that costs is measured by ``benchmarks.data``.
    """
    looks = []
    for kind in (folders.ImageFolders, idx.IdxFiles):
        for what in ("check", "digest"):
            look = getattr(kind, what)

            def noting(*arguments, what=what, look=look):
                looks.append(what)
                return look(*arguments)

            monkeypatch.setattr(kind, what, noting)
    monkeypatch.setattr(served, "_found", {})  # as in a new process
    return looks


def test_each_image_is_decoded_once(path, looked, monkeypatch):
    decodes, decode = [], folders.decode_image
    monkeypatch.setattr(folders, "decode_image", lambda *given: decodes.append(1) or decode(*given))
    decoded.file_of(path).unlink()
    for _ in range(2):
        data.load("mnist_sample")
    assert len(decodes) == 6131 + 6265 + 1010 + 1028 and looked.count("check") == 1


@pytest.fixture(scope="module")
def digits(fresh):
    return data.load("mnist")


def test_mnist_is_torchvisions_in_the_order_of_its_files(digits):
    from torchvision.datasets import MNIST

    assert digits.classes == tuple("0123456789") and not digits.practice and not digits.lossy
    for split, count in (("train", 60_000), ("test", 10_000)):
        theirs = MNIST(data.folder("mnist"), train=split == "train", download=False)
        images, labels = digits.splits[split]
        assert images.shape == (count, 28, 28) and labels.dtype == torch.int64
        assert torch.equal(images, theirs.data) and torch.equal(labels, theirs.targets)
    assert digits.train.labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_mnist_sample_is_a_part_of_mnist(digits, path):
    threes = {image.numpy().tobytes() for image in digits.of("train", "3")}
    for image in data.load("mnist_sample").of("train", "3")[::50]:
        assert image.numpy().tobytes() in threes


@pytest.fixture(scope="module")
def cifar10(fresh):
    return data.load("cifar10")


def test_cifar10_counts_shapes_and_order(cifar10):
    assert ", ".join(cifar10.classes) == (
        "airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck"
    )
    folder, suffixes = data.folder("cifar10"), set()
    for split, each in (("train", 5000), ("test", 1000)):
        images, labels = cifar10.splits[split]
        assert images.shape == (10 * each, 3, 32, 32) and images.dtype == torch.uint8
        assert labels.tolist() == [label for label in range(10) for _ in range(each)]
        for cls in cifar10.classes:
            of_class = cifar10.of(split, cls)
            for i, file in list(enumerate(files(folder, split, cls)))[:: each // 4]:
                wanted = np.asarray(Image.open(file)).transpose(2, 0, 1)
                assert np.array_equal(of_class[i], wanted)
                suffixes.add(file.suffix)
    assert cifar10.lossy == (suffixes != {".png"}) and not cifar10.practice


def test_cifar10_is_the_folder_of_fastai_and_of_torchvision(cifar10, monkeypatch):
    from torchvision.datasets import ImageFolder

    path = data.folder("cifar10")
    monkeypatch.setattr("socket.socket.connect", None)  # whoever calls it fails
    with fastai() as external:
        assert external.untar_data(external.URLs.CIFAR) == path
    theirs = ImageFolder(path / "test")
    assert tuple(theirs.classes) == cifar10.classes
    assert torch.equal(torch.tensor(theirs.targets), cifar10.test.labels)
    for at in range(0, 10_000, 999):
        assert np.array_equal(cifar10.test.images[at].permute(1, 2, 0), theirs[at][0])


def test_the_editions_are_known(path, cifar10):
    def edition(name):
        root, layout = data.data_home() / name, catalogue.lookup(name).layout
        return decoded.notes(root, layout)["edition"]

    assert edition("mnist_sample") == "the pixels of MNIST"
    assert edition("cifar10").startswith("JPEG" if cifar10.lossy else "PNG")


@pytest.mark.parametrize("name", ["mnist_sample", "mnist", "cifar10"])
def test_a_later_process_reads_no_file_again(path, digits, cifar10, looked, monkeypatch, name):
    monkeypatch.setattr(folders, "decode_image", None)  # whoever calls them fails
    monkeypatch.setattr(idx, "decode_idx", None)
    assert data.state(name) == "ready"
    data.load(name)
    by_folders = isinstance(catalogue.lookup(name).layout, folders.ImageFolders)
    assert "digest" not in looked or not by_folders  # that would look at each of the files
    served._found.clear()
    data.folder(name)
    assert "check" not in looked


EXAMPLES = [catalogue, sets, faults, home, idx, images, layout, drawings, pixels, practice, served]


@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_of_the_docstrings(path, monkeypatch, module):
    monkeypatch.setattr(served, "_found", {})
    ran = doctest.testmod(module)
    assert ran.attempted > 0 and ran.failed == 0
