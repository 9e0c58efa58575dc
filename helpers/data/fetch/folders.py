"""Image folders: ``<split>/<class>/<image>``. Is one the whole set? Every name, count and image."""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch

from helpers.data.fetch.bars import progress
from helpers.data.fetch.editions import recognise
from helpers.data.fetch.layout import NOTHING, Checked, Layout, Listing, crc_of, why
from helpers.data.fetch.pixels import LOSSY_SUFFIXES, decode
from helpers.data.images import Split

LABELS = "labels.csv"  # fastai puts this list of all images at the top of some folders
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
BLOCK = 4096  # bytes that a small file takes up on most disks
LARGE, LARGEST = 2**20, 2**24  # bytes that no image of so few pixels has, and no list of them


@dataclass(frozen=True)
class ImageFolders(Layout):
    """One small file an image, in one folder a class: the layout of fastai's archives.

    Grey images must be PNG files; images in colour may be JPEG files too.
    """

    @property
    def megabytes(self) -> float:
        return sum(map(self.total, self.counts)) * (BLOCK + prod(self.shape)) / 1e6

    def listing(self, root: Path) -> Listing:
        """See ``Layout``. Class by class, each sorted as ``sorted(folder.iterdir())`` sorts it.

        labels.csv counts too.
        """
        found = {}
        for place in self._places():
            for entry in sorted(_images(root / place), key=attrgetter("name")):
                stat = entry.stat()
                found[f"{place}/{entry.name}"] = stat.st_size, stat.st_mtime_ns
        if os.path.isfile(root / LABELS):
            stat = (root / LABELS).stat()
            found[LABELS] = (stat.st_size, stat.st_mtime_ns)
        return found

    def stamp(self, root: Path) -> str:
        """See ``Layout``: a folder's time changes when a file comes, goes or is replaced in it."""
        places = [root / place for place in (*self.counts, *self._places())]
        return repr([p.stat().st_mtime_ns if os.path.isdir(p) else None for p in places])

    def has_all(self, root: Path) -> bool:
        return all(
            sum(1 for _ in _images(root / place)) == n for place, n in self._places().items()
        )

    def lossy(self, root: Path) -> bool:
        return any(
            entry.name.lower().endswith(LOSSY_SUFFIXES)
            for place in self._places()
            for entry in _images(root / place)
        )

    def belongs(self, path: str) -> bool:
        """Images in the folders of the classes, and what lies at the top, such as labels.csv."""
        place, _, name = path.rpartition("/")
        return _is_image(name) if place in self._places() else not place and name[0] != "."

    def strangers(self, root: Path, known: Collection[str] = ()) -> list[str]:
        found = []
        for split, classes in self.counts.items():
            found += [f"{split}/{e.name}" for e in _entries(root / split) if e.name not in classes]
        places = {place: list(_entries(root / place)) for place in self._places()}
        for place, entries in places.items():
            found += [f"{place}/{e.name}" for e in entries if not _is_image_file(e)]
        images = [f"{at}/{e.name}" for at, es in places.items() for e in es if _is_image_file(e)]
        listed = self._listed(_names_in(root / LABELS))
        if not listed and self._listed(known) <= set(images):  # else it may be another edition
            listed = self._listed(known)
        found += [path for path in images if listed and path not in listed]
        return sorted(found)

    def judge(
        self,
        paths: Iterable[str],
        read: Callable[[str, int], bytes],
        known: Mapping[str, int] = NOTHING,
        name: str = "",
    ) -> Checked:
        paths = set(paths)
        images = [f"{place}/{name}" for place, name in self._in_order(paths)]
        try:
            text = read(LABELS, LARGEST) if LABELS in paths else None
            problems, extra = self._compare(images, text)
        except OSError as error:
            problems, extra = {LABELS: why(error)}, []
        pixels, crcs = np.zeros((len(images), *self.shape), np.uint8), {}
        for i, path in enumerate(progress(images, f"{name}: checking")):
            try:
                data = read(path, LARGE)
                pixels[i] = decode(data, self.shape)
                crcs[path] = crc_of(data, path, known)
            except (OSError, ValueError) as error:
                problems.setdefault(path, why(error))
        if problems or extra:
            return Checked(problems, extra, crcs, {})
        splits = self._by_split(pixels)
        return Checked({}, [], crcs, splits, recognise(splits, self.editions))

    def _places(self) -> dict[str, int]:
        """The class folders below the set's folder, and how many images each should hold."""
        return {f"{s}/{c}": n for s, counts in self.counts.items() for c, n in counts.items()}

    def _in_order(self, paths: Collection[str]) -> list[tuple[str, str]]:
        """The images among the files, class by class, each sorted by name."""
        rank = {place: i for i, place in enumerate(self._places())}
        both = [(place, name) for place, _, name in (path.rpartition("/") for path in paths)]
        return sorted((one for one in both if one[0] in rank), key=lambda one: (rank[one[0]], one))

    def _by_split(self, pixels: np.ndarray) -> dict[str, Split]:
        """Cut the images of a whole set, in the order of its listing, into splits with labels."""
        splits, start = {}, 0
        for split, counts in self.counts.items():
            labels = np.repeat(np.arange(len(counts)), list(counts.values()))
            images = pixels[start : start + len(labels)]
            splits[split] = Split(torch.from_numpy(images), torch.from_numpy(labels))
            start += len(labels)
        return splits

    def _compare(self, images: list[str], labels: bytes | None) -> tuple[dict[str, str], list[str]]:
        """The images that are there against those that should be: what is wrong, what is extra."""
        if labels is not None:
            listed = self._listed(_names(labels))
            if listed:
                missing, extra = listed - set(images), set(images) - listed
                return {path: "is missing" for path in sorted(missing)}, sorted(extra)
            return {LABELS: "does not list the images of this set"}, []
        there = Counter(path.rpartition("/")[0] for path in images)
        return {
            folder: f"holds {there[folder]:,} images instead of {count:,}"
            for folder, count in self._places().items()
            if there[folder] != count
        }, []

    def _listed(self, paths: Collection[str]) -> set[str]:
        """The images in a list that has as many of each class as there should be; else none."""
        found = {path for path in paths if "/" in path}
        counts = Counter(path.rpartition("/")[0] for path in found)
        return found if counts == self._places() else set()


def _entries(folder: Path) -> Iterator[os.DirEntry]:
    if os.path.isdir(folder):
        with os.scandir(folder) as entries:
            yield from entries


def _images(folder: Path) -> Iterator[os.DirEntry]:
    return (entry for entry in _entries(folder) if _is_image_file(entry))


def _is_image_file(entry: os.DirEntry) -> bool:
    with suppress(OSError):  # a circle of links
        return _is_image(entry.name) and entry.is_file()  # no folder, pipe or link to nowhere
    return False


def _is_image(name: str) -> bool:
    """Whether a name is an image's; one that begins with a dot is some program's own file."""
    return name.lower().endswith(IMAGE_SUFFIXES) and not name.startswith(".")


def _names_in(labels: Path) -> list[str]:
    if not os.path.isfile(labels):
        return []
    with open(labels, "rb") as file:
        return _names(file.read(LARGEST))


def _names(labels: bytes) -> list[str]:
    """The first column below the header, without repetition; nothing when it is not such a file."""
    try:
        lines = io.StringIO(labels.decode("utf8"), newline="")
        return list(dict.fromkeys(row[0] for row in list(csv.reader(lines))[1:] if row))
    except (UnicodeDecodeError, csv.Error):
        return []
