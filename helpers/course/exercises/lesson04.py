"""The exercises of lesson 04: what a non-linearity does, and what layers are made of."""

from collections.abc import Callable, Sequence

import torch

from helpers.course.exercises.framework import Exercise, Mistake, is_pair

Pair = tuple[torch.Tensor, torch.Tensor]


def _relu(x: torch.Tensor) -> torch.Tensor:
    return x.clamp(min=0)


def _count(sizes: Sequence[int]) -> int:
    return sum(n_in * n_out + n_out for n_in, n_out in zip(sizes, sizes[1:]))


def _fold(w1: torch.Tensor, b1: torch.Tensor, w2: torch.Tensor, b2: torch.Tensor) -> Pair:
    return w1 @ w2, b1 @ w2 + b2


def _residual_block(
    x: torch.Tensor, w1: torch.Tensor, b1: torch.Tensor, w2: torch.Tensor, b2: torch.Tensor
) -> torch.Tensor:
    hidden = _relu(x @ w1 + b1)
    return _relu(x + hidden @ w2 + b2)


def _leaves_it_alone(relu: Callable) -> Callable:
    """Judge a function by its result; it must not change what it gets."""

    def look(x: torch.Tensor) -> torch.Tensor | None:
        before = x.detach().clone()
        result = relu(x)
        if not torch.equal(x, before):
            raise ValueError("you changed the tensor that came in; make a new one: x.clamp(...)")
        return result

    return look


def _as_one(fold: Callable) -> Callable:
    """Judge a pair (weights, bias) as one tensor, the bias as its last row."""

    def look(*parameters: torch.Tensor) -> torch.Tensor | None:
        result = fold(*parameters)
        if result is None or result is ...:
            return None
        if not is_pair(result):
            raise ValueError("expected the weights and the bias: return weights, bias")
        weights, bias = result
        if bias.ndim != 1:
            raise ValueError(
                f"expected the weights first, then a bias with one axis; got shapes "
                f"{tuple(weights.shape)} and {tuple(bias.shape)}. Layers follow each other by @"
            )
        return torch.cat([weights, bias[None]])

    return look


