"""Checks are next to free, name the function that they guard, and leave its signature alone. What
they find is tested in the tests of the modules that they guard."""

import ast
import inspect
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from helpers import checks, data, device, metrics, models, pictures, training
from helpers.data.loaders import ResidentBatches
from helpers.models import convolution
from helpers.models.cnn import Cifar10CnnModel
from helpers.training import classifier, views
from helpers.training.schedule import StepBudget
from tests.training.kit import Tiny, tiny_loaders
from tools.lessons import kept


def is_guarded(value):
    """Whether a function, or a method of a class, has a check or is watched."""
    nodes = list(ast.walk(ast.parse(inspect.getsource(inspect.unwrap(value)))))
    decorators = [d for node in nodes for d in getattr(node, "decorator_list", [])]
    watched = any(ast.unparse(d).startswith("diagnosis.") for d in decorators)
    return watched or any(map(kept.is_check, nodes))


GUARDED = {
    name: value
    for index in (data, device, metrics, models, pictures, training)
    for name, value in vars(index).items()
    if getattr(value, "__module__", "").startswith("helpers.")
    and (inspect.isfunction(value) or inspect.isclass(value))
    and is_guarded(value)
}


def arguments(folder):
    """For each guarded function or class all that it asks for, by name."""
    net, cpu, labels, ones = nn.Linear(4, 2), torch.device("cpu"), torch.tensor([0, 1]), torch.ones
    sgd, classes, loss = torch.optim.SGD(net.parameters(), lr=0.1), ["3", "7"], F.cross_entropy
    pairs, columns = [(ones(2, 4), labels)], [(ones(2, 4), ones(2, 2))]
    digits, photos = torch.zeros(2, 28, 28).byte(), torch.zeros(2, 3, 4, 4).byte()
    tiny, (train, valid) = Tiny(), tiny_loaders()
    adam = torch.optim.Adam(tiny.parameters())
    alt, rows = "what is seen here", range(2)
    scores = [pictures.Score(3, "linear", 785, 0.9, 0.2), pictures.Score(4, "MLP", 9, 0.8, 0.2)]
    in_file = {"path": folder / "training.pt", "model": net, "optimizer": sgd, "settings": {}}
    torch.save(net.state_dict(), folder / "weights.pt")
    return {
        "Batches": {"x": ones(3), "y": ones(3), "batch_size": 2, "shuffle": True},
        "BasicOptim": {"params": net.parameters(), "lr": 0.1},
        "Cifar10CnnModel": {"width": 1, "dropout": 0.5, "precision": torch.float32},
        "DigitDataset": {"images": digits, "labels": labels},
        "Muon": {"params": [ones(2, 2, requires_grad=True)], "lr": 0.1, "momentum": 0.5},
        "ResidentBatches": {"images": photos, "labels": labels, "batch_size": 2, "device": cpu},
        "TrainingBatches": {"images": photos, "labels": labels, "batch_size": 2, "device": cpu,
                            "rest": "carry"},
        "TrainingState": in_file,
        "accuracy": {"logits": ones(2, 3), "labels": labels},
        "apply_step": {"params": ones(3, requires_grad=True), "t": ones(2), "targets": ones(2),
                       "lr": 0.1},
        "average_gradients": {"model": nn.ReLU()},
        "apply_kernel": {"image": ones(3, 3), "kernel": ones(2, 2)},
        "batch_accuracy": {"outputs": ones(2, 1), "yb": ones(2, 1)},
        "calc_grad": {"xb": ones(2, 4), "yb": ones(2, 2), "model": net, "loss_func": loss},
        "check_training": in_file,
        "confusion_matrix": {"labels": labels, "predictions": labels, "n_classes": 2},
        "conv2d": {"x": ones(1, 1, 4, 4), "weight": ones(2, 1, 3, 3), "bias": ones(2), "stride": 1},
        "conv_filters": {"parameters": 20, "inputs": 1, "kernel_size": 3},
        "conv_parameters": {"inputs": 1, "filters": 2, "kernel_size": 3},
        "cover": {"image": photos[0], "row": 0, "column": 0, "size": 2},
        "count_parameters": {"params": net.parameters()},
        "draw_seeds": {"results": {"a": [0.9]}},
        "draw_trials": {"trials": {"a": [0.9]}, "pairs": True},
        "draw_confusion": {"matrix": torch.eye(2), "classes": classes},
        "draw_scoreboard": {"scores": scores},
        "evaluate": {"model": tiny, "val_loader": valid},
        "fit": {"epochs": 1, "lr": 0.1, "model": tiny, "train_loader": train, "val_loader": valid},
        "fit_epoch": {"model": tiny, "train_loader": train, "optimizer": adam},
        "he_init": {"layer": net},
        "is_3": {"x": ones(2, 4, 4), "mean3": ones(4, 4), "mean7": ones(4, 4)},
        "least_squares": {"t": torch.arange(4.0), "targets": ones(4), "c": 1.0},
        "mnist_distance": {"a": ones(2, 4, 4), "b": ones(4, 4)},
        "predict_image": {"image": photos[0], "classes": classes,
                          "model": nn.Sequential(nn.Flatten(), nn.Linear(48, 2))},
        "random_flip": {"images": photos},
        "random_shift": {"images": photos, "pixels": 1},
        "rmse": {"preds": ones(2), "targets": ones(2)},
        "images_and_labels": {"threes": digits, "sevens": digits},
        "learn": {"model": net, "loader": pairs, "budget": StepBudget(1), "optimizers": [sgd]},
        "linear1": {"xb": ones(2, 3), "weights": ones(3, 1), "bias": ones(1)},
        "load_weights": {"model": net, "path": folder / "weights.pt"},
        "look": {"model": lambda x: x, "views": [ones(2, 3)]},
        "look_twice": {"model": lambda x: x.flatten(1), "images": ones(2, 1, 1, 2)},
        "max_pool2d": {"x": ones(1, 1, 4, 4), "kernel_size": 2},
        "mirrored": {"images": photos},
        "mnist_loss": {"outputs": ones(2, 1), "targets": ones(2, 1)},
        "most_confused": {"matrix": torch.eye(2), "classes": classes, "n": 1},
        "one_cycle": {"done": 0.5, "peak": 0.2, "start": 0.1, "end": 0.0},
        "orthogonalize": {"matrix": ones(2, 2), "steps": 1},
        "output_size": {"size": 5, "kernel_size": 3, "stride": 2, "padding": 1},
        "pass_on": {"conv": nn.Conv2d(1, 2, 3)},
        "patches": {"images": torch.rand(2, 3, 8, 8), "size": 2},
        "patients": {"x": ones(2, 1, 28, 28), "y": labels, "device": cpu},
        "predict": {"model": net, "dl": pairs, "device": cpu},
        "replacing": {"path": folder / "replaced.txt"},
        "save_weights": {"model": net, "path": folder / "saved.pt"},
        "scoreboard": {"scores": scores},
        "shift": {"images": ones(2, 2), "right": 1, "down": 0},
        "shift_all_ways": {"images": ones(4, 2, 2), "pixels": 1},
        "show": {"picture": plt.figure(), "alt": alt},
        "show_pixels": {"image": digits[0], "rows": rows, "columns": rows, "alt": alt},
        "to_device": {"data": ones(1), "device": cpu},
        "train_classifier": {"model": net, "epochs": 1, "dl": pairs, "valid_dl": pairs, "opt": sgd,
                             "device": cpu, "loss_func": loss},
        "train_epoch": {"model": net, "dl": pairs, "loss_func": loss, "opt": sgd},
        "train_step": {"model": net, "xb": ones(2, 4), "yb": labels, "loss_func": loss, "opt": sgd},
        "validate_epoch": {"model": net, "valid_dl": columns, "metric": metrics.batch_accuracy},
        "whitening_conv": {"images": torch.rand(2, 3, 8, 8), "size": 2, "eps": 0.1, "keep": 6},
        "whitening_matrix": {"rows": torch.eye(3)[:, :2], "eps": 0.1},
    }  # fmt: skip


