import copy
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from helpers.training import checkpoint
from helpers.training.checkpoint import TrainingState, load_weights, replacing, save_weights
from helpers.training.classifier import Epoch
from tests import ROOT
from tests.training.kit import Tiny

ANOTHER = "0000" if checkpoint._HERE != "0000" else "0001"  # another machine


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


def test_a_file_that_nobody_has_written_takes_no_place(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    words = "nothing was written for .*a.txt; write into the file"
    with pytest.raises(ValueError, match=words), replacing(tmp_path / "a.txt"):
        pass
    assert (tmp_path / "a.txt").read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.skipif(os.name != "posix", reason="not everybody may make links")
def test_a_link_goes_on_to_point_to_its_file(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    link, real = tmp_path / "one" / "a.txt", tmp_path / "two" / "b.txt"
    link.symlink_to(real)
    for text in ("new", "newer"):  # the first one has no file to replace
        with replacing(link) as temporary:
            temporary.write_text(text)
        assert link.is_symlink() and real.read_text() == text
    assert os.listdir(tmp_path / "one") == ["a.txt"] and os.listdir(tmp_path / "two") == ["b.txt"]


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("new/", OSError, "new/ cannot be written: it is a folder"),
        ("~/w.pt", ValueError, r"folder named ~, not in yours: use Path.'~/w.pt'.*expanduser"),
    ],
)
def test_a_name_that_means_something_else_is_refused(tmp_path, monkeypatch, name, error, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=words):
        save_weights(Tiny(), name)
    with pytest.raises(error, match=words):
        begun(name)
    assert list(tmp_path.iterdir()) == []


def test_a_place_is_tried_before_a_long_computation(tmp_path):
    checkpoint.check_writable(tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="a.json cannot be written: .*Choose another file"):
        checkpoint.check_writable(tmp_path / "missing" / "a.json")


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


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    calls = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, n=name, f=real: calls.append(n) or f(*a))
    save_weights(Tiny(), tmp_path / "w.pt")
    assert calls[:2] == ["fsync", "replace"]


KILLED = """
import os, signal, sys
from helpers.training.checkpoint import replacing
with replacing(sys.argv[1]) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a process cannot be asked for by its number")
def test_what_a_killed_save_leaves_is_removed_by_the_next_one(tmp_path):
    path = tmp_path / "w[1].pt"
    subprocess.run([sys.executable, "-c", KILLED, path], cwd=ROOT)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".w[1].pt.") and left.read_text() == "half"
    save_weights(Tiny(), path)
    assert [p.name for p in tmp_path.iterdir()] == ["w[1].pt"]


@pytest.mark.skipif(os.name != "posix", reason="a process cannot be asked for by its number")
def test_what_another_process_is_writing_stays_and_so_does_what_is_not_ours(tmp_path):
    path = tmp_path / "w.pt"
    kept = [
        f".w.pt.{checkpoint._HERE}{os.getppid():06x}.tmp",  # it runs
        f".w.pt.{ANOTHER}000001.tmp",
        f".v.pt.{checkpoint._HERE}ffffff.tmp",  # another file's
        ".w.pt.backup.tmp",
        ".w.pt.tmp",
    ]
    for name in kept:
        (tmp_path / name).touch()
    save_weights(Tiny(), path)
    assert {p.name for p in tmp_path.iterdir()} == {"w.pt", *kept}


def test_what_another_machine_left_is_removed_after_a_day(tmp_path):
    old = tmp_path / f".w.pt.{ANOTHER}000001.tmp"
    old.touch()
    os.utime(old, (0, 0))
    save_weights(Tiny(), tmp_path / "w.pt")
    assert not old.exists()


@pytest.mark.parametrize("place", ["missing/w.pt", "file/w.pt", "folder", "x" * 300 + ".pt"])
def test_a_file_that_cannot_be_written_is_told(tmp_path, place):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="cannot be written: .* (Choose another|Name a) file"):
        save_weights(Tiny(), tmp_path / place)


SMALL = """
import resource, sys
from helpers.training.checkpoint import save_weights
from tests.training.kit import Tiny
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    save_weights(Tiny(), sys.argv[1])
except OSError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the size of files cannot be limited")
def test_a_disk_that_is_full_is_told(tmp_path):
    command = [sys.executable, "-c", SMALL, tmp_path / "w.pt"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "w.pt cannot be written whole: is the disk full?" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_flipped_bit_is_found_or_does_no_harm(tmp_path):
    path, model = tmp_path / "w.pt", Tiny()
    save_weights(model, path)
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 23):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        other = Tiny()
        before = copy.deepcopy(other)
        try:
            load_weights(other, path)
        except ValueError:
            refused += 1
            assert equal(other, before)
        else:
            assert equal(other, model)  # only a date or a filler has changed
    assert refused > 0.7 * len(whole) / 23


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04", b"\x80\x04K\x01."])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "w.pt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not written by torch.save|holds no weights"):
        load_weights(Tiny(), path)


