"""One file computes what the helpers compute, in an empty folder, without them."""

import ast
import importlib
import io
import re
import subprocess
import sys
import tarfile
import types

import pytest
import torch

from benchmarks.record import rules
from benchmarks.record.__main__ import main, record
from benchmarks.record.bundle import Bundle, Module
from helpers.data import Split
from helpers.data.loaders import ResidentBatches
from helpers.data.onepass import MovedBatches
from helpers.models.fastnet import FastNet
from helpers.training import fast
from helpers.training.fast import FastFit
from helpers.training.schedule import StepBudget


@pytest.fixture(scope="module")
def source():
    return record()


@pytest.fixture(scope="module")
def theirs(source):
    """The file as a module."""
    module = types.ModuleType("record")
    module.__file__ = "record.py"
    exec(compile(source, "record.py", "exec"), module.__dict__)
    return module


def photos(n, seed=0):
    draw = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (n, 3, 32, 32), dtype=torch.uint8, generator=draw)
    return Split(images, torch.arange(n) % 10)


@pytest.mark.slow
def test_it_computes_the_same_as_the_helpers(theirs):
    images, results = photos(80), []
    ours = types.SimpleNamespace(
        FastNet=FastNet, MovedBatches=MovedBatches, ResidentBatches=ResidentBatches,
        StepBudget=StepBudget, train=fast.train, answers=fast.answers,
    )  # fmt: skip
    steps = type("Steps", (StepBudget,), {})
    for module in (ours, theirs):
        torch.manual_seed(0)
        model = module.FastNet(images.images.float() / 255, (4, 8, 8))
        module.train(model, module.MovedBatches(*images, 32, "cpu", rest="drop"), steps(6))
        logits = module.answers(model, module.ResidentBatches(*photos(30, 1), 10, "cpu"))
        results.append((logits, model.state_dict()))
    (logits, state), (logits_there, state_there) = results
    assert torch.equal(logits, logits_there) and state.keys() == state_there.keys()
    assert all(torch.equal(values, state_there[name]) for name, values in state.items())


def test_every_definition_has_a_home(source, theirs):
    found = re.findall(r"^# ((?:helpers|benchmarks)\.\S+)$", source, re.M)
    homes = [importlib.import_module(name) for name in found]
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            things = [(home, vars(home).get(node.name)) for home in homes]
            assert [thing for home, thing in things if _made_in(thing) == home.__name__], node.name


def _made_in(thing):
    return getattr(thing, "__module__", None)


def test_it_needs_torch_alone(source):
    lines = [line.split() for line in source.splitlines() if line.startswith(("import ", "from "))]
    tops = {words[1].partition(".")[0] for words in lines}
    assert tops - sys.stdlib_module_names == {"torch"}
    assert "checks." not in source and "import helpers" not in source


def binary(path, train=120, test=20):
    """A file as the original one: five parts to learn from, one to judge by."""
    with tarfile.open(path, "w:gz") as archive:
        for k in range(6):
            split = photos(test if k == 5 else train // 5, seed=k)
            rows = torch.cat([split.labels.byte()[:, None], split.images.flatten(1)], 1)
            name = "test_batch.bin" if k == 5 else f"data_batch_{k + 1}.bin"
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = rows.numel()
            archive.addfile(info, io.BytesIO(bytes(rows.flatten().tolist())))


@pytest.mark.slow
def test_it_runs_in_an_empty_folder(source, tmp_path, monkeypatch):
    binary(tmp_path / "images.tar.gz")
    monkeypatch.setattr("sys.argv", ["record", str(tmp_path / "record.py")])
    main()
    words = ["images.tar.gz", "--seconds", "0.3", "--seeds", "1", "--threads", "1"]
    command = [sys.executable, "-I", "-W", "error", "record.py", *words]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "120 training and 20 test images, original" in done.stdout
    assert "No record: " in done.stdout and "GFLOP/s" in done.stdout


def test_images_are_read_as_they_were_written(tmp_path):
    binary(tmp_path / "images.tar.gz")
    train, test, kind = rules.read_images(tmp_path / "images.tar.gz")
    assert kind == "original" and torch.equal(test.images, photos(20, seed=5).images)
    assert torch.equal(train.images[24:48], photos(24, seed=1).images)
    assert torch.equal(train.labels[:24], photos(24).labels) and train.labels.dtype == torch.int64


def test_pictures_in_folders_are_read_too(tmp_path):
    from PIL import Image

    with tarfile.open(tmp_path / "images.tgz", "w:gz") as archive:
        for number, name in enumerate(["train/cat/1", "train/dog/1", "test/dog/2"]):
            file = io.BytesIO()
            Image.new("RGB", (32, 32), (number, 100, 200)).save(file, "PNG")
            info = tarfile.TarInfo(f"cifar10/{name}.png")
            info.size = file.tell()
            archive.addfile(info, io.BytesIO(file.getvalue()))
    train, test, _ = rules.read_images(tmp_path / "images.tgz")
    assert train.labels.tolist() == [0, 1] and test.labels.tolist() == [1]
    assert test.images.unique().tolist() == [2, 100, 200] and test.images.shape == (1, 3, 32, 32)


def test_another_file_is_refused(tmp_path, monkeypatch, capsys):
    with tarfile.open(tmp_path / "empty.tgz", "w:gz"):
        pass
    for name, said in (("empty.tgz", "neither .bin files nor"), ("none.tgz", "no file")):
        monkeypatch.setattr("sys.argv", ["record.py", str(tmp_path / name)])
        assert rules.main() == 2 and said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ([59, 60, 62], "Record: 0.8200 in 60 s, the median of 3 seeds."),
        ([59, 60, 64], "No record: 1 of 3 runs took more than 63.0 s."),
        ([59, 60], "No record: it takes at least three seeds."),
    ],
)
def test_a_record_keeps_its_rules(seconds, said):
    fits = [
        FastFit(None, None, accuracy, (16, 64, 64), 5.0, taken)
        for accuracy, taken in zip((0.81, 0.84, 0.82), seconds)
    ]
    text = rules.result_table(fits, 60, 50_000)
    assert text.splitlines()[-1] == said and "| 0 | 0.8100 | 59.0 | 16-64-64 | 5.0 | 236 |" in text


def test_two_things_of_one_name_do_not_come_into_one_file(tmp_path, monkeypatch):
    for name, text in {
        "one_a": "def f():\n    return 1\n",
        "one_b": "def f():\n    return 2\n",
        "one_c": "from one_a import f\n\n\ndef g():\n    return f()\n",
        "one_d": "from one_b import f\nfrom one_c import g\n\n\ndef h():\n    return f() + g()\n",
        "one_e": "from one_a import f as other\n\n\ndef e():\n    return other()\n",
    }.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    bundle = Bundle([f"one_{letter}" for letter in "abcde"])
    bundle.add("one_c", "g")
    assert bundle.text().endswith(Module("one_c").text(Module("one_c").defined["g"]))
    with pytest.raises(ValueError, match="f is defined by one_a and by one_b"):
        bundle.add("one_d", "h")
    with pytest.raises(ValueError, match="one_e imports one_a as other"):
        bundle.add("one_e", "e")
    with pytest.raises(ValueError, match="one_a has no nothing"):
        bundle.add("one_a", "nothing")
