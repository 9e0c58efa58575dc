"""Image folders: ``<split>/<class>/<image>``. Is one the whole set? Every name, count and image."""

import csv
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch

from helpers.data.images import Split
from helpers.data.layout import NOTHING, Checked, Layout, Listing, crc_of, digest
from helpers.data.pixels import LOSSY_SUFFIXES, decode
from helpers.data.progress import progress

LABELS = "labels.csv"  # fastai puts this list of all images at the top of some folders
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
BLOCK = 4096  # bytes that a small file takes up on most disks


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
        if (root / LABELS).exists():
            stat = (root / LABELS).stat()
            found[LABELS] = (stat.st_size, stat.st_mtime_ns)
        return found

    def stamp(self, root: Path) -> str:
        """See ``Layout``: the class folders' times change when a file comes, goes, is replaced."""
        places = [root / place for place in self._places()]
        return repr([place.stat().st_mtime_ns if place.is_dir() else None for place in places])

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

    def check(self, root: Path, known: Mapping[str, int] = NOTHING) -> Checked:
        # Taken before the files are read: a file written to meanwhile is noticed at the next look.
        found, stamp = self.listing(root), self.stamp(root)
        images = [path for path in found if path != LABELS]
        problems, extra = self._compare(images, root / LABELS)
        pixels, crcs = np.zeros((len(images), *self.shape), np.uint8), {}
        for i, path in enumerate(progress(images, f"{root.name}: checking")):
            try:
                with open(f"{root}/{path}", "rb", buffering=0) as file:
                    data = file.read()
                pixels[i] = decode(data, self.shape)
                crcs[path] = crc_of(data, path, known)
            except (OSError, ValueError) as error:
                problems.setdefault(path, str(error))
        whole = not problems and not extra
        splits = self._by_split(pixels) if whole else {}
        return Checked(root, digest(found), stamp, problems, extra, crcs, splits)

    def _places(self) -> dict[str, int]:
        """The class folders below the set's folder, and how many images each should hold."""
        return {f"{s}/{c}": n for s, counts in self.counts.items() for c, n in counts.items()}

    def _by_split(self, pixels: np.ndarray) -> dict[str, Split]:
        """Cut the images of a whole set, in the order of its listing, into splits with labels."""
        splits, start = {}, 0
        for split, counts in self.counts.items():
            labels = np.repeat(np.arange(len(counts)), list(counts.values()))
            images = pixels[start : start + len(labels)]
            splits[split] = Split(torch.from_numpy(images), torch.from_numpy(labels))
            start += len(labels)
        return splits

    def _compare(self, images: list[str], labels: Path) -> tuple[dict[str, str], list[str]]:
        """The images that are there against those that should be: what is wrong, what is extra."""
        wanted = self._places()
        if labels.exists():
            listed = _names_in(labels)
            if Counter(path.rpartition("/")[0] for path in listed) == wanted:
                missing, extra = set(listed) - set(images), set(images) - set(listed)
                return {path: "is missing" for path in sorted(missing)}, sorted(extra)
            return {LABELS: "does not list the images of this set"}, []
        there = Counter(path.rpartition("/")[0] for path in images)
        return {
            folder: f"holds {there[folder]:,} images instead of {count:,}"
            for folder, count in wanted.items()
            if there[folder] != count
        }, []


def _images(folder: Path) -> Iterator[os.DirEntry]:
    if folder.is_dir():
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if entry.name.lower().endswith(IMAGE_SUFFIXES))


def _names_in(labels: Path) -> list[str]:
    """The first column below the header, without repetition; nothing when it is not such a file."""
    try:
        with open(labels, newline="", encoding="utf8") as lines:
            return list(dict.fromkeys(row[0] for row in list(csv.reader(lines))[1:] if row))
    except (UnicodeDecodeError, csv.Error):
        return []
