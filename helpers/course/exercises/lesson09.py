"""The exercises of lesson 09: work, a schedule, smooth labels, batch norm, is a rung proved?"""

import torch
import torch.nn.functional as F
from torch import nn

from helpers.course.exercises.framework import Exercise, Mistake


def _conv_work(inputs: int, outputs: int, size: int, height: int, width: int) -> int:
    return 2 * inputs * outputs * size**2 * height * width


def _triangle(done: float, peak: float) -> float:
    return done / peak if done < peak else (1 - done) / (1 - peak)


def _smooth_labels(labels: torch.Tensor, classes: int, smoothing: float) -> torch.Tensor:
    return F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing / classes


def _others_only(labels: torch.Tensor, classes: int, smoothing: float) -> torch.Tensor:
    one_hot = F.one_hot(labels, classes).float()
    return one_hot * (1 - smoothing) + (1 - one_hot) * smoothing / (classes - 1)


def _right_one_left_out(labels: torch.Tensor, classes: int, smoothing: float) -> torch.Tensor:
    one_hot = F.one_hot(labels, classes).float()
    return one_hot * (1 - smoothing) + (1 - one_hot) * smoothing / classes


def _whole_columns(labels: torch.Tensor, classes: int, smoothing: float) -> torch.Tensor:
    targets = torch.full((len(labels), classes), smoothing / classes)
    targets[:, labels] = 1 - smoothing + smoothing / classes
    return targets


def _normalise(
    x: torch.Tensor,
    mean: torch.Tensor,
    var: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor,
    eps: float,
) -> torch.Tensor:
    return (x - mean) / (var + eps).sqrt() * weight + bias


def _with_more_axes(x, mean, var, weight, bias, eps):
    mean, var, weight, bias = (v[:, None, None] for v in (mean, var, weight, bias))
    return _normalise(x, mean, var, weight, bias, eps)


def _by_the_batch(x, mean, var, weight, bias, eps):
    var, mean = torch.var_mean(x, (0, 2, 3), correction=0, keepdim=True)
    return (x - mean) / (var + eps).sqrt() * weight + bias


def _error(differences: torch.Tensor) -> torch.Tensor:
    return differences.std() / len(differences) ** 0.5


def _said(mean: torch.Tensor, margin: torch.Tensor) -> str:
    if mean - margin > 0:
        return "proved"
    return "harmful" if mean + margin < 0 else "not proved"


def _verdict(differences: torch.Tensor, factor: float) -> str:
    return _said(differences.mean(), factor * _error(differences))


def _by_size(differences: torch.Tensor, factor: float) -> str:
    clear = differences.mean().abs() > factor * _error(differences)
    return "proved" if clear else "not proved"


def _without_harm(differences: torch.Tensor, factor: float) -> str:
    return "proved" if _verdict(differences, factor) == "proved" else "not proved"


def _by_the_sign(differences: torch.Tensor, factor: float) -> str:
    return "proved" if differences.mean() > 0 else "harmful"


def _doubt_as_harm(differences: torch.Tensor, factor: float) -> str:
    return "proved" if _verdict(differences, factor) == "proved" else "harmful"


def _by_wins(differences: torch.Tensor, factor: float) -> str:
    if (differences > 0).all():
        return "proved"
    return "harmful" if (differences < 0).all() else "not proved"


def _squares_by_n(differences: torch.Tensor, factor: float) -> str:
    error = differences.std(correction=0) / len(differences) ** 0.5
    return _said(differences.mean(), factor * error)


def _convolutions() -> list[tuple]:
    return [(5, 32, 3, 30, 28), (24, 64, 2, 15, 15), (1, 1, 5, 1, 2)]


def _shares() -> list[tuple]:
    peaks = (0.25, 0.6)
    return [(done, peak) for peak in peaks for done in (0.1, 0.25, 0.5, 0.9, 0.0, 1.0)]


def _labels() -> list[tuple]:
    return [(torch.tensor([2, 0, 1]), 4, 0.2), (torch.tensor([1]), 2, 0.5)]


def _maps() -> list[tuple]:
    random = torch.Generator().manual_seed(0)

    def settings(channels: int) -> list[torch.Tensor]:
        mean, var, weight, bias = torch.rand(4, channels, 1, 1, generator=random) + 0.5
        return [mean, var * 2, weight + 1, bias]

    # eps is large, so that it matters where it stands.
    return [
        (torch.randn(3, 2, 4, 5, generator=random), *settings(2), 0.1),
        (torch.randn(1, 3, 2, 2, generator=random), *settings(3), 0.2),
    ]


