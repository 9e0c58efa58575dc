"""What a loaded data set is: images and labels as tensors."""

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from helpers.data.fetch.faults import DataError


class Split(NamedTuple):
    """The images of one split, in the order of the set's files.

    Where each class has a folder that is class after class, sorted by file name. MNIST's own files
    mix the classes.

    Attributes:
        images: uint8 (n, height, width) when grey, (n, 3, height, width) when in colour (red,
            green, blue); 0 to 255, on the CPU.
        labels: int64 (n,), indexes into the set's ``classes``.
    """

    images: Tensor
    labels: Tensor


@dataclass(frozen=True, eq=False)
class ImageSet:
    """A decoded data set.

    Attributes:
        name: its name in the catalogue.
        classes: the class names, for example ``("3", "7")``.
        splits: the images by split: ``"train"``, and ``"valid"`` or ``"test"``.
        practice: whether these are the practice images instead of the real ones.
        lossy: whether they come from files compressed with loss (JPEG), so that pixels differ from
            the originals and a network gets a little worse.
    """

    name: str
    classes: tuple[str, ...]
    splits: dict[str, Split]
    practice: bool
    lossy: bool = False

    @property
    def train(self) -> Split:
        """The images to learn from."""
        return self._split("train")

    @property
    def valid(self) -> Split:
        """The images to judge by while a model is being made; a DataError where a set has none."""
        return self._split("valid")

    @property
    def test(self) -> Split:
        """The images to judge by at the end; a DataError where a set has none."""
        return self._split("test")

    def of(self, split: str, cls: str) -> Tensor:
        """The images of one class, in the order of their files.

        Args:
            split: ``"train"``, ``"valid"`` or ``"test"``, as the set has it.
            cls: one of ``classes``.

        Returns:
            uint8 (n, height, width), or (n, 3, height, width) in colour.

        Example:
            >>> import torch
            >>> pair = Split(torch.zeros(2, 28, 28, dtype=torch.uint8), torch.tensor([0, 1]))
            >>> ImageSet("pair", ("3", "7"), {"train": pair}, False).of("train", "7").shape
            torch.Size([1, 28, 28])
        """
        if split not in self.splits or cls not in self.classes:
            raise DataError(
                f"{self.name}: expected a split ({', '.join(self.splits)}) and a class "
                f"({', '.join(self.classes)}), each as a string; got {split!r} and {cls!r}."
            )
        images, labels = self.splits[split]
        return images[labels == self.classes.index(cls)]

    def _split(self, name: str) -> Split:
        if name not in self.splits:
            raise DataError(
                f"{self.name} has no split {name!r}; it has {' and '.join(self.splits)}: "
                f"write {' or '.join(f'.{split}' for split in self.splits)}."
            )
        return self.splits[name]
