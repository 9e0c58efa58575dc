"""fastai's loop without its table gives what the loop by hand gives."""

import pytest
import torch
from torch import nn

from helpers.data import Batches
from helpers.metrics import batch_accuracy, mnist_loss
from helpers.training import BasicOptim, fit_quietly, train_model


@pytest.mark.slow
def test_it_prints_nothing_and_returns_an_accuracy_an_epoch(capsys):
    from fastai.data.core import DataLoaders  # slow to import
    from fastai.learner import Learner
    from fastai.optimizer import SGD

    torch.manual_seed(0)
    x = torch.rand(32, 4)
    dl = Batches(x, (x.sum(1, keepdim=True) > 2).long(), batch_size=8)
    model, ours = nn.Linear(4, 1), nn.Linear(4, 1)
    ours.load_state_dict(model.state_dict())
    learn = Learner(
        DataLoaders(dl, dl), model, opt_func=SGD, loss_func=mnist_loss, metrics=batch_accuracy
    )
    accuracies = fit_quietly(learn, 3, 1.0)
    assert capsys.readouterr().out == ""
    opt = BasicOptim(ours.parameters(), 1.0)
    expected = train_model(ours, 3, dl, dl, mnist_loss, opt, batch_accuracy)
    torch.testing.assert_close(accuracies, expected, atol=1e-4, rtol=0)
