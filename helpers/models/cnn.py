"""Convolutional networks: for digits (lesson 07), and the notes' for photographs (lesson 08)."""

import torch
from torch import nn

from helpers import checks
from helpers.language import say
from helpers.models.base import ImageClassificationBase


def pooled_block(inputs: int, outputs: int) -> nn.Sequential:
    """A convolution, and what usually follows: pooling, normalisation, ReLU.

    Pooling comes early: ReLU and the largest of four can change places, and then the later layers
    have a quarter of the numbers to deal with.

    Args:
        outputs: channels that come out, each half as high and half as wide.

    Example:
        >>> import torch
        >>> pooled_block(1, 8)(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 8, 14, 14])

    Built in lesson 07.
    """
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=1),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def small_cnn() -> nn.Sequential:
    """Three blocks, and a linear layer to ten logits: images of 28×28 pixels, (n, 1, 28, 28).

    Example:
        >>> import torch
        >>> small_cnn()(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 10])

    Built in lesson 07.
    """
    return nn.Sequential(
        pooled_block(1, 8),
        pooled_block(8, 16),
        pooled_block(16, 32),
        nn.Flatten(),
        nn.Linear(32 * 3 * 3, 10),
    )


def conv_block(inputs: int, middle: int, outputs: int) -> nn.Sequential:
    """Two convolutions of 3×3 with ReLU, then max pooling, which halves height and width.

    Args:
        middle: channels between the two convolutions.

    Returns:
        nn.Sequential: from (n, inputs, h, w) to (n, outputs, h / 2, w / 2).

    Example:
        >>> conv_block(3, 32, 64)(torch.zeros(1, 3, 32, 32)).shape
        torch.Size([1, 64, 16, 16])

    Built in lesson 08.
    """
    return nn.Sequential(
        nn.Conv2d(inputs, middle, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(middle, outputs, kernel_size=3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2),
    )  # fmt: skip


class Cifar10CnnModel(ImageClassificationBase):
    """Six convolutions, then three linear layers: 5,851,338 parameters at the notes' width.

    Args:
        width: channels after the first convolution; all other sizes follow from it.
        dropout: share of the numbers that is dropped in training before the first two linear
            layers, from 0 (the notes') to 1.
        precision: the dtype in which products are computed: ``torch.float32``, or
            ``torch.bfloat16`` where ``fast_precision`` of ``helpers.device`` says so. Parameters
            and logits are float32 in both.

    Example:
        >>> Cifar10CnnModel()(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 10])

    The layers are those of the notebook "Image Classification with Convolutional Neural Networks"
    in "Deep Learning with PyTorch: Zero to GANs" (jovian).
    Built in lesson 08.
    """

    def __init__(
        self, width: int = 32, dropout: float = 0.0, precision: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        w, self.precision = width, precision
        self.network = nn.Sequential(
            conv_block(3, w, 2 * w), conv_block(2 * w, 4 * w, 4 * w),
            conv_block(4 * w, 8 * w, 8 * w), nn.Flatten(),
            nn.Dropout(dropout), nn.Linear(8 * w * 4 * 4, 32 * w), nn.ReLU(),
            nn.Dropout(dropout), nn.Linear(32 * w, 16 * w), nn.ReLU(),
            nn.Linear(16 * w, 10),
        )  # fmt: skip

    def forward(self, xb: torch.Tensor) -> torch.Tensor:
        """Logits, float32, shape (n, 10), of images (n, 3, 32, 32), float from 0 to 1."""
        checks.photos(xb, self)
        if self.precision == torch.float32:
            return self.network(xb)
        with torch.autocast(xb.device.type, dtype=self.precision):
            return self.network(xb).float()


def he_init(layer: nn.Module) -> None:
    """Give a convolution or a linear layer the random start that suits ReLU; leave others alone.

    The weights are drawn so that numbers keep their size, on average, from layer to layer.

    Args:
        layer: any module, but a convolution or a linear layer must have a bias;
            ``model.apply(he_init)`` goes through all of a model's.

    Example:
        >>> model = Cifar10CnnModel(width=2).apply(he_init)
        >>> model.network[-1].bias.abs().sum().item()
        0.0

    From "Delving Deep into Rectifiers" (He and others, 2015).
    Built in lesson 08.
    """
    _check_bias(layer)
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # there is one


def _check_bias(layer: nn.Module) -> None:
    if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.bias is None:
        raise ValueError(
            say(
                "he_init: expected layers with a bias, which it sets to 0, got {layer}; of layers "
                "without one start the weights alone: nn.init.kaiming_normal_(layer.weight, "
                "nonlinearity='relu')",
                layer=layer,
            )
        )
