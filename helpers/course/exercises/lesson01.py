"""The exercises of lesson 01: tell a 3 from a 7 by comparing pixels."""

import torch

from helpers.course.exercises.framework import Exercise, Mistake


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
    bright = torch.tensor([[[0, 51], [102, 255]]] * 3, dtype=torch.uint8)
    return [(bright,), (bright // 2,)]


def _pairs() -> list[tuple]:
    return [
        (_images(4, 6), _images(4, 6, seed=1)),
        (_images(5, 4, 6), _images(4, 6, seed=1)),
    ]


def _many() -> list[tuple]:
    # Digits of five classes; the classes are not in the order of the images.
    means = _images(5, 4, 6)
    order = torch.tensor([3, 1, 4, 0, 2, 2, 1])
    # Nearest to zeros is, by L1, one strong pixel; by L2, many weak ones.
    one_strong = torch.zeros(4, 6)
    one_strong[0, 0] = 0.9
    many_weak = torch.full((4, 6), 0.05)
    return [
        (means[order] + 0.1 * _images(7, 4, 6, seed=1), means),
        (torch.zeros(5, 4, 6), torch.stack([many_weak, one_strong, torch.ones(4, 6)])),
    ]


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
                lambda x: x.float() // 255,
                "value: `//` throws away what is behind the point. Divide with `/`.",
            ),
            Mistake(
                lambda x: x.float() / x.max(),
                "value: a pale image has no 255. Divide by 255, not by the largest value.",
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
                lambda a, b: ((a - b).mean((-1, -2)) ** 2).sqrt(),
                "value: averaged first, positive and negative differences cancel. Square first.",
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
                lambda p, a: (p == a).sum(),
                "value: this counts the right answers. Accuracy is their share: .float().mean().",
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
                lambda x, m: ((x[:, None] - m) ** 2).mean((-1, -2)).argmin(1),
                "value: this compares squared differences (L2). Asked is the L1 distance: .abs().",
            ),
            Mistake(
                lambda x, m: (x[:, None] - m).mean((-1, -2)).argmin(1),
                "value: without .abs() positive and negative differences cancel out.",
            ),
        ),
        praise="this works for ten digits as for two. (With a loop? Try it once without.)",
    ),
}