OLD = {"_use_new_zipfile_serialization": False}


@pytest.mark.filterwarnings("ignore:.*torch.jit")  # of TorchScript
@pytest.mark.parametrize(
    "write",
    [
        lambda model, path: torch.save(model, path),
        lambda model, path: torch.save(model, path, **OLD),
        lambda model, path: torch.save({"model": model.state_dict(), "path": path}, path),
        lambda model, path: torch.jit.script(nn.Linear(2, 1)).save(path),
    ],
    ids=["model", "model in the old format", "path", "script"],
)
def test_a_sound_file_of_other_objects_is_no_damaged_one(tmp_path, write):
    path = tmp_path / "w.pt"
    write(Tiny(), path)
    with pytest.raises(ValueError, match="w.pt holds a whole model or other objects") as caught:
        load_weights(Tiny(), path)
    assert "torch.load('w.pt', weights_only=False)" in str(caught.value)
    assert "elete" not in str(caught.value)


def test_weights_beside_a_number_of_numpy_are_no_damaged_file(tmp_path):
    torch.save({"model": Tiny().state_dict(), "acc": np.float64(0.9)}, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="w.pt holds no weights; expected what save_weights"):
        load_weights(Tiny(), tmp_path / "w.pt")


def test_weights_in_the_old_format_are_loaded_and_a_cut_file_is_refused(tmp_path):
    path, model, other = tmp_path / "w.pt", Tiny(), Tiny()
    torch.save(model.state_dict(), path, **OLD)
    load_weights(other, path)
    assert equal(other, model)
    whole = path.read_bytes()
    for length in [*range(0, 500, 20), len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="w.pt .* is damaged, cut short"):
            load_weights(Tiny(), path)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_weights_that_would_be_refused_are_not_written(tmp_path, value):
    path, model = tmp_path / "w.pt", Tiny()
    save_weights(model, path)
    before = path.read_bytes()
    nn.init.constant_(model.network[2].bias, value)
    words = "w.pt is not written, because .*: network.2.bias is not finite everywhere"
    with pytest.raises(ValueError, match=words):
        save_weights(model, path)
    assert path.read_bytes() == before


def test_a_layer_without_weights_yet_is_named(tmp_path):
    with pytest.raises(ValueError, match="has no values yet .call the model with a batch first"):
        save_weights(nn.LazyLinear(2), tmp_path / "w.pt")


class Masked(Tiny):
    """With a buffer that is infinite above the diagonal."""

    def __init__(self, above=-torch.inf):
        super().__init__()
        self.register_buffer("mask", torch.full((3, 3), above).triu(1))


def test_a_mask_may_be_infinite_where_the_models_own_is(tmp_path):
    model, other = Masked(), Masked()
    save_weights(model, tmp_path / "w.pt")
    load_weights(other, tmp_path / "w.pt")
    assert equal(other, model)
    for above in (0.0, torch.inf):
        with pytest.raises(ValueError, match="mask is not finite everywhere"):
            load_weights(Masked(above), tmp_path / "w.pt")
    model, opt, state = begun(tmp_path / "t.pt", model=model)
    state.save([])
    assert begun(tmp_path / "t.pt", model=Masked())[2].resume() == []


def test_a_file_cannot_run_code(tmp_path):
    path = tmp_path / "w.pt"

    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    torch.save({"network.2.weight": Trap()}, path)
    with pytest.raises(ValueError, match="holds a whole model or other objects"):
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


