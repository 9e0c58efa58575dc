import subprocess
import sys
from contextlib import nullcontext

import numpy as np
import pytest
import torch

from helpers.training import fitting
from helpers.training.fitting import evaluate, fit, fit_epoch
from tests import ROOT
from tests.training.kit import Tiny, tiny_loaders

ADAM = torch.optim.Adam


@pytest.fixture(autouse=True)
def no_bars(monkeypatch):
    monkeypatch.setenv("LESSONS_HEADLESS", "1")


def started(seed=0):
    torch.manual_seed(seed)
    return Tiny(), *tiny_loaders()


def test_evaluate_counts_what_is_right_and_keeps_the_mode():
    model, _, valid = started()
    with torch.no_grad():
        logits = model.eval()(valid.images / 255)
    right = (logits.argmax(1) == valid.labels).float().mean().item()
    for training in (True, False):
        model.train(training)
        assert evaluate(model, valid)["val_acc"] == pytest.approx(right)
        assert model.training is training
    assert all(p.grad is None for p in model.parameters())


def test_an_epoch_is_one_step_a_batch():
    model, train, _ = started()
    model.network[1].p = 0.0
    moved, calls = torch.optim.SGD(model.parameters(), lr=0.1), []
    loss = fit_epoch(model.eval(), train, moved, lambda: calls.append(1))
    assert len(calls) == len(train) == 4 and model.training

    other, train, _ = started()
    other.network[1].p = 0.0
    opt, losses = torch.optim.SGD(other.parameters(), lr=0.1), []
    for batch in train:
        opt.zero_grad()
        losses.append(other.training_step(batch))
        losses[-1].backward()
        opt.step()
    assert loss == pytest.approx(torch.stack(losses).mean().item())
    assert torch.equal(model.network[2].weight, other.network[2].weight)


def test_fit_learns_says_a_line_an_epoch_and_keeps_the_history(capsys):
    history = fit(5, 0.02, *started(), ADAM)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"epoch  {n}" for n in range(1, 6)]
    assert [set(result) for result in history] == [{"train_loss", "val_loss", "val_acc"}] * 5
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert history[-1]["val_acc"] > 0.6
    assert f"val_acc {history[-1]['val_acc']:.4f}" in lines[-1]


def test_fit_is_repeatable():
    assert fit(3, 0.02, *started(), ADAM) == fit(3, 0.02, *started(), ADAM)
    assert fit(3, 0.02, *started(), ADAM) != fit(3, 0.02, *started(1), ADAM)


def test_nothing_lands_on_the_default_device():
    """The helpers' own tensors go where the model is; ``meta`` would give no numbers."""
    expected = fit(2, 0.05, *started())
    again = started()
    with torch.device("meta"):
        assert fit(2, 0.05, *again) == expected


def test_an_epoch_runs_on_another_device():
    model, (train, _) = Tiny().to("meta"), tiny_loaders("meta")
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in train:
        model.training_step(batch).backward()
        opt.step()
        opt.zero_grad()
    assert all(p.is_meta for p in model.parameters())


def test_the_optimiser_is_the_one_asked_for():
    made = []

    def opt_func(params, lr):
        params = list(params)
        made.append((len(params), lr))
        return torch.optim.SGD(params, lr)

    fit(1, 0.25, *started(), opt_func)
    assert made == [(2, 0.25)]


def test_an_optimiser_of_another_model_is_refused_before_anything_is_trained():
    model, train, valid = started()
    before = model.network[2].weight.detach().clone()
    with pytest.raises(ValueError, match="the optimiser holds none of this model's parameters"):
        fit_epoch(model, train, ADAM(Tiny().parameters()))
    with pytest.raises(ValueError, match="the optimiser holds none of this model's parameters"):
        fit(1, 0.1, model, train, valid, lambda params, lr: ADAM(Tiny().parameters(), lr))
    assert torch.equal(before, model.network[2].weight)


def interrupted_in(epoch):
    """``fit_epoch``, until the epoch in which somebody presses the button."""
    calls = []

    def stopping(*arguments):
        calls.append(1)
        if len(calls) == epoch:
            raise KeyboardInterrupt
        return fit_epoch(*arguments)

    return stopping


def test_an_interruption_keeps_the_history(capsys, monkeypatch):
    whole = fit(3, 0.02, *started(), ADAM)
    monkeypatch.setattr(fitting, "fit_epoch", interrupted_in(3))
    capsys.readouterr()
    assert fit(9, 0.02, *started(), ADAM) == whole[:2]
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == "interrupted in epoch 3; what came before is in the history"


