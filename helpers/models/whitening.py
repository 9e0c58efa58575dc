"""Patch whitening: a first layer that is computed from the images instead of learnt."""

import torch
from torch import nn


def patches(images: torch.Tensor, size: int = 2) -> torch.Tensor:
    """All squares of some pixels that can be cut out of images, as rows.

    Args:
        images: float, shape (n, channels, height, width), any device.
        size: height and width of a patch in pixels.

    Returns:
        Tensor: shape (n * (height - size + 1) * (width - size + 1), channels * size * size). A row
        holds its numbers in the order of a filter: channel, then row, then column.

    Example:
        >>> patches(torch.arange(9.0).view(1, 1, 3, 3))[0]
        tensor([0., 1., 3., 4.])

    Built in lesson 08.
    """
    return nn.functional.unfold(images, size).transpose(1, 2).flatten(0, 1)


def whitening_matrix(rows: torch.Tensor, eps: float = 0.0) -> torch.Tensor:
    """The matrix that makes the numbers of a row uncorrelated and equally large.

    Neighbouring pixels are almost equal, so a few directions hold nearly all the variation. Each
    direction (an eigenvector of the covariance) is divided by the spread along it.

    Args:
        rows: float, shape (n, features), n much larger than features.
        eps: added to each variance, so that directions that hold little but noise are not blown up.

    Returns:
        Tensor: float32, shape (features, features), the direction of the largest variance first.
        With ``eps=0`` the covariance of ``rows @ matrix.T`` is the identity.

    Raises:
        ValueError: when there are too few rows to tell the directions apart.

    Example:
        >>> rows = torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        >>> (rows @ whitening_matrix(rows).T).T.cov().round(decimals=4).abs()
        tensor([[1., 0.],
                [0., 1.]])

    Built in lesson 08.
    """
    # On the CPU in float64: there it is exact, and small enough to cost nothing.
    _check_rows(rows)
    variances, directions = torch.linalg.eigh(rows.T.cpu().double().cov())
    spreads = (variances.clamp(min=0) + eps).sqrt().clamp(min=1e-12)
    return (directions / spreads).T.flip(0).float().to(rows.device)


def whitening_conv(images: torch.Tensor, size: int = 2, eps: float = 5e-4) -> nn.Conv2d:
    """A frozen convolution that whitens the patches of images.

    Each filter comes with its negative, because the activation that follows would throw the
    negative half of its answers away. Only the bias can be trained; it begins at zero.

    Args:
        images: float, shape (n, channels, height, width), some hundreds or thousands of training
            images, standardised.
        size: height and width of the filters in pixels.
        eps: see ``whitening_matrix``.

    Returns:
        nn.Conv2d: from ``channels`` to ``2 * channels * size * size``, on the images' device.

    Raises:
        ValueError: when the images are too few.

    Example:
        >>> whitening_conv(torch.randn(10, 3, 8, 8))
        Conv2d(3, 24, kernel_size=(2, 2), stride=(1, 1))

    David Page, "How to train your ResNet 8: Bag of tricks" (2019); the negatives: tysam-code,
    hlb-CIFAR10 (2023).
    Built in lesson 08.
    """
    matrix = whitening_matrix(patches(images, size), eps)
    filters = matrix.view(-1, images.shape[1], size, size)
    conv = nn.Conv2d(images.shape[1], 2 * len(filters), size, device=images.device)
    with torch.no_grad():
        conv.weight.copy_(torch.cat([filters, -filters]))
        conv.bias.zero_()
    conv.weight.requires_grad_(False)
    return conv


def _check_rows(rows: torch.Tensor) -> None:
    """With fewer rows than numbers in each, directions could not be told apart."""
    n, features = rows.shape
    if n <= features:
        raise ValueError(
            f"expected more rows than the {features} numbers in each, got {n}; take more images"
        )