@pytest.mark.parametrize("name", GUARDED)
def test_every_argument_can_be_given_by_its_name(name, tmp_path):
    given = arguments(tmp_path)
    assert name in given, f"arguments: name an example of what {name} takes"
    GUARDED[name](**given[name])


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


@pytest.mark.parametrize(
    ("value", "way"),
    [
        (np.zeros(2, dtype=np.int64), r"got ndarray; use torch.from_numpy\(labels\)"),
        ([0, 1], r"got list; use torch.tensor\(labels\)"),
        (None, "got NoneType$"),
    ],
)
def test_what_looks_like_a_tensor_is_named(value, way):
    with pytest.raises(TypeError, match=f"^accuracy: labels must be a tensor, {way}"):
        metrics.accuracy(torch.zeros(2, 3), value)


def test_whole_numbers_of_numpy_are_whole_and_truth_is_none():
    assert convolution.output_size(np.int64(28), np.int32(3)) == 26
    with pytest.raises(ValueError, match="^output_size: size must be a whole number.*got True"):
        convolution.output_size(True, 1)
    with pytest.raises(ValueError, match="^Batches: batch_size must be a whole number"):
        data.Batches(torch.zeros(2), torch.zeros(2), 0)
    with pytest.raises(TypeError, match=r"^ResidentBatches: .* use int\(batch_size\)"):
        ResidentBatches(BYTES, torch.zeros(4), np.int64(2), "cpu")


def test_the_advice_for_bytes_divides_them():
    with pytest.raises(TypeError, match=r"use image.float\(\) / 255"):
        convolution.apply_kernel(BYTES[0, 0], torch.zeros(2, 2))