@pytest.mark.filterwarnings("ignore::UserWarning")  # of rare kinds of tensors
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda w: w.index_fill(0, torch.tensor([1]), torch.nan), "not finite everywhere"),
        (lambda w: w.index_fill(0, torch.tensor([1]), -torch.inf), "not finite everywhere"),
        (lambda w: w.double() + 1e300, "not finite everywhere"),
        (lambda w: w.to(torch.int8), "has dtype torch.int8, the model's torch.float32"),
        (lambda w: w > 0, "has dtype torch.bool"),
        (lambda w: w.to(torch.complex64), "has dtype torch.complex64"),
        (lambda w: w.to_sparse(), "no plain tensor .torch.sparse_coo."),
        (lambda w: w.to("meta"), "no values"),
        (lambda w: torch.quantize_per_tensor(w, 0.1, 0, torch.qint8), "has dtype torch.qint8"),
    ],
    ids=lambda value: "" if callable(value) else value[:12],
)
def test_weights_that_cannot_be_used_are_refused(tmp_path, make, words):
    model = Tiny()
    weights = Tiny().state_dict()
    torch.save(weights | {"network.2.weight": make(weights["network.2.weight"])}, tmp_path / "w.pt")
    before = copy.deepcopy(model)
    with pytest.raises(ValueError, match=f"w.pt holds weights that .* network.2.weight .*{words}"):
        load_weights(model, tmp_path / "w.pt")
    assert equal(model, before)


def test_weights_of_another_precision_are_loaded(tmp_path):
    half, model = Tiny().half(), Tiny()
    save_weights(half, tmp_path / "w.pt")
    load_weights(model, tmp_path / "w.pt")
    assert equal(model, half.float())


def test_no_weights_at_all_are_refused(tmp_path):
    torch.save({"accuracy": 0.7}, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="holds no weights"):
        load_weights(Tiny(), tmp_path / "w.pt")


# A training that goes on.


def begun(path, lr=0.1, model=None, opt_func=torch.optim.Adam):
    model = model or Tiny()
    opt = opt_func(model.parameters(), lr)
    return model, opt, TrainingState(path, model, opt, {"lr": lr})


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


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({"momentum": 0.9}, {"momentum": 0.5}, "momentum = 0.9, but this one has momentum = 0.5"),
        (
            {"momentum": 0.9},
            {"momentum": 0.9, "weight_decay": 0.3, "nesterov": True},
            r"weight_decay = 0, nesterov = False, but .*_decay = 0.3, nesterov = True\. Go on",
        ),
    ],
)
def test_other_settings_of_the_optimiser_are_refused(tmp_path, before, now, words):
    def sgd(more):
        return lambda params, lr: torch.optim.SGD(params, lr, **more)

    begun(tmp_path / "t.pt", opt_func=sgd(before))[2].save([])
    model, opt, state = begun(tmp_path / "t.pt", opt_func=sgd(now))
    with pytest.raises(ValueError, match=f"t.pt holds a training with .*{words}"):
        state.resume()
    assert opt.param_groups[0]["momentum"] == now["momentum"]


def test_other_betas_are_refused(tmp_path):
    begun(tmp_path / "t.pt")[2].save([])
    other = begun(tmp_path / "t.pt", opt_func=lambda p, lr: torch.optim.Adam(p, lr, (0.8, 0.9)))
    with pytest.raises(ValueError, match=r"betas = \(0.9, 0.999\), but .* \(0.8, 0.9\)"):
        other[2].resume()


@pytest.mark.parametrize("opt_func", [torch.optim.Adam, torch.optim.RMSprop, torch.optim.SGD])
def test_what_a_schedule_changes_may_be_another(tmp_path, opt_func):
    """OneCycleLR changes learning rate and momentum, or betas."""
    more = {} if opt_func is torch.optim.Adam else {"momentum": 0.9}

    def scheduled():
        model, opt, state = begun(tmp_path / "t.pt", opt_func=lambda p, lr: opt_func(p, lr, **more))
        return model, opt, state, torch.optim.lr_scheduler.OneCycleLR(opt, 0.2, total_steps=9)

    model, opt, state, schedule = scheduled()
    for _ in range(2):
        step(model, opt)
        schedule.step()
    state.save([])
    _, other, state, _ = scheduled()
    state.resume()
    torch.testing.assert_close(other.state_dict(), opt.state_dict())


