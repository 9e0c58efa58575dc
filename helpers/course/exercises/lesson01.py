"""The exercises of lesson 01: tell a 3 from a 7 by comparing pixels."""

from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake, is_pair


def _to_float(images: torch.Tensor) -> torch.Tensor:
    return images.float() / 255


def _rmse_distance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return ((a - b) ** 2).mean((-1, -2)).sqrt()


def _nearest(images: torch.Tensor, means: torch.Tensor) -> torch.Tensor:
    to_each = [(images - mean).abs().mean((-1, -2)) for mean in means]
    return torch.stack(to_each).argmin(0)


def _accuracy(predicted: torch.Tensor, actual: torch.Tensor) -> torch.Tensor:
    return (predicted == actual).float().mean()


def _evidence(threes: torch.Tensor, sevens: torch.Tensor) -> torch.Tensor:
    return threes.mean(0) - sevens.mean(0)


def _without_a_match(answer: Callable) -> Callable:
    """As the answer, but where shapes do not match the result is these words, for a mistake."""

    def without_a_match(*arguments: torch.Tensor) -> object:
        try:
            return answer(*arguments)
        except RuntimeError as error:
            if "must match the size" in str(error):
                return "shapes that do not match"
            raise

    return without_a_match


def _unpacked(answer: Callable) -> Callable:
    """As the answer, but what ``tensor.min(axis)`` returns, two tensors, becomes one."""

    def unpacked(*arguments: torch.Tensor) -> object:
        result = answer(*arguments)
        pair = is_pair(result) and result[0].shape == result[1].shape
        return torch.stack([part.float() for part in result]) if pair else result

    return unpacked


