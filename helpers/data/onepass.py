"""Training batches in few passes: cut out moved images at once, and standardise bytes at once.

Done one after the other, as lessons build it, moving, making floats, shrinking and standardising a
batch touch each number ten times, and took 22 of about 150 ms of a step on one core; so it takes 5.
"""

import torch

from helpers.data.augment import shrink
from helpers.data.loaders import AlternatingTrainingBatches, Rest


class MovedBatches(AlternatingTrainingBatches):
    """``AlternatingTrainingBatches`` of images moved as by ``random_shift``, but bytes.

    The images are kept with room around them, the pixels at the edge repeated, colours side by
    side. An image that is moved is then a window: rows of neighbouring bytes, copied as they are.
    The same seed gives the same images as ``random_shift`` does.

    Args:
        images, labels, batch_size, device, rest: as ``TrainingBatches``; the order is random.
        pixels: the farthest shift, up or down and left or right, 0 or more.

    Example:
        >>> images = torch.arange(24, dtype=torch.uint8).view(2, 3, 2, 2)
        >>> xb, yb = next(iter(MovedBatches(images, torch.arange(2), 2, "cpu", pixels=1)))
        >>> xb.shape, xb.dtype
        (torch.Size([2, 3, 2, 2]), torch.uint8)
    """

    def __init__(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch_size: int,
        device: torch.device | str,
        pixels: int = 2,
        rest: Rest = "keep",
    ) -> None:
        super().__init__(images, labels, batch_size, device, shuffle=True, rest=rest)
        self.pixels, self.size = pixels, images.shape[2:]
        self.images = edged(self.images, pixels)

    def batch(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Images, uint8, shape (n, 3, height, width), and labels."""
        (height, width), room = self.size, 2 * self.pixels + 1
        stored = self.images.permute(0, 2, 3, 1)  # as they lie in memory
        image, row, pixel, _ = stored.stride()
        windows = stored.as_strided(
            (len(stored), room, room, height, width * 3), (image, row, pixel, row, 1)
        )
        up, left = torch.randint(room, (2, len(rows)), device=rows.device)  # as random_shift does
        moved = windows[rows, up, left]
        return moved.view(-1, height, width, 3).permute(0, 3, 1, 2), self.labels[rows]


def edged(images: torch.Tensor, pixels: int) -> torch.Tensor:
    """Images with some pixels around them, those of the edge repeated; colours side by side.

    Args:
        images: any dtype, shape (n, channels, height, width).

    Returns:
        Tensor: shape (n, channels, height + 2 pixels, width + 2 pixels), same dtype and device,
        ``torch.channels_last`` in memory.

    Example:
        >>> edged(torch.tensor([[[[1, 2]]]]), 1)[0, 0]
        tensor([[1, 1, 2, 2],
                [1, 1, 2, 2],
                [1, 1, 2, 2]])
    """
    n, channels, height, width = images.shape
    room = images.new_empty(n, height + 2 * pixels, width + 2 * pixels, channels)
    room[:, pixels : pixels + height, pixels : pixels + width] = images.permute(0, 2, 3, 1)
    for axis in (1, 2):
        lines, last = room.unbind(axis), room.shape[axis] - 1 - pixels
        for k in range(pixels):
            lines[k].copy_(lines[pixels])
            lines[-1 - k].copy_(lines[last])
    return room.permute(0, 3, 1, 2)


def standardised(
    images: torch.Tensor, mean: torch.Tensor, std: torch.Tensor, side: int
) -> torch.Tensor:
    """``(shrink(images.float() / 255, side) - mean) / std``, up to rounding, in fewer passes.

    From 32 to 24 pixels each new pixel is the mean of four. Their sum is a small whole number; what
    it has to be multiplied by and what to add is known beforehand.

    Args:
        images: uint8, shape (n, channels, height, width).
        mean: of each colour, floats from 0 to 1, shape (1, channels, 1, 1).
        std: the spread of each colour, the same.
        side: how many pixels the result has on a side, at most as many as there are.

    Returns:
        Tensor: float32, shape (n, channels, side, side), ``torch.channels_last`` in memory.

    Example:
        >>> images = torch.full((1, 3, 4, 4), 255, dtype=torch.uint8)
        >>> zeros, ones = torch.zeros(1, 3, 1, 1), torch.ones(1, 3, 1, 1)
        >>> standardised(images, zeros, ones, 3)[0, 0]
        tensor([[1., 1., 1.],
                [1., 1., 1.],
                [1., 1., 1.]])
    """
    n, channels, height, width = images.shape
    pixels = images.permute(0, 2, 3, 1)
    counts = 255.0
    if height == width and side * 4 == height * 3:
        # Of four neighbours the first two, the middle two and the last two; downwards, then across.
        fours = pixels.to(torch.int16).reshape(n, height // 4, 4, width, channels)
        sums = fours[:, :, :3] + fours[:, :, 1:]
        fours = sums.view(n, side, width // 4, 4, channels)
        pixels, counts = fours[:, :, :, :3] + fours[:, :, :, 1:], 4 * 255.0
    elif side != height:
        pixels = shrink(images.float(), side).permute(0, 2, 3, 1)
    # A row of the image at a time: a processor adds long rows faster than three numbers.
    factor = (1 / (counts * std)).flatten().repeat(side)
    constant = (-mean / std).flatten().repeat(side)
    rows = pixels.reshape(n, side, side * channels).float()
    return torch.addcmul(constant, rows, factor).view(n, side, side, channels).permute(0, 3, 1, 2)
