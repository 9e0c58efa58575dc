"""Where images come from: name a data set, get its folder or its tensors.

A set is taken from this machine (the folder that fastai's ``untar_data`` uses too), else from the
folder or address in ``LESSONS_MIRROR``, else from the official host, else from a small practice set
that needs no network. ``LESSONS_DATA=official`` forbids the last step, ``LESSONS_DATA=practice``
forces it. ``LESSONS_TIMEOUT`` is how many seconds to wait for a server. Relative paths in these
variables begin at the project's folder. ``helpers.data.fetch.outlook`` says what the next use will
do.
"""

from contextlib import suppress
from pathlib import Path

from helpers.data.fetch import decoded, home, origins
from helpers.data.fetch.catalogue import lookup
from helpers.data.fetch.served import find_folder, find_images, known, mode, real_folder
from helpers.data.images import ImageSet
from helpers.language import marked


def folder(name: str) -> Path:
    """The folder of the data set ``name``, whole and verified; it is fetched when needed.

    Prints one line on what it found, and more when there was something to do: what lies among the
    images and is none of the set is moved to the folder ``set-aside`` beside. Real and practice
    images lie in the same layout, the one that well-known libraries read without a download:

    - mnist_sample: ``untar_data(URLs.MNIST_SAMPLE, data=path.parent)`` of fastai;
    - mnist: ``MNIST(path, train=True, download=False)`` of torchvision;
    - cifar10: ``untar_data(URLs.CIFAR, data=path.parent)`` of fastai, and ``ImageFolder(path /
      "train")`` of torchvision.

    Returns:
        A folder that holds ``train/<class>/*`` and ``valid/<class>/*`` (mnist_sample) or
        ``test/<class>/*`` (cifar10), one image a file; for mnist, the four files in ``MNIST/raw``.

    Example:
        >>> path = folder("mnist_sample")  # doctest: +ELLIPSIS
        mnist_sample: 12,396 training and 2,038 validation images of 3, 7 - ...
        >>> sorted(file.name for file in path.iterdir())
        ['labels.csv', 'train', 'valid']
    """
    found = find_folder(name)
    print(found.line())
    return found.path


def load(name: str) -> ImageSet:
    """The images of the set ``name`` as tensors, decoded once and kept in a file beside the folder.

    Returns:
        ``train``, and ``valid`` or ``test``: images uint8 (n, height, width), or (n, 3, height,
        width) in colour, from 0 (black) to 255; labels int64 (n,); all on the CPU.

    Example:
        >>> load("mnist_sample").of("train", "3").shape  # doctest: +ELLIPSIS
        mnist_sample: 12,396 training and 2,038 validation images of 3, 7 - ...
        torch.Size([6131, 28, 28])
    """
    found, splits = find_images(name)
    print(found.line())
    layout = found.layout
    return ImageSet(name, layout.classes, splits, found.practice, layout.lossy(found.path))


def is_practice(name: str) -> bool:
    """Whether the set ``name`` is served from the practice images; looks for it when needed.

    Example:
        >>> is_practice("mnist_sample")
        False
    """
    return find_folder(name).practice


def state(name: str) -> str:
    """Where a set stands, in a word: a quick look that fetches nothing and asks no network.

    Returns:
        ``"practice"``, ``"ready"`` (on this machine, found whole), ``"here"`` (on this machine, to
        be checked at its next use), ``"in the mirror"`` (a folder that holds its archive) or ``"not
        here yet"``.
    """
    entry, found = lookup(name), known(name)
    if mode() == "practice" or (found is not None and found.practice):
        return marked("practice")
    root, layout = real_folder(home.current(), name), entry.layout
    with suppress(OSError):
        if decoded.notes(root, layout).get("stamp") == layout.stamp(root):
            return marked("ready")
        if layout.has_all(root):
            return marked("here")
    return marked("in the mirror") if origins.in_mirror_folder(entry) else marked("not here yet")
