"""A progress bar for work that turns out to take long."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

T = TypeVar("T")
LONG = 3  # seconds; quicker work shows no bar


def progress(items: Iterable[T], what: str) -> Iterable[T]:
    """Go through ``items``, with a bar on stderr once it has taken a while; it goes when done.

    Example:
        >>> list(progress("abc", "spelling"))
        ['a', 'b', 'c']
    """
    from tqdm import tqdm  # slow to import, and most runs have nothing to wait for

    return tqdm(items, what, delay=LONG, mininterval=1, leave=False)


@contextmanager
def reading(file: Path, what: str) -> Iterator[BinaryIO]:
    """Open a file to be read to its end, with a bar as ``progress`` has it."""
    from tqdm import tqdm

    bar = dict(total=file.stat().st_size, desc=f"{what} {file.name}", unit="B", unit_scale=True)
    bar |= dict(delay=LONG, mininterval=1, leave=False)
    with open(file, "rb") as content, tqdm.wrapattr(content, "read", **bar) as counted:
        yield counted
