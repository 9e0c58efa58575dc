"""``FastNet`` with switches."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.paired.recipe import Recipe
from helpers.data.augment import shrink
from helpers.device.precision import fast_layout
from helpers.models.base import ImageClassificationBase
from helpers.models.fastnet import FastNet, Widths, pass_on, whitening_conv


class SwitchedNet(FastNet):
    """The network that a recipe asks for; with the recipe's defaults ``FastNet`` itself.

    It draws its random numbers in the same order, whatever the recipe, so that two networks of one
    seed begin alike in all that they have in common.

    Args:
        images, widths, classes, precision: as ``FastNet``.
        recipe: says what is different.
    """

    def __init__(
        self,
        images: torch.Tensor,
        recipe: Recipe,
        widths: Widths,
        classes: int = 10,
        precision: torch.dtype = torch.float32,
    ) -> None:
        ImageClassificationBase.__init__(self)
        self.recipe, self.precision, self.pixels = recipe, precision, 32
        mean, std = images.new_zeros(1, 3, 1, 1), images.new_ones(1, 3, 1, 1)
        if recipe.standardise:
            mean, std = (images.mean((0, 2, 3), keepdim=True), images.std((0, 2, 3), keepdim=True))
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        if recipe.first == "whitening":
            standard = (images - self.mean) / self.std
            self.whiten = whitening_conv(standard, keep=recipe.directions)
        else:
            self.whiten = nn.Conv2d(3, 24, 2)
        channels = (self.whiten.out_channels, *widths)
        self.blocks = nn.Sequential(*(block(*pair, recipe) for pair in pairwise(channels)))
        rests = self.blocks[0].parameters() if recipe.rests < 1 else ()
        self.resting = tuple(p for p in rests if p.requires_grad)
        self.head = nn.Linear(widths[-1], classes, bias=False)
        self.to(images.device).to(memory_format=fast_layout(images.device, precision))

    def forward(self, xb: torch.Tensor) -> torch.Tensor:
        """Logits, as ``FastNet.forward`` gives them."""
        if self.pixels < 32:
            xb = shrink(xb, self.pixels)
        xb = (xb - self.mean) / self.std
        first = self.recipe.behind_first
        name = self.recipe.activation if first == "activation" else first
        act = F.silu if name == "silu" else F.relu
        lower = self.precision != torch.float32
        with torch.autocast(xb.device.type, dtype=self.precision, enabled=lower):
            features = self.blocks(act(self.whiten(xb)))
            logits = self.head(features.amax((2, 3)))
        return logits.float() / self.recipe.divide

    def prepare(self, done: float) -> None:
        """Before each step, and at the end with 1: how many pixels, and what learns."""
        self.done = done
        self.pixels = next(side for until, side in self.recipe.pixels if done <= until)
        if self.recipe.first == "whitening":
            learns = done < self.recipe.whiten_until
            self.whiten.get_parameter("bias").requires_grad_(learns)
        for weights in self.resting:
            weights.requires_grad_(done < self.recipe.rests)


def block(inputs: int, outputs: int, recipe: Recipe) -> nn.Sequential:
    """A block of ``FastNet``, with or without its parts."""

    def conv(inputs: int) -> nn.Conv2d:
        layer = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        return pass_on(layer) if recipe.identity else layer

    def norm() -> nn.BatchNorm2d:
        layer = nn.BatchNorm2d(outputs, momentum=0.4)
        layer.weight.requires_grad_(recipe.scales)
        return layer

    act = nn.SiLU if recipe.activation == "silu" else nn.ReLU
    return nn.Sequential(conv(inputs), nn.MaxPool2d(2), norm(), act(), conv(outputs), norm(), act())
