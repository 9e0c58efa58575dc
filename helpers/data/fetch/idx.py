"""The idx files of MNIST: all images of a split in one file, all labels in another.

An idx file is a header and plain bytes. The header: two zero bytes, a byte for the type of the
numbers (8: unsigned bytes), a byte for how many dimensions there are, then the size of each, four
bytes long, the highest first. http://yann.lecun.com/exdb/mnist/ describes it.

torchvision's reader takes a path only and all that lies there, and stops at damage without a word;
here the bytes may come from an archive in memory, are limited, and what is wrong is said.
"""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from math import prod
from pathlib import Path

import numpy as np
import torch

from helpers.data.fetch.layout import NONE_KNOWN, Checked, Crcs, Layout, Read, crc_of, why
from helpers.data.images import Split
from helpers.language import say

RAW = "MNIST/raw"  # where torchvision looks, below the folder that it is given
OLD = "MNIST/processed"
PREFIXES = {"train": "train", "test": "t10k"}
UNSIGNED_BYTES = 8


@dataclass(frozen=True)
class IdxFiles(Layout):
    """Four files in ``MNIST/raw``, as ``torchvision.datasets.MNIST`` keeps them.

    Attributes:
        sha256: hex digests of images and labels, split after split; without them only the sizes
            and the number of images of each class are checked.
    """

    sha256: tuple[str, ...] = ()

    @property
    def megabytes(self) -> float:
        images = sum(map(self.total, self.counts))
        return 2 * images * (prod(self.shape) + 1) / 1e6

    def paths(self, root: Path) -> Iterator[str]:
        return (path for path in self._shapes() if os.path.isfile(root / path))

    def has_all(self, root: Path) -> bool:
        return list(self.paths(root)) == list(self._shapes())

    def belongs(self, path: str) -> bool:
        return path in self._shapes()

    def strangers(self, root: Path, known: Collection[str] = ()) -> list[str]:
        """See ``Layout``: torchvision prefers what its old versions have made, if it is there."""
        return [OLD] if os.path.lexists(root / OLD) else []

    def judge(self, paths: Iterable[str], read: Read, known: Crcs = NONE_KNOWN) -> Checked:
        there = set(paths)
        numbers, crcs, problems = {}, {}, {}
        for (path, shape), sha256 in zip_longest(self._shapes().items(), self.sha256):
            if path not in there:
                problems[path] = say("is missing")
                continue
            try:
                data = read(path, 4 + 4 * len(shape) + prod(shape) + 1)
                numbers[path] = decode_idx(data, shape)
                if sha256 and hashlib.sha256(data).hexdigest() != sha256:
                    raise ValueError(say("is damaged (its checksum is wrong)"))
                crcs[path] = crc_of(data, path, known)
            except (OSError, ValueError) as error:
                problems[path] = why(error)
        splits = {}
        for split, counts in self.counts.items():
            images, labels = (numbers.get(path) for path in files_of(split))
            if labels is not None and np.bincount(labels).tolist() != list(counts.values()):
                problems.setdefault(files_of(split)[1], say("does not hold the labels of this set"))
            if not problems:
                splits[split] = Split(torch.from_numpy(images), torch.from_numpy(labels).long())
        return Checked(problems) if problems else Checked({}, crcs, splits)

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """The files of all splits, and the sizes that each must have."""
        shapes = {}
        for split in self.counts:
            images, labels = files_of(split)
            shapes[images] = (self.total(split), *self.shape)
            shapes[labels] = (self.total(split),)
        return shapes


def files_of(split: str) -> tuple[str, str]:
    """The paths of the images and of the labels of a split.

    Example:
        >>> files_of("test")
        ('MNIST/raw/t10k-images-idx3-ubyte', 'MNIST/raw/t10k-labels-idx1-ubyte')
    """
    start = f"{RAW}/{PREFIXES[split]}"
    return f"{start}-images-idx3-ubyte", f"{start}-labels-idx1-ubyte"


def decode_idx(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers in an idx file of unsigned bytes that must have these sizes: uint8.

    Example:
        >>> decode_idx(encode_idx(np.array([[1, 2], [3, 4]], np.uint8)), (2, 2)).tolist()
        [[1, 2], [3, 4]]
    """
    ndim = len(shape)
    start = 4 + 4 * ndim
    if data[:4] != bytes((0, 0, UNSIGNED_BYTES, ndim)):
        raise ValueError(say("is not an idx file of bytes with {ndim} dimensions", ndim=ndim))
    sizes = tuple(np.frombuffer(data[4:start].ljust(4 * ndim, b"\0"), ">u4").tolist())
    if sizes != shape:
        raise ValueError(
            say("holds numbers of shape {sizes} instead of {shape}", sizes=sizes, shape=shape)
        )
    if len(data) != start + prod(shape):
        raise ValueError(
            say("ends early") if len(data) < start + prod(shape) else say("is too long")
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape).copy()


def encode_idx(numbers: np.ndarray) -> bytes:
    """A uint8 array as an idx file: the reverse of ``decode_idx``."""
    magic = bytes((0, 0, UNSIGNED_BYTES, numbers.ndim))
    return magic + np.array(numbers.shape, ">u4").tobytes() + numbers.tobytes()
