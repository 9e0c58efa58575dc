"""The exercises of lesson 04: bends, layers, and the way back through them."""

from collections.abc import Callable, Sequence

import torch

from helpers.course.exercises.framework import Exercise, Mistake, NotAsAsked, is_pair

Pair = tuple[torch.Tensor, torch.Tensor]
_CHANGED = "the tensor that came in was changed"


def _relu(x: torch.Tensor) -> torch.Tensor:
    return x.clamp(min=0)


def _relu_in_place(x: torch.Tensor) -> torch.Tensor:
    x[x < 0] = 0
    return x


def _count(sizes: Sequence[int]) -> int:
    return sum(n_in * n_out + n_out for n_in, n_out in zip(sizes, sizes[1:]))


def _fold(w1: torch.Tensor, b1: torch.Tensor, w2: torch.Tensor, b2: torch.Tensor) -> Pair:
    return w1 @ w2, b1 @ w2 + b2


def _way_back(hidden: torch.Tensor, w2: torch.Tensor, d_out: torch.Tensor) -> Pair:
    return hidden.T @ d_out, d_out @ w2.T


def _leaves_it_alone(relu: Callable) -> Callable:
    """Judge a function by its result; it must not change what it gets."""

    def look(x: torch.Tensor) -> torch.Tensor | str | None:
        before = x.detach().clone()
        try:
            result = relu(x)
        except RuntimeError as error:
            if "is being used in an in-place operation" in str(error):
                return _CHANGED
            raise
        if not torch.equal(x, before):
            return _CHANGED
        return result

    return look


def _as_one(fold: Callable) -> Callable:
    """Judge a pair (weights, bias) as one tensor, the bias as its last row."""

    def look(*parameters: torch.Tensor) -> torch.Tensor | None:
        result = fold(*parameters)
        if result is None or result is ...:
            return None
        if not is_pair(result):
            raise NotAsAsked("expected the weights and the bias: return weights, bias")
        weights, bias = result
        if bias.ndim != 1:
            raise NotAsAsked(
                f"expected the weights first, then a bias with one axis; got shapes "
                f"{tuple(weights.shape)} and {tuple(bias.shape)}. Layers follow each other by @"
            )
        return torch.cat([weights, bias[None]])

    return look


def _both(way_back: Callable) -> Callable:
    """Judge a pair (slopes of the weights, slopes of the hidden numbers) as one row."""

    def look(hidden: torch.Tensor, w2: torch.Tensor, d_out: torch.Tensor) -> torch.Tensor | None:
        result = way_back(hidden, w2, d_out)
        if result is None or result is ...:
            return None
        if not is_pair(result):
            raise NotAsAsked("expected two tensors: return d_w2, d_hidden")
        d_w2, d_hidden = result
        if d_w2.shape != w2.shape or d_hidden.shape != hidden.shape:
            raise NotAsAsked(
                f"slopes have the shape of what they belong to: {tuple(w2.shape)} for w2 and "
                f"{tuple(hidden.shape)} for hidden; got {tuple(d_w2.shape)} and "
                f"{tuple(d_hidden.shape)}"
            )
        return torch.cat([d_w2.flatten(), d_hidden.flatten()])

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


def _slopes() -> list[tuple]:
    # First all sizes are equal, so that products in the wrong order are possible as well.
    return [
        (_random(3, 3, seed=8), _random(3, 3, seed=9), _random(3, 3, seed=10)),
        (_random(5, 4, seed=11), _random(4, 2, seed=12), _random(5, 2, seed=13)),
    ]


_TURNED = "value: the product for {} needs one factor turned over, or the two in the other order."
_WHICH_WAY = (
    "Write the three shapes down. Which product of two of them, one turned by .T, gives the shape "
    "of w2, and which that of hidden?"
)
_ALL_ZERO = (
    "Go backwards. Which factor does a weight of the second layer's slope have? Which does that of "
    "a hidden number have? Both are 0 here."
)

