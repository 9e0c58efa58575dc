"""Image folders: ``<split>/<class>/<image>``. Is one the whole set? Every name, count and image."""

import csv
import io
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import torch

from helpers.data.fetch.layout import (
    NONE_KNOWN,
    Checked,
    Crcs,
    Layout,
    Read,
    crc_of,
    recognise,
    why,
)
from helpers.data.fetch.pixels import decode_image
from helpers.data.images import Split
from helpers.language import say

LABELS = "labels.csv"  # fastai puts this list of all images at the top of some folders
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
BLOCK = 4096  # bytes that a small file takes up on most disks
LARGE, LARGEST = 2**20, 2**24  # bytes that no image of so few pixels has, and no list of them
LONG = 3  # seconds; a quicker check shows no bar


@dataclass(frozen=True)
class ImageFolders(Layout):
    """One small file an image, in one folder a class: the layout of fastai's archives.

    Grey images must be PNG files; images in colour may be JPEG files too.
    """

    @property
    def megabytes(self) -> float:
        return sum(map(self.total, self.counts)) * (BLOCK + prod(self.shape)) / 1e6

    def paths(self, root: Path) -> Iterator[str]:
        """See ``Layout``. Class by class, each as ``sorted(folder.iterdir())``; then labels.csv."""
        for place in self._places():
            names = (entry.name for entry in _entries(root / place) if _is_image_file(entry))
            yield from (f"{place}/{name}" for name in sorted(names))
        if os.path.isfile(root / LABELS):
            yield LABELS

    def stamp(self, root: Path) -> str:
        """See ``Layout``: a folder's time changes when a file comes, goes or is replaced in it."""
        places = [root / place for place in (*self.counts, *self._places())]
        return repr([p.stat().st_mtime_ns if os.path.isdir(p) else None for p in places])

    def has_all(self, root: Path) -> bool:
        return _by_place(set(self.paths(root)) - {LABELS}) == self._places()

    def belongs(self, path: str) -> bool:
        """Images in the folders of the classes, and what lies at the top, such as labels.csv."""
        place, _, name = path.rpartition("/")
        return _is_image(name) if place in self._places() else not place and name[0] != "."

    def strangers(self, root: Path, known: Collection[str] = ()) -> list[str]:
        found: list[str] = []
        images: list[str] = []
        for split, classes in self.counts.items():
            found += [f"{split}/{e.name}" for e in _entries(root / split) if e.name not in classes]
        for place in self._places():
            for entry in _entries(root / place):
                (images if _is_image_file(entry) else found).append(f"{place}/{entry.name}")
        labels = root / LABELS
        listed = self._listed(_names(_beginning(labels)) if os.path.isfile(labels) else [])
        if not listed and self._listed(known) <= set(images):  # else it may be another edition
            listed = self._listed(known)
        return sorted(found + [path for path in images if listed and path not in listed])

    def judge(self, paths: Iterable[str], read: Read, known: Crcs = NONE_KNOWN) -> Checked:
        from tqdm import tqdm  # slow to import, and most runs have nothing to check

        paths, rank = set(paths), {place: i for i, place in enumerate(self._places())}
        images = [path for path in paths if _place(path) in rank]
        images.sort(key=lambda path: (rank[_place(path)], path))
        try:
            problems = self._compare(images, read(LABELS, LARGEST) if LABELS in paths else None)
        except OSError as error:
            problems = {LABELS: why(error)}
        pixels, crcs = np.zeros((len(images), *self.shape), np.uint8), {}
        bar = tqdm(images, say("checking images"), delay=LONG, mininterval=1, leave=False)
        for i, path in enumerate(bar):
            try:
                data = read(path, LARGE)
                pixels[i] = decode_image(data, self.shape)
                crcs[path] = crc_of(data, path, known)
            except (OSError, ValueError) as error:
                problems.setdefault(path, why(error))
        if problems:
            return Checked(problems)
        splits = self._by_split(pixels)
        return Checked({}, crcs, splits, recognise(splits, self.editions))

    def _places(self) -> dict[str, int]:
        """The class folders below the set's folder, and how many images each should hold."""
        return {f"{s}/{c}": n for s, counts in self.counts.items() for c, n in counts.items()}

    def _by_split(self, pixels: np.ndarray) -> dict[str, Split]:
        """Cut the images of a whole set, in the order of its files, into splits with labels."""
        splits = {}
        for split, counts in self.counts.items():
            labels = np.repeat(np.arange(len(counts)), list(counts.values()))
            images, pixels = np.split(pixels, [len(labels)])
            splits[split] = Split(torch.from_numpy(images), torch.from_numpy(labels))
        return splits

    def _compare(self, images: list[str], labels: bytes | None) -> dict[str, str]:
        """The images that are there against those that should be: what is wrong."""
        if labels is None:
            there = _by_place(images)
            return {
                place: say("holds {n:,} images instead of {count:,}", n=there[place], count=count)
                for place, count in self._places().items()
                if there[place] != count
            }
        listed = self._listed(_names(labels))
        if not listed:
            return {LABELS: say("does not list the images of this set")}
        missing, extra = sorted(listed - set(images)), sorted(set(images) - listed)
        return dict.fromkeys(missing, say("is missing")) | dict.fromkeys(
            extra, say("is one too many")
        )

    def _listed(self, paths: Iterable[str]) -> set[str]:
        """The images in a list that has as many of each class as there should be; else none."""
        found = {path for path in paths if "/" in path}
        return found if _by_place(found) == self._places() else set()


def _place(path: str) -> str:
    return path.rpartition("/")[0]


def _by_place(paths: Iterable[str]) -> Counter[str]:
    """How many there are in each folder."""
    return Counter(map(_place, paths))


def _entries(folder: Path) -> Iterator[os.DirEntry]:
    if os.path.isdir(folder):
        with os.scandir(folder) as entries:
            yield from entries


def _is_image_file(entry: os.DirEntry) -> bool:
    with suppress(OSError):  # a circle of links
        return _is_image(entry.name) and entry.is_file()  # no folder, pipe or link to nowhere
    return False


def _is_image(name: str) -> bool:
    """Whether a name is an image's; one that begins with a dot is some program's own file."""
    return name.lower().endswith(IMAGE_SUFFIXES) and not name.startswith(".")


def _beginning(file: Path) -> bytes:
    with open(file, "rb") as content:
        return content.read(LARGEST)


def _names(labels: bytes) -> list[str]:
    """The first column below the header; nothing when it is not such a file."""
    try:
        lines = io.StringIO(labels.decode("utf8"), newline="")
        return [row[0] for row in list(csv.reader(lines))[1:] if row]
    except (UnicodeDecodeError, csv.Error):
        return []
