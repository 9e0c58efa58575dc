"""What a set holds, and what can be asked of any folder of it, whatever its file format."""

import hashlib
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from helpers.data.images import Split

Listing = dict[str, tuple[int, int]]
NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Checked:
    """What a full check found.

    Attributes:
        root: the folder.
        digest: the fingerprint of its listing, see ``digest``.
        stamp: see ``Layout.stamp``.
        problems: what is missing or damaged, by path below ``root``: what is wrong with it.
        extra: images that do not belong to the set, by path below ``root``.
        crcs: the checksums of the undamaged files, by path: see ``crc_of``.
        splits: the decoded images; empty unless the set is whole.
    """

    root: Path
    digest: str
    stamp: str
    problems: dict[str, str]
    extra: list[str]
    crcs: dict[str, int]
    splits: dict[str, Split]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, damaged or too much."""
        return not self.problems and not self.extra

    def summary(self) -> str:
        """The problems in one line: the first few by name."""
        return first([f"{path} {what}" for path, what in self.problems.items()])

    def extras(self) -> str:
        """The images too many in one line: the first few by name."""
        return first(self.extra)


@dataclass(frozen=True)
class Layout(ABC):
    """What the folder of a set must hold. Each file format is a subclass.

    Attributes:
        counts: images by split and class, for example ``{"train": {"3": 6131, ...}, ...}``. The
            order of the classes is the order of the labels 0, 1, ...
        shape: (height, width) of every image in pixels, or (3, height, width) in colour.
    """

    counts: dict[str, dict[str, int]]
    shape: tuple[int, ...] = (28, 28)

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
    def listing(self, root: Path) -> Listing:
        """Size (bytes) and time of last change (ns) of every file that counts, by path.

        Paths are below ``root``, with forward slashes. Files that are no part of a set do not
        count, so a learner may keep some there.
        """

    @abstractmethod
    def stamp(self, root: Path) -> str:
        """A fingerprint that takes no time, however many files there are.

        It may miss a file that is overwritten in its place. That is enough for decoded images that
        are stored with checksums of their own, and only for those.
        """

    @abstractmethod
    def has_all(self, root: Path) -> bool:
        """Whether the right number of files is there: a quick look, no check."""

    @abstractmethod
    def lossy(self, root: Path) -> bool:
        """Whether the files are compressed with loss, so that pixels differ from the originals."""

    @abstractmethod
    def check(self, root: Path, known: Mapping[str, int] = NOTHING) -> Checked:
        """Look at every file: is it there, is it undamaged, is it what it should be?

        Args:
            root: the folder.
            known: the checksums of files that were found whole before, by path. A JPEG file has
                none of its own, so a changed bit would otherwise go unnoticed.
        """


def crc_of(data: bytes, path: str, known: Mapping[str, int]) -> int:
    """The checksum (CRC-32) of a file, or a ValueError when another one is known."""
    crc = zlib.crc32(data)
    if known.get(path, crc) != crc:
        raise ValueError("is not as it was when it was last found whole")
    return crc


def digest(found: Listing) -> str:
    """A fingerprint of a listing: it changes when a file comes, goes or is written to."""
    return hashlib.sha256(repr(list(found.items())).encode()).hexdigest()


def first(items: list[str], n: int = 3) -> str:
    """A list in one line: its first ``n`` items, and how many more there are.

    Example:
        >>> first(["a", "b", "c", "d", "e"])
        'a, b, c and 2 more'
    """
    more = f" and {len(items) - n:,} more" if len(items) > n else ""
    return ", ".join(items[:n]) + more
