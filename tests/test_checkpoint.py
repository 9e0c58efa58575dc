import os

import pytest
import torch
from torch import nn

from helpers import checkpoint
from helpers.checkpoint import TrainingState, load_weights, replacing, save_weights
from tests.training_kit import Tiny


def equal(one, other):
    pairs = zip(one.state_dict().values(), other.state_dict().values())
    return all(torch.equal(a, b) for a, b in pairs)


def test_weights_come_back_exactly(tmp_path):
    model, other = Tiny(), Tiny()
    assert not equal(model, other)
    save_weights(model, tmp_path / "w.pt")
    load_weights(other, str(tmp_path / "w.pt"))
    assert equal(model, other) and [p.name for p in tmp_path.iterdir()] == ["w.pt"]


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "w.pt"
    model = Tiny()
    save_weights(model, path)
    before = path.read_bytes()

    def stop(weights, file):
        file.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(checkpoint.torch, "save", stop)
    with pytest.raises(OSError, match="no space"):
        save_weights(Tiny(), path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["w.pt"]


def test_a_file_appears_under_its_name_only_when_whole(tmp_path):
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("done")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "done" and os.listdir(tmp_path) == ["a.txt"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file cifar.pt in the folder .*another name"):
        load_weights(Tiny(), tmp_path / "cifar.pt")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused_and_changes_nothing(tmp_path, share):
    path = tmp_path / "w.pt"
    save_weights(Tiny(), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    model = Tiny()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(ValueError, match=r"w.pt \([\d,]+ bytes\) is damaged, cut short"):
        load_weights(model, path)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04", b"\x80\x04K\x01."])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "w.pt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not written by torch.save|holds no weights"):
        load_weights(Tiny(), path)


def test_a_file_cannot_run_code(tmp_path):
    path = tmp_path / "w.pt"

    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    torch.save({"network.2.weight": Trap()}, path)
    with pytest.raises(ValueError, match="damaged, cut short, or was not"):
        load_weights(Tiny(), path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (Tiny(classes=10), r"network.2.weight has shape \(10, 192\), the model's \(4, 192\)"),
        (
            nn.Linear(2, 2),
            r"network.2.weight is missing; .* weight is not in the model; and 1 more",
        ),
        (nn.Sequential(), "network.2.weight is missing; network.2.bias is missing$"),
    ],
    ids=["shape", "names", "empty"],
)
def test_weights_of_another_network_are_refused(tmp_path, other, words):
    save_weights(other, tmp_path / "w.pt")
    model = Tiny()
    before = model.network[2].weight.detach().clone()
    with pytest.raises(ValueError, match=f"w.pt holds the weights of another network: {words}"):
        load_weights(model, tmp_path / "w.pt")
    assert torch.equal(model.network[2].weight, before)


def test_no_weights_at_all_are_refused(tmp_path):
    torch.save({"accuracy": 0.7}, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="holds no weights"):
        load_weights(Tiny(), tmp_path / "w.pt")


# A training that goes on.


def begun(path, lr=0.1, model=None, opt_func=torch.optim.Adam):
    model = model or Tiny()
    opt = opt_func(model.parameters(), lr)
    return model, opt, TrainingState(path, model, opt, lr=lr)


def step(model, opt):
    model.training_step((torch.rand(4, 3, 8, 8), torch.arange(4))).backward()
    opt.step()
    opt.zero_grad()


def test_everything_that_training_needs_comes_back(tmp_path):
    path = tmp_path / "folder" / "training.pt"
    torch.manual_seed(0)
    model, opt, state = begun(path)
    step(model, opt)
    state.save([{"val_acc": 0.25}])
    step(model, opt)
    expected = model.network[2].weight.detach().clone()

    torch.manual_seed(99)
    again, opt, state = begun(path)
    assert state.resume() == [{"val_acc": 0.25}]
    step(again, opt)  # the same random images, the same moments of Adam
    assert torch.equal(again.network[2].weight, expected)
    state.remove()
    state.remove()
    assert list(path.parent.iterdir()) == []


def test_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, _, state = begun(None)
    state.save([{"val_acc": 0.1}])
    assert state.resume() == [] and list(tmp_path.iterdir()) == []
    state.remove()


def test_no_file_yet_is_a_beginning(tmp_path):
    assert begun(tmp_path / "t.pt")[2].resume() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lr": 0.5}, "optimizer = Adam, lr = 0.1, but this one has optimizer = Adam, lr = 0.5"),
        ({"opt_func": torch.optim.SGD}, "this one has optimizer = SGD, lr = 0.1.*delete the file"),
    ],
)
def test_other_settings_are_refused(tmp_path, change, words):
    begun(tmp_path / "t.pt")[2].save([])
    with pytest.raises(ValueError, match=words):
        begun(tmp_path / "t.pt", **change)[2].resume()


def test_a_training_of_another_network_is_refused(tmp_path):
    begun(tmp_path / "t.pt")[2].save([])
    with pytest.raises(ValueError, match="another network: network.2.weight has shape"):
        begun(tmp_path / "t.pt", model=Tiny(classes=3))[2].resume()


def test_weights_alone_are_no_training_and_a_training_no_weights(tmp_path):
    save_weights(Tiny(), tmp_path / "w.pt")
    with pytest.raises(ValueError, match="w.pt is no training that was interrupted"):
        begun(tmp_path / "w.pt")[2].resume()
    begun(tmp_path / "t.pt")[2].save([])
    with pytest.raises(ValueError, match="t.pt holds no weights"):
        load_weights(Tiny(), tmp_path / "t.pt")


def test_a_truncated_training_is_refused(tmp_path):
    path = tmp_path / "t.pt"
    begun(path)[2].save([])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="t.pt .* is damaged, cut short"):
        begun(path)[2].resume()
