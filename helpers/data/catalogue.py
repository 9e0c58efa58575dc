"""What each data set is: its classes and counts, where it comes from, and what stands in for it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path

from helpers.data import practice
from helpers.data.errors import DataError

BLOCK = 4096  # bytes that a small file takes up on most disks


@dataclass(frozen=True)
class Layout:
    """The folder of a set: ``<split>/<class>/<image>.png``, and how many images each should hold.

    Attributes:
        counts: images by split and class, for example ``{"train": {"3": 6131, ...}, ...}``. The
            order of the classes is the order of the labels 0, 1, ...
        shape: height and width of every image, in pixels.
    """

    counts: dict[str, dict[str, int]]
    shape: tuple[int, int] = (28, 28)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names; a label is an index into them."""
        return tuple(self.counts["train"])

    def total(self, split: str) -> int:
        """How many images a split holds."""
        return sum(self.counts[split].values())

    @property
    def megabytes(self) -> float:
        """About how much disk the files and their decoded copy take, in MB."""
        return sum(map(self.total, self.counts)) * (BLOCK + prod(self.shape)) / 1e6


@dataclass(frozen=True)
class DataSet:
    """One entry of the catalogue.

    Attributes:
        name: the folder's name, here and inside the archive.
        layout: what the folder must hold.
        url: the official archive (.tgz); a mirror holds it under the same file name.
        size: its size in bytes.
        md5_of_first_mebibyte: hex digest of its first 2**20 bytes.
        practice_layout: what the practice folder must hold.
        draw_practice: writes the practice images into an empty folder.
    """

    name: str
    layout: Layout
    url: str
    size: int
    md5_of_first_mebibyte: str
    practice_layout: Layout
    draw_practice: Callable[[Path], None]

    @property
    def archive(self) -> str:
        """The archive's file name."""
        return self.url.rsplit("/", 1)[1]


CATALOGUE = {
    "mnist_sample": DataSet(
        name="mnist_sample",
        layout=Layout({"train": {"3": 6131, "7": 6265}, "valid": {"3": 1010, "7": 1028}}),
        # Size and checksum are the ones that fastai publishes, in fastai/data/download_checks.py.
        url="https://s3.amazonaws.com/fast-ai-sample/mnist_sample.tgz",
        size=3214948,
        md5_of_first_mebibyte="2dbc7ec6f9259b583af0072c55816a88",
        practice_layout=Layout({"train": {"3": 147, "7": 144}, "valid": {"3": 36, "7": 35}}),
        draw_practice=practice.draw_digits,
    )
}


def names() -> tuple[str, ...]:
    """The names of all known data sets.

    Example:
        >>> names()
        ('mnist_sample',)
    """
    return tuple(CATALOGUE)


def lookup(name: str) -> DataSet:
    """The entry called ``name``, or a DataError that names the known ones."""
    if name not in CATALOGUE:
        raise DataError(f"expected the name of a data set ({', '.join(names())}), got {name!r}.")
    return CATALOGUE[name]
