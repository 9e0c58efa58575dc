"""The exercises of lesson 07: kernels, sizes, parameters, pooling, receptive fields."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

from helpers.course.exercises.framework import Exercise, Mistake
from helpers.models.convolution import apply_kernel, output_size

Layers = Sequence[tuple[int, ...]]


def _filtered(
    image: torch.Tensor, kernel: Sequence[Sequence[float]], stride: int = 1, padding: int = 0
) -> torch.Tensor:
    filters = torch.tensor(kernel)[None, None]
    return F.conv2d(image[None, None], filters, stride=stride, padding=padding)[0, 0]


def _blur(image: torch.Tensor) -> torch.Tensor:
    return apply_kernel(image, torch.full((3, 3), 1 / 9))


def _final_size(size: int, layers: Layers) -> int:
    for kernel_size, stride, padding in layers:
        size = output_size(size, kernel_size, stride, padding)
    return size


def _sizes_with(formula: Callable[[float, int, int, int], float]) -> Callable:
    """``final_size`` with another formula for each layer."""

    def final_size(size: float, layers: Layers) -> float:
        for layer in layers:
            size = formula(size, *layer)
        return size

    return final_size


def _kernel_side(parameters: int, inputs: int, filters: int) -> int:
    return round(((parameters - filters) / (inputs * filters)) ** 0.5)


def _overlapping_pool(x: torch.Tensor, kernel_size: int, stride: int) -> torch.Tensor:
    return F.max_pool2d(x, kernel_size, stride)


def _receptive_field(layers: Layers) -> int:
    field, apart = 1, 1
    for kernel_size, stride in layers:
        field += (kernel_size - 1) * apart
        apart *= stride
    return field


def _stride_too_early(layers: Layers) -> int:
    field, apart = 1, 1
    for kernel_size, stride in layers:
        apart *= stride
        field += (kernel_size - 1) * apart
    return field


def _strides_added(layers: Layers) -> int:
    field, apart = 1, 1
    for kernel_size, stride in layers:
        field += (kernel_size - 1) * apart
        apart += stride - 1
    return field


def _only_the_last_stride(layers: Layers) -> int:
    field, apart = 1, 1
    for kernel_size, stride in layers:
        field += (kernel_size - 1) * apart
        apart = stride
    return field


def _product(layers: Layers) -> int:
    field = 1
    for kernel_size, _ in layers:
        field *= kernel_size
    return field


def _random(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _images() -> list[tuple]:
    return [(_random(6, 9, seed=0),), (_random(28, 28, seed=1),)]


def _networks() -> list[tuple]:
    # The first one tells all the mistakes apart.
    return [
        (26, [(7, 3, 0), (5, 1, 2), (3, 1, 0)]),
        (28, [(3, 1, 1), (2, 2, 0)] * 3),
        (9, [(3, 1, 0)]),
    ]


def _counts() -> list[tuple]:
    return [(12832, 16, 32), (250, 1, 25), (4640, 16, 32), (20, 1, 10)]


def _pools() -> list[tuple]:
    return [(_random(2, 3, 7, 8, seed=2) - 1, 3, 2), (_random(1, 2, 6, 6, seed=3), 2, 1)]


def _stacks() -> list[tuple]:
    return [
        ([(5, 2), (3, 1), (3, 2), (3, 1)],),
        ([(3, 1), (3, 1)],),
        ([(3, 1), (2, 2)] * 3,),
        ([(7, 3)],),
    ]


EXERCISES = {
    "7.1": Exercise(
        solution=_blur,
        inputs=_images,
        mistakes=(
            Mistake(
                lambda i: _filtered(i, [[1.0] * 3] * 3),
                "value: this is the sum of the nine pixels. The mean is a ninth of it.",
            ),
            Mistake(
                lambda i: _filtered(i, [[1 / 3] * 3] * 3),
                "value: the sum is divided by 3, but the window has nine pixels.",
            ),
            Mistake(
                lambda i: _filtered(i, [[1 / 9] * 3] * 3, padding=1),
                "shape: the result is as large as the image. Leave the padding out.",
            ),
            Mistake(
                lambda i: _filtered(i, [[1 / 9] * 3] * 3, stride=3),
                "shape: these windows lie side by side. They should move on by one pixel.",
            ),
            Mistake(
                lambda i: _filtered(i, [[1 / 8] * 3, [1 / 8, 0.0, 1 / 8], [1 / 8] * 3]),
                "value: the pixel in the middle belongs to the mean, too.",
            ),
            Mistake(lambda i: i.mean(), "shape: this is the mean of the whole image."),
            Mistake(
                lambda i: i[1:-1, 1:-1],
                "value: these are the pixels themselves; each should be the mean of its window.",
            ),
        ),
        praise="nine equal weights that add up to 1: the picture gets blurred, not brighter.",
    ),
    "7.2": Exercise(
        solution=_final_size,
        inputs=_networks,
        mistakes=(
            Mistake(
                _sizes_with(lambda n, k, s, p: (n + p - k) // s + 1),
                "value: padding is added at both ends, so it counts twice.",
            ),
            Mistake(
                _sizes_with(lambda n, k, s, p: (n - k) // s + 1),
                "value: the padding is left out.",
            ),
            Mistake(
                _sizes_with(lambda n, k, s, p: (n + 2 * p - k) // s),
                "value: the first place needs no step. Add 1 in each layer.",
            ),
            Mistake(
                _sizes_with(lambda n, k, s, p: n + 2 * p - k + 1),
                "value: the stride is left out.",
            ),
            Mistake(
                _sizes_with(lambda n, k, s, p: (n + 2 * p - k) / s + 1),
                "value: in each layer the quotient is rounded down: // instead of /.",
            ),
            Mistake(
                _sizes_with(lambda n, k, s, p: (n + 2 * p - k + 1) // s),
                "value: the 1 is added after the division, not before.",
            ),
            Mistake(
                lambda size, layers: output_size(size, *layers[0]),
                "value: this is the size after the first layer. Go on with it to the next one.",
            ),
            Mistake(
                lambda size, layers: output_size(size, *layers[-1]),
                "value: this applies the last layer to the image. Each layer gets the size that "
                "the one before it has left.",
            ),
        ),
        praise="with this you can plan a network before you write it.",
        tolerance=0,
    ),
    "7.3": Exercise(
        solution=_kernel_side,
        inputs=_counts,
        mistakes=(
            Mistake(
                lambda p, i, f: (p - f) / (i * f),
                "value: this is the number of weights in a kernel. Its side is the square root.",
            ),
            Mistake(
                lambda p, i, f: ((p - f) / (i * f)) / 2,
                "value: a square kernel has side times side weights: take the root, not the half.",
            ),
            Mistake(
                lambda p, i, f: (p / (i * f)) ** 0.5,
                "value: nearly. Some of the parameters are biases: one for each filter.",
            ),
            Mistake(
                lambda p, i, f: ((p - i) / (i * f)) ** 0.5,
                "value: there is one bias for each filter, not for each input.",
            ),
            Mistake(
                lambda p, i, f: round(((p - f) / f) ** 0.5),
                "value: a filter has one kernel for each input. Divide by the inputs as well.",
            ),
            Mistake(
                lambda p, i, f: ((p - f) / f) ** 0.5,
                "value: a filter has one kernel for each input. Divide by the inputs as well.",
            ),
            Mistake(
                lambda p, i, f: round(((p - f) / i) ** 0.5),
                "value: this divides by the inputs only. There are inputs times filters kernels.",
            ),
            Mistake(
                lambda p, i, f: ((p - f) / i) ** 0.5,
                "value: this divides by the inputs only. There are inputs times filters kernels.",
            ),
        ),
        praise="you can read a layer's kernel off a summary that shows only counts.",
    ),
    "7.4": Exercise(
        solution=_overlapping_pool,
        inputs=_pools,
        mistakes=(
            Mistake(
                lambda x, k, s: F.max_pool2d(x, k),
                "shape: these windows lie side by side. The next one starts stride pixels on.",
            ),
            Mistake(
                lambda x, k, s: F.max_pool2d(x, k, 1),
                "shape: these windows move on by one pixel. They should move on by stride.",
            ),
            Mistake(
                lambda x, k, s: F.max_pool2d(x, s, k),
                "shape: kernel_size and stride have changed places.",
            ),
            Mistake(
                lambda x, k, s: F.max_pool2d(x, k, s, padding=k // 2),
                "shape: there is no padding here.",
            ),
            Mistake(
                lambda x, k, s: F.avg_pool2d(x, k, s),
                "value: these are the means. Keep the largest number of each window.",
            ),
            Mistake(
                lambda x, k, s: -F.max_pool2d(-x, k, s),
                "value: these are the smallest numbers. Keep the largest.",
            ),
            Mistake(
                lambda x, k, s: F.max_pool2d(x.clamp(min=0), k, s),
                "value: negative numbers have become 0. Keep the largest even if it is negative.",
            ),
            Mistake(
                lambda x, k, s: F.max_pool2d(x.amax(1, keepdim=True), k, s),
                "shape: this takes the largest over the channels, too. Each channel stays.",
            ),
        ),
        praise="ResNet-18 of lesson 04 pools like this: windows of three pixels, every second one.",
    ),
    "7.5": Exercise(
        solution=_receptive_field,
        inputs=_stacks,
        mistakes=(
            Mistake(
                lambda layers: 1 + sum(k - 1 for k, s in layers),
                "value: the strides are left out. After one, each step counts for more pixels.",
            ),
            Mistake(
                lambda layers: sum(k for k, s in layers),
                "value: kernels that lie side by side overlap; add kernel size minus one, "
                "times how far apart the inputs are.",
            ),
            Mistake(
                _stride_too_early,
                "value: a layer's stride matters for the layers after it, not for itself.",
            ),
            Mistake(
                _strides_added,
                "value: two strides of 2 move on by four pixels: strides multiply.",
            ),
            Mistake(
                _only_the_last_stride,
                "value: this remembers the last stride only. All strides so far multiply.",
            ),
            Mistake(
                _product, "value: kernel sizes do not multiply. Two of size 3 see 5 pixels, not 9."
            ),
            Mistake(
                lambda layers: _receptive_field(layers) - 1,
                "value: one less than right. Without any layer a pixel sees one pixel: itself.",
            ),
        ),
        praise="small kernels, one after the other, see far; with strides even further.",
        tolerance=0,
    ),
}
