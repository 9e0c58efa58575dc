"""The network of lesson 10: a whitening layer, an identity start, three blocks, few numbers."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from helpers import checks
from helpers.data.augment import shrink
from helpers.data.onepass import standardised
from helpers.device.precision import fast_layout
from helpers.models.base import ImageClassificationBase
from helpers.models.lean import lean_block

Widths = tuple[int, int, int]
# From narrow to wide. A processor with units for matrices (AMX) takes a sixth more time for
# 32-64-64 than for 16-64-64, and for 32-128-128 not even twice as much at 3.3 times the work (with
# all directions of whitening).
SIZES: tuple[Widths, ...] = (
    (16, 64, 64), (32, 64, 64), (32, 64, 128), (32, 128, 128), (64, 256, 256), (128, 512, 512),
)  # fmt: skip
GPU_SIZES = SIZES[:1] + SIZES[3:]  # where trying a size takes longer than it is worth to know
PIXELS = ((0.5, 24), (1.0, 32))  # up to which share of a training, how many on a side
KEPT = 6  # directions of 12; the others are edges in colour, which JPEG files hardly hold


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

    Built in lesson 10.
    """
    checks.floats(images=images)
    checks.channels_first(images)
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

    Example:
        >>> rows = torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        >>> (rows @ whitening_matrix(rows).T).T.cov().round(decimals=4).abs()
        tensor([[1., 0.],
                [0., 1.]])

    Built in lesson 10.
    """
    _check_rows(rows)
    # On the CPU, in float64: exact, and the matrix is small.
    variances, directions = torch.linalg.eigh(rows.T.cpu().double().cov())
    spreads = (variances.clamp(min=0) + eps).sqrt().clamp(min=1e-12)
    return (directions / spreads).T.flip(0).float().to(rows.device)


def whitening_conv(
    images: torch.Tensor, size: int = 2, eps: float = 5e-4, keep: int | None = None
) -> nn.Conv2d:
    """A frozen convolution that whitens the patches of images.

    Each filter comes with its negative, because the activation that follows would throw the
    negative half of its answers away. Only the bias can be trained; it begins at zero.

    Args:
        images: float, shape (n, channels, height, width), some hundreds or thousands of training
            images, standardised.
        size: height and width of the filters in pixels.
        eps: added to each variance.
        keep: how many directions, those of the largest variance; all ``channels * size * size`` if
            None.

    Returns:
        nn.Conv2d: from ``channels`` to twice as many channels as there are directions, on the
        images' device.

    Example:
        >>> whitening_conv(torch.randn(10, 3, 8, 8))
        Conv2d(3, 24, kernel_size=(2, 2), stride=(1, 1))
        >>> whitening_conv(torch.randn(10, 3, 8, 8), keep=6).out_channels
        12

    David Page, "How to train your ResNet 8: Bag of tricks" (2019); the negatives: tysam-code,
    hlb-CIFAR10 (2023).
    Built in lesson 10.
    """
    _check_kept(keep, images.shape[1] * size * size)
    matrix = whitening_matrix(patches(images, size), eps)[:keep]
    filters = matrix.view(-1, images.shape[1], size, size)
    outputs = 2 * len(filters)
    conv = nn.Conv2d(images.shape[1], outputs, size, device=images.device)
    with torch.no_grad():
        conv.weight.copy_(torch.cat([filters, -filters]))
        conv.bias.zero_()  # type: ignore[union-attr]  # there is one by default
    conv.weight.requires_grad_(False)
    return conv


def _check_rows(rows: torch.Tensor) -> None:
    """With fewer rows than numbers in each, directions could not be told apart."""
    n, features = rows.shape
    if n <= features:
        raise ValueError(
            f"expected more rows than the {features} numbers in each, got {n}; take more images"
        )


def _check_kept(keep: int | None, directions: int) -> None:
    if keep is not None and not 0 < keep <= directions:
        raise ValueError(f"expected keep from 1 to {directions} directions, got {keep}")


@torch.no_grad()
def pass_on(conv: nn.Conv2d) -> nn.Conv2d:
    """Let the first filters of a convolution copy their input; the others stay as they are.

    A filter that is 1 in the middle of one input channel and 0 elsewhere gives back that channel
    (a Dirac filter). Images and gradients then pass through a deep network from the first step on.

    Args:
        conv: a convolution of odd kernel size, changed in place.

    Example:
        >>> conv = pass_on(nn.Conv2d(2, 3, 3, padding=1, bias=False))
        >>> image = torch.rand(1, 2, 5, 5)
        >>> torch.equal(conv(image)[:, :2], image)
        True

    Dirac filters: Zagoruyko and Komodakis, "DiracNets" (arXiv:1706.00388); for the first filters
    only: Keller Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (arXiv:2404.00498).
    Built in lesson 10.
    """
    _check_middle(conv)
    nn.init.dirac_(conv.weight[: conv.in_channels])
    return conv


def _check_middle(conv: nn.Conv2d) -> None:
    if any(side % 2 == 0 for side in conv.kernel_size):
        raise ValueError(f"expected an odd kernel size, which has a middle, got {conv.kernel_size}")


class FastNet(ImageClassificationBase):
    """Whitening, three blocks of two convolutions, the largest value of each channel, one layer.

    Args:
        images: some training images, float from 0 to 1, shape (n, 3, 32, 32), on the device where
            the network shall be; they set the first layer, and are standardised by it.
        widths: channels of the three blocks.
        precision: in which convolutions are computed; parameters and logits are float32.
        directions: of whitening that are kept.

    Example:
        >>> images = torch.rand(10, 3, 32, 32)
        >>> FastNet(images, widths=(8, 16, 16))(images).shape
        torch.Size([10, 10])

    The layers are those of Keller Jordan's airbench94 (arXiv:2404.00498), which come from David
    Page, "How to train your ResNet" (2018), and tysam-code, hlb-CIFAR10 (2023).
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self,
        images: torch.Tensor,
        widths: Widths = SIZES[0],
        classes: int = 10,
        precision: torch.dtype = torch.float32,
        directions: int = KEPT,
    ) -> None:
        super().__init__()
        self.precision, self.pixels = precision, 32
        self.register_buffer("mean", images.mean((0, 2, 3), keepdim=True))
        self.register_buffer("std", images.std((0, 2, 3), keepdim=True))
        self.whiten = whitening_conv((images - self.mean) / self.std, keep=directions)
        channels = (self.whiten.out_channels, *widths)
        blocks = [lean_block(i, o, pass_on, norm) for i, o in pairwise(channels)]
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(widths[-1], classes, bias=False)
        self.to(images.device).to(memory_format=fast_layout(images.device, precision))

    def forward(self, xb: torch.Tensor) -> torch.Tensor:
        """Logits, float32, shape (n, classes), of images (n, 3, 32, 32).

        The images are floats from 0 to 1, or bytes, which are standardised in fewer passes.
        """
        checks.photos(xb, self, bytes_too=True)
        if xb.dtype == torch.uint8:
            xb = standardised(xb, self.mean, self.std, self.pixels)
        else:
            if self.pixels < 32:
                xb = shrink(xb, self.pixels)
            xb = (xb - self.mean) / self.std
        lower = self.precision != torch.float32
        with torch.autocast(xb.device.type, dtype=self.precision, enabled=lower):
            features = self.blocks(F.silu(self.whiten(xb)))
            logits = self.head(features.amax((2, 3)))
        return logits.float() / 9  # small logits: a network should not begin by being sure

    def prepare(self, done: float) -> None:
        """What changes in the course of a training: how many pixels are seen, and what learns.

        At first the images are made smaller: steps are then cheaper, and there are more of them.
        The bias of the whitening layer learns only at the beginning: afterwards nothing has to be
        computed backwards through that layer, which has more pixels than any other.

        Args:
            done: share of the training that is done, from 0 to 1.
        """
        self.pixels = next(pixels for until, pixels in PIXELS if done <= until)
        self.whiten.get_parameter("bias").requires_grad_(done < 0.1)


def norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm whose scale stays 1, and whose averages follow within a few steps."""
    layer = nn.BatchNorm2d(channels, momentum=0.4)
    layer.weight.requires_grad_(False)
    return layer
