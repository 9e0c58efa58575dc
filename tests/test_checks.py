"""Checks are next to free, name the function that they guard, and leave its signature alone. What
they find is tested in the tests of the modules that they guard."""

import inspect
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from helpers import checks, metrics
from helpers.data import augment, loaders
from helpers.data.loaders import ResidentBatches
from helpers.models import convolution, linear
from helpers.models.cnn import Cifar10CnnModel
from helpers.training import budgeted, by_hand, classifier, fitting, schedule, views
from helpers.training.schedule import StepBudget
from tests.training.kit import Tiny, tiny_loaders


def model():
    torch.manual_seed(0)
    return nn.Linear(4, 2)


def sgd(model):
    return torch.optim.SGD(model.parameters(), lr=0.1)


CPU, LABELS = torch.device("cpu"), torch.tensor([0, 1])
PAIRS = [(torch.ones(2, 4), LABELS)]
COLUMNS = [(torch.ones(2, 4), torch.ones(2, 2))]
NET = model()
GIVEN = {
    loaders.images_and_labels: dict.fromkeys(
        ("threes", "sevens"), torch.zeros(1, 28, 28, dtype=torch.uint8)
    ),
    loaders.Batches: {"x": torch.ones(3), "y": torch.ones(3), "batch_size": 2, "shuffle": True},
    linear.linear1: {"xb": torch.ones(2, 3), "weights": torch.ones(3, 1), "bias": torch.ones(1)},
    metrics.mnist_loss: {"outputs": torch.zeros(2, 1), "targets": torch.ones(2, 1)},
    metrics.batch_accuracy: {"outputs": torch.zeros(2, 1), "yb": torch.ones(2, 1)},
    metrics.accuracy: {"logits": torch.zeros(2, 3), "labels": LABELS},
    metrics.confusion_matrix: {"labels": LABELS, "predictions": LABELS, "n_classes": 2},
    by_hand.calc_grad: {"xb": torch.ones(2, 4), "yb": torch.ones(2, 2), "model": NET,
                        "loss_func": metrics.mnist_loss},
    by_hand.train_epoch: {"model": NET, "dl": COLUMNS, "loss_func": metrics.mnist_loss,
                          "opt": by_hand.BasicOptim(NET.parameters(), lr=0.1)},
    by_hand.validate_epoch: {"model": NET, "valid_dl": COLUMNS, "metric": metrics.batch_accuracy},
    classifier.train_step: {"model": NET, "xb": torch.ones(2, 4), "yb": LABELS,
                            "loss_func": F.cross_entropy, "opt": sgd(NET)},
    classifier.predict: {"model": NET, "dl": PAIRS, "device": CPU},
    classifier.train_classifier: {"model": NET, "epochs": 1, "dl": PAIRS, "valid_dl": PAIRS,
                                  "opt": sgd(NET), "device": CPU, "loss_func": F.cross_entropy},
    budgeted.learn: {"model": NET, "loader": PAIRS, "budget": StepBudget(1),
                     "optimizers": [sgd(NET)]},
    convolution.output_size: {"size": 5, "kernel_size": 3, "stride": 2, "padding": 1},
    convolution.conv_parameters: {"inputs": 1, "filters": 2, "kernel_size": 3},
    convolution.conv_filters: {"parameters": 20, "inputs": 1, "kernel_size": 3},
    convolution.max_pool2d: {"x": torch.ones(1, 1, 4, 4), "kernel_size": 2},
    augment.shift: {"images": torch.ones(2, 2), "right": 1, "down": 0},
    schedule.one_cycle: {"done": 0.5, "peak": 0.2, "start": 0.1, "end": 0.0},
    views.look_twice: {"model": lambda x: x.flatten(1), "images": torch.zeros(2, 1, 1, 2),
                       "doubtful": 0.5},
}  # fmt: skip


@pytest.mark.parametrize("function", GIVEN, ids=lambda f: f.__name__)
def test_every_argument_can_be_given_by_its_name(function):
    given = GIVEN[function]
    assert set(given) <= set(inspect.signature(function).parameters)
    function(**given)


def test_a_loop_takes_its_arguments_by_name_too():
    train, valid = tiny_loaders()
    net, steps = Tiny(), []
    fitting.fit_epoch(
        model=net, train_loader=train, optimizer=sgd(net), after_batch=lambda: steps.append(1)
    )
    assert len(steps) == len(train)
    assert set(fitting.evaluate(model=net, val_loader=valid)) == {"val_loss", "val_acc"}


