"""A small convolutional network for ten digits."""

from torch import nn


def conv_block(inputs: int, outputs: int) -> nn.Sequential:
    """A convolution, and what usually follows: pooling, normalisation, ReLU.

    Pooling comes early: ReLU and the largest of four can change places, and then the later layers
    have a quarter of the numbers to deal with.

    Args:
        inputs: channels that come in.
        outputs: channels that come out, each half as high and half as wide.

    Example:
        >>> import torch
        >>> conv_block(1, 8)(torch.zeros(5, 1, 28, 28)).shape
        torch.Size([5, 8, 14, 14])

    Built in lesson 06.
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

    Built in lesson 06.
    """
    return nn.Sequential(
        conv_block(1, 8),
        conv_block(8, 16),
        conv_block(16, 32),
        nn.Flatten(),
        nn.Linear(32 * 3 * 3, 10),
    )
