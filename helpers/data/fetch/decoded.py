"""The decoded images of a set in one file beside its folder, so that they are decoded only once.

With them go fingerprints of the folder, a checksum of each file, to notice what changes there, and
the name of the edition.
"""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import torch

from helpers.data.fetch.layout import Checked, Layout
from helpers.data.images import Split
from helpers.language import say


def file_of(root: Path) -> Path:
    """The cache of the set in the folder ``root``: a file of the same name beside it."""
    return root.with_name(f"{root.name}.npz")


def keep(root: Path, checked: Checked, prints: dict[str, str], work: Path) -> None:
    """Store decoded images under the fingerprints of the folder that they come from.

    The file is written in ``work`` and then renamed, so that nobody sees half of it.
    """
    said = {"notes": prints | {"edition": checked.edition}, "crcs": checked.crcs}
    arrays = {k: np.frombuffer(json.dumps(v).encode(), np.uint8) for k, v in said.items()}
    for name, split in checked.splits.items():
        arrays[f"{name}_images"] = split.images.numpy()
        arrays[f"{name}_labels"] = split.labels.numpy()
    np.savez(work / "decoded.npz", **arrays)  # type: ignore[arg-type]  # of names, not of options
    os.replace(work / "decoded.npz", file_of(root))


def kept(root: Path, layout: Layout, **fingerprints: str) -> dict[str, Split] | None:
    """The stored images, or None when there are none, or they are damaged or out of date.

    ``fingerprints`` are the folder's ``digest`` or ``stamp`` now, see ``Layout``; none when this
    process has compared them before.
    """
    try:
        with _opened(root, layout) as arrays:
            stored = json.loads(arrays["notes"].tobytes())
            if any(stored[name] != now for name, now in fingerprints.items()):
                return None
            splits = {
                name: Split(
                    torch.from_numpy(arrays[f"{name}_images"]),
                    torch.from_numpy(arrays[f"{name}_labels"]),
                )
                for name in layout.counts
            }
        return splits if all(_fits(splits[name], layout, name) for name in splits) else None
    except Exception:
        # No file, or a damaged one, which fails in a dozen ways: the cure is to decode again.
        return None


def notes(root: Path, layout: Layout) -> dict[str, str]:
    """``digest``, ``stamp`` and ``edition`` as they were stored; empty without any."""
    return _stored(root, layout, "notes")


def checksums(root: Path, layout: Layout) -> dict[str, int]:
    """The checksums of the files as they were when the images were stored; empty without any."""
    return _stored(root, layout, "crcs")


def _stored(root: Path, layout: Layout, name: str) -> dict:
    try:
        with _opened(root, layout) as arrays:
            return json.loads(arrays[name].tobytes())
    except Exception:
        return {}  # as in kept


def _opened(root: Path, layout: Layout) -> np.lib.npyio.NpzFile:
    """The cache, when it is a file whose parts are no larger than the set can be."""
    file, most = file_of(root), 3e6 * layout.megabytes + 2**20
    if not os.path.isfile(file):  # a pipe would never end
        raise FileNotFoundError(file)
    with zipfile.ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > most:
            raise ValueError(say("is too large"))
    return np.load(file)


def _fits(split: Split, layout: Layout, name: str) -> bool:
    """The format holds a CRC of each array, which numpy checks when it reads one to its end."""
    return (
        (split.images.dtype, split.labels.dtype) == (torch.uint8, torch.int64)
        and split.images.shape == (layout.total(name), *layout.shape)
        and torch.bincount(split.labels).tolist() == list(layout.counts[name].values())
    )
