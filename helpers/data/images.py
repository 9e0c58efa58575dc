"""What a loaded data set is: images and labels as tensors."""

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from helpers.data.errors import DataError


class Split(NamedTuple):
    """The images of one split, class after class, each class in the order of its file names.

    Attributes:
        images: uint8 (n, height, width), 0 to 255, on the CPU.
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
        train: the images to learn from.
        valid: the images to judge by.
        practice: whether these are the practice images instead of the real ones.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    valid: Split
    practice: bool

    def of(self, split: str, cls: str) -> Tensor:
        """The images of one class, sorted by file name.

        Args:
            split: ``"train"`` or ``"valid"``.
            cls: one of ``classes``.

        Returns:
            uint8 (n, height, width).

        Raises:
            DataError: when there is no such split or class.

        Example:
            >>> import torch
            >>> pair = Split(torch.zeros(2, 28, 28, dtype=torch.uint8), torch.tensor([0, 1]))
            >>> ImageSet("pair", ("3", "7"), pair, pair, practice=False).of("train", "7").shape
            torch.Size([1, 28, 28])
        """
        splits = {"train": self.train, "valid": self.valid}
        if split not in splits or cls not in self.classes:
            raise DataError(
                f"{self.name}: expected a split ({', '.join(splits)}) and a class "
                f"({', '.join(self.classes)}), each as a string; got {split!r} and {cls!r}."
            )
        images, labels = splits[split]
        return images[labels == self.classes.index(cls)]
