"""The checks are decorators: transparent, and next to free. What they find is tested in the tests
of the modules that they guard."""

import inspect
import timeit

import pytest
import torch

from helpers import batches, checks, linear, training

GUARDED = [
    batches.images_and_labels, linear.linear1, linear.mnist_loss, linear.batch_accuracy,
    training.calc_grad, training.train_epoch, training.validate_epoch,
    batches.Batches.__init__, training.BasicOptim.__init__,
]  # fmt: skip


@pytest.mark.parametrize("function", GUARDED, ids=lambda f: f.__qualname__)
def test_a_guarded_function_looks_like_itself(function):
    bare = inspect.unwrap(function)
    assert bare is not function
    assert (function.__name__, function.__doc__) == (bare.__name__, bare.__doc__)
    assert inspect.signature(function) == inspect.signature(bare)


@pytest.mark.parametrize("function", GUARDED[:4], ids=lambda f: f.__name__)
def test_keyword_arguments_pass(function):
    values = {
        "threes": torch.zeros(1, 28, 28, dtype=torch.uint8),
        "sevens": torch.zeros(2, 28, 28, dtype=torch.uint8),
        "xb": torch.ones(2, 3), "weights": torch.ones(3, 1), "bias": torch.ones(1),
        "predictions": torch.zeros(2, 1), "preds": torch.zeros(2, 1),
        "targets": torch.ones(2, 1), "yb": torch.ones(2, 1),
    }  # fmt: skip
    arguments = {name: values[name] for name in inspect.signature(function).parameters}
    torch.testing.assert_close(function(**arguments), inspect.unwrap(function)(**arguments))


def test_a_check_costs_a_few_microseconds():
    guarded = checks.same_shape(lambda predictions, targets: predictions)
    preds, targets = torch.zeros(256, 1), torch.zeros(256, 1)
    seconds = min(timeit.repeat(lambda: guarded(preds, targets), number=1000, repeat=5)) / 1000
    assert seconds < 20e-6, f"{seconds * 1e6:.1f} microseconds; a training step takes about 150"
