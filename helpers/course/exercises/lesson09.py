"""The exercises of lesson 09: work, a schedule, smooth labels, doubtful images, an ablation."""

import torch
import torch.nn.functional as F

from helpers.course.exercises.framework import Exercise, Mistake


def _conv_work(inputs: int, outputs: int, size: int, height: int, width: int) -> int:
    return 2 * inputs * outputs * size**2 * height * width


def _triangle(done: float, peak: float) -> float:
    return done / peak if done < peak else (1 - done) / (1 - peak)


def _smooth_labels(labels: torch.Tensor, classes: int, smoothing: float) -> torch.Tensor:
    return F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing / classes


def _most_doubtful(logits: torch.Tensor, count: int) -> torch.Tensor:
    first, second = logits.softmax(1).topk(2).values.T
    return (first - second).argsort()[:count]


def _worth(with_it: torch.Tensor, without_it: torch.Tensor) -> torch.Tensor:
    return 100 * (with_it.mean() - without_it.mean())


def _others_only(labels: torch.Tensor, classes: int, smoothing: float) -> torch.Tensor:
    one_hot = F.one_hot(labels, classes).float()
    return one_hot * (1 - smoothing) + (1 - one_hot) * smoothing / (classes - 1)


def _right_one_left_out(labels: torch.Tensor, classes: int, smoothing: float) -> torch.Tensor:
    one_hot = F.one_hot(labels, classes).float()
    return one_hot * (1 - smoothing) + (1 - one_hot) * smoothing / classes


def _by_logits(logits: torch.Tensor, count: int) -> torch.Tensor:
    return _gaps_of(logits).argsort()[:count]


def _gaps_of(values: torch.Tensor) -> torch.Tensor:
    first, second = values.topk(2).values.T
    return first - second


def _gaps(logits: torch.Tensor) -> torch.Tensor:
    return _gaps_of(logits.softmax(1))


def _convolutions() -> list[tuple]:
    return [(5, 32, 3, 30, 28), (24, 64, 2, 15, 15), (1, 1, 5, 1, 2)]


def _shares() -> list[tuple]:
    peaks = (0.25, 0.6)
    return [(done, peak) for peak in peaks for done in (0.1, 0.25, 0.5, 0.9, 0.0, 1.0)]


def _labels() -> list[tuple]:
    return [(torch.tensor([2, 0, 1]), 4, 0.2), (torch.tensor([1]), 2, 0.5)]


def _logits() -> list[tuple]:
    # The gaps of logits and of probabilities, and the largest probabilities, give other orders.
    return [
        (
            torch.tensor(
                [
                    [4.0, 1.0, 0.0],
                    [1.0, 0.8, 1.1],
                    [0.0, 2.0, 1.5],
                    [5.0, 4.7, -9.0],
                    [9.0, 0.0, 0.0],
                ]
            ),
            3,
        ),
        (torch.tensor([[0.0, 0.5, 0.1, 0.1], [3.0, 2.7, 0.0, 0.0], [1.0, 0.0, 0.9, 0.8]]), 2),
    ]


def _accuracies() -> list[tuple]:
    return [
        (torch.tensor([0.80, 0.82, 0.84]), torch.tensor([0.79, 0.77])),
        (torch.tensor([0.5]), torch.tensor([0.6, 0.64, 0.5])),
    ]