@pytest.mark.parametrize(
    ("value", "goes_on"),
    [
        (np.float64(0.1), True),
        (np.int32(3), True),
        ((1, 2), True),
        (torch.tensor(0.1), False),
        (None, False),
        (torch.float32, False),
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_settings_come_back_or_are_refused_at_the_start(tmp_path, value, goes_on):
    def kept():
        model = Tiny()
        opt = torch.optim.SGD(model.parameters(), 0.1)
        return TrainingState(tmp_path / "t.pt", model, opt, {"kept": value})

    if goes_on:
        assert kept().resume() == []
        kept().save([])
        assert kept().resume() == []
    else:
        with pytest.raises(ValueError, match=r"settings of a training .* use float\(kept\)"):
            kept().resume()
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "result",
    [
        {"val_acc": np.mean([0.5, 1.0])},
        {"val_acc": np.float32(0.5), "n": np.int64(3), "best": np.bool_(True)},
        {"val_acc": torch.tensor(0.5)},
        {"of_classes": [0.5, 0.25], "name": "a", "none": None},
    ],
    ids=["mean", "numpy", "tensor", "list"],
)
def test_results_of_many_kinds_come_back(tmp_path, result):
    begun(tmp_path / "t.pt")[2].save([result])
    assert begun(tmp_path / "t.pt")[2].resume() == [result]


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ([Epoch(0.5, 0.5)], "its history is no list of results, a dict for each epoch"),
        ([{"file": Path("a")}], r"its history holds more than numbers, .* use float\(x\)"),
        ([{"of_classes": np.zeros(2)}], "its history holds more than numbers"),
    ],
    ids=["tuple", "path", "array"],
)
def test_a_history_that_would_be_refused_is_not_written(tmp_path, history, words):
    state = begun(tmp_path / "t.pt")[2]
    state.save([{"val_acc": 0.5}])
    with pytest.raises(ValueError, match=f"t.pt is not written, because .*: {words}"):
        state.save(history)
    assert begun(tmp_path / "t.pt")[2].resume() == [{"val_acc": 0.5}]


def test_a_training_that_is_lost_does_not_replace_the_last_good_one(tmp_path):
    model, opt, state = begun(tmp_path / "t.pt")
    step(model, opt)
    state.save([{"val_acc": 0.5}])
    opt.state[model.network[2].bias]["exp_avg_sq"].fill_(torch.inf)
    with pytest.raises(ValueError, match="its optimiser remembers a exp_avg_sq that does not fit"):
        state.save([])
    nn.init.constant_(model.network[2].bias, torch.nan)
    with pytest.raises(ValueError, match="network.2.bias is not finite everywhere"):
        state.save([])
    assert begun(tmp_path / "t.pt")[2].resume() == [{"val_acc": 0.5}]


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


def everything(model, opt):
    """A copy of all that ``resume`` may change."""
    return copy.deepcopy([model.state_dict(), opt.state_dict(), torch.get_rng_state()])


def damaged(tmp_path, part, change):
    """A training's file in which something has been changed."""
    path = tmp_path / "t.pt"
    model, opt, state = begun(path)
    step(model, opt)
    state.save([{"val_acc": 0.5}])
    saved = torch.load(path, weights_only=True)
    saved[part] = change(saved[part])
    torch.save(saved, path)
    return path


