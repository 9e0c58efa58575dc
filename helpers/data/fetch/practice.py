"""The practice set: real handwritten digits that ship inside scikit-learn, made to look like MNIST.

They come from the UCI "Optical Recognition of Handwritten Digits" set: 8x8 pixels, values 0 to 16.
"""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.data.fetch import idx

CLASSES = ("3", "7")
EVERY = 5  # each fifth image of a class goes to the validation split


def draw_digits(folder: Path) -> None:
    """Write scikit-learn's threes and sevens in the layout of MNIST_SAMPLE, always the same.

    An empty folder gets ``train/3/<n>.png`` and so on (28x28, grey) and ``labels.csv``.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> draw_digits(folder)
        >>> len(list(folder.glob("*/*/*.png")))
        362
    """
    from sklearn.datasets import load_digits  # slow to import, and needed here only

    digits = load_digits()
    rows = []
    for label, digit in enumerate(CLASSES):
        for i, at in enumerate(np.flatnonzero(digits.target == int(digit))):
            split = "valid" if i % EVERY == EVERY - 1 else "train"
            file = folder / split / digit / f"{at}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            enlarge(digits.images[at]).save(file)
            rows.append((file.relative_to(folder).as_posix(), label))
    with open(folder / "labels.csv", "w", newline="", encoding="utf8") as out:
        csv.writer(out).writerows([("name", "label"), *rows])


def draw_all_digits(folder: Path) -> None:
    """Write all of scikit-learn's digits in the layout of MNIST's own files, always the same.

    An empty folder gets ``MNIST/raw/train-images-idx3-ubyte`` and so on, the classes mixed.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> draw_all_digits(folder)
        >>> len(list(folder.glob("MNIST/raw/*")))
        4
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    rank = np.zeros_like(digits.target)  # of each image within its class
    for digit in range(10):
        rank[digits.target == digit] = np.arange((digits.target == digit).sum())
    in_test = rank % EVERY == EVERY - 1
    # RandomState promises the same order in every version of numpy.
    mixed = np.random.RandomState(0).permutation(len(rank))
    (folder / idx.RAW).mkdir(parents=True)
    for split, wanted in {"train": ~in_test, "test": in_test}.items():
        chosen = mixed[wanted[mixed]]
        images = np.stack([np.asarray(enlarge(digits.images[at])) for at in chosen])
        for path, numbers in zip(idx.files_of(split), (images, digits.target[chosen])):
            (folder / path).write_bytes(idx.encode_idx(numbers.astype(np.uint8)))


def enlarge(digit: np.ndarray) -> Image.Image:
    """An 8x8 digit (0 to 16) as a 28x28 grey image: 20x20 in the middle, as in MNIST.

    Example:
        >>> enlarge(np.full((8, 8), 16.0)).getbbox()
        (4, 4, 24, 24)
    """
    small = Image.fromarray((digit * (255 / 16)).round().astype(np.uint8))
    image = Image.new("L", (28, 28))
    image.paste(small.resize((20, 20), Image.Resampling.BICUBIC), (4, 4))
    return image