EXERCISES = {
    "4.1": Exercise(
        solution=_relu,
        inputs=_numbers,
        observe=_leaves_it_alone,
        mistakes=(
            Mistake(lambda x: x.abs(), "value: this turns -2 into 2. ReLU makes it 0."),
            Mistake(_relu_in_place,
                "value: this changes the tensor that came in. It must stay as it is.",
                "Compute a new tensor and return it. x[...] = ..., *= and names that end in _ "
                "change x itself."),
            Mistake(
                lambda x: x.max(), "shape: the largest number of all. ReLU works on each number."),
            Mistake(lambda x: x > 0, "dtype: True and False. Where it is positive, keep x itself."),
            Mistake(lambda x: (x > 0).float(),
                "gradient: this gives 1 for everything positive. Keep x itself there."),
            Mistake(lambda x: x.clamp(max=0), "value: this keeps the negative side."),
            Mistake(lambda x: x[x > 0], "shape: this drops the negative numbers. Make them 0."),
            Mistake(lambda x: torch.where(x > 0, x, 0.01 * x),
                "value: this is the leaky ReLU; the plain one gives 0 for every negative number."),
            Mistake(lambda x: x.sigmoid(), "value: this is the sigmoid, another non-linearity."),
        ),
        praise="it is what F.relu and nn.ReLU() compute, and it has no parameters.",
        do="Each number by itself: keep it where it is positive, put 0 where it is not. "
        "torch.where chooses; .clamp sets a limit.",
    ),
    "4.2": Exercise(
        solution=_count,
        inputs=_networks,
        mistakes=(
            Mistake(lambda s: sum(a * b for a, b in zip(s, s[1:])),
                "value: these are the weights. Each layer also has a bias, one number for each "
                "output."),
            Mistake(lambda s: sum(a * b + a for a, b in zip(s, s[1:])),
                "value: a layer has one bias for each output, not for each input."),
            Mistake(lambda s: sum(a * b + 1 for a, b in zip(s, s[1:])),
                "value: a layer has as many biases as outputs, not just one."),
            Mistake(lambda s: sum(a * b for a, b in zip(s, s[1:])) + sum(s),
                "value: the inputs of the network have no bias; only the outputs of layers have."),
            Mistake(lambda s: s[0] * s[1] + s[1],
                "value: this is the first layer only. Go through all neighbours in sizes."),
            Mistake(lambda s: sum(a * b + b for a, b in zip(s[:-1], s[1:-1])),
                "value: the last layer is missing."),
        ),
        praise="one weight for each pair of an input and an output, one bias for each output.",
        tolerance=0,
        do="Each two neighbours in sizes are one layer: inputs times outputs, plus outputs.",
    ),
    "4.3": Exercise(
        solution=_fold,
        inputs=_two_layers,
        observe=_as_one,
        mistakes=(
            Mistake(lambda w1, b1, w2, b2: (w1 @ w2, b1 + b2),
                "value: the weights are right. The first bias also goes through the second layer."),
            Mistake(lambda w1, b1, w2, b2: (w1 @ w2, b2),
                "value: the weights are right. The first bias is lost."),
            Mistake(lambda w1, b1, w2, b2: (w1 @ w2, b1 @ w2),
                "value: the weights are right. The second bias is lost."),
            Mistake(lambda w1, b1, w2, b2: (w2 @ w1, b1 @ w2 + b2),
                "value: the bias is right, the weights are in the wrong order: the first layer is "
                "applied first, so it stands on the left."),
            Mistake(lambda w1, b1, w2, b2: (w2 @ w1, w2 @ b1 + b2),
                "value: this is the order for weights as nn.Linear stores them, turned over. Here "
                "the first layer stands on the left: w1 @ w2, b1 @ w2."),
            Mistake(lambda w1, b1, w2, b2: (w2 @ w1, b2 @ w1 + b1),
                "value: this folds them the other way round, the second layer first."),
            Mistake(lambda w1, b1, w2, b2: (w1 * w2, b1 * w2.diagonal() + b2),
                "value: `*` multiplies number by number. Layers follow each other by `@`."),
            Mistake(lambda w1, b1, w2, b2: (w1 + w2, b1 + b2),
                "value: layers that follow each other multiply, they do not add."),
        ),
        praise="two linear layers in a row are one: without a non-linearity depth gains nothing.",
        do="Write (x @ w1 + b1) @ w2 + b2 and multiply the bracket out. What stands beside x, and "
        "what stands alone?",
    ),
    "4.4": Exercise(
        solution=_way_back,
        inputs=_slopes,
        observe=_both,
        mistakes=(
            Mistake(lambda h, w, d: (h.T @ d, d @ w),
                _TURNED.format("hidden"),
                "The shape of d_out is (n, outputs). What must w2 look like to follow it by @?"),
            Mistake(lambda h, w, d: (h.T @ d, w @ d), _TURNED.format("hidden"), _WHICH_WAY),
            Mistake(lambda h, w, d: (h.T @ d, w @ d.T), _TURNED.format("hidden"), _WHICH_WAY),
            Mistake(lambda h, w, d: (h @ d, d @ w.T), _TURNED.format("w2"), _WHICH_WAY),
            Mistake(lambda h, w, d: (d.T @ h, d @ w.T), _TURNED.format("w2"), _WHICH_WAY),
            Mistake(lambda h, w, d: (h.T @ d / len(h), d @ w.T),
                "value: this takes the mean over the examples. Is it not in d_out already?",
                "The loss has taken the mean: here the slopes of the examples only add up."),
            Mistake(lambda h, w, d: (d @ w.T, h.T @ d),
                "value: the right two, in the wrong order. First the slopes of w2.",
                "return d_w2, d_hidden"),
            Mistake(lambda h, w, d: (h.T @ d, d @ w.T * (h > 0)),
                "value: this goes through the ReLU as well. Stop at hidden, after the ReLU.",
                "Leave the closed units as they are: the ReLU comes one step later."),
        ),
        praise="each weight's slope is what came in times the slope behind it, summed over images.",
        do=_WHICH_WAY,
    ),
    "4.5": Exercise(
        solution=1,
        inputs=lambda: [()],
        mistakes=(
            Mistake(23581,
                "value: all of them? Begin at the output: its slope is not 0. What is multiplied "
                "by it, one layer further back?",
                _ALL_ZERO),
            Mistake(0,
                "value: nearly. The slope at the output is prediction minus target, and the "
                "prediction is one half. Who gets it unchanged?",
                "Go through w2, b2, w1, b1 one by one: which slope has no factor that is 0?"),
            Mistake(31,
                "value: the second layer has 31 parameters. What is the slope of one of its "
                "weights multiplied by?",
                _ALL_ZERO),
            Mistake(30,
                "value: are these the weights of the second layer, or the biases of the first? "
                "Either way: which number stands beside the slope behind them, as a factor?",
                _ALL_ZERO),
            Mistake(2,
                "value: one bias a layer is not how many there are, and does a slope arrive at the "
                "first layer?",
                _ALL_ZERO),
        ),
        praise="only the last bias moves, all else is stuck: so one begins with random numbers.",
        tolerance=0,
        do=_ALL_ZERO,
    ),
}  # fmt: skip