def test_a_default_is_the_one_that_is_written():
    assert inspect.signature(views.look_twice).parameters["doubtful"].default == 0.3
    watched = inspect.signature(classifier.train_classifier).parameters["loss_func"]
    assert watched.default is F.cross_entropy
    bare = inspect.unwrap(classifier.train_classifier)
    assert bare is not classifier.train_classifier and bare.__doc__


def test_the_message_names_the_guarded_function():
    with pytest.raises(ValueError, match="^mnist_loss: predictions have shape"):
        metrics.mnist_loss(torch.zeros(2, 1), torch.zeros(2))
    with pytest.raises(ValueError, match="^conv2d: the batch has 2 channels"):
        convolution.conv2d(torch.zeros(1, 2, 3, 3), torch.zeros(1, 1, 3, 3))


def test_a_check_is_a_few_calls_and_no_work_for_torch():
    class NoWork(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            pytest.fail(f"{function} was computed")

    calls = []
    preds, targets = torch.zeros(256, 1), torch.zeros(256, 1)
    with NoWork():
        sys.setprofile(lambda frame, event, argument: calls.append(event.endswith("call")))
        try:
            checks.same_shape(preds, targets)
        finally:
            sys.setprofile(None)
    assert sum(calls) < 10


BYTES = torch.zeros(4, 3, 32, 32, dtype=torch.uint8)
FLOATS = torch.zeros(2, 3, 32, 32)


@pytest.fixture(scope="module")
def network():
    return Cifar10CnnModel()


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        (BYTES, TypeError, r"floats from 0 to 1, got torch.uint8; convert.*\.float\(\) / 255"),
        (torch.zeros(2, 1, 32, 32), ValueError, r"got \(2, 1, 32, 32\); a grey image.*expand"),
        (torch.zeros(2, 32, 32), ValueError, "look like grey images"),
        (torch.zeros(32, 32), ValueError, "look like grey images"),
        (torch.zeros(3, 32, 32), ValueError, r"a batch of one: image\[None\]"),
        (torch.zeros(2, 32, 32, 3), ValueError, "the channels stand last.*permute"),
        (torch.zeros(2, 3, 64, 64), ValueError, "another size: F.interpolate"),
        (torch.zeros(2, 4, 32, 32), ValueError, r"shape \(n, 3, 32, 32\), got \(2, 4, 32, 32\)$"),
        (FLOATS.double(), TypeError, r"float64: use xb.float\(\)"),
        (FLOATS.to("meta"), ValueError, "the model is on cpu but the images are on meta"),
    ],
    ids=lambda value: None,
)
def test_images_that_do_not_fit_the_network(network, images, error, words):
    with pytest.raises(error, match=words):
        network(images)


@pytest.mark.parametrize(
    "images",
    [torch.zeros(2, 1, 32, 32), torch.zeros(3, 32, 32), torch.zeros(2, 32, 32, 3)],
    ids=["grey", "single", "channels last"],
)
def test_the_advice_works(network, images):
    advised = {
        (2, 1, 32, 32): lambda i: i.expand(-1, 3, -1, -1),
        (3, 32, 32): lambda i: i[None],
        (2, 32, 32, 3): lambda i: i.permute(0, 3, 1, 2),
    }
    with pytest.raises(ValueError):
        network(images)
    assert network(advised[tuple(images.shape)](images)).shape[1] == 10


@pytest.mark.parametrize(
    ("images", "labels", "batch_size", "error", "words"),
    [
        (FLOATS, torch.zeros(2), 2, TypeError, "as bytes .*got torch.float32"),
        (BYTES[:, :1], torch.zeros(4), 2, ValueError, "colour images.*a grey image gets"),
        (BYTES[:, 0], torch.zeros(4), 2, ValueError, "look like grey images"),
        (BYTES.permute(0, 2, 3, 1), torch.zeros(4), 2, ValueError, "the channels stand last"),
        (BYTES, torch.zeros(3), 2, ValueError, r"got 4 images and labels of shape \(3,\)"),
        (BYTES, torch.zeros(4, 1), 2, ValueError, r"got 4 images and labels of shape \(4, 1\)"),
        (BYTES[:0], torch.zeros(0), 2, ValueError, "at least one image"),
        (BYTES, torch.zeros(4), 0, ValueError, "batch_size must be a whole number.*got 0"),
        (BYTES, torch.zeros(4), 2.5, ValueError, "batch_size must be a whole number.*got 2.5"),
    ],
    ids=lambda value: None,
)
def test_what_a_resident_loader_refuses(images, labels, batch_size, error, words):
    with pytest.raises(error, match=words):
        ResidentBatches(images, labels, batch_size, "cpu")