def test_after_an_interruption_training_goes_on_to_the_same_end(tmp_path, monkeypatch):
    path, whole = tmp_path / "t.pt", fit(4, 0.02, *started(), ADAM)
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_epoch", interrupted_in(3))
        assert fit(4, 0.02, *started(), ADAM, checkpoint=path) == whole[:2]
    assert path.exists()
    model, train, valid = started(seed=5)  # another start: the file must decide
    assert fit(4, 0.02, model, train, valid, ADAM, checkpoint=path) == whole
    assert not path.exists()


def test_gradients_that_an_interruption_left_are_no_part_of_the_next_step(tmp_path, monkeypatch):
    """The button may be pressed between ``backward`` and the end of the step; the model stays."""
    path, whole = tmp_path / "t.pt", fit(4, 0.02, *started(), ADAM)

    def pressed(model, loader, *others):
        if len(calls) == 2:
            model.training_step(next(iter(loader))).backward()
            raise KeyboardInterrupt
        calls.append(1)
        return fit_epoch(model, loader, *others)

    calls: list[int] = []
    model, train, valid = started()
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_epoch", pressed)
        assert fit(4, 0.02, model, train, valid, ADAM, checkpoint=path) == whole[:2]
    assert any(p.grad is not None and p.grad.any() for p in model.parameters())
    assert fit(4, 0.02, model, train, valid, ADAM, checkpoint=path) == whole


def test_fewer_epochs_than_the_file_has_had_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "t.pt"
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_epoch", interrupted_in(3))
        whole = fit(4, 0.02, *started(), ADAM, checkpoint=path)
    kept, again = path.read_bytes(), started(seed=5)
    before = again[0].network[2].weight.detach().clone()
    with pytest.raises(ValueError, match="t.pt holds a training of 2 epochs, and 1 are asked for"):
        fit(1, 0.02, *again, ADAM, checkpoint=path)
    assert path.read_bytes() == kept and torch.equal(again[0].network[2].weight, before)
    assert fit(2, 0.02, *again, opt_func=ADAM, checkpoint=path) == whole  # as many are none more
    assert not path.exists()


def test_a_place_where_nothing_can_be_written_is_told_before_the_training(tmp_path, capsys):
    (tmp_path / "file").touch()
    model, train, valid = started()
    before = model.network[2].weight.detach().clone()
    with pytest.raises(OSError, match="t.pt cannot be written: .*Choose another file"):
        fit(2, 0.02, model, train, valid, ADAM, checkpoint=tmp_path / "file" / "t.pt")
    assert capsys.readouterr().out == "" and torch.equal(before, model.network[2].weight)


@pytest.mark.parametrize("lr", [np.float64(0.02), np.float32(0.02)])
def test_a_training_goes_on_with_numbers_of_numpy_and_tensors(tmp_path, monkeypatch, lr):
    """What ``validation_epoch_end`` may give: means of NumPy, tensors, and lists."""

    class Own(Tiny):
        def validation_epoch_end(self, outputs):
            means = super().validation_epoch_end(outputs)
            loss, accuracy = np.mean(means["val_loss"]), torch.tensor(means["val_acc"])
            return {"val_loss": loss, "val_acc": accuracy, "all": [1.0, 2.0]}

        def epoch_end(self, epoch, result):
            pass

    def train(checkpoint=None):
        _, train, valid = started()
        return fit(3, lr, Own(), train, valid, ADAM, checkpoint=checkpoint)

    whole, path = train(), tmp_path / "t.pt"
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_epoch", interrupted_in(3))
        assert train(path) == whole[:2]
    assert train(path) == whole


def test_a_learning_rate_that_cannot_be_kept_is_refused_before_the_training(tmp_path, capsys):
    words = r"but lr is of type Tensor: use float\(lr\) or str\(lr\)"
    with pytest.raises(ValueError, match=words):
        fit(2, torch.tensor(0.02), *started(), ADAM, checkpoint=tmp_path / "new" / "t.pt")
    assert capsys.readouterr().out == "" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "words"), [("~/a.pt", "expanduser"), ("new/", "is a folder")])
def test_a_checkpoint_that_would_be_elsewhere_is_refused(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, OSError), match=words):
        fit(1, 0.02, *started(), ADAM, checkpoint=name)
    assert list(tmp_path.iterdir()) == []


SCRIPT = """
import sys, time
import torch
from helpers.training import fitting
from tests.training.kit import Tiny, tiny_loaders

torch.manual_seed(0)
model, (train, valid) = Tiny(), tiny_loaders()
steps = 0

def training_step(batch):
    global steps
    steps += 1
    if steps == 2 * len(train) + 3:  # in the middle of the third epoch
        print("in the middle", flush=True)
        time.sleep(600)  # it is killed long before
    return Tiny.training_step(model, batch)

model.training_step = training_step
fitting.fit(5, 0.02, model, train, valid, torch.optim.Adam, checkpoint=sys.argv[1])
"""


