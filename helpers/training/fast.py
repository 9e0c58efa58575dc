"""The final recipe of lesson 10: a small network that learns CIFAR10 within a time budget."""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from helpers.data import Split
from helpers.data.loaders import ResidentBatches
from helpers.data.onepass import MovedBatches
from helpers.device.memory import keep_freed_memory
from helpers.device.place import get_default_device
from helpers.device.precision import fast_precision
from helpers.device.speed import clock_of
from helpers.metrics import accuracy
from helpers.models.fastnet import GPU_SIZES, PIXELS, SIZES, FastNet, Widths
from helpers.training.budgeted import learn
from helpers.training.classifier import evaluating
from helpers.training.muon import BatchedMuon, drop_overflow
from helpers.training.schedule import Budget, TimeBudget, linear_decay
from helpers.training.sizing import Trial, largest_that_fits
from helpers.training.views import look_twice

ENOUGH = 5  # epochs: a network that cannot see the images so often is too wide for the budget
DOUBTFUL = 0.3  # share of the test images that is looked at from six sides instead of two
TRIED = 256  # images a step when sizes are tried on a processor; 128 seemed a fifth too slow
LOOK = 0.4  # what looking at an image once costs, as a share of training with it once
PAUSE = 0.2  # seconds in which a GPU is not made to wait for the clock
CALM = 512  # images in a batch: with fewer, too, filters bear the rate of so many
PROGRAMS = 100  # that torch.compile may make of one block: for each size, image size and mode

# The rate of the head times batch size times features, for each class: the most that does not swing
# up. A step changes a logit by about rate / 81 · images · L² times the error that it should undo:
# 81, as logits are divided by 9 in both directions. L is the length of the features. These are the
# largest of some positions, so nearly all point the same way, and L² in that direction is 1.4 times
# their number (24 pixels, measured on CIFAR10) to 2.8 times (32). Of an error a new network's loss
# feels one part in as many as there are classes. With Nesterov's momentum of 0.85 all that may come
# to 1.37 = 3.7 / 2.7. The rates of airbench94 come to 38 and, with Muon, 42 in the same unit.
STEADY = 40.0


def train(
    model: FastNet,
    loader: ResidentBatches,
    budget: Budget,
    lr: float = 0.24,
    bias_lr: float = 0.05,
    head_lr: float = 0.05,
    smoothing: float = 0.2,
) -> None:
    """Train until the budget is used up; the learning rates fall to 0 along with it.

    The filters learn by Muon, biases and head by SGD with Nesterov momentum. Biases come after a
    batch norm and bear much larger rates than filters would. The loss is a sum, so the rates of SGD
    are for one image and need no change with the batch size, as long as a step does not overshoot.
    That of the head would, in large batches or with many features, so it has a limit.

    Args:
        lr: of Muon, for batches of 2,000; it goes with the root of the batch size, but below 512
            images it falls no further: that cost points (lesson 10).
        bias_lr: of the biases, for each image.
        head_lr: of the last layer, for each image; less where a step would overshoot.
        smoothing: share of each label that is spread over all classes.

    Label smoothing: Szegedy et al. (arXiv:1512.00567). Rates of biases and the sum: David Page
    (2019). Muon for filters, and its numbers: Keller Jordan, airbench94 with Muon (2024).
    """
    learning = [p for p in model.parameters() if p.requires_grad]
    filters = [p for p in learning if p.ndim == 4]
    biases = [p for p in learning if p.ndim == 1]
    half = model.precision == torch.float16
    products = torch.float32 if half else model.precision  # float16 has too small a range for them
    muon_lr = lr * (max(loader.batch_size, CALM) / 2000) ** 0.5
    classes, features = model.head.weight.shape
    head_lr = min(head_lr, STEADY * classes / (loader.batch_size * features))
    muon = BatchedMuon(filters, muon_lr, dtype=products, keep_length=True)
    groups = [{"params": biases, "lr": bias_lr}, {"params": model.head.parameters(), "lr": head_lr}]
    sgd = torch.optim.SGD(groups, momentum=0.85, nesterov=True)
    if half:
        for optimizer in (muon, sgd):
            optimizer.register_step_pre_hook(drop_overflow)
    learn(model, loader, budget, (muon, sgd), linear_decay, smoothing, before_step=model.prepare)
    model.prepare(1.0)


@torch.no_grad()
def answers(model: FastNet, loader: ResidentBatches, doubtful: float = DOUBTFUL) -> torch.Tensor:
    """The logits of all images of a loader with test-time views: shape (n, classes), on the CPU."""
    with evaluating(model):
        return torch.cat([look_twice(model, xb, doubtful).cpu() for xb, _ in loader])


def doubtful_in_time(looks: float) -> float:
    """The share of the test images that there is time to look at from six sides, not only two.

    It is ``DOUBTFUL`` unless the machine has become so slow that it would be late.

    Args:
        looks: at all images that there is time for.

    Example:
        >>> doubtful_in_time(4.0), round(doubtful_in_time(2.6), 2), doubtful_in_time(1.0)
        (0.3, 0.1, 0.0)
    """
    share = (looks - 2) / 6
    return DOUBTFUL if share > 0.8 * DOUBTFUL else max(share, 0.0)


