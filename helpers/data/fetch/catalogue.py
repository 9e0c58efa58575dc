"""What each data set is: its classes and counts, where it comes from, and what stands in for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.data.fetch import drawings, practice
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.folders import ImageFolders
from helpers.data.fetch.idx import RAW, IdxFiles
from helpers.data.fetch.layout import Edition, Layout
from helpers.language import marked, say

MEBIBYTE = 2**20  # how much of an archive fastai's checksums cover


@dataclass(frozen=True)
class Archive:
    """A packed file, as its host publishes it.

    Attributes:
        file: its path below the address of the host; a mirror holds it under the same path.
        size: its size in bytes.
        md5: hex digest of its first ``md5_covers`` bytes.
        md5_covers: how many bytes that is; -1 means all.
        whole: hex digests (SHA-256) of copies that are known to hold the whole set.
    """

    file: str
    size: int
    md5: str
    md5_covers: int = -1
    whole: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """How many bytes a mirror's own copy can have: editions differ in size, but not much."""
        return 2 * self.size + MEBIBYTE


@dataclass(frozen=True)
class DataSet:
    """One entry of the catalogue.

    Attributes:
        name: the folder's name, here and inside an archive.
        layout: what the folder must hold.
        host: the address of the official host.
        archives: what to fetch from there: a .tgz of the folder, or .gz files of single files.
        practice_layout: what the practice folder must hold.
        draw_practice: writes the practice images into an empty folder.
        below: where files belong that are packed one by one: a path that begins with the name.
    """

    name: str
    layout: Layout
    host: str
    archives: tuple[Archive, ...]
    practice_layout: Layout
    draw_practice: Callable[[Path], None]
    below: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the archives below the official host, or in a mirror."""
        return tuple(archive.file for archive in self.archives)

    @property
    def needs(self) -> float:
        """MB of disk that it takes to fetch the set and to keep it."""
        return self.layout.megabytes + sum(archive.size for archive in self.archives) / 1e6


def _each(count: int) -> dict[str, int]:
    return dict.fromkeys(drawings.MOTIFS, count)


def _by_digit(*counts: int) -> dict[str, int]:
    return {str(digit): count for digit, count in enumerate(counts)}


def _of_mnist(file: str, size: int, md5: str) -> Archive:
    return Archive(f"mnist/{file}.gz", size, md5)


FASTAI_HOST = "https://s3.amazonaws.com/fast-ai-sample"

# The sizes and checksums of fastai's archives are those in fastai/data/download_checks.py, the
# checksums of MNIST's those in torchvision/datasets/mnist.py.
_ENTRIES = (
    DataSet(
        name="mnist_sample",
        layout=ImageFolders(
            {"train": {"3": 6131, "7": 6265}, "valid": {"3": 1010, "7": 1028}},
            editions=(
                Edition(
                    marked("the pixels of MNIST"),
                    "e37124791bc190343a87cc75166fa2a0f78758ea09ddee368e8a88cf25547546",
                ),
            ),
        ),
        host=FASTAI_HOST,
        archives=(
            Archive(
                "mnist_sample.tgz",
                3214948,
                "2dbc7ec6f9259b583af0072c55816a88",
                MEBIBYTE,
                ("3cd9f4ccec8ee0ddd0aa0f513df04c7efb4448b5e9b8309e984c87f81166250c",),
            ),
        ),
        practice_layout=ImageFolders({"train": {"3": 147, "7": 144}, "valid": {"3": 36, "7": 35}}),
        draw_practice=practice.draw_digits,
    ),
    DataSet(
        name="mnist",
        layout=IdxFiles(
            {
                "train": _by_digit(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
                "test": _by_digit(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
            },
            sha256=(
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
        host="https://ossci-datasets.s3.amazonaws.com",
        archives=(
            _of_mnist("train-images-idx3-ubyte", 9912422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            _of_mnist("train-labels-idx1-ubyte", 28881, "d53e105ee54ea40749a09fcbcd1e9432"),
            _of_mnist("t10k-images-idx3-ubyte", 1648877, "9fb629c4189551a2d022fa330f9573f3"),
            _of_mnist("t10k-labels-idx1-ubyte", 4542, "ec29112dd5afa0611ce80d1b7f02629c"),
        ),
        practice_layout=IdxFiles(
            {
                "train": _by_digit(143, 146, 142, 147, 145, 146, 145, 144, 140, 144),
                "test": _by_digit(35, 36, 35, 36, 36, 36, 36, 35, 34, 36),
            }
        ),
        draw_practice=practice.draw_all_digits,
        below=f"mnist/{RAW}",
    ),
    DataSet(
        name="cifar10",
        layout=ImageFolders(
            {"train": _each(5000), "test": _each(1000)},
            shape=(3, 32, 32),
            editions=(
                # The mean colour of the training images is published to the last digit:
                # 125.306918046875, 122.950394140625 and 113.86538318359375.
                Edition(
                    marked("PNG, the original pixels"),
                    sums=(6_415_714_204, 6_295_060_180, 5_829_907_619),
                ),
                Edition(
                    marked("JPEG, compressed with loss"),
                    "eec90e10bd2f5438e70e4e8599dc5b7672ffbabf978fde50cd6de1e7ed6d6bf0",
                ),
            ),
        ),
        host=FASTAI_HOST,
        archives=(
            Archive(
                "cifar10.tgz",
                168168549,
                "a5f8c31371b63a406b23368042812d3c",
                MEBIBYTE,
                ("b29e2e4400a501b3d77e7697f6a4ee8125e2740160a3c6bf73b97b9b02afce18",),
            ),
        ),
        practice_layout=ImageFolders(
            {"train": _each(drawings.TRAIN), "test": _each(drawings.TEST)}, shape=(3, 32, 32)
        ),
        draw_practice=drawings.draw_pictures,
    ),
)
CATALOGUE = {entry.name: entry for entry in _ENTRIES}


def names() -> tuple[str, ...]:
    """The names of all known data sets.

    Example:
        >>> names()
        ('mnist_sample', 'mnist', 'cifar10')
    """
    return tuple(CATALOGUE)


def lookup(name: str) -> DataSet:
    """The entry called ``name``."""
    if name not in CATALOGUE:
        raise DataError(
            say(
                "expected the name of a data set ({names}), got {name!r}.",
                names=", ".join(names()),
                name=name,
            )
        )
    return CATALOGUE[name]
