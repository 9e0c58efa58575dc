"""Random changes that leave a photograph what it is, made for a whole batch at once."""

import torch


def random_flip(images: torch.Tensor) -> torch.Tensor:
    """Mirror about half of the images, left to right.

    Args:
        images: shape (n, channels, height, width), any dtype and device.

    Returns:
        Tensor: the same shape, dtype and device; drawn with torch's global seed.

    Example:
        >>> image = torch.tensor([1, 2]).view(1, 1, 1, 2)
        >>> random_flip(image).flatten().tolist() in ([1, 2], [2, 1])
        True

    Built in lesson 07.
    """
    mirrored = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5
    return torch.where(mirrored, images.flip(-1), images)


def random_shift(images: torch.Tensor, pixels: int = 2) -> torch.Tensor:
    """Move each image by up to some pixels in both directions; the pixels at the edge are repeated.

    Args:
        images: shape (n, channels, height, width), any dtype and device.
        pixels: the farthest shift, up or down and left or right, 0 or more.

    Returns:
        Tensor: the same shape, dtype and device; drawn with torch's global seed.

    Example:
        >>> image = torch.arange(9).view(1, 1, 3, 3)
        >>> random_shift(image, pixels=1).shape
        torch.Size([1, 1, 3, 3])

    Built in lesson 07.
    """
    n, channels, height, width = images.shape
    up, left = torch.randint(-pixels, pixels + 1, (2, n, 1), device=images.device)
    rows = (torch.arange(height, device=images.device) + up).clamp(0, height - 1)
    columns = (torch.arange(width, device=images.device) + left).clamp(0, width - 1)
    every = torch.arange(n, device=images.device)[:, None, None]
    return images[every, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