def changed(place, value):
    """Something nested with another value at a place."""

    def change(nested):
        inner = nested
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        return nested

    return change


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("model", changed(["network.2.bias"], torch.zeros(4).byte()), "has dtype torch.uint8"),
        ("model", lambda weights: {}, "is missing"),
        ("optimizer", lambda saved: None, "its optimiser has no state"),
        ("optimizer", changed(["param_groups"], []), "of other parameters"),
        ("optimizer", changed(["param_groups", 0, "lr"], torch.nan), "of other parameters"),
        ("optimizer", changed(["param_groups", 0, "betas"], 3), "of other parameters"),
        ("optimizer", changed(["param_groups", 0, "params"], [0]), "of other parameters"),
        ("optimizer", changed(["state", 0, "exp_avg"], torch.zeros(2)), "an exp_avg|a exp_avg"),
        ("optimizer", changed(["state", 0, "exp_avg"], "text"), "that does not fit parameter 0"),
        ("optimizer", changed(["state", 1, "exp_avg"], torch.full((4,), torch.nan)), "parameter 1"),
        ("optimizer", changed(["state", 1, "exp_avg"], torch.ones(4).char()), "parameter 1"),
        ("optimizer", changed(["state", 7], {}), "what is no parameter"),
        ("random", lambda states: {}, "its random numbers are not there"),
        ("random", changed(["cpu"], torch.zeros(8, dtype=torch.uint8)), "cannot be used"),
        ("random", changed(["cpu"], torch.zeros(5056)), "cannot be used"),
        ("random", lambda states: [1], "cannot be used"),
        ("history", lambda history: "long", "its history is no list"),
        ("history", lambda history: [3], "its history is no list"),
        ("settings", lambda settings: [1], "a training with no settings"),
        ("settings", changed(["lr"], torch.ones(2)), "a training with no settings"),
    ],
    ids=lambda value: "" if callable(value) else value[:12],
)
def test_nothing_is_changed_unless_everything_fits(tmp_path, part, change, words):
    path = damaged(tmp_path, part, change)
    model, opt, state = begun(path)
    before = everything(model, opt)
    with pytest.raises(ValueError, match=words):
        state.resume()
    torch.testing.assert_close(everything(model, opt), before, rtol=0, atol=0)
    assert path.exists()


@pytest.mark.parametrize(
    "opt_func",
    [
        torch.optim.SGD,
        lambda params, lr: torch.optim.SGD(params, lr, momentum=0.9),
        torch.optim.Adam,
        torch.optim.AdamW,
        torch.optim.RMSprop,
        torch.optim.Adagrad,
        torch.optim.Adadelta,
        torch.optim.Adafactor,
        torch.optim.NAdam,
    ],
)
def test_trainings_with_other_optimisers_go_on(tmp_path, opt_func):
    path = tmp_path / "t.pt"
    model, opt, state = begun(path, opt_func=opt_func)
    step(model, opt)
    state.save([{"val_acc": 0.5}])
    again, other, state = begun(path, opt_func=opt_func)
    assert state.resume() == [{"val_acc": 0.5}] and equal(again, model)
    torch.testing.assert_close(other.state_dict(), opt.state_dict())


@pytest.mark.parametrize("place", ["file/t.pt", "file/below/t.pt", "folder", "x" * 300])
def test_a_place_where_no_training_can_be_kept_is_told_at_the_start(tmp_path, place):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="cannot be written: .* (Choose another|Name a) file"):
        begun(tmp_path / place)[2].resume()


def test_a_truncated_training_is_refused(tmp_path):
    path = tmp_path / "t.pt"
    begun(path)[2].save([])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="t.pt .* is damaged, cut short"):
        begun(path)[2].resume()


def test_a_file_has_the_same_size_whoever_writes_it(tmp_path, monkeypatch):
    """Torch writes the name of the temporary file into it."""
    sizes = set()
    for process in (1, 4_194_303):
        monkeypatch.setattr(os, "getpid", lambda: process)  # noqa: B023
        save_weights(Tiny(), tmp_path / "w.pt")
        sizes.add((tmp_path / "w.pt").stat().st_size)
    assert len(sizes) == 1


def test_a_model_comes_first_and_a_file_second(tmp_path):
    net, file = nn.Linear(2, 2), tmp_path / "w.pt"
    for function in (save_weights, load_weights):
        with pytest.raises(
            TypeError, match=f"{function.__name__}: expected a model, then the name"
        ):
            function(file, net)
    with pytest.raises(TypeError, match="got OrderedDict and"):
        save_weights(net.state_dict(), file)
    assert not list(tmp_path.iterdir())


def test_the_file_of_a_training_may_be_a_text(tmp_path):
    net = nn.Linear(2, 2)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    checkpoint.check_training(str(tmp_path / "new" / "t.pt"), net, opt, {})
    assert (tmp_path / "new").is_dir()