def _differences() -> list[tuple]:
    """Each list is made to tell one mistake from the rule."""
    around = torch.tensor([0.0, -0.5, 0.5, -1.0, 1.0])  # standard error 0.354
    wide = [(4 * around + mean, 2.78) for mean in (15.0, 10.0)]
    five = [(around + mean, 2.78) for mean in (2.0, 0.1, 0.2, -3.0, 0.4, 0.6, 0.8, 0.93, 1.04)]
    return [
        *wide,
        *five,
        (torch.tensor([0.1, 0.2, 0.1, 3.0]), 3.18),
        (torch.tensor([2.0, 2.2, 1.9, -0.1, 2.1, 2.0, 2.3, 1.8]), 2.36),
        (torch.tensor([0.0, 0.1, 3.0, 3.2, 3.4]), 2.78),
        (torch.tensor([0.0, 2.0] * 4), 2.36),  # eight seeds, where five would not do
    ]


EXERCISES = {
    "9.1": Exercise(
        solution=_conv_work,
        inputs=_convolutions,
        mistakes=(
            Mistake(lambda i, o, s, h, w: i * o * s**2 * h * w,
                "value: half of it. How many operations are a multiplication and an addition?",
                "Count both: twice as many as there are multiplications."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s * h * w,
                "value: how many numbers does a kernel have?",
                "It is a square: count its rows and its columns."),
            Mistake(lambda i, o, s, h, w: 2 * o * s**2 * h * w,
                "value: the channels that come in are missing.",
                "A filter has a kernel for each of them."),
            Mistake(lambda i, o, s, h, w: 2 * i * s**2 * h * w,
                "value: this is one filter.",
                "There are `outputs` of them."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s**2,
                "value: this is the work at one place of the output.",
                "Each filter looks at every place; how many are there?"),
            Mistake(lambda i, o, s, h, w: 2 * (i + o) * s**2 * h * w,
                "value: why are inputs and outputs added?",
                "Each of the filters has as many kernels as channels come in."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s**2 * max(h - s + 1, 0) * max(w - s + 1, 0),
                "value: this makes the output smaller once more.",
                "`height` and `width` are those of the output already: take them as they are."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s**2 * (h - s + 1) * (w - s + 1),
                "value: this makes the output smaller once more.",
                "`height` and `width` are those of the output already: take them as they are."),
            Mistake(lambda i, o, s, h, w: (2 * i * o * s**2 + o) * h * w,
                "value: this counts something that the exercise leaves out.",
                "It is the biases."),
            Mistake(lambda i, o, s, h, w: (2 * i * s**2 - 1) * o * h * w,
                "value: strictly, one addition less for each number is right; here they are pairs.",
                "Count an addition with every multiplication."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s**2 * h**2,
                "value: the output need not be a square.",
                "Its places are those of `height` rows and `width` columns."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s**2 * (h + w),
                "value: is the number of places in the output rows plus columns?",
                "Multiply `height` by `width`."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * 2 * s * h * w,
                "value: how many numbers does a kernel have?",
                "It is a square: rows times columns."),
            Mistake(lambda i, o, s, h, w: 2 * s**2 * h * w,
                "value: this is one kernel on one channel.",
                "Each of the `outputs` filters has a kernel for each of the `inputs` channels."),
            Mistake(lambda i, o, s, h, w: i * o * s**2,
                "value: these are the weights. Each is used many times.",
                "Once for each place of the output, for a multiplication and an addition."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s ^ 2 * h * w,
                "value: in Python ^ does not mean a power.",
                "A power is written **: size**2."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * h * w,
                "value: the kernel is missing.",
                "At each place every number of the kernel is multiplied."),
            Mistake(lambda i, o, s, h, w: 2 * (i * o * s**2 + o) * h * w,
                "value: this counts something that the exercise leaves out.",
                "It is the biases."),
            Mistake(lambda i, o, s, h, w: 2 * i * o * s**2 * (h // s) * (w // s),
                "value: windows overlap: the kernel moves by one pixel, not by its own size.",
                "There are as many windows as numbers in the output: `height` times `width`."),
        ),
        praise="halve height and width, and the work is a quarter: that is why to pool early.",
        tolerance=0,
        do="Take one number of the output: how many multiplications does it need? Then count the "
        "numbers of the output.",
    ),
    "9.2": Exercise(
        solution=_triangle,
        inputs=_shares,
        mistakes=(
            Mistake(lambda done, peak: done / peak,
                "value: this rises for ever.",
                "After the peak another line is needed, one that falls."),
            Mistake(lambda done, peak: done / peak if done < peak else (done - peak) / (1 - peak),
                "value: after the peak it begins again at 0.",
                "There it should be 1, and fall to 0."),
            Mistake(
                lambda done, peak: 1 - done / peak if done < peak else (done - peak) / (1 - peak),
                "value: this falls before the peak and rises after it.",
                "Turn both lines around."),
            Mistake(lambda done, peak: done / peak if done < peak else (1 - done) / peak,
                "value: after the peak the line has the wrong slope.",
                "How long is the way from the peak to the end? Divide by that length."),
            Mistake(lambda done, peak: done / peak if done < peak else 1 - done,
                "value: after the peak it starts below 1.",
                "What is left to go at the peak itself? Divide by that."),
            Mistake(lambda done, peak: done / peak if done < peak else 1 - (done - peak),
                "value: it does not get down to 0 at the end.",
                "How long is the way from the peak to the end? Divide by that length."),
            Mistake(lambda done, peak: 1 - abs(done - peak),
                "value: it neither begins nor ends at 0.",
                "The two sides have different lengths, so each needs a slope of its own."),
            Mistake(lambda done, peak: done / peak if done < peak else 1 - done / (1 - peak),
                "value: after the peak it has to begin at 1.",
                "Ask how far `done` is behind the peak, not behind the start."),
            Mistake(lambda done, peak: done / peak if done < peak else 1 - (done - peak) / peak,
                "value: after the peak the line has the wrong slope.",
                "The way down is not as long as the way up: how long is it?"),
            Mistake(lambda done, peak: peak * done if done < peak else (1 - done) / (1 - peak),
                "value: before the peak it does not get up to 1.",
                "Which share of the way to the peak is done?"),
            Mistake(lambda done, peak: done if done < peak else (1 - done) / (1 - peak),
                "value: before the peak it does not get up to 1.",
                "Which share of the way to the peak is done?"),
            Mistake(lambda done, peak: 2 * done if done < 0.5 else 2 * (1 - done),
                "value: here the peak is always in the middle.",
                "It should be where the argument `peak` says."),
            Mistake(lambda done, peak: done / peak if done < peak else (done - 1) / (1 - peak),
                "value: after the peak it is below 0.",
                "Exchange the two numbers of the difference."),
            Mistake(lambda done, peak: peak / done if done < peak else (1 - done) / (1 - peak),
                "value: before the peak the quotient is upside down.",
                "Which share of the way to the peak is done?"),
            Mistake(lambda done, peak: done / peak if done < peak else (1 - peak) / (1 - done),
                "value: after the peak the quotient is upside down.",
                "What is left to go, divided by the whole way from the peak to the end."),
            Mistake(lambda done, peak: done / peak if done < peak else (1 - peak) * (1 - done),
                "value: after the peak it starts below 1.",
                "What is left to go at the peak itself? Divide by that."),
            Mistake(lambda done, peak: max(done / peak, (1 - done) / (1 - peak)),
                "value: this gets above 1. Which line belongs before the peak, and which after it?",
                "done / peak while `done` is below `peak`; the falling line from there on."),
        ),
        praise="only its corners differ from one_cycle's.",
        do="Two straight lines, chosen by an if: one from 0 to 1 over a length of `peak`, and one "
        "from 1 to 0 over the rest.",
    ),
    "9.3": Exercise(
        solution=_smooth_labels,
        inputs=_labels,
        mistakes=(
            Mistake(_others_only,
                "value: to which classes does the spread share go?",
                "Spread it over *all* classes; the right one gets its part, too."),
            Mistake(_right_one_left_out,
                "value: the right class has too little.",
                "It gets its part of what is spread, on top of what stays with it."),
            Mistake(_whole_columns,
                "value: `[:, labels]` takes whole columns, in every row.",
                "Each row has one right class: begin with F.one_hot, or index rows and columns."),
            Mistake(lambda labels, classes, smoothing: F.one_hot(labels, classes) * (1 - smoothing),
                "value: something is taken away, and given to nobody.",
                "Spread it evenly over all classes, so that a row adds up to 1 again."),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing
                ),
                "value: a row adds up to more than 1.",
                "All classes together get the share, not each of them."),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() + smoothing / classes
                ),
                "value: a row adds up to more than 1.",
                "What is spread must first be taken from the right class."),
            Mistake(lambda labels, classes, smoothing: F.one_hot(labels, classes).float(),
                "value: nothing is smoothed yet.",
                "Take a share from the 1, and spread it over all classes."),
            Mistake(lambda labels, classes, smoothing: F.one_hot(labels, classes),
                "dtype: nothing is smoothed yet, and these are whole numbers.",
                "Make floats of them, take a share from the 1, and spread it over all classes."),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() * smoothing + (1 - smoothing) / classes
                ),
                "value: the wrong share is spread.",
                "`smoothing` is what is spread; the rest stays."),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing / (classes - 1)
                ),
                "value: a row adds up to more than 1.",
                "Among how many classes is the share spread? The right one gets its part, too."),
            Mistake(
                lambda labels, classes, smoothing: torch.full(
                    (len(labels), classes), 1 - smoothing + smoothing / classes
                ),
                "value: whole rows are filled: `targets[labels]` takes the rows with these "
                "numbers.",
                "Each row has one right class: begin with F.one_hot, or index rows and columns."),
            Mistake(
                lambda labels, classes, smoothing: labels * (1 - smoothing) + smoothing / classes,
                "shape: this computes with the numbers of the classes, as if they were shares.",
                "F.one_hot(labels, classes) turns each number into a row of shares."),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() - smoothing + smoothing / classes
                ),
                "value: the share is taken from every class, also from those that have 0.",
                "Multiply by 1 - smoothing: a 0 stays 0."),
            Mistake(
                lambda labels, classes, smoothing: torch.zeros(
                    len(labels), classes, dtype=torch.long
                ),
                "dtype: shares that are written into whole numbers become 0.",
                "Make floats of them first, with .float()."),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels) * (1 - smoothing) + smoothing / classes
                ),
                "shape: without a number of classes, one_hot counts as far as the largest label.",
                "F.one_hot(labels, classes)."),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() * (1 - smoothing + smoothing / classes)
                ),
                "value: only the right class gets its part of what is spread.",
                "Add smoothing / classes to every number of the row, also to the 0s."),
        ),
        praise="each row still adds up to 1.",
        do="F.one_hot(labels, classes) makes rows of 0s with a 1 at the right class, as whole "
        "numbers. Shrink the 1, then add the same small number everywhere.",
    ),
    "9.4": Exercise(
        solution=_normalise,
        inputs=_maps,
        mistakes=(
            Mistake(_by_the_batch,
                "value: whose mean and variance are these? In eval mode, not those of the batch.",
                "Use the arguments `mean` and `var`, and compute none from x."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (x - mean) / (var + eps) * weight + bias,
                "value: what is divided by is a variance.",
                "The deviation is its square root."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    (x - mean) / (var.sqrt() + eps) * weight + bias
                ),
                "value: eps stands in the wrong place.",
                "It keeps the variance from being 0: add it before the root."),
            Mistake(lambda x, mean, var, weight, bias, eps: (x - mean) / var.sqrt() * weight + bias,
                "value: eps is missing.",
                "It keeps the variance from being 0: add it before the root."),
            Mistake(lambda x, mean, var, weight, bias, eps: (x - mean) / (var + eps).sqrt(),
                "value: something learnt comes after the normalising.",
                "Multiply by `weight`, then add `bias`."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (x - mean) / (var + eps).sqrt() * weight,
                "value: the bias is missing.",
                "Add it at the end."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    ((x - mean) / (var + eps).sqrt() + bias) * weight
                ),
                "value: weight and bias come in the wrong order.",
                "Multiply first, then add."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    x - mean / (var + eps).sqrt() * weight + bias
                ),
                "value: Python divides before it subtracts.",
                "Put the difference in brackets."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    (x - mean) / ((var + eps).sqrt() * weight) + bias
                ),
                "value: here the weight divides.",
                "It is a factor: multiply by it."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    (x - mean) / (var + eps) ** 2 * weight + bias
                ),
                "value: here the variance is squared.",
                "The deviation is the root of the variance: .sqrt()."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    (x - mean) / var.sqrt() + eps * weight + bias
                ),
                "value: Python divides before it adds, so that eps is not part of the divisor.",
                "Put var + eps in brackets, before the root."),
            Mistake(lambda x, mean, var, weight, bias, eps: (x - mean) / var + eps * weight + bias,
                "value: Python divides before it adds, so that eps is not part of the divisor.",
                "Put var + eps in brackets, and take the root of both."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    (x - mean) / (var + eps).sqrt() * (weight + bias)
                ),
                "value: weight and bias are added to each other.",
                "Multiply by the one, then add the other."),
            Mistake(lambda x, mean, var, weight, bias, eps: x * weight + bias,
                "value: nothing is normalised yet.",
                "Before the factor: subtract the mean, and divide by the deviation."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    (x - x.mean()) / (x.var() + eps).sqrt() * weight + bias
                ),
                "value: whose mean and variance are these? In eval mode, not those of the batch.",
                "Use the arguments `mean` and `var`, and compute none from x."),
            Mistake(
                lambda x, mean, var, weight, bias, eps: (
                    (mean - x) / (var + eps).sqrt() * weight + bias
                ),
                "value: the difference is turned around.",
                "x comes first: x - mean."),
            Mistake(lambda x, mean, var, weight, bias, eps: nn.BatchNorm2d(x.shape[1])(x),
                "value: a new layer is in training mode, and knows none of the given numbers.",
                "Compute with the arguments: subtract, divide, then the factor and the bias."),
            Mistake(_with_more_axes,
                "shape: the arguments have their two axes already, and here they get two more.",
                "Take them as they are: (channels, 1, 1) broadcasts over images, rows and columns.",
            ),
        ),
        praise="four numbers a channel, all known before the image comes: in eval mode a norm is "
        "only a factor and a bias.",
        do="Subtract the mean, divide by the root of the variance (with eps), then the factor and "
        "the bias.",
    ),
    "9.5": Exercise(
        solution=_verdict,
        inputs=_differences,
        mistakes=(
            Mistake(lambda d, factor: _said(d.median(), factor * _error(d)),
                "value: this is the interval around the median. The mean is asked for.",
                "mean() in place of median()."),
            Mistake(lambda d, factor: _said(d.mean(), factor * d.std() / (len(d) - 1) ** 0.5),
                "value: the interval is a little too wide.",
                "The deviation has its n - 1 already. Divide it by the root of n, the number of "
                "seeds."),
            Mistake(lambda d, factor: _said(d.mean(), factor * d.std()),
                "value: this is the spread of single differences. How sure is their mean?",
                "The standard error of a mean is smaller, by the root of the number of seeds."),
            Mistake(_by_wins,
                "value: that all seeds agree is neither needed nor enough.",
                "Take the mean and its interval."),
            Mistake(_squares_by_n,
                "value: the deviation is divided by n, and by n - 1 is asked for.",
                "`.std()` without more arguments divides by n - 1."),
            Mistake(lambda d, factor: _said(d.mean(), 2 * _error(d)),
                "value: two standard errors are too few for so few seeds.",
                "Use the factor that is given."),
            Mistake(lambda d, factor: _said(d.mean(), factor * d.std() / len(d)),
                "value: the interval is too narrow.",
                "A standard error shrinks with the *root* of the number of seeds."),
            Mistake(lambda d, factor: _said(d.mean(), _error(d)),
                "value: where is the factor?",
                "One standard error to each side is too narrow: it holds the true mean only about "
                "two times in three."),
            Mistake(_by_size,
                "value: a rung that clearly does harm is called proved.",
                "Look at the sign as well: there are two sides on which the interval can lie."),
            Mistake(_without_harm,
                "value: some rungs clearly do harm, and the third word says so.",
                "Ask also whether the whole interval lies below 0."),
            Mistake(lambda d, factor: _said(d.mean(), _error(d) / factor),
                "value: the factor makes the interval narrower here.",
                "Multiply the standard error by it."),
            Mistake(_by_the_sign,
                "value: 0 lies inside the interval, and still it is called proved.",
                "It is proved only if mean - margin is above 0, not the mean or mean + margin."),
            Mistake(lambda d, factor: _said(d.mean(), factor * d.var() / len(d) ** 0.5),
                "value: this takes the variance. Its root is the deviation.",
                "`.std()` in place of `.var()`."),
            Mistake(lambda d, factor: _said(d.mean(), factor * d.std() * len(d) ** 0.5),
                "value: here more seeds make the interval wider.",
                "Divide by the root of the number of seeds."),
            Mistake(_doubt_as_harm,
                "value: 0 lies inside the interval, and it is called harmful.",
                "It is harmful only if mean + margin is below 0."),
        ),
        praise="and what is not proved is not disproved either: it takes more seeds.",
        do="Compute the mean and its standard error. The interval reaches factor times the error "
        "to both sides. Then ask on which side of 0 its two ends lie.",
    ),
}  # fmt: skip