@pytest.mark.slow
def test_a_training_that_is_killed_goes_on_as_if_it_had_never_stopped(tmp_path, capsys):
    path = tmp_path / "t.pt"
    command = [sys.executable, "-c", SCRIPT, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as first:
        lines = iter(first.stdout.readline, "")
        assert any("in the middle" in line for line in lines)
        first.kill()
    assert path.exists()
    history = fit(5, 0.02, *started(seed=7), ADAM, checkpoint=path)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch  3", "epoch  4", "epoch  5"]
    assert history == fit(5, 0.02, *started(), ADAM)


def test_a_loss_that_is_lost_stops_the_training_with_the_reason():
    model, train, valid = started()
    train.images = train.images.clone()
    train.normalize = lambda xb: xb / 0
    with pytest.raises(FloatingPointError, match="the loss became nan at step 1. First suspect"):
        fit(3, 0.02, model, train, valid, ADAM)


def test_a_loader_without_batches_is_named():
    model, train, valid = started()
    opt = ADAM(model.parameters())
    with pytest.raises(ValueError, match="the loader gave no batch"):
        fit_epoch(model, [], opt)
    with pytest.raises(ValueError, match="the loader gave no batch"):
        evaluate(model, [])
    with pytest.raises(TypeError, match="pair of tensors"):
        evaluate(model, [torch.zeros(2, 3, 8, 8)])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda xb, yb: (xb.double(), yb), TypeError, r"float64: use xb.float\(\)"),
        (lambda xb, yb: (xb, yb.int()), TypeError, r"int32: use yb.long\(\)"),
        (lambda xb, yb: (xb, yb[:, None]), ValueError, r"use yb.squeeze\(1\)"),
        (lambda xb, yb: (xb, yb + 9), ValueError, "one output for each of them"),
        (lambda xb, yb: ((xb * 255).byte(), yb), TypeError, "floats from 0 to 1"),
        (lambda xb, yb: (xb.to("meta"), yb), ValueError, "the model is on cpu but the batch on"),
    ],
)
def test_batches_that_do_not_fit_are_explained(change, error, words):
    model, train, _ = started()
    loader = [change(*batch) for batch in train]
    with pytest.raises(error, match=words):
        fit_epoch(model, loader, ADAM(model.parameters()))
    with pytest.raises(error, match=words):
        evaluate(model, loader)


def test_keyword_arguments_pass():
    model, train, valid = started()
    calls = []
    fit_epoch(
        model, train_loader=train, optimizer=ADAM(model.parameters()),
        after_batch=lambda: calls.append(1),
    )  # fmt: skip
    assert len(calls) == len(train) and evaluate(model=model, val_loader=valid)["val_acc"] >= 0


@pytest.mark.parametrize("error", [None, OSError, KeyboardInterrupt])
def test_evaluation_leaves_every_module_in_its_mode(error):
    def batches():
        yield from valid
        if error:
            raise error

    model, _, valid = started()
    model.train().network[1].eval()
    before = [module.training for module in model.modules()]
    with pytest.raises(error) if error else nullcontext():
        evaluate(model, batches())
    assert [module.training for module in model.modules()] == before


def test_the_bar_shows_all_steps_and_leaves_nothing(monkeypatch, capsys):
    bars, make = [], fitting.tqdm
    monkeypatch.setattr(fitting, "tqdm", lambda **given: bars.append(make(**given)) or bars[-1])
    fit(2, 0.02, *started(), ADAM)
    assert bars[0].disable and capsys.readouterr().err == ""
    monkeypatch.delenv("LESSONS_HEADLESS")
    fit(2, 0.02, *started(), ADAM)
    assert (bars[1].total, bars[1].n, bars[1].leave) == (8, 8, False)


@pytest.mark.gpu
def test_training_on_a_gpu_learns_the_same():
    from helpers.device.place import get_default_device

    device = get_default_device()
    model, *_ = started()
    history = fit(5, 0.02, model.to(device), *tiny_loaders(device), ADAM)
    assert history[-1]["val_acc"] > 0.6
    assert next(model.parameters()).device.type == device.type


@pytest.mark.gpu
def test_a_lost_loss_on_a_gpu_is_noticed_after_the_epoch():
    from helpers.device.place import get_default_device

    device = get_default_device()
    model, (train, valid) = Tiny().to(device), tiny_loaders(device)
    train.normalize = lambda xb: xb / 0
    with pytest.raises(FloatingPointError, match="at step 1"):
        fit(1, 0.02, model, train, valid, ADAM)
