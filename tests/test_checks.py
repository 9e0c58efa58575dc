"""The checks are decorators: transparent, and next to free. What they find is tested in the tests
of the modules that they guard; what they cost is in the benchmarks, where helpers and notes run
beside each other."""

import inspect
import sys

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from helpers import checks
from helpers.data import batches
from helpers.models import linear
from helpers.training import by_hand as training

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


def test_a_check_is_a_few_calls_and_no_work_for_torch():
    class NoWork(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            pytest.fail(f"{function} was computed")

    guarded, calls = checks.same_shape(lambda predictions, targets: predictions), []
    preds, targets = torch.zeros(256, 1), torch.zeros(256, 1)
    with NoWork():
        sys.setprofile(lambda frame, event, argument: calls.append(event.endswith("call")))
        try:
            guarded(preds, targets)
        finally:
            sys.setprofile(None)
    assert sum(calls) < 10  # with inspect.signature in every call it would be about a hundred
