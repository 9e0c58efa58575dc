import ast
from pathlib import Path

import pytest

from helpers.data.fetch import catalogue
from helpers.data.fetch.folders import ImageFolders


@pytest.mark.parametrize("name", catalogue.names())
def test_entries_are_consistent(name):
    entry = catalogue.lookup(name)
    assert entry.name == name
    for layout in (entry.layout, entry.practice_layout):
        train, judged_by = layout.counts
        assert train == "train" and judged_by in ("valid", "test")
        assert tuple(layout.counts[judged_by]) == layout.classes == entry.layout.classes
        assert layout.counts.keys() == entry.layout.counts.keys()
        assert layout.shape == entry.layout.shape


def test_size_and_checksum_are_those_that_fastai_publishes():
    from fastai.data import download_checks

    published = ast.literal_eval(Path(download_checks.__file__).read_text(encoding="utf8"))
    entries = [e for e in catalogue.CATALOGUE.values() if e.host == catalogue.FASTAI_HOST]
    assert "mnist_sample" in [entry.name for entry in entries]
    for entry in entries:
        [archive] = entry.archives
        wanted = (archive.size, archive.md5)
        assert published[f"{entry.host}/{archive.file}"] == wanted
        assert archive.md5_covers == 2**20


def test_names_and_checksums_are_those_that_torchvision_publishes():
    from torchvision.datasets import MNIST

    entry = catalogue.lookup("mnist")
    assert f"{entry.host}/mnist/" in MNIST.mirrors
    ours = [(archive.file, archive.md5) for archive in entry.archives]
    assert ours == [(f"mnist/{file}", md5) for file, md5 in MNIST.resources]
    assert all(archive.md5_covers == -1 for archive in entry.archives)


def test_layout_counts():
    layout = ImageFolders({"train": {"a": 3, "b": 4}, "valid": {"a": 1, "b": 2}}, (10, 10))
    assert layout.classes == ("a", "b")
    assert (layout.total("train"), layout.total("valid")) == (7, 3)
    assert layout.megabytes == pytest.approx(10 * (4096 + 100) / 1e6)
