"""The exercises of lesson 01: tell a 3 from a 7 by comparing pixels."""

import torch

from helpers.exercises.framework import Exercise, Mistake


def _to_float(images: torch.Tensor) -> torch.Tensor:
    return images.float() / 255


def _rmse_distance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return ((a - b) ** 2).mean((-1, -2)).sqrt()


def _nearest(images: torch.Tensor, means: torch.Tensor) -> torch.Tensor:
    return (images[:, None] - means).abs().mean((-1, -2)).argmin(1)


def _accuracy(predicted: torch.Tensor, actual: torch.Tensor) -> torch.Tensor:
    return (predicted == actual).float().mean()


def _images(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def _bytes() -> list[tuple]:
    return [(torch.tensor([[[0, 51], [102, 255]]] * 3, dtype=torch.uint8),)]


def _pairs() -> list[tuple]:
    return [
        (_images(4, 6), _images(4, 6, seed=1)),
        (_images(5, 4, 6), _images(4, 6, seed=1)),
    ]


def _many() -> list[tuple]:
    # Digits of five classes; the classes are not in the order of the images.
    means = _images(5, 4, 6)
    order = torch.tensor([3, 1, 4, 0, 2, 2, 1])
    return [(means[order] + 0.1 * _images(7, 4, 6, seed=1), means)]


def _guesses() -> list[tuple]:
    return [
        (
            torch.tensor([True, True, True, False, False, True, False]),
            torch.tensor([True, True, True, False, False, False, True]),
        ),
        (torch.tensor([3, 7, 7, 3]), torch.tensor([7, 7, 7, 7])),
    ]


EXERCISES = {
    "1.1": Exercise(
        solution=_to_float,
        inputs=_bytes,
        mistakes=(
            Mistake(lambda x: x / 256, "value: the largest byte is 255: divide by 255, not 256."),
            Mistake(lambda x: x.float(), "value: right dtype, but 255 must become 1.0. Divide."),
            Mistake(
                lambda x: x // 255,
                "dtype: `//` divides whole numbers and throws the rest away. Make floats first.",
            ),
            Mistake(
                lambda x: (x / 255).double(),
                "dtype: float64 is twice as large as needed; `.float()` gives float32.",
            ),
        ),
        praise="0 stays 0.0 and 255 becomes 1.0, as float32, whatever the shape.",
    ),
    "1.2": Exercise(
        solution=_rmse_distance,
        inputs=_pairs,
        mistakes=(
            Mistake(
                lambda a, b: ((a - b) ** 2).mean().sqrt(),
                "shape: `.mean()` without axes averages the whole stack into one number. "
                "Average over the last two axes only.",
            ),
            Mistake(
                lambda a, b: ((a - b) ** 2).mean((-1, -2)),
                "value: this is the mean squared error. Take the square root at the end.",
            ),
            Mistake(
                lambda a, b: (a - b).abs().mean((-1, -2)),
                "value: this is the L1 distance. Square instead of .abs(), then first the mean and "
                "last the root; a root taken straight away undoes the square.",
            ),
            Mistake(
                lambda a, b: ((a - b) ** 2).sum((-1, -2)).sqrt(),
                "value: this adds the squares up. The distance in this lesson takes their mean.",
            ),
            Mistake(
                lambda a, b: ((a - b) ** 2).mean(0).sqrt(),
                "shape: axis 0 counts the images. Average over height and width: (-1, -2).",
            ),
        ),
        praise="one distance an image, for one image and for a whole stack alike.",
    ),
    "1.3": Exercise(
        solution=_accuracy,
        inputs=_guesses,
        mistakes=(
            Mistake(
                lambda p, a: (p == a).float().sum(),
                "value: this counts the right answers. Accuracy is their share: take the mean.",
            ),
            Mistake(
                lambda p, a: (p != a).float().mean(),
                "value: this is the share of wrong answers, the error rate.",
            ),
            Mistake(
                lambda p, a: p.float().mean(),
                "value: this never looks at the truth. Compare `predicted` with `actual` first.",
            ),
            Mistake(lambda p, a: p == a, "shape: one answer an image. Now average them."),
            Mistake(lambda p, a: (p == a).float(), "shape: one answer an image. Now average them."),
            Mistake(
                lambda p, a: (p & a).float().mean(),
                "value: `&` misses the images that are rightly called False. Use `==`.",
            ),
        ),
        praise="compare, turn True into 1.0 and False into 0.0, average.",
    ),
    "1.4": Exercise(
        solution=_nearest,
        inputs=_many,
        mistakes=(
            Mistake(
                lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).argmax(1),
                "value: argmax picks the farthest average. The nearest has the smallest distance.",
            ),
            Mistake(
                lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).argmin(0),
                "shape: argmin over axis 0 names an image for each class. Ask along the classes.",
            ),
            Mistake(
                lambda x, m: (x[:, None] - m).abs().mean((-1, -2)),
                "shape: these are all distances, images by classes. Now take argmin along classes.",
            ),
            Mistake(
                lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).min(1).values,
                "dtype: these are the smallest distances; asked is where they stand: argmin.",
            ),
            Mistake(
                lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).argmin(),
                "shape: argmin without an axis gives one number for all images together.",
            ),
            Mistake(
                lambda x, m: (x[:, None] - m).mean((-1, -2)).argmin(1),
                "value: without .abs() positive and negative differences cancel out.",
            ),
        ),
        praise="two broadcast axes, no loop: this works for ten digits as for two.",
    ),
}
