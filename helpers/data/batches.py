"""Images as rows with their labels, and a loader that hands them out in mini-batches."""

from collections.abc import Iterator

import torch

from helpers import checks


@checks.byte_images
def images_and_labels(
    threes: torch.Tensor, sevens: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Turn images of 3s and 7s into rows of floats, with label 1 for a 3 and 0 for a 7.

    Args:
        threes: bytes (``torch.uint8``), shape (n, 28, 28).
        sevens: the same, shape (m, 28, 28).

    Returns:
        tuple: rows, float32 from 0 to 1, shape (n + m, 784), the 3s first; and labels, int64,
        shape (n + m, 1).

    Raises:
        TypeError: when the images are not bytes.
        ValueError: when they are not of shape (n, 28, 28).

    Example:
        >>> threes, sevens = torch.zeros(2, 3, 28, 28, dtype=torch.uint8)
        >>> x, y = images_and_labels(threes, sevens[:1])
        >>> x.shape, y.squeeze().tolist()
        (torch.Size([4, 784]), [1, 1, 1, 0])

    From chapter 4 of "Deep Learning for Coders with fastai and PyTorch" (Howard and Gugger, 2020).
    Built in lesson 03.
    """
    x = torch.cat([threes, sevens]).view(-1, 28 * 28).float() / 255
    y = torch.tensor([1] * len(threes) + [0] * len(sevens)).unsqueeze(1)
    return x, y


class Batches:
    """A loader for tensors that fit into memory: hands out slices instead of single examples.

    A ``DataLoader`` fetches its examples one by one and stacks them again into a batch. That
    serves data that lies in files. A tensor can simply be cut, which is many times faster.

    Args:
        x: inputs, shape (n, ...).
        y: labels, shape (n, ...).
        batch_size: how many rows in a batch; the last one may have fewer.
        shuffle: whether each pass takes the rows in a new random order, drawn with torch's global
            seed (``torch.manual_seed``).

    Raises:
        ValueError: for no rows, for labels that are not as many as the inputs, or a bad batch size.

    Example:
        >>> dl = Batches(torch.arange(5), torch.zeros(5), batch_size=2)
        >>> [xb.tolist() for xb, yb in dl], len(dl)
        ([[0, 1], [2, 3], [4]], 3)

    Built in lesson 03.
    """

    @checks.rows_and_labels
    def __init__(
        self, x: torch.Tensor, y: torch.Tensor, batch_size: int, shuffle: bool = False
    ) -> None:
        self.x, self.y = x, y
        self.batch_size, self.shuffle = batch_size, shuffle

    def __len__(self) -> int:
        return -(-len(self.x) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self.shuffle:
            for rows in torch.randperm(len(self.x)).split(self.batch_size):
                yield self.x[rows], self.y[rows]
        else:
            yield from zip(self.x.split(self.batch_size), self.y.split(self.batch_size))
