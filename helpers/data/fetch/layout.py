"""What a set holds, and what can be asked of any folder of it, whatever its file format."""

import hashlib
import os
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from helpers.data.fetch import faults
from helpers.data.images import Split
from helpers.language import marked, say

UNKNOWN = marked("an unknown edition")
LOSSY_SUFFIXES = (".jpg", ".jpeg")
Read = Callable[[str, int], bytes]
Crcs = Mapping[str, int]
NONE_KNOWN: Crcs = MappingProxyType({})


@dataclass(frozen=True)
class Edition:
    """One form in which a set is known, told from others by its pixels.

    Attributes:
        name: in words.
        sha256: hex digest of its decoded images and labels, see ``pixels_digest``; empty when no
            copy was at hand to compute it.
        sums: of all values of the training images, a number a colour; what is known of the original
            pixels from their published means.
    """

    name: str
    sha256: str = ""
    sums: tuple[int, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What a full check found.

    Attributes:
        problems: what is missing, damaged or too much, by path below the folder: what is wrong.
        crcs: the checksums (CRC-32) of the files, by path.
        splits: the decoded images; empty, as ``crcs``, unless the set is whole.
        edition: its name, see ``recognise``.
    """

    problems: dict[str, str]
    crcs: dict[str, int] = field(default_factory=dict)
    splits: dict[str, Split] = field(default_factory=dict)
    edition: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, damaged or too much."""
        return not self.problems

    def summary(self) -> str:
        """The problems in one line: the first few by name."""
        return first([f"{path} {what}" for path, what in self.problems.items()])


@dataclass(frozen=True)
class Layout(ABC):
    """What the folder of a set must hold. Each file format is a subclass.

    Attributes:
        counts: images by split and class, for example ``{"train": {"3": 6131, ...}, ...}``. The
            order of the classes is the order of the labels 0, 1, ...
        shape: (height, width) of every image in pixels, or (3, height, width) in colour.
        editions: the forms in which the set is known; none where its files tell themselves.
    """

    counts: dict[str, dict[str, int]]
    shape: tuple[int, ...] = (28, 28)
    editions: tuple[Edition, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names; a label is an index into them."""
        return tuple(self.counts["train"])

    def total(self, split: str) -> int:
        """How many images a split holds."""
        return sum(self.counts[split].values())

    @property
    @abstractmethod
    def megabytes(self) -> float:
        """About how much disk the files and their decoded copy take, in MB."""

    @abstractmethod
    def paths(self, root: Path) -> Iterator[str]:
        """The files that count, in order, as paths below ``root`` with forward slashes.

        Files that are no part of a set do not count, so a learner may keep some there.
        """

    @abstractmethod
    def has_all(self, root: Path) -> bool:
        """Whether the right number of files is there: a quick look, no check."""

    @abstractmethod
    def belongs(self, path: str) -> bool:
        """Whether a file of an archive, by its path below the folder, is to be unpacked."""

    @abstractmethod
    def strangers(self, root: Path, known: Collection[str] = ()) -> list[str]:
        """What lies among the images and is none of the set, by path below ``root``.

        File managers leave such things; a loop over the folder, torchvision or fastai would take
        them for images or classes. ``known``: the images when the set was last found whole.
        """

    @abstractmethod
    def judge(self, paths: Iterable[str], read: Read, known: Crcs = NONE_KNOWN) -> Checked:
        """Look at every file: is it there, is it undamaged, is it what it should be?

        ``read`` gives the content of one, and no more than so many bytes. ``known`` are checksums
        of files that were found whole before: a JPEG file has none of its own.
        """

    def check(self, root: Path, known: Crcs = NONE_KNOWN, without: Collection[str] = ()) -> Checked:
        """``judge`` the files of a folder, but for those named in ``without``."""

        def read(path: str, most: int) -> bytes:
            with open(root / path, "rb", buffering=0) as file:
                return file.read(most)

        return self.judge(set(self.paths(root)) - set(without), read, known)

    def digest(self, root: Path) -> str:
        """A fingerprint that changes when a file comes, goes or is written to."""
        found = []
        for path in self.paths(root):
            stat = os.stat(f"{root}/{path}")
            found.append((path, stat.st_size, stat.st_mtime_ns))
        return hashlib.sha256(repr(found).encode()).hexdigest()

    def stamp(self, root: Path) -> str:
        """A fingerprint that takes no time, however many files there are.

        It may miss a file that is overwritten in its place. That is enough for decoded images that
        are stored with checksums of their own, and only for those.
        """
        return self.digest(root)

    def lossy(self, root: Path) -> bool:
        """Whether the files are compressed with loss, so that pixels differ from the originals."""
        return any(path.lower().endswith(LOSSY_SUFFIXES) for path in self.paths(root))


def recognise(splits: Mapping[str, Split], editions: tuple[Edition, ...]) -> str:
    """The name of the edition, ``UNKNOWN``, or nothing where none is known to compare with.

    Example:
        >>> import torch
        >>> one = {"train": Split(torch.ones(2, 3, 1, 1, dtype=torch.uint8), torch.tensor([0, 1]))}
        >>> recognise(one, (Edition("ones", sums=(2, 2, 2)),))
        'ones'
        >>> recognise(one, (Edition("zeros", sums=(0, 0, 0)),)), recognise(one, ())
        ('an unknown edition', '')
    """
    if not editions:
        return ""
    found = pixels_digest(splits)
    images = splits["train"].images.numpy()  # torch would make a copy of eight times the size
    sums = tuple(images.sum(axis=(0, 2, 3), dtype=int).tolist()) if images.ndim == 4 else ()
    names = [e.name for e in editions if e.sha256 == found or (e.sums and e.sums == sums)]
    return names[0] if names else UNKNOWN


def pixels_digest(splits: Mapping[str, Split]) -> str:
    """The SHA-256 of all images and labels, split after split, in the order of the files."""
    total = hashlib.sha256()
    for images, labels in splits.values():
        for tensor in (images, labels):
            total.update(tensor.contiguous().numpy().data)
    return total.hexdigest()


def crc_of(data: bytes, path: str, known: Crcs) -> int:
    """The checksum (CRC-32) of a file, or a ValueError when another one is known."""
    crc = zlib.crc32(data)
    if known.get(path, crc) != crc:
        raise ValueError(say("is not as it was when it was last found whole"))
    return crc


def why(error: Exception) -> str:
    """What is wrong with a file, after its name."""
    if not isinstance(error, OSError):
        return str(error)
    error.filename = None
    return say("cannot be read ({why})", why=faults.of_system(error))


def first(items: list[str], n: int = 3) -> str:
    """A list in one line: its first ``n`` items, and how many more there are.

    Example:
        >>> first(["a", "b", "c", "d", "e"])
        'a, b, c and 2 more'
    """
    more = say(" and {count:,} more", count=len(items) - n) if len(items) > n else ""
    return ", ".join(items[:n]) + more
