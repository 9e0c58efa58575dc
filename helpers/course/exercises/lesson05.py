"""The exercises of lesson 05: colour pictures as tensors, steps, cross-entropy, two digits."""

from collections.abc import Callable

import torch

from helpers.course.exercises.framework import Exercise, Mistake, NotAsAsked, kind, number
from helpers.data.loaders import DigitDataset


def _to_tensor(photo: torch.Tensor) -> torch.Tensor:
    return photo.permute(2, 0, 1).float() / 255


def _count_steps(n: int, batch_size: int, epochs: int) -> int:
    return -(-n // batch_size) * epochs


def _log_probabilities(logits: torch.Tensor) -> torch.Tensor:
    return logits - logits.logsumexp(1, keepdim=True)


def _of_labels(values: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return values[torch.arange(len(labels)), labels]


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return -_of_labels(_log_probabilities(logits), labels).mean()


def _overflowing_1(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    logs = logits - logits.exp().sum(1, keepdim=True).log()
    return -_of_labels(logs, labels).mean()


def _overflowing_2(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    powers = logits.exp()
    return -_of_labels((powers / powers.sum(1, keepdim=True)).log(), labels).mean()


def _two_digits(dataset: DigitDataset, index: int) -> tuple[torch.Tensor, int]:
    (left, tens), (right, ones) = dataset[index], dataset[index + 1]
    return torch.cat([left, right], dim=2), 10 * tens + ones


def _joined(join: Callable, name: Callable = lambda a, b: 10 * a + b) -> Callable:
    """A wrong answer to 5.4: images joined, or labels named, in another way."""

    def two_digits(dataset: DigitDataset, index: int) -> tuple:
        (left, tens), (right, ones) = dataset[index], dataset[index + 1]
        return join(left, right), name(tens, ones)

    return two_digits


def _beside(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    return torch.cat([left, right], dim=2)


def _what_it_gives(two_digits: Callable) -> Callable:
    """Judge an example of two digits by its image and by its number, in words."""

    def look(dataset: DigitDataset, index: int) -> str | None:
        (left, tens), (right, ones) = dataset[index], dataset[index + 1]
        example = two_digits(dataset, index)
        if example is None or example is ...:
            return None
        if not isinstance(example, (tuple, list)) or len(example) != 2:
            raise NotAsAsked("expected the image and its number: return image, number")
        image, label = example
        if not isinstance(image, torch.Tensor):
            raise NotAsAsked(f"expected a tensor as the image, got {kind(image)}")
        wanted, plain = _beside(left, right), number(label)
        if image.shape != wanted.shape:
            seen = f"an image of shape {tuple(image.shape)} instead of {tuple(wanted.shape)}"
        elif image.dtype != wanted.dtype:
            seen = f"an image of dtype {image.dtype} instead of {wanted.dtype}"
        elif torch.equal(image, wanted):
            seen = "both images side by side"
        elif torch.equal(image, _beside(right, left)):
            seen = "both images, the second one on the left"
        else:
            seen = "an image of the right shape with other pixels"
        if plain is None:
            return f"{seen}, and no number: {kind(label)}"
        said = "the right number" if plain == 10 * tens + ones else f"the number {plain}"
        return f"{seen}, and {said}"

    return look


def _photos() -> list[tuple]:
    random = torch.Generator().manual_seed(0)
    return [
        (torch.randint(0, 256, size, generator=random, dtype=torch.uint8),)
        for size in ((4, 5, 3), (3, 3, 3), (2, 6, 3))
    ]


def _runs() -> list[tuple]:
    # The first one tells all mistakes apart but those that are right wherever a batch is not full.
    return [(12, 5, 4), (60_000, 128, 4), (75, 25, 2), (7, 10, 5)]


def _outputs() -> list[tuple]:
    random = torch.Generator().manual_seed(1)
    small = torch.randn(4, 4, generator=random).requires_grad_()
    large = torch.tensor([[1000.0, 0.0, -10.0], [5.0, 3.0, 2.0]], requires_grad=True)
    unlikely = torch.tensor([[-200.0, 0.0, 1.0]], requires_grad=True)
    return [
        (small, torch.tensor([0, 3, 1, 1])),
        (large, torch.tensor([0, 2])),
        (unlikely, torch.tensor([0])),
    ]


def _pairs() -> list[tuple]:
    random = torch.Generator().manual_seed(3)
    images = torch.randint(0, 256, (4, 28, 28), generator=random, dtype=torch.uint8)
    dataset = DigitDataset(images, torch.tensor([5, 7, 1, 4]))
    return [(dataset, index) for index in (0, 1, 2)]


_OVERFLOWS = (
    "value: right for small logits, but large ones overflow: the power of 1000 is inf. What can "
    "you do to all logits of a row without changing their probabilities?"
)
_SMALLER = (
    "Subtract the largest logit of each row first (section 10), or use logsumexp or log_softmax."
)
_LABELS = "The label says which class: rows torch.arange(n), columns labels."
_ORDER = (
    "value: height and width have changed places. Which axes of the photo come first, second and "
    "third now?"
)
_NEW_ORDER = "permute takes the old axes in their new order: colour is axis 2, height 0, width 1."
_WIDE = "Which axis of C x H x W is the width? torch.cat(..., dim=...) joins along that axis."
_DECIMAL = "In 57 the 5 counts ten times: tens and ones."

EXERCISES = {
    "5.1": Exercise(
        solution=_to_tensor,
        inputs=_photos,
        do="Three steps: permute for the axes, .float() for the dtype, / 255 for the range.",
        mistakes=(
            Mistake(lambda p: p.float() / 255,
                "shape: the colours are still the last axis. PyTorch wants them first.",
                "permute puts axes in a new order, as in section 2, but the other way."),
            Mistake(lambda p: p.permute(2, 0, 1).float(),
                "value: still from 0 to 255. White must become 1.",
                "Divide by the largest byte."),
            Mistake(lambda p: p.permute(2, 0, 1),
                "dtype: still bytes from 0 to 255.",
                "Make them floats with .float(), and divide by 255."),
            Mistake(lambda p: p.permute(2, 0, 1).float() / 256,
                "value: white is not quite 1. What is the largest byte?",
                "A byte holds 256 different numbers, but the first of them is 0: divide by 255."),
            Mistake(lambda p: p.reshape(p.shape[2], p.shape[0], p.shape[1]).float() / 255,
                "value: the shape is right and the picture is scrambled: view and reshape keep the "
                "numbers in their order.",
                "permute moves whole axes."),
            Mistake(lambda p: p.permute(2, 1, 0).float() / 255, _ORDER, _NEW_ORDER),
            Mistake(lambda p: p.permute(1, 2, 0).float() / 255,
                "shape: the width is the first axis now. The colours belong there.",
                _NEW_ORDER),
            Mistake(lambda p: p.permute(2, 0, 1) // 255,
                "dtype: // cuts to whole numbers, so nearly everything becomes 0.",
                "Use .float() and /."),
            Mistake(lambda p: p.permute(2, 0, 1).double() / 255,
                "dtype: .double() gives float64. Networks want float32.",
                "Use .float()."),
        ),
        praise="that is ToTensor, colours first and from 0 to 1.",
    ),
    "5.2": Exercise(
        solution=_count_steps,
        inputs=_runs,
        do="How many batches has one epoch, the small last one included? Then times the epochs.",
        mistakes=(
            Mistake(lambda n, b, e: n // b * e,
                "value: too few when the last batch is not full. It is a step as well.",
                "Round up instead of down: math.ceil, or // with two minus signs."),
            Mistake(lambda n, b, e: n / b * e,
                "value: there is no part of a step. A batch that is not full counts as one.",
                "Round up, for one epoch, before you multiply: math.ceil."),
            Mistake(lambda n, b, e: (n // b + 1) * e,
                "value: one too many an epoch when the batches fit exactly.",
                "Round up (math.ceil); do not always add 1."),
            Mistake(lambda n, b, e: -(-n * e // b),
                "value: every epoch ends with its own small batch. What happens where one epoch "
                "meets the next?",
                "Round up for one epoch first, then multiply."),
            Mistake(lambda n, b, e: -(-n // b),
                "value: these are the steps of one epoch.",
                "Multiply by the number of epochs."),
            Mistake(lambda n, b, e: -(-b // n) * e,
                "value: too few. What is divided by what?",
                "How many batches do the images fill? The images are divided, by the batch size."),
            Mistake(lambda n, b, e: -(-n // b) + e,
                "value: the steps of one epoch are right, and the epochs are added to them. Does "
                "a second epoch make one step more, or as many as the first?",
                "Each epoch makes all these steps again: multiply."),
            Mistake(lambda n, b, e: n * e,
                "value: these are images. A step takes a whole batch.",
                "Divide by the batch size, and round up."),
        ),
        praise="so many times the parameters are changed; the size of the last batch is no matter.",
        tolerance=0,
    ),
    "5.3": Exercise(
        solution=_cross_entropy,
        inputs=_outputs,
        do="Log-probabilities of all classes, pick those of the labels, minus sign, mean.",
        mistakes=(
            Mistake(lambda x, y: -_of_labels(x.softmax(1).log(), y).mean(),
                "value: right for small logits, but a tiny probability is rounded to 0 before its "
                "logarithm is taken.",
                "Take the two together: log_softmax, or logsumexp."),
            Mistake(_overflowing_1, _OVERFLOWS, _SMALLER),
            Mistake(_overflowing_2, _OVERFLOWS, _SMALLER),
            Mistake(lambda x, y: _of_labels(_log_probabilities(x), y).mean(),
                "value: the sign. A loss must be large when the answer is bad.",
                "Logarithms of probabilities are negative: put a minus in front."),
            Mistake(lambda x, y: -_of_labels(_log_probabilities(x), y).sum(),
                "value: this is the sum over the batch, so a larger batch has a larger loss.",
                "Take the mean."),
            Mistake(lambda x, y: -_of_labels(_log_probabilities(x), y),
                "shape: one loss an example. A loss is one number.",
                "Take the mean."),
            Mistake(lambda x, y: -_log_probabilities(x).mean(),
                "value: this averages over all classes. Only the true class of each row counts.",
                _LABELS),
            Mistake(lambda x, y: -_log_probabilities(x)[:, y].mean(),
                "value: [:, labels] takes all those columns from every row. You want one number a "
                "row.",
                _LABELS),
            Mistake(lambda x, y: -_of_labels(x.softmax(1), y).mean(),
                "value: the logarithm is missing.",
                "Use log_softmax in place of softmax."),
            Mistake(lambda x, y: -_of_labels(x, y).mean(),
                "value: these are the logits as they are.",
                "Make logarithms of probabilities first: log_softmax."),
            Mistake(lambda x, y: -_of_labels(x.log_softmax(0), y).mean(),
                "value: whose probabilities add up to 1 here, those of one example or those of one "
                "class?",
                "The classes of one example lie along axis 1: dim=1."),
        ),
        praise="the same as F.cross_entropy, for logits of any size.",
    ),
    "5.4": Exercise(
        solution=_two_digits,
        inputs=_pairs,
        observe=_what_it_gives,
        do="dataset[index] and dataset[index + 1] are pairs (image, label): join the images along "
        "the width, and put the labels together as tens and ones.",
        mistakes=(
            Mistake(_joined(lambda a, b: torch.cat([a, b], dim=1)),
                "shape: one digit is below the other. They should be side by side.",
                _WIDE),
            Mistake(_joined(lambda a, b: torch.cat([a, b])),
                "shape: torch.cat joins along axis 0 unless you say otherwise, and that one counts "
                "the channels: this is one image with two channels.",
                _WIDE),
            Mistake(
                _joined(lambda a, b: torch.cat(a, b, 2)),  # type: ignore[call-arg, arg-type]  # the mistake
                "shape: torch.cat got two tensors, one after the other. How does it want those "
                "that it is to join?",
                "Together, as one list, in brackets; the axis comes after the list."),
            Mistake(
                _joined(lambda a, b: torch.cat(a, b, dim=2)),  # type: ignore[misc]  # the mistake
                "shape: torch.cat got two tensors, one after the other. How does it want those "
                "that it is to join?",
                "Together, as one list, in brackets; the axis comes after the list."),
            Mistake(_joined(lambda a, b: torch.stack([a, b])),
                "shape: stack puts in a new axis: this is a batch of two images. You want one "
                "wider image.",
                _WIDE),
            Mistake(_joined(lambda a, b: torch.cat([a, b]).view(1, a.shape[1], -1)),
                "value: the shape is right and the picture is scrambled: view keeps the numbers in "
                "their order, image after image.",
                _WIDE),
            Mistake(_joined(lambda a, b: _beside(b, a)),
                "value: the two digits have changed places.",
                "Image number index comes first, that is, on the left."),
            Mistake(_joined(_beside, lambda a, b: a + b),
                "value: the image is right; the number is a sum. What do a 5 and a 7 make when "
                "they stand side by side?",
                _DECIMAL),
            Mistake(_joined(_beside, lambda a, b: 10 * b + a),
                "value: the image is right; tens and ones have changed places.",
                _DECIMAL),
            Mistake(_joined(_beside, lambda a, b: f"{a}{b}"),
                "dtype: the image is right; the number is a text. A loss wants a number.",
                "Compute it: the first digit counts ten times. Or turn the text into an int."),
            Mistake(_joined(_beside, lambda a, b: a),
                "value: the image is right; the number is the first digit only.",
                _DECIMAL),
        ),
        praise="now look at one, as the next line of the lesson says.",
    ),
}  # fmt: skip
