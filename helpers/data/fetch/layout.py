"""What a set holds, and what can be asked of any folder of it, whatever its file format."""

import hashlib
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from helpers.data.fetch import faults
from helpers.data.fetch.editions import Edition
from helpers.data.images import Split

Listing = dict[str, tuple[int, int]]
NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Checked:
    """What a full check found.

    Attributes:
        problems: what is missing or damaged, by path below ``root``: what is wrong with it.
        extra: images that do not belong to the set, by path below ``root``.
        crcs: the checksums of the undamaged files, by path: see ``crc_of``.
        splits: the decoded images; empty unless the set is whole.
        edition: see ``helpers.data.fetch.editions``.
        root: the folder; None for what lies in memory.
        digest: the fingerprint of its listing, see ``digest``.
        stamp: see ``Layout.stamp``.
    """

    problems: dict[str, str]
    extra: list[str]
    crcs: dict[str, int]
    splits: dict[str, Split]
    edition: str = ""
    root: Path | None = None
    digest: str = ""
    stamp: str = ""

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
    def belongs(self, path: str) -> bool:
        """Whether a file of an archive, by its path below the folder, is to be unpacked."""

    @abstractmethod
    def strangers(self, root: Path, known: Collection[str] = ()) -> list[str]:
        """What lies among the images and is none of the set, by path below ``root``.

        File managers and editors leave such things; a loop over the folder, torchvision or fastai
        would take them for images or classes.

        Args:
            root: the folder.
            known: the paths of the images when the set was last found whole.
        """

    @abstractmethod
    def judge(
        self,
        paths: Iterable[str],
        read: Callable[[str, int], bytes],
        known: Mapping[str, int] = NOTHING,
        name: str = "",
    ) -> Checked:
        """Look at every file: is it there, is it undamaged, is it what it should be?

        Args:
            paths: the files that there are, in the order of a listing.
            read: gives the content of one, and no more than so many bytes.
            known: the checksums of files that were found whole before, by path. A JPEG file has
                none of its own, so a changed bit would otherwise go unnoticed.
            name: of the set, for a progress bar.
        """

    def check(
        self, root: Path, known: Mapping[str, int] = NOTHING, without: Collection[str] = ()
    ) -> Checked:
        """``judge`` the files of a folder, but for those named in ``without``."""
        # Taken before the files are read: a file written to meanwhile is noticed at the next look.
        found, stamp = self.listing(root), self.stamp(root)
        without = set(without)
        found = {path: seen for path, seen in found.items() if path not in without}

        def read(path: str, most: int) -> bytes:
            with open(root / path, "rb", buffering=0) as file:
                return file.read(most)

        checked = self.judge(found, read, known, root.name)
        return replace(checked, root=root, digest=digest(found), stamp=stamp)

    def found_at(self, root: Path, checked: Checked) -> Checked:
        """What was found, in a folder that it has been written to since."""
        seen = digest(self.listing(root))
        return replace(checked, root=root, digest=seen, stamp=self.stamp(root))


def crc_of(data: bytes, path: str, known: Mapping[str, int]) -> int:
    """The checksum (CRC-32) of a file, or a ValueError when another one is known."""
    crc = zlib.crc32(data)
    if known.get(path, crc) != crc:
        raise ValueError("is not as it was when it was last found whole")
    return crc


def why(error: Exception) -> str:
    """What is wrong with a file, after its name."""
    if not isinstance(error, OSError):
        return str(error)
    error.filename = None
    return f"cannot be read ({faults.of_system(error)})"


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