def _random(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _numbers() -> list[tuple]:
    return [
        (torch.tensor([-2.0, -0.5, 0.0, 0.5, 3.0], requires_grad=True),),
        (_random(4, 3, seed=0),),
    ]


def _networks() -> list[tuple]:
    return [([5, 4, 3, 2],), ([784, 30, 1],), ([10, 1],)]


def _two_layers() -> list[tuple]:
    # The first layers are square, so that products in the wrong order are possible as well.
    return [
        (_random(3, 3, seed=0), _random(3, seed=1), _random(3, 3, seed=2), _random(3, seed=3)),
        (_random(5, 4, seed=4), _random(4, seed=5), _random(4, 2, seed=6), _random(2, seed=7)),
    ]


def _block() -> list[tuple]:
    return [(_random(6, 3, seed=8), *parameters) for parameters in _two_layers()[:1]]


EXERCISES = {
    "4.1": Exercise(
        solution=_relu,
        inputs=_numbers,
        observe=_leaves_it_alone,
        mistakes=(
            Mistake(lambda x: x.abs(), "value: this turns -2 into 2. ReLU makes it 0."),
            Mistake(
                lambda x: x.max(), "shape: the largest number of all. ReLU works on each number."
            ),
            Mistake(lambda x: x > 0, "dtype: True and False. Where it is positive, keep x itself."),
            Mistake(
                lambda x: (x > 0).float(),
                "gradient: this gives 1 for everything positive. Keep x itself there.",
            ),
            Mistake(lambda x: x.clamp(max=0), "value: this keeps the negative side."),
            Mistake(lambda x: x[x > 0], "shape: this drops the negative numbers. Make them 0."),
            Mistake(
                lambda x: torch.where(x > 0, x, 0.01 * x),
                "value: this is the leaky ReLU; the plain one gives 0 for every negative number.",
            ),
            Mistake(lambda x: x.sigmoid(), "value: this is the sigmoid, another non-linearity."),
        ),
        praise="it is what F.relu and nn.ReLU() compute, and it has no parameters.",
    ),
    "4.2": Exercise(
        solution=_count,
        inputs=_networks,
        mistakes=(
            Mistake(
                lambda s: sum(a * b for a, b in zip(s, s[1:])),
                "value: these are the weights. Each layer also has a bias, one number for each "
                "output.",
            ),
            Mistake(
                lambda s: sum(a * b + a for a, b in zip(s, s[1:])),
                "value: a layer has one bias for each output, not for each input.",
            ),
            Mistake(
                lambda s: sum(a * b + 1 for a, b in zip(s, s[1:])),
                "value: a layer has as many biases as outputs, not just one.",
            ),
            Mistake(
                lambda s: sum(a * b for a, b in zip(s, s[1:])) + sum(s),
                "value: the inputs of the network have no bias; only the outputs of layers have.",
            ),
            Mistake(
                lambda s: s[0] * s[1] + s[1],
                "value: this is the first layer only. Go through all neighbours in sizes.",
            ),
            Mistake(
                lambda s: sum(a * b + b for a, b in zip(s[:-1], s[1:-1])),
                "value: the last layer is missing.",
            ),
        ),
        praise="one weight for each pair of an input and an output, one bias for each output.",
        tolerance=0,
    ),
    "4.3": Exercise(
        solution=_fold,
        inputs=_two_layers,
        observe=_as_one,
        mistakes=(
            Mistake(
                lambda w1, b1, w2, b2: (w1 @ w2, b1 + b2),
                "value: the weights are right. The first bias also goes through the second layer.",
            ),
            Mistake(
                lambda w1, b1, w2, b2: (w1 @ w2, b2),
                "value: the weights are right. The first bias is lost.",
            ),
            Mistake(
                lambda w1, b1, w2, b2: (w1 @ w2, b1 @ w2),
                "value: the weights are right. The second bias is lost.",
            ),
            Mistake(
                lambda w1, b1, w2, b2: (w2 @ w1, b1 @ w2 + b2),
                "value: the bias is right, the weights are in the wrong order: the first layer is "
                "applied first, so it stands on the left.",
            ),
            Mistake(
                lambda w1, b1, w2, b2: (w2 @ w1, w2 @ b1 + b2),
                "value: this is the order of section 7, where weights are stored transposed. Here "
                "the first layer stands on the left: w1 @ w2, b1 @ w2.",
            ),
            Mistake(
                lambda w1, b1, w2, b2: (w2 @ w1, b2 @ w1 + b1),
                "value: this folds them the other way round, the second layer first.",
            ),
            Mistake(
                lambda w1, b1, w2, b2: (w1 * w2, b1 * w2.diagonal() + b2),
                "value: `*` multiplies number by number. Layers follow each other by `@`.",
            ),
            Mistake(
                lambda w1, b1, w2, b2: (w1 + w2, b1 + b2),
                "value: layers that follow each other multiply, they do not add.",
            ),
        ),
        praise="two linear layers in a row are one: without a non-linearity depth gains nothing.",
    ),
    "4.4": Exercise(
        solution=_residual_block,
        inputs=_block,
        mistakes=(
            Mistake(
                lambda x, w1, b1, w2, b2: _relu(_relu(x @ w1 + b1) @ w2 + b2),
                "value: these are two plain layers. Add x before the last ReLU.",
            ),
            Mistake(
                lambda x, w1, b1, w2, b2: x + _relu(_relu(x @ w1 + b1) @ w2 + b2),
                "value: x is added after the last ReLU. Add it before.",
            ),
            Mistake(
                lambda x, w1, b1, w2, b2: x + _relu(x @ w1 + b1) @ w2 + b2,
                "value: the last ReLU is missing.",
            ),
            Mistake(
                lambda x, w1, b1, w2, b2: _relu(x + (x @ w1 + b1) @ w2 + b2),
                "value: the ReLU between the two layers is missing.",
            ),
            Mistake(
                lambda x, w1, b1, w2, b2: _relu(_relu(x + x @ w1 + b1) @ w2 + b2),
                "value: x is added before the second layer. It skips both: add it after them.",
            ),
            Mistake(
                lambda x, w1, b1, w2, b2: _relu(_relu(x @ w1 + b1) + _relu(x @ w1 + b1) @ w2 + b2),
                "value: you added the hidden numbers. Was x overwritten? Add what came in.",
            ),
            Mistake(
                lambda x, w1, b1, w2, b2: _relu(x * (_relu(x @ w1 + b1) @ w2 + b2)),
                "value: the input is added to what the layers give, not multiplied.",
            ),
        ),
        praise="with zero weights such a block passes x on, so a deep pile of them can be trained.",
    ),
}
