"""The decoded images of a set in one file beside its folder, so that they are decoded only once.

With them go fingerprints of the folder and a checksum of each file, to notice what changes there.
"""

import json
import os
from pathlib import Path

import numpy as np
import torch

from helpers.data.images import Split
from helpers.data.layout import Checked, Layout


def file_of(root: Path) -> Path:
    """The cache of the set in the folder ``root``: a file of the same name beside it."""
    return root.with_name(f"{root.name}.npz")


def write(root: Path, checked: Checked, work: Path) -> None:
    """Store decoded images under the fingerprints of the folder that they come from.

    The file is written in ``work`` and then renamed, so that nobody sees half of it.
    """
    arrays = {"digest": np.array(checked.digest), "stamp": np.array(checked.stamp)}
    arrays["crcs"] = np.frombuffer(json.dumps(checked.crcs).encode(), np.uint8)
    for name, split in checked.splits.items():
        arrays[f"{name}_images"] = split.images.numpy()
        arrays[f"{name}_labels"] = split.labels.numpy()
    np.savez(work / "decoded.npz", **arrays)
    os.replace(work / "decoded.npz", file_of(root))


def read(root: Path, layout: Layout, **fingerprints: str) -> dict[str, Split] | None:
    """The stored images, or None when there are none, or they are damaged or out of date.

    Args:
        root: the folder that they come from.
        layout: what it must hold.
        **fingerprints: its ``digest`` or ``stamp`` now, see ``helpers.data.layout``; none when
            this process has compared them before.
    """
    try:
        with np.load(file_of(root)) as arrays:
            if any(str(arrays[name]) != now for name, now in fingerprints.items()):
                return None
            splits = {
                name: Split(
                    torch.from_numpy(arrays[f"{name}_images"]),
                    torch.from_numpy(arrays[f"{name}_labels"]),
                )
                for name in layout.counts
            }
    except Exception:
        # No file, or a damaged one, which fails in a dozen ways: the cure is to decode again.
        return None
    return splits if all(_fits(split, layout, name) for name, split in splits.items()) else None


def checksums(root: Path) -> dict[str, int]:
    """The checksums of the files as they were when the images were stored; empty without any."""
    try:
        with np.load(file_of(root)) as arrays:
            return json.loads(arrays["crcs"].tobytes())
    except Exception:
        return {}  # as in read


def _fits(split: Split, layout: Layout, name: str) -> bool:
    """The format holds a CRC of each array, which numpy checks when it reads one to its end."""
    n = layout.total(name)
    return (
        (split.images.dtype, split.labels.dtype) == (torch.uint8, torch.int64)
        and split.images.shape == (n, *layout.shape)
        and split.labels.shape == (n,)
    )
