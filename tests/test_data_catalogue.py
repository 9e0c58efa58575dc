import ast
from pathlib import Path

import pytest

from helpers.data import catalogue
from helpers.data.errors import DataError


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(DataError, match="expected .*mnist_sample.*, got 'mnist'"):
        catalogue.lookup("mnist")


@pytest.mark.parametrize("name", catalogue.names())
def test_entries_are_consistent(name):
    entry = catalogue.lookup(name)
    assert entry.name == name and entry.archive == f"{name}.tgz"
    for layout in (entry.layout, entry.practice_layout):
        assert set(layout.counts) == {"train", "valid"}
        assert tuple(layout.counts["valid"]) == layout.classes == entry.layout.classes


def test_size_and_checksum_are_those_that_fastai_publishes():
    from fastai.data import download_checks

    published = ast.literal_eval(Path(download_checks.__file__).read_text(encoding="utf8"))
    for name in catalogue.names():
        entry = catalogue.lookup(name)
        assert published[entry.url] == (entry.size, entry.md5_of_first_mebibyte)


def test_layout_counts():
    layout = catalogue.Layout({"train": {"a": 3, "b": 4}, "valid": {"a": 1, "b": 2}}, (10, 10))
    assert layout.classes == ("a", "b")
    assert (layout.total("train"), layout.total("valid")) == (7, 3)
    assert layout.megabytes == pytest.approx(10 * (4096 + 100) / 1e6)
