"""Is a folder the whole set? Every name, every count, every image."""

import csv
import hashlib
import os
from collections import Counter
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch

from helpers.data.catalogue import Layout
from helpers.data.images import Split
from helpers.data.png import decode

LABELS = "labels.csv"  # fastai puts this list of all images at the top of the folder
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")

Listing = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Checked:
    """What a full check found.

    Attributes:
        root: the folder.
        digest: see ``digest``.
        folders: see ``folders``.
        problems: what is missing or damaged, by path below ``root``: what is wrong with it.
        extra: images that do not belong to the set, by path below ``root``.
        splits: the decoded images; empty unless the set is whole.
    """

    root: Path
    digest: str
    folders: str
    problems: dict[str, str]
    extra: list[str]
    splits: dict[str, Split]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, damaged or too much."""
        return not self.problems and not self.extra

    def summary(self) -> str:
        """The problems in one line: the first few by name."""
        return _first([f"{path} {what}" for path, what in self.problems.items()])

    def extras(self) -> str:
        """The images too many in one line: the first few by name."""
        return _first(self.extra)


def _first(items: list[str], n: int = 3) -> str:
    more = f" and {len(items) - n:,} more" if len(items) > n else ""
    return ", ".join(items[:n]) + more


def listing(root: Path, layout: Layout) -> Listing:
    """Size (bytes) and time of last change (ns) of every image in the class folders, by path.

    Paths are below ``root``, with forward slashes, class by class, each class sorted as
    ``sorted(folder.iterdir())`` sorts it. Files that are no images do not count; labels.csv does.
    """
    found = {}
    for split, counts in layout.counts.items():
        for cls in counts:
            found |= _images(root / split / cls, prefix=f"{split}/{cls}/")
    if (root / LABELS).exists():
        stat = (root / LABELS).stat()
        found[LABELS] = (stat.st_size, stat.st_mtime_ns)
    return found


def _images(folder: Path, prefix: str = "") -> Listing:
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        images = [entry for entry in entries if entry.name.lower().endswith(IMAGE_SUFFIXES)]
        found = {}
        for entry in sorted(images, key=attrgetter("name")):
            stat = entry.stat()
            found[prefix + entry.name] = stat.st_size, stat.st_mtime_ns
    return found


def digest(found: Listing) -> str:
    """A fingerprint of a listing: it changes when a file comes, goes or is written to."""
    return hashlib.sha256(repr(list(found.items())).encode()).hexdigest()


def folders(root: Path, layout: Layout) -> str:
    """A coarser fingerprint that takes no time: it changes when a file comes, goes or is replaced.

    A file that is overwritten in its place leaves it as it is. That is enough for decoded images
    that are stored with checksums of their own, and only for those.
    """
    places = [root / split / cls for split, counts in layout.counts.items() for cls in counts]
    return repr([place.stat().st_mtime_ns if place.is_dir() else None for place in places])


def has_all(root: Path, layout: Layout) -> bool:
    """Whether every class folder holds the right number of images: a quick look, no check."""
    return all(
        len(_images(root / split / cls)) == count
        for split, counts in layout.counts.items()
        for cls, count in counts.items()
    )


def check(root: Path, layout: Layout) -> Checked:
    """Look at every file: names and counts, then each image's checksums, size and pixels."""
    # Taken before the files are read: a file written to meanwhile is noticed at the next look.
    found, times = listing(root, layout), folders(root, layout)
    images = [path for path in found if path != LABELS]
    problems, extra = _compare(images, root / LABELS, layout)
    pixels = np.zeros((len(images), *layout.shape), np.uint8)
    for i, path in enumerate(images):
        try:
            with open(f"{root}/{path}", "rb", buffering=0) as file:
                pixels[i] = decode(file.read(), layout.shape)
        except (OSError, ValueError) as error:
            problems.setdefault(path, str(error))
    whole = not problems and not extra
    splits = _by_split(pixels, layout) if whole else {}
    return Checked(root, digest(found), times, problems, extra, splits)


def _by_split(pixels: np.ndarray, layout: Layout) -> dict[str, Split]:
    """Cut the images of a whole set, in the order of its listing, into splits with labels."""
    splits, start = {}, 0
    for split, counts in layout.counts.items():
        labels = np.repeat(np.arange(len(counts)), list(counts.values()))
        images = pixels[start : start + len(labels)]
        splits[split] = Split(torch.from_numpy(images), torch.from_numpy(labels))
        start += len(labels)
    return splits


def _compare(images: list[str], labels: Path, layout: Layout) -> tuple[dict[str, str], list[str]]:
    """The images that are there against those that should be: what is wrong, what is extra."""
    wanted = {f"{s}/{c}": n for s, counts in layout.counts.items() for c, n in counts.items()}
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


def _names_in(labels: Path) -> list[str]:
    """The first column below the header, without repetition; nothing when it is not such a file."""
    try:
        with open(labels, newline="", encoding="utf8") as lines:
            return list(dict.fromkeys(row[0] for row in list(csv.reader(lines))[1:] if row))
    except (UnicodeDecodeError, csv.Error):
        return []
