"""Training a classifier, and the checks in helpers.training.classifier_checks that guard it."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers.data.loaders import Batches
from helpers.metrics import accuracy
from helpers.training.classifier import (
    Epoch,
    evaluating,
    predict,
    predict_image,
    train_classifier,
    train_step,
)


def points(n=60, seed=0):
    """Points in three heaps, and in which heap they lie."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 3
    centres = torch.tensor([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
    return centres[labels] + 0.3 * torch.randn(n, 2, generator=random), labels


def network(seed=0, dropout=0.0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(dropout), nn.Linear(8, 3))


def sgd(model, lr=0.1):
    return torch.optim.SGD(model.parameters(), lr=lr)


def values(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


# accuracy


@given(n=st.integers(1, 40), classes=st.integers(1, 12), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_accuracy_counts_the_rows_whose_largest_logit_is_right(n, classes, seed):
    random = torch.Generator().manual_seed(seed)
    logits = torch.randn(n, classes, generator=random)
    labels = torch.randint(0, classes, (n,), generator=random)
    right = sum(row.index(max(row)) == label for row, label in zip(logits.tolist(), labels))
    share = accuracy(logits, labels)
    assert share.shape == () and share.item() == pytest.approx(right / n)
    assert accuracy(logits.log_softmax(1), labels) == share  # the order stays the same


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (torch.zeros(4, 3), torch.zeros(4, 1), r"labels of shape \(n,\), got \(4, 3\) and \(4, 1\)"
         r"; take the superfluous axis away: labels.squeeze\(1\)"),
        (torch.zeros(4), torch.zeros(4), r"got \(4,\) and \(4,\)$"),
        (torch.zeros(4, 3), torch.zeros(5), r"got \(4, 3\) and \(5,\)$"),
        (torch.zeros(4, 3), torch.zeros(4, device="meta"), r"labels.to\(logits.device\)"),
    ],
)  # fmt: skip
def test_accuracy_of_what_does_not_fit_is_refused(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        accuracy(logits, labels)


# train_step


def test_a_step_is_that_of_torch_by_hand():
    x, y = points()
    model, twin = network(), network()
    loss = train_step(model, x, y, F.cross_entropy, sgd(model, lr=0.5))
    expected = F.cross_entropy(twin(x), y)
    gradients = torch.autograd.grad(expected, twin.parameters())
    for p, q, gradient in zip(model.parameters(), twin.parameters(), gradients):
        torch.testing.assert_close(p.detach(), q.detach() - 0.5 * gradient)
    torch.testing.assert_close(loss, expected.detach())
    assert loss.shape == () and not loss.requires_grad


def test_a_step_forgets_the_gradients_of_earlier_ones():
    x, y = points()
    model, twin = network(), network()
    F.cross_entropy(model(x), y).backward()  # a gradient that must not count
    train_step(model, x, y, F.cross_entropy, sgd(model))
    train_step(twin, x, y, F.cross_entropy, sgd(twin))
    torch.testing.assert_close(values(model), values(twin))


def step_with(xb, yb, model=None, loss_func=F.cross_entropy):
    model = model or network()
    return train_step(model, xb, yb, loss_func, sgd(model))


@pytest.mark.parametrize(
    ("xb", "yb", "error", "message"),
    [
        (torch.zeros(2, 2).long(), torch.zeros(2).long(), TypeError, r"floats from 0 to 1, got "
         "torch.int64"),
        (torch.zeros(2, 2, device="meta"), torch.zeros(2).long(), ValueError,
         "the model is on cpu but the batch on meta"),
        (torch.zeros(2, 2), torch.zeros(2, 1).long(), ValueError, r"got \(2, 1\): use yb.squeeze"),
        (torch.zeros(2, 2), torch.zeros(2, 3).long(), ValueError, r"got \(2, 3\)$"),
        (torch.zeros(2, 2), torch.zeros(2), TypeError, r"int64, got torch.float32: use yb.long"),
        (torch.zeros(2, 2), torch.zeros(2).int(), TypeError, r"got torch.int32: use yb.long"),
        (torch.zeros(2, 2).double(), torch.zeros(2).long(), TypeError, r"float64: use xb.float"),
        (torch.zeros(2, 2), torch.tensor([0, 3]), ValueError, "3 is out of bounds. Classes count"),
        (torch.zeros(2, 5), torch.zeros(2).long(), ValueError, "expects 2 numbers an example"),
        (torch.full((2, 2), torch.nan), torch.zeros(2).long(), FloatingPointError,
         "the loss became nan at step 1. First suspect: the learning rate"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_explained(xb, yb, error, message):
    with pytest.raises(error, match=message):
        step_with(xb, yb)


def test_a_loss_of_many_numbers_is_named():
    x, y = points()
    with pytest.raises(ValueError, match="expected a loss of one number, got shape"):
        step_with(x, y, loss_func=lambda p, t: F.cross_entropy(p, t, reduction="none"))


def test_an_error_of_the_model_itself_is_left_as_it_is():
    class Broken(nn.Linear):
        def forward(self, x):
            raise RuntimeError("a fuse has blown")

    with pytest.raises(RuntimeError, match="^a fuse has blown$"):
        step_with(*points(), model=Broken(2, 3))


def test_a_step_stays_on_its_device():
    with torch.device("meta"):
        model, xb = nn.Linear(4, 3), torch.zeros(5, 4)
        loss = train_step(model, xb, torch.zeros(5).long(), F.cross_entropy, sgd(model))
    assert loss.is_meta and all(p.is_meta and p.grad.is_meta for p in model.parameters())


# predict


def test_predictions_come_in_the_order_of_the_loader():
    x, y = points(n=50)
    model = network()
    logits, labels = predict(model, Batches(x, y, batch_size=16), "cpu")
    assert torch.equal(labels, y) and not logits.requires_grad
    torch.testing.assert_close(logits, model(x).detach())


@pytest.mark.parametrize("training", [True, False])
def test_prediction_is_in_eval_mode_and_puts_the_mode_back(training):
    x, y = points()
    model = network(dropout=0.5).train(training)
    first, second = (predict(model, Batches(x, y, 16), "cpu")[0] for _ in range(2))
    assert torch.equal(first, second)  # with dropout at work they would differ
    assert {module.training for module in model.modules()} == {training}


def frozen():
    """A network in training whose dropout is off."""
    model = network(dropout=0.5).train()
    model[2].eval()
    return model


def test_prediction_leaves_every_module_in_its_mode():
    model = frozen()
    before = [module.training for module in model.modules()]
    predict(model, Batches(*points(), 16), "cpu")
    assert [module.training for module in model.modules()] == before


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_prediction_that_fails_leaves_the_modes_as_well(error):
    def batches():
        yield torch.zeros(4, 2), torch.zeros(4).long()
        raise error

    model = frozen()
    before = [module.training for module in model.modules()]
    with pytest.raises(error):
        predict(model, batches(), "cpu")
    assert [module.training for module in model.modules()] == before


def test_prediction_keeps_nothing_for_a_backward_pass():
    x, y = points()
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        predict(network(), Batches(x, y, 16), "cpu")
    assert not kept


@pytest.mark.parametrize(
    ("dl", "device", "error", "message"),
    [
        ([], "cpu", ValueError, "the loader gave no batch"),
        ([torch.zeros(4, 2)], "cpu", TypeError, "pair of tensors"),
        ([(torch.zeros(4, 2).byte(), torch.zeros(4))], "cpu", TypeError, "floats from 0 to 1"),
        ([(torch.zeros(4, 2).double(), torch.zeros(4))], "cpu", TypeError, r"use xb.float\(\)"),
        ([(torch.zeros(4, 2), torch.zeros(4))], "meta", ValueError, "the model is on cpu but"),
    ],
)
def test_batches_that_do_not_fit_are_explained(dl, device, error, message):
    with pytest.raises(error, match=message):
        predict(network(), dl, device)


# train_classifier


def test_training_is_the_plain_loop():
    x, y = points()
    dl = Batches(x, y, batch_size=20)
    model, twin = network(), network()
    history = train_classifier(model, 3, dl, dl, sgd(model), "cpu")
    opt, losses = sgd(twin), []
    for _ in range(3):
        for xb, yb in dl:
            opt.zero_grad()
            loss = F.cross_entropy(twin(xb), yb)
            loss.backward()
            opt.step()
            losses.append(loss.item())
    torch.testing.assert_close(values(model), values(twin))
    assert [epoch.loss for epoch in history] == pytest.approx(
        [sum(losses[place : place + 3]) / 3 for place in (0, 3, 6)]
    )
    assert history[-1].accuracy == pytest.approx(accuracy(twin(x), y).item())


def test_training_learns_and_takes_a_data_loader():
    x, y = points()
    model = network()
    dl = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)
    opt = torch.optim.Adam(model.parameters(), lr=0.05)
    history = train_classifier(model, 20, dl, dl, opt, torch.device("cpu"))
    assert all(isinstance(epoch, Epoch) for epoch in history) and len(history) == 20
    assert history[-1].loss < 0.1 * history[0].loss and history[-1].accuracy == 1.0


def test_every_epoch_trains_in_training_mode():
    class Noting(nn.Linear):
        modes: list

        def forward(self, x):
            self.modes.append(self.training)
            return super().forward(x)

    model = Noting(2, 3).eval()
    model.modes = []
    dl = Batches(*points(), batch_size=30)
    train_classifier(model, 2, dl, dl, sgd(model), "cpu")
    assert model.modes == [True, True, False, False] * 2 and model.training


def test_no_epochs_give_no_history():
    model = network()
    before = values(model)
    assert train_classifier(model, 0, [], [], sgd(model), "cpu") == []
    assert torch.equal(before, values(model))


def train(dl=None, opt=None, model=None, lr=0.1, **more):
    model = model or network()
    dl = Batches(*points(), batch_size=20) if dl is None else dl
    return train_classifier(model, 2, dl, dl, opt or sgd(model, lr), "cpu", **more)


def test_another_loss_may_be_used():
    model = nn.Sequential(network(), nn.LogSoftmax(dim=1))
    same = train(model=model, loss_func=F.nll_loss)
    assert [epoch.loss for epoch in same] == pytest.approx([epoch.loss for epoch in train()])


def test_an_optimiser_of_another_model_is_refused():
    with pytest.raises(ValueError, match="holds none of this model's parameters"):
        train(opt=sgd(network(seed=1)))


def test_an_optimiser_of_a_part_of_the_model_may_train():
    model = network()
    first = model[0].weight.detach().clone()
    train(model=model, opt=torch.optim.SGD(model[3].parameters(), lr=0.1))
    assert torch.equal(first, model[0].weight)


def test_an_iterator_that_is_used_up_is_named():
    with pytest.raises(ValueError, match="used up by an earlier epoch"):
        train(dl=iter(Batches(*points(), batch_size=20)))


def test_a_loss_that_is_lost_stops_at_its_step():
    with pytest.raises(FloatingPointError, match=r"became (nan|inf) at step \d"):
        train(lr=1e30)


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


def test_one_image_is_given_in_bytes():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    with pytest.raises(TypeError, match="predict_image: expected bytes.*divides by 255 itself"):
        predict_image(torch.rand(3, 2, 2), model, ("cat", "dog"))
