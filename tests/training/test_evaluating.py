import pytest
from torch import nn

from helpers.training.classifier import evaluating


def parts():
    """A model in training, one part of which is frozen and evaluated all the time."""
    model = nn.Sequential(nn.Dropout(0.5), nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(2)))
    model.train()
    model[1].eval()
    return model


def modes(model):
    return [module.training for module in model.modules()]


def test_every_module_is_evaluated_and_gets_its_own_mode_back():
    model = parts()
    before = modes(model)
    with evaluating(model):
        assert not any(modes(model))
    assert modes(model) == before == [True, True, False, False, False]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_changes_nothing_about_that(error):
    model = parts()
    before = modes(model)
    with pytest.raises(error), evaluating(model):
        raise error
    assert modes(model) == before