EXERCISES = {
    "9.1": Exercise(
        solution=_conv_work,
        inputs=_convolutions,
        mistakes=(
            Mistake(
                lambda i, o, s, h, w: i * o * s**2 * h * w,
                "value: half of it. A multiplication and an addition are two operations.",
            ),
            Mistake(
                lambda i, o, s, h, w: 2 * i * o * s * h * w,
                "value: a kernel has size times size numbers.",
            ),
            Mistake(
                lambda i, o, s, h, w: 2 * o * s**2 * h * w,
                "value: a filter has a kernel for each of the channels that come in.",
            ),
            Mistake(
                lambda i, o, s, h, w: 2 * i * s**2 * h * w,
                "value: this is one filter. There are `outputs` of them.",
            ),
            Mistake(
                lambda i, o, s, h, w: 2 * i * o * s**2,
                "value: this is the work at one place. The filters look at height times width.",
            ),
            Mistake(
                lambda i, o, s, h, w: (2 * i * o * s**2 + o) * h * w,
                "value: these are the biases, too. Leave them out.",
            ),
            Mistake(
                lambda i, o, s, h, w: (2 * i * s**2 - 1) * o * h * w,
                "value: one addition less for each number is right, strictly. Here, as usual, a "
                "multiplication and an addition count as a pair.",
            ),
            Mistake(
                lambda i, o, s, h, w: 2 * i * o * s**2 * h**2,
                "value: the output need not be a square: height times width.",
            ),
        ),
        praise="halve height and width, and the work is a quarter: that is why to pool early.",
        tolerance=0,
    ),
    "9.2": Exercise(
        solution=_triangle,
        inputs=_shares,
        mistakes=(
            Mistake(
                lambda done, peak: done / peak,
                "value: this rises for ever. After the peak it has to fall.",
            ),
            Mistake(
                lambda done, peak: done / peak if done < peak else (done - peak) / (1 - peak),
                "value: it begins again at 0 after the peak. There it should be 1, and fall.",
            ),
            Mistake(
                lambda done, peak: 1 - done / peak if done < peak else (done - peak) / (1 - peak),
                "value: this falls before the peak and rises after it.",
            ),
            Mistake(
                lambda done, peak: done / peak if done < peak else 1 - done,
                "value: after the peak it starts below 1. Divide by what is left: 1 - peak.",
            ),
            Mistake(
                lambda done, peak: done / peak if done < peak else 1 - (done - peak),
                "value: it does not get down to 0 at the end. Divide by what is left, 1 - peak.",
            ),
            Mistake(
                lambda done, peak: done / peak if done < peak else 1 - done / (1 - peak),
                "value: after the peak it has to begin at 1: how far is `done` behind the peak?",
            ),
            Mistake(
                lambda done, peak: done / peak if done < peak else 1 - (done - peak) / peak,
                "value: the way down is as long as what is left after the peak: 1 - peak.",
            ),
            Mistake(
                lambda done, peak: peak * done if done < peak else (1 - done) / (1 - peak),
                "value: before the peak it does not get up to 1. Divide by peak.",
            ),
            Mistake(
                lambda done, peak: done if done < peak else (1 - done) / (1 - peak),
                "value: before the peak it does not get up to 1. Divide by peak.",
            ),
            Mistake(
                lambda done, peak: 2 * done if done < 0.5 else 2 * (1 - done),
                "value: the peak is always in the middle here. It should be at `peak`.",
            ),
        ),
        praise="the recipes of airbench used this shape before Muon.",
    ),
    "9.3": Exercise(
        solution=_smooth_labels,
        inputs=_labels,
        mistakes=(
            Mistake(
                _others_only,
                "value: here the smoothing is spread over the *other* classes. It goes to all "
                "classes, also to the right one.",
            ),
            Mistake(
                _right_one_left_out,
                "value: the right class gets its part of what is spread, too: add smoothing / "
                "classes to it.",
            ),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing
                ),
                "value: each class gets the whole of it, so a row adds up to more than 1. Divide "
                "by the number of classes.",
            ),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() + smoothing / classes
                ),
                "value: what is spread must be taken from the right class: times 1 - smoothing.",
            ),
            Mistake(
                lambda labels, classes, smoothing: F.one_hot(labels, classes).float(),
                "value: nothing is smoothed yet.",
            ),
            Mistake(
                lambda labels, classes, smoothing: (
                    F.one_hot(labels, classes).float() * smoothing + (1 - smoothing) / classes
                ),
                "value: smoothing and 1 - smoothing have changed places.",
            ),
        ),
        praise="each row still adds up to 1.",
    ),
    "9.4": Exercise(
        solution=_most_doubtful,
        inputs=_logits,
        mistakes=(
            Mistake(
                _by_logits,
                "value: these are the gaps between logits. Take probabilities first: softmax(1).",
            ),
            Mistake(
                lambda logits, count: _gaps_of(logits.softmax(0)).argsort()[:count],
                "value: softmax(0) goes over the images. The classes are the second axis: 1.",
            ),
            Mistake(
                lambda logits, count: _gaps(logits).argsort(descending=True)[:count],
                "value: these are the surest. Small gaps are doubtful.",
            ),
            Mistake(
                lambda logits, count: _gaps(logits).argsort()[-count:],
                "value: these are the surest. Take the first ones of the order.",
            ),
            Mistake(
                lambda logits, count: logits.softmax(1).amax(1).argsort()[:count],
                "value: this looks at the largest probability alone. How close is the second?",
            ),
            Mistake(
                lambda logits, count: _gaps(logits).sort().values[:count],
                "dtype: these are the gaps. The numbers of the images are wanted: argsort.",
            ),
            Mistake(
                lambda logits, count: _gaps(logits).argsort(),
                "shape: this is the order of all images. Take the first `count`.",
            ),
        ),
        praise="to look at these again costs little, and the sure ones are left alone.",
        tolerance=0,
    ),
    "9.5": Exercise(
        solution=_worth,
        inputs=_accuracies,
        mistakes=(
            Mistake(
                lambda with_it, without_it: with_it.mean() - without_it.mean(),
                "value: this is a share. A percentage point is a hundredth: times 100.",
            ),
            Mistake(
                lambda with_it, without_it: 100 * (without_it.mean() - with_it.mean()),
                "value: the sign is turned. A part that helps is worth more than 0.",
            ),
            Mistake(
                lambda with_it, without_it: 100 * (with_it.max() - without_it.max()),
                "value: these are the best runs. The luckiest run says little; take the means.",
            ),
            Mistake(
                lambda with_it, without_it: 100 * (with_it.mean() / without_it.mean() - 1),
                "value: this is by how many percent it grows. Points are a difference.",
            ),
            Mistake(
                lambda with_it, without_it: 100 * (with_it.sum() - without_it.sum()),
                "value: these are sums, and the two may have different numbers of runs.",
            ),
        ),
        praise="compare it with the spread of single runs before you believe it.",
    ),
}
