"""The exercises of lesson 07: edges, sizes, parameters, pooling, receptive fields, a shortcut."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

from helpers.course.exercises.framework import Exercise, Mistake
from helpers.models.convolution import output_size

Layers = Sequence[tuple[int, ...]]


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


def _residual(x: torch.Tensor, weight1: torch.Tensor, weight2: torch.Tensor) -> torch.Tensor:
    out = F.relu(F.conv2d(x, weight1, padding=1))
    return F.relu(x + F.conv2d(out, weight2, padding=1))


def _random(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _networks() -> list[tuple]:
    # The first one tells all the mistakes apart.
    return [
        (26, [(7, 3, 0), (5, 1, 2), (3, 1, 0)]),
        (28, [(3, 1, 1), (2, 2, 0)] * 3),
        (9, [(3, 1, 0)]),
        (28, [(3, 2, 1)] * 2),  # the division leaves a half
        (11, [(3, 3, 0)]),
    ]


def _counts() -> list[tuple]:
    return [(12832, 16, 32), (250, 1, 25), (4640, 16, 32), (20, 1, 10), (9, 8, 1)]


def _pools() -> list[tuple]:
    return [
        (_random(2, 3, 7, 10, seed=2) - 1, 3, 2),
        (_random(1, 2, 6, 6, seed=3), 2, 1),
        (_random(1, 2, 6, 8, seed=4), 4, 1),
        (_random(1, 2, 9, 8, seed=5), 2, 3),
    ]


def _stacks() -> list[tuple]:
    return [
        ([(5, 2), (3, 1), (3, 2), (3, 1)],),
        ([(3, 1), (3, 1)],),
        ([(3, 1), (2, 2)] * 3,),
        ([(7, 3)],),
        ([(3, 3), (3, 2), (2, 1)],),
    ]


def _blocks() -> list[tuple]:
    return [(_random(2, 3, 5, 6, seed=4), _random(3, 3, 3, 3, seed=5), _random(3, 3, 3, 3, seed=6))]


_SHRUNK = (
    "shape: the maps have shrunk, and x no longer fits to them. How many rows and columns does a "
    "kernel of size 3 cost?",
    "Each of the two convolutions needs padding=1, so that its map is as large as what it got.",
)

EXERCISES = {
    "7.1": Exercise(
        solution=52,
        inputs=lambda: [()],
        mistakes=(
            Mistake(78,
                "value: three columns of windows reach the line. In one of them the line lies "
                "under zeros.",
                "Put the line under each column of the kernel in turn, and add up the products."),
            Mistake(26,
                "value: the line has two sides. The kernel sees an edge at each of them.",
                "Put the line under each column of the kernel in turn, and add up the products."),
            Mistake(56,
                "value: two columns, yes. But the map is not as high as the image.",
                "How many rows does the map of an image with 28 rows have without padding?"),
            Mistake(28,
                "value: that is one number for each pixel of the line. The line has two sides, "
                "and the map is smaller than the image.",
                "Put the line under each column of the kernel in turn, and add up the products."),
            Mistake(84,
                "value: three columns of windows reach the line, but in one of them it lies under "
                "zeros; and the map is smaller than the image.",
                "Put the line under each column of the kernel in turn, and add up the products."),
            Mistake(0,
                "value: there is ink on one side of each edge and paper on the other.",
                "Add up the products for a window whose right column is the line."),
            Mistake(676,
                "value: that is the whole map. Most of its windows see nothing but paper.",
                "Add up the products for a window that does not touch the line."),
        ),
        praise="each side of the line is an edge: one column of the map is positive, one negative, "
        "and between them lies a column of zeros.",
        tolerance=0,
        do="Put the line under each column of the kernel in turn, and add up the products.",
    ),
    "7.2": Exercise(
        solution=_final_size,
        inputs=_networks,
        mistakes=(
            Mistake(_sizes_with(lambda n, k, s, p: (n + p - k) // s + 1),
                "value: padding is added at both ends, so it counts twice."),
            Mistake(_sizes_with(lambda n, k, s, p: (n - k) // s + 1),
                "value: the padding is left out."),
            Mistake(_sizes_with(lambda n, k, s, p: (n + 2 * p - k) // s),
                "value: the first place needs no step. Add 1 in each layer."),
            Mistake(_sizes_with(lambda n, k, s, p: n + 2 * p - k + 1),
                "value: the stride is left out."),
            Mistake(_sizes_with(lambda n, k, s, p: (n + 2 * p - k) / s + 1),
                "value: in each layer the quotient is rounded down: // instead of /."),
            Mistake(_sizes_with(lambda n, k, s, p: (n + 2 * p - k + 1) // s),
                "value: the 1 is added after the division, not before."),
            Mistake(lambda size, layers: output_size(size, *layers[0]),
                "value: this is the size after the first layer. Go on with it to the next one."),
            Mistake(lambda size, layers: output_size(size, *layers[-1]),
                "value: this applies the last layer to the image. Each layer gets the size that "
                "the one before it has left."),
        ),
        praise="with this you can plan a network before you write it.",
        tolerance=0,
        do="Write a loop over layers. In it, give size the value that output_size returns for it.",
    ),
    "7.3": Exercise(
        solution=_kernel_side,
        inputs=_counts,
        mistakes=(
            Mistake(lambda p, i, f: (p - f) / (i * f),
                "value: this is the number of weights in a kernel. Its side is the square root."),
            Mistake(lambda p, i, f: ((p - f) / (i * f)) / 2,
                "value: a square kernel has side times side weights: take the root, not the half."),
            Mistake(lambda p, i, f: (p / (i * f)) ** 0.5,
                "value: nearly. Some of the parameters are biases: one for each filter."),
            Mistake(lambda p, i, f: ((p - i) / (i * f)) ** 0.5,
                "value: there is one bias for each filter, not for each input."),
            Mistake(lambda p, i, f: round(((p - f) / f) ** 0.5),
                "value: a filter has one kernel for each input. Divide by the inputs as well."),
            Mistake(lambda p, i, f: ((p - f) / f) ** 0.5,
                "value: a filter has one kernel for each input. Divide by the inputs as well."),
            Mistake(lambda p, i, f: round(((p - f) / i) ** 0.5),
                "value: this divides by the inputs only. There are inputs times filters kernels."),
            Mistake(lambda p, i, f: ((p - f) / i) ** 0.5,
                "value: this divides by the inputs only. There are inputs times filters kernels."),
        ),
        praise="you can read a layer's kernel off a summary that shows only counts.",
        do="Begin with parameters = filters * inputs * side**2 + filters, and solve for side, one "
        "step at a time.",
    ),
    "7.4": Exercise(
        solution=_overlapping_pool,
        inputs=_pools,
        mistakes=(
            Mistake(lambda x, k, s: F.max_pool2d(x, k),
                "shape: these windows lie side by side. The next one starts stride pixels on."),
            Mistake(lambda x, k, s: F.max_pool2d(x, k, 1),
                "shape: these windows move on by one pixel. They should move on by stride."),
            Mistake(lambda x, k, s: F.max_pool2d(x, s, k),
                "shape: kernel_size and stride have changed places."),
            Mistake(lambda x, k, s: F.max_pool2d(x, k, s, padding=k // 2),
                "shape: there is no padding here."),
            Mistake(lambda x, k, s: F.avg_pool2d(x, k, s),
                "value: these are the means. Keep the largest number of each window."),
            Mistake(lambda x, k, s: -F.max_pool2d(-x, k, s),
                "value: these are the smallest numbers. Keep the largest."),
            Mistake(lambda x, k, s: F.max_pool2d(x.clamp(min=0), k, s),
                "value: negative numbers have become 0. Keep the largest even if it is negative."),
            Mistake(lambda x, k, s: F.max_pool2d(x.amax(1, keepdim=True), k, s),
                "shape: this takes the largest over the channels, too. Each channel stays."),
        ),
        praise="resnet18 of lesson 04 pools like this: windows of three pixels, every second one.",
        do="Copy max_pool2d. Where do the windows start, and how many fit? output_size knows.",
    ),
    "7.5": Exercise(
        solution=_receptive_field,
        inputs=_stacks,
        mistakes=(
            Mistake(lambda layers: 1 + sum(k - 1 for k, s in layers),
                "value: the strides are left out. After one, each step counts for more pixels."),
            Mistake(lambda layers: sum(k for k, s in layers),
                "value: kernels that lie side by side overlap; add kernel size minus one, "
                "times how far apart the inputs are."),
            Mistake(_stride_too_early,
                "value: a layer's stride matters for the layers after it, not for itself."),
            Mistake(_strides_added,
                "value: two strides of 2 move on by four pixels: strides multiply."),
            Mistake(_only_the_last_stride,
                "value: this remembers the last stride only. All strides so far multiply."),
            Mistake(
                _product, "value: kernel sizes do not multiply. Two of size 3 see 5 pixels, not 9."
            ),
            Mistake(lambda layers: _receptive_field(layers) - 1,
                "value: one less than right. Without any layer a pixel sees one pixel: itself."),
        ),
        praise="small kernels, one after the other, see far; with strides even further.",
        tolerance=0,
        do="Keep two numbers: how wide the field is, and how many pixels lie between neighbours. "
        "Each layer widens the field first; then its stride moves the neighbours apart.",
    ),
    "7.6": Exercise(
        solution=_residual,
        inputs=_blocks,
        mistakes=(
            Mistake(
                lambda x, a, b: F.relu(F.conv2d(F.relu(F.conv2d(x, a, padding=1)), b, padding=1)),
                "value: these are two plain layers. The shortcut is missing."),
            Mistake(
                lambda x, a, b: (
                    x + F.relu(F.conv2d(F.relu(F.conv2d(x, a, padding=1)), b, padding=1))
                ),
                "value: x is added after the last ReLU. The ReLU follows the sum."),
            Mistake(lambda x, a, b: x + F.conv2d(F.relu(F.conv2d(x, a, padding=1)), b, padding=1),
                "value: the last ReLU is missing."),
            Mistake(lambda x, a, b: F.relu(x + F.conv2d(F.conv2d(x, a, padding=1), b, padding=1)),
                "value: the ReLU between the two convolutions is missing."),
            Mistake(
                lambda x, a, b: F.relu(
                    F.conv2d(F.relu(x + F.conv2d(x, a, padding=1)), b, padding=1)
                ),
                "value: x is added before the second convolution. It skips both."),
            Mistake(
                lambda x, a, b: F.relu(
                    F.relu(F.conv2d(x, a, padding=1))
                    + F.conv2d(F.relu(F.conv2d(x, a, padding=1)), b, padding=1)
                ),
                "value: what is added is the result of the first convolution. Was x overwritten?",
                "Give the result of the first convolution another name, such as out."),
            Mistake(lambda x, a, b: F.relu(F.conv2d(F.relu(F.conv2d(x, a)), b)),
                "shape: the maps have shrunk, and the shortcut is missing. Each convolution needs "
                "padding=1, so that x still fits."),
            Mistake(lambda x, a, b: F.relu(x + F.conv2d(F.relu(F.conv2d(x, a)), b)), *_SHRUNK),
            Mistake(lambda x, a, b: F.relu(x + F.conv2d(F.relu(F.conv2d(x, a, padding=1)), b)),
                *_SHRUNK),
            Mistake(
                lambda x, a, b: F.relu(
                    x + F.conv2d(F.relu(F.conv2d(x, b, padding=1)), a, padding=1)
                ),
                "value: weight1 belongs to the first convolution, weight2 to the second."),
        ),
        praise="with weights of zero the block would hand on what comes in, after ReLU.",
        do="In this order: convolution, ReLU, convolution, add x, ReLU. Both convolutions have "
        "padding=1.",
    ),
}  # fmt: skip