def _images(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def _bytes() -> list[tuple]:
    bright = torch.tensor([[[0, 51], [102, 255]]] * 3, dtype=torch.uint8)
    return [(bright,), (bright // 2,), (torch.tensor([[0, 3], [7, 254]], dtype=torch.uint8),)]


def _pairs() -> list[tuple]:
    return [
        (
            _images(4, 6) + 0.5,
            _images(4, 6, seed=1),
        ),  # brighter: no root of less than 0
        (_images(5, 4, 6), _images(4, 6, seed=1)),
    ]


def _stacks() -> list[tuple]:
    return [
        (_images(5, 4, 6), _images(3, 4, 6, seed=1)),
        (_images(2, 4, 6, seed=2), _images(4, 4, 6, seed=3)),
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
            # Among other counts, those of True differ: 3 predicted, 5 actual, and 2 that are both.
            torch.tensor([True] * 3 + [False] * 8),
            torch.tensor([False] + [True] * 5 + [False] * 5),
        ),
        (torch.tensor([3, 7, 7, 3]), torch.tensor([7, 7, 7, 7])),
    ]


EXERCISES = {
    "1.1": Exercise(
        solution=_to_float,
        inputs=_bytes,
        mistakes=(
            Mistake(lambda x: x / 256,
                "value: full ink does not become 1.0. What is the largest number in a byte?",
                "256 numbers fit into a byte, and the first is 0. Divide by the last."),
            Mistake(lambda x: x.float(),
                "value: right dtype, but these still run from 0 to 255.",
                "Divide by what full ink is in bytes."),
            Mistake(lambda x: x // 255,
                "dtype: these are still whole numbers. Was it `//`, or were the results written "
                "into a tensor of whole numbers?",
                "Make decimal numbers with .float() first, and divide with `/`."),
            Mistake(lambda x: x.float() // 255,
                "value: only 0.0 and 1.0 are left. What does `//` do with a remainder?",
                "`//` throws away what is behind the point; `/` keeps it."),
            Mistake(lambda x: x.float() / x.max(),
                "value: what becomes of a pale image, whose largest byte is 127?",
                "Divide all images by the same number: the largest that a byte can be."),
            Mistake(lambda x: (x / 255).double(),
                "dtype: these are float64, twice as large as asked for.",
                "Leave out .double(): `/` on bytes already gives float32, and so does .float()."),
        ),
        praise="0 stays 0.0 and 255 becomes 1.0, as float32, whatever the shape.",
        do="Two things are needed: decimal numbers, with .float(), and a division by 255.",
    ),
    "1.2": Exercise(
        solution=_rmse_distance,
        inputs=_pairs,
        mistakes=(
            Mistake(lambda a, b: ((a - b) ** 2).mean().sqrt(),
                "shape: a whole stack became one number. Over which axes does your mean run?",
                "Give mean the axes of rows and columns, counted from the end, as one pair."),
            Mistake(lambda a, b: ((a - b) ** 2).mean((-1, -2)),
                "value: this is the mean squared error. What takes the squares back?",
                "The last step is missing: the root, of each mean."),
            Mistake(lambda a, b: (a - b).abs().mean((-1, -2)),
                "value: this is the L1 distance. (A root taken before the mean gives it, too: "
                "the root of a square is the absolute value.)",
                "In this order: square each difference, take the mean, and last the root."),
            Mistake(lambda a, b: ((a - b).mean((-1, -2)) ** 2).sqrt(),
                "value: positive and negative differences cancelled. What came before the mean?",
                "Square the differences first, while there is one for each pixel; then the mean."),
            Mistake(lambda a, b: (a - b).mean((-1, -2)).sqrt(),
                "value: the differences were never squared, so positive and negative ones cancel.",
                "Square each difference before you take the mean."),
            Mistake(lambda a, b: ((a - b) ** 2).sum((-1, -2)).sqrt(),
                "value: this adds the squares up. The distance in this lesson averages them.",
                "Take a mean where you took a sum."),
            Mistake(lambda a, b: ((a - b) ** 2).mean(0).sqrt(),
                "shape: you averaged over the images (or, of one image, over its rows).",
                "The mean has to run over the last two axes, rows and columns: -1 and -2."),
            Mistake(lambda a, b: (a - b**2).mean((-1, -2)).sqrt(),
                "value: Python squares before it subtracts. What was squared here?",
                "Put the difference in parentheses, so that all of it is squared."),
            Mistake(lambda a, b: (a**2 - b**2).mean((-1, -2)).sqrt(),
                "value: this is a difference of squares. L2 needs the squares of the differences.",
                "Subtract first, in parentheses; then square."),
        ),
        praise="one distance for each image, for one image and for a whole stack alike.",
        do="Write it as four steps: subtract, square, mean over the last two axes, root.",
    ),
    "1.3": Exercise(
        solution=_accuracy,
        inputs=_guesses,
        mistakes=(
            Mistake(lambda p, a: (p == a).float().sum(),
                "value: this counts the right answers. Accuracy is their share.",
                "A share is a mean of 1s and 0s."),
            Mistake(lambda p, a: (p == a).sum(),
                "value: this counts the right answers. Accuracy is their share.",
                "Make numbers of True and False with .float(), then take a mean instead of a sum."),
            Mistake(lambda p, a: (p != a).float().mean(),
                "value: this is the share of wrong answers, the error rate.",
                "Ask where the labels are equal, not where they differ."),
            Mistake(lambda p, a: p.float().mean(),
                "value: this never looks at the actual labels.",
                "Compare `predicted` with `actual` first, then average the answers."),
            Mistake(lambda p, a: a.float().mean(),
                "value: this never looks at the predicted labels.",
                "Compare `predicted` with `actual` first, then average the answers."),
            Mistake(lambda p, a: p == a,
                "shape: this is one answer for each image. Accuracy is one number for all.",
                "Make numbers of the answers with .float(), and take their mean."),
            Mistake(lambda p, a: (p == a).float(),
                "shape: this is one number for each image. Accuracy is one number for all.",
                "Take the mean of them."),
            Mistake(lambda p, a: (p & a).float().mean(),
                "value: what does `&` say where both labels are False, and the answer is right?",
                "Two labels agree where they are equal: use `==`."),
        ),
        praise="compare, turn True into 1.0 and False into 0.0, average.",
        do="Three steps: compare with ==, make numbers with .float(), take the mean.",
    ),
    "1.4": Exercise(
        solution=_evidence,
        inputs=_stacks,
        observe=_without_a_match,
        mistakes=(
            Mistake(lambda t, s: (t - s).mean(0),
                "shape: here are five 3s and three 7s. Which 7 should the fourth 3 lose?",
                "Make one image of each stack first, its average; then subtract these two."),
            Mistake(lambda t, s: s.mean(0) - t.mean(0),
                "value: this is the other way round: positive where ink is evidence for a 7.",
                "Take the 7s away from the 3s."),
            Mistake(lambda t, s: t.mean() - s.mean(),
                "shape: this is one number, the difference in ink. The exercise asks for an image.",
                "Average over axis 0 only, which counts the images."),
            Mistake(lambda t, s: (t.mean(0) - s.mean(0)).abs(),
                "value: without its sign nobody can see for which digit the ink is evidence.",
                "Leave out .abs()."),
            Mistake(lambda t, s: t.sum(0) - s.sum(0),
                "value: these are sums. There need not be as many 3s as 7s: what then?",
                "Take means where you took sums."),
            Mistake(lambda t, s: t[0] - s[0],
                "value: this compares the first 3 with the first 7, not the averages.",
                "Average each stack over axis 0, then subtract."),
            Mistake(lambda t, s: t.mean(0),
                "value: this is the average 3 alone.",
                "Subtract the average 7 from it."),
        ),
        praise="an image again: above 0 where ink is evidence for a 3, below 0 for a 7.",
        do="Average each stack over the axis of its images, as in section 6; then subtract.",
    ),
    "1.5": Exercise(
        solution=_nearest,
        inputs=_many,
        observe=lambda answer: _unpacked(_without_a_match(answer)),
        mistakes=(
            Mistake(lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).argmax(1),
                "value: these are the farthest classes, not the nearest.",
                "The nearest class has the smallest distance: argmin."),
            Mistake(lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).argmin(0),
                "shape: this names an image for each class. You need a class for each image.",
                "Which axis of your distances counts the classes? Run argmin along that one."),
            Mistake(lambda x, m: (x - m).abs().mean((-1, -2)).argmin(-1),
                "shape: n images and k ideals do not match. Which ideal should the last image get?",
                "Hand mnist_distance all images but one ideal at a time, in a list comprehension."),
            Mistake(
                lambda x, m: [(x - mean).abs().mean((-1, -2)) for mean in m].argmin(0),  # type: ignore[attr-defined]  # the mistake itself
                "shape: your distances are a Python list of k tensors. Only a tensor has argmin.",
                "torch.stack makes one tensor of them, of shape (k, n)."),
            Mistake(lambda x, m: torch.stack([(x - mean).abs().mean((-1, -2)) for mean in m]),
                "shape: these are all distances, classes by images. One step is missing.",
                "Use argmin along the axis that counts the classes."),
            Mistake(lambda x, m: (x[:, None] - m).abs().mean((-1, -2)),
                "shape: these are all distances, images by classes. One step is missing.",
                "Use argmin along the axis that counts the classes."),
            Mistake(lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).min(1).values,
                "dtype: these are the smallest distances. You need the places where they stand.",
                "Use argmin in place of min: it gives the place, not the number."),
            Mistake(lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).min(1),
                "shape: min gives two tensors, the smallest distances and their places.",
                "You need the places alone: argmin gives just these."),
            Mistake(lambda x, m: (x[:, None] - m).abs().mean((-1, -2)).argmin(),
                "shape: argmin without an axis gives one number for all images together.",
                "Name the axis that counts the classes."),
            Mistake(lambda x, m: (x[:, None] - m).abs().argmin(1),
                "shape: this finds the nearest class for each pixel, not for each image.",
                "Average over rows and columns first; only then ask for the smallest."),
            Mistake(lambda x, m: (x[:, None] - m).abs().argmin(1).float().mean((-1, -2)),
                "dtype: this averages the numbers of classes, which means nothing.",
                "Swap the two: first the mean over rows and columns, then argmin."),
            Mistake(lambda x, m: ((x[:, None] - m) ** 2).mean((-1, -2)).argmin(1),
                "value: this compares squared differences (L2). The exercise asks for L1.",
                "Make the differences positive with .abs() instead of squaring them."),
            Mistake(lambda x, m: (x[:, None] - m).mean((-1, -2)).argmin(1),
                "value: positive and negative differences cancelled.",
                "Something that makes them all positive has to come before the mean."),
        ),
        praise="this works for ten digits as for two.",
        do="Make a list of mnist_distance(images, mean), one for each ideal, and stack it: shape "
        "(k, n). Then ask, for each image, where the smallest distance stands.",
    ),
}  # fmt: skip
