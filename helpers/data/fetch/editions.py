"""The forms in which a set is known, told apart by their pixels."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from helpers.data.images import Split

UNKNOWN = "an unknown edition"


@dataclass(frozen=True)
class Edition:
    """One form of a set.

    Attributes:
        name: in words.
        sha256: hex digest of its decoded images and labels, see ``digest``; empty when no copy was
            at hand to compute it.
        sums: of all values of the training images, a number a colour; what is known of the original
            pixels from their published means.
    """

    name: str
    sha256: str = ""
    sums: tuple[int, ...] = ()


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
    found = digest(splits)
    images = splits["train"].images.numpy()  # torch would make a copy of eight times the size
    sums = tuple(images.sum(axis=(0, 2, 3), dtype=int).tolist()) if images.ndim == 4 else ()
    names = [e.name for e in editions if e.sha256 == found or (e.sums and e.sums == sums)]
    return names[0] if names else UNKNOWN


def digest(splits: Mapping[str, Split]) -> str:
    """The SHA-256 of all images and labels, split after split, in the order of the files."""
    total = hashlib.sha256()
    for images, labels in splits.values():
        total.update(images.contiguous().numpy())
        total.update(labels.contiguous().numpy())
    return total.hexdigest()
