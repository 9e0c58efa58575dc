"""The benchmark of lesson 08 on very small work: both ways do the same, and the table is whole."""

import re

import pytest
import torch
from PIL import Image

from benchmarks import cifar10 as benchmark
from benchmarks.cifar10 import PARTS, WAYS, Contest, machine, table
from benchmarks.operators import operators, waits
from helpers.data import ImageSet, Split
from helpers.data.loaders import ResidentBatches
from helpers.models.cnn import Cifar10CnnModel
from helpers.training.fitting import fit_epoch

CPU = torch.device("cpu")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """Thirty images of noise in two classes, as files and in memory."""
    path = tmp_path_factory.mktemp("cifar10")
    images = torch.randint(
        0, 256, (30, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )
    for place, image in enumerate(images):
        folder = path / "train" / ("cat" if place < 15 else "dog")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(folder / f"{place:02}.png")
    split = Split(images, torch.arange(30) // 15)
    in_memory = ImageSet("noise", ("cat", "dog"), {"train": split}, practice=True)
    return in_memory, path


@pytest.fixture(scope="module")
def contest(noise):
    return Contest(*noise, CPU, train=20, valid=3, batch_size=8)


def batches_of(contest, way):
    torch.manual_seed(0)
    xs, ys = zip(*contest.loaders[way])
    order = torch.cat([x.flatten(1).sum(1) for x in xs]).argsort()
    return torch.cat(xs)[order], torch.cat(ys)[order]


def test_both_ways_see_the_same_images_and_labels(contest):
    (xs, ys), (their_xs, their_ys) = (batches_of(contest, way) for way in WAYS)
    assert torch.equal(xs, their_xs) and torch.equal(ys, their_ys) and len(xs) == 20
    assert len(contest.loaders["notes"]) == len(contest.loaders["helpers"]) == 3


def test_both_ways_start_with_the_same_parameters_and_differ_in_precision(contest):
    (notes, _), (helpers, _) = (contest.start(way) for way in WAYS)
    assert all(torch.equal(p, q) for p, q in zip(notes.parameters(), helpers.parameters()))
    assert notes.precision == torch.float32 and helpers.precision == contest.precision


@pytest.mark.parametrize("way", WAYS)
def test_shares_are_those_of_a_whole(contest, way):
    shares = contest.shares(way)
    assert tuple(shares) == PARTS and sum(shares.values()) == pytest.approx(1)
    assert all(share > 0 for share in shares.values()) and contest.seconds(way) > 0


def test_both_loops_train_alike(contest, monkeypatch):
    """With one loader and one precision the two loops must give the same weights."""
    monkeypatch.setattr(contest, "precision", torch.float32)
    dl = contest.loaders["helpers"]
    trained = []
    for way in WAYS:
        model, opt = contest.start("notes")
        torch.manual_seed(1)
        contest.steps[way](model, dl, opt)
        trained.append(model)
    assert all(torch.equal(p, q) for p, q in zip(trained[0].parameters(), trained[1].parameters()))


def test_table_is_markdown(contest):
    lines = table(contest, train=20, runs=1, epochs=1).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len(lines) == 5 and len({len(row) for row in cells}) == 1
    for way, row in zip(WAYS, cells[2:4]):
        assert row[0] == way and float(row[1]) > 0 and 0 <= float(row[-1]) <= 1
        assert all(re.fullmatch(r"\d+%", share) for share in row[2:6])
    assert cells[4][0] == "notes / helpers" and float(cells[4][1]) > 0
    assert "not measured" in table(contest, train=20, runs=1, epochs=0)


def test_machine_names_device_precision_and_versions():
    words = machine(CPU)
    assert re.match(r"\d{4}-\d\d-\d\d, ", words) and f"torch {torch.__version__}" in words
    assert "CPU (" in words and ("bfloat16" in words or "float32" in words)


def test_too_few_runs_are_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmark", "--runs", "2"])
    with pytest.raises(SystemExit):
        benchmark.main()
    assert "--runs must be at least 3" in capsys.readouterr().err


def test_a_batch_from_memory_is_a_few_operations_whatever_its_size(noise):
    """Where the notes' way has some for each image, besides opening its file."""
    counts = {way: [] for way in WAYS}
    for size in (4, 16):
        these = Contest(*noise, CPU, train=16, valid=3, batch_size=size)
        for way in WAYS:
            counts[way].append(operators(lambda: next(iter(these.loaders[way]))))  # noqa: B023
    assert counts["helpers"][0] == counts["helpers"][1] <= 10
    assert counts["notes"][1] >= counts["notes"][0] + 12


def test_a_step_asks_little_of_the_device(contest):
    """Casts for autocast included, and without the optimiser, which is torch's own."""
    model, _ = contest.start("helpers")
    xb, yb = next(iter(contest.loaders["helpers"]))
    for precision, most in ((torch.float32, 56), (torch.bfloat16, 78)):
        model.precision = precision
        model.zero_grad()
        count = operators(lambda: model.training_step((xb, yb)).backward())
        assert count <= most


@pytest.mark.gpu
def test_an_epoch_on_a_gpu_waits_no_more_often_than_a_short_one():
    """Waiting at each step, a processor could not go ahead of the GPU."""
    if not torch.cuda.is_available():
        pytest.skip("about NVIDIA's GPUs")
    counts = []
    model = Cifar10CnnModel(4, precision=torch.bfloat16).to("cuda")
    opt = torch.optim.Adam(model.parameters(), lr=0.001)
    for steps in (2, 2, 20):  # the first prepares much
        images = torch.zeros(8 * steps, 3, 32, 32, dtype=torch.uint8)
        dl = ResidentBatches(images, torch.zeros(8 * steps).long(), 8, "cuda", shuffle=True)
        counts.append(waits(lambda: fit_epoch(model, dl, opt)))  # noqa: B023
    assert counts[2] == counts[1] <= 6