class FastFit(NamedTuple):
    """What ``fit_fast`` has made.

    Attributes:
        model: the trained network.
        logits: its answers for the test images, float32, shape (n, classes), on the CPU.
        accuracy: the share of them that is right.
        widths: channels of the three blocks.
        epochs: how often each training image was seen.
        seconds: everything: choosing, training, test-time views.
        preparing: how long ``torch.compile`` took before that; 0 without it.
    """

    model: FastNet
    logits: torch.Tensor
    accuracy: float
    widths: Widths
    epochs: float
    seconds: float
    preparing: float = 0.0


def fit_fast(
    train_split: Split,
    test_split: Split,
    seconds: float = 60,
    device: torch.device | str | None = None,
    sizes: Sequence[Widths] | None = None,
    batch_size: int | None = None,
    compiled: bool = False,
) -> FastFit:
    """Train a network as good as it gets within some seconds, and judge it by the test images.

    A few steps of each size, the narrowest first, show how many epochs the time allows; the widest
    that has enough of them in what is left, test-time views included, is trained. Those steps are
    whole ones: moved images, both numbers of pixels, both optimisers, and a whitening layer that
    learns no more, as for nine tenths of a training. Then the clock leads the learning rate. Where
    the machine gets so slow that the views would be late, fewer images are looked at twice.

    Args:
        train_split: bytes (n, 3, 32, 32) and labels (n,), for example ``load("cifar10").train``.
        test_split: the same, to be answered with test-time views.
        seconds: for all of that together.
        device: where to compute; the fastest of this machine if None.
        sizes: widths to choose from, the narrowest first; ``SIZES`` or ``GPU_SIZES`` if None.
        batch_size: images in a training batch; chosen if None.
        compiled: let ``torch.compile`` join operations of the blocks. Every size is prepared before
            the time begins, which takes minutes, once a process. It may pay on a GPU; on the
            processors that were tried steps got slower.

    Example:
        ``fit_fast(cifar.train, cifar.test, seconds=60).accuracy``
    """
    keep_freed_memory()
    device = torch.device(device or get_default_device())
    n, on_gpu = len(train_split.images), device.type == "cuda"
    if sizes is None:
        sizes = GPU_SIZES if on_gpu else SIZES
    batch_size = int(batch_size or min(2000 if on_gpu else 512, max(n // 8, 1)))
    looks = LOOK * (2 + 6 * DOUBTFUL) * len(test_split.images)  # in images trained with once
    clock = clock_of(device)
    pause = 0.0 if device.type == "cpu" else PAUSE
    budget = TimeBudget(seconds, looks / batch_size, clock, pause)
    if n < 50:
        raise ValueError(f"expected at least 50 training images, got {n}; take more of them")
    loader = MovedBatches(*train_split, batch_size, device, rest="drop")
    tests = ResidentBatches(*test_split, 2000 if on_gpu else 500, device)
    spread = train_split.images[:: n // 1000 + 1]  # over all classes
    sample = spread.to(device).float() / 255
    classes = int(train_split.labels.max()) + 1
    precision = fast_precision(device, watchful=True)
    stages = [0.99 * until for until, _ in PIXELS]

    def network(widths: Widths, images: torch.Tensor = sample) -> FastNet:
        model = FastNet(images, widths, classes, precision)
        if compiled:
            model.blocks.compile(dynamic=False)
        return model

    def epoch_seconds(widths: Widths) -> float:
        # A GPU needs a whole batch to be busy. On a processor half of one costs half, nearly.
        rows = slice(None, batch_size if on_gpu else min(batch_size, TRIED))
        few = train_split.images[rows], train_split.labels[rows]
        batch = MovedBatches(*few, len(few[1]), device)
        trial = Trial(stages, clock)
        model = network(widths, sample[:100])
        train(model, batch, trial)
        if device.type != "cpu":  # not timed, but a GPU will then be prepared for it
            answers(model, ResidentBatches(*few, len(few[1]), device))
        return trial.step_seconds() * n / len(few[1])

    def left() -> float:
        return seconds - budget.passed()

    preparing = 0.0
    if compiled:
        with torch._dynamo.config.patch(recompile_limit=PROGRAMS):
            for widths in sizes:
                epoch_seconds(widths)
                model = network(widths)
                train(model, loader, Trial([0.0, *stages], clock, tries=1))
                answers(model, tests)
        preparing = budget.passed()
        budget = TimeBudget(seconds, looks / batch_size, clock, pause)
    widths = largest_that_fits(sizes, epoch_seconds, left, ENOUGH + looks / n)
    model = network(widths)
    train(model, loader, budget)
    in_time = budget.left() * batch_size / (LOOK * len(test_split.images))
    # A compiled program is for one number of images, so there it stays the one prepared for.
    logits = answers(model, tests, DOUBTFUL if compiled else doubtful_in_time(in_time))
    right = accuracy(logits, test_split.labels).item()
    epochs = budget.taken * batch_size / n
    return FastFit(model, logits, right, widths, epochs, budget.passed(), preparing)
