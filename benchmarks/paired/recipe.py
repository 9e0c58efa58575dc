"""What can differ between two trainings, and at which scale they run."""

from dataclasses import asdict, dataclass, fields
from typing import Any

CHOICES = {
    "first": ("whitening", "sgd", "muon"),
    "optimizer": ("muon", "sgd", "adam"),
    "schedule": ("linear", "one_cycle", "constant"),
    "flip": ("alternating", "random", "none"),
    "activation": ("silu", "relu"),
    "behind_first": ("activation", "relu"),
    "rest": ("keep", "drop", "carry"),
}
LATER = ("behind_first", "rests", "calm")  # settings that the first trials did not have


@dataclass(frozen=True)
class Recipe:
    """How to train. What is not named is as in lesson 10's ``fit_fast`` of 27 November 2026.

    A default is never changed, as stored trials mean it; a new field's default is what was done
    before there was the field, which is one of ``LATER`` then. ``fit_fast`` itself keeps 6 of the
    12 ``directions`` by now, and its rate has a ``calm`` of 512.

    Args:
        first: the first layer: frozen whitening, or 2×2 filters that learn by "sgd" or "muon".
        directions: how many of the 12 directions of whitening are kept, largest first.
        whiten_until: up to which share of the training the bias of the whitening layer learns.
        standardise: whether each colour gets mean 0 and spread 1.
        identity: whether convolutions begin by passing on.
        scales: whether the scales of the batch norms learn.
        activation: behind each norm and the first layer.
        behind_first: another one behind the first layer, if it is not "activation".
        rests: from which share of the training on the first block learns no more; its rates have
            fallen to 0 by then.
        divide: by what the logits are divided.
        wider: factors of the scale's widths.
        optimizer: of the filters; biases and head have SGD, unless it is "adam".
        rate: of the filters; for Muon at batches of 2,000, else for each image.
        calm: a smaller batch has Muon's rate for so many images.
        bias_rate, head_rate: for each image (not for "adam").
        steady: whether the head's rate is limited as in ``fit_fast``.
        keep_length: whether Muon keeps the length of the filters.
        schedule: of all rates.
        smoothing: of the labels.
        flip, shift: how images are changed; ``shift`` in pixels.
        pixels: up to which share of the training images have how many pixels a side.
        batch: factor of the scale's batch size.
        rest: what becomes of an incomplete last batch.
        extra: so many images more than the scale has, so that there is such a batch.
        average: the share at the end over which the weights are averaged.
        decay: cautious weight decay of filters and head, as a factor of their rates.
        epochs: factor of the scale's epochs.
    """

    first: str = "whitening"
    directions: int = 12
    whiten_until: float = 0.1
    standardise: bool = True
    identity: bool = True
    scales: bool = False
    activation: str = "silu"
    behind_first: str = "activation"
    rests: float = 1.0
    divide: float = 9.0
    wider: tuple[int, int, int] = (1, 1, 1)
    optimizer: str = "muon"
    rate: float = 0.24
    calm: int = 0
    bias_rate: float = 0.05
    head_rate: float = 0.05
    steady: bool = True
    keep_length: bool = True
    schedule: str = "linear"
    smoothing: float = 0.2
    flip: str = "alternating"
    shift: int = 2
    pixels: tuple[tuple[float, int], ...] = ((0.5, 24), (1.0, 32))
    batch: float = 1.0
    rest: str = "drop"
    extra: int = 0
    average: float = 0.0
    decay: float = 0.0
    epochs: float = 1.0

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                words = ", ".join(allowed)
                raise ValueError(f"expected {name} to be of {words}, got {getattr(self, name)!r}")

    def changed(self, settings: dict[str, Any]) -> "Recipe":
        """The same recipe with some settings changed, as they are read from a file.

        Raises:
            ValueError: for a setting that there is not.
        """
        known = {field.name for field in fields(self)}
        if unknown := sorted(set(settings) - known):
            raise ValueError(f"no setting {', '.join(unknown)}; there are {sorted(known)}")
        return Recipe(**asdict(self) | {name: frozen(value) for name, value in settings.items()})

    def plain(self) -> dict[str, Any]:
        """All settings, as JSON keeps them; those of ``LATER`` where they are not the default.

        So what was written down before there was such a setting still says the same.
        """
        new = {name for name in LATER if getattr(self, name) == getattr(Recipe, name)}
        return {name: _thawed(value) for name, value in asdict(self).items() if name not in new}

    def work(self) -> float:
        """How much a step computes on average, as a share of one with all pixels."""
        begins = (0.0, *(until for until, _ in self.pixels))
        return sum(
            (until - begin) * (side / 32) ** 2 for begin, (until, side) in zip(begins, self.pixels)
        )


@dataclass(frozen=True)
class Scale:
    """How large a trial is.

    Args:
        name: of it.
        train: images to learn from, the first of lesson 08's 45,000.
        valid: images to judge by, the first of its 5,000.
        epochs: with all pixels; a recipe with fewer pixels gets more of them, for equal arithmetic.
        batch_size: images a step.
        widths: channels of the three blocks.
    """

    name: str
    train: int
    valid: int
    epochs: float
    batch_size: int
    widths: tuple[int, int, int]

    def plain(self) -> dict[str, Any]:
        """All of it, as JSON keeps it."""
        return {name: _thawed(value) for name, value in asdict(self).items()}

    def batch(self, recipe: Recipe) -> int:
        """Images a step."""
        return round(self.batch_size * recipe.batch)

    def steps(self, recipe: Recipe) -> int:
        """How many steps a recipe has; incomplete batches, where they are kept, are steps, too."""
        images, batch = self.train + recipe.extra, self.batch(recipe)
        in_epoch = -(-images // batch) if recipe.rest == "keep" else self.train / batch
        return round(self.epochs * recipe.epochs / recipe.work() * in_epoch)


# Of "part" all batches are full; of "full" an epoch drops the last 456 images of its order.
SCALES = {
    "part": Scale("part", 6_144, 5_000, 2, 128, (16, 64, 64)),
    "full": Scale("full", 45_000, 5_000, 5, 512, (16, 64, 64)),
}


def frozen(value: Any) -> Any:
    """What JSON gave, as recipes and scales have it: tuples for lists."""
    return tuple(frozen(part) for part in value) if isinstance(value, list) else value


def _thawed(value: Any) -> Any:
    return [_thawed(part) for part in value] if isinstance(value, (tuple, list)) else value
