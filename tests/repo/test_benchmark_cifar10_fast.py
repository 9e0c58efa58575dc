"""The benchmark of lesson 10 on very small work: its tables say what was measured, and how."""

import re
import types
from pathlib import Path

import pytest
import torch

from benchmarks import cifar10_fast as benchmark
from benchmarks.cifar10_fast import (
    Reference,
    against_airbench,
    airbench_run,
    budgets_table,
    duel_table,
    fast_run,
    find_budget,
    limit_line,
    references,
    spread,
    target_table,
)
from helpers.data import folder, load
from helpers.device.speed import clock_of, training_flops
from helpers.models.fastnet import FastNet
from helpers.training import fast
from helpers.training.fast import FastFit
from tests.training.test_fast import SIZES, SMALL, floats

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def practice():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESSONS_DATA", "practice")
        yield load("cifar10"), folder("cifar10")


@pytest.fixture
def without_gpu(monkeypatch):
    """Some tables are only for a processor; so it is taken, whatever this machine has."""
    for module in (benchmark, fast):
        monkeypatch.setattr(module, "get_default_device", lambda: CPU)


def fit(accuracy, seconds=1.0, epochs=2.0):
    torch.manual_seed(0)
    model = FastNet(floats(20), SMALL)
    return FastFit(model, torch.zeros(2, 10), accuracy, SMALL, epochs, seconds)


def cells(table):
    rows = [line for line in table.splitlines() if line.startswith("|")]
    parts = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert len({len(row) for row in parts}) == 1, table
    return parts


def test_spread_tells_the_median_and_the_ends():
    assert spread([0.5], ".2f") == "0.50"
    assert spread([3, 9, 4, 5], ".1f") == "4.5 (3.0 to 9.0)"


def test_budgets_have_a_line_each():
    rows = cells(budgets_table({60: [fit(0.8), fit(0.9), fit(0.7)], 300: [fit(0.95, 290.0)]}))
    assert rows[2] == [
        "60 s",
        "1.0 (1.0 to 1.0)",
        "8-16-16",
        "2.0 (2.0 to 2.0)",
        "0.8000 (0.7000 to 0.9000)",
    ]
    assert rows[3][0] == "300 s" and rows[3][4] == "0.9500"


def test_the_target_table_says_what_was_extrapolated():
    others = [Reference("notes", 100.0, None, 0.025), Reference("helpers", 50.0, 0.75, None)]
    search = {10: [fit(0.70, 9.9)], 20: [fit(0.76, 20.0)]}
    rows = cells(target_table(others, 0.75, search))
    assert rows[2] == ["notes", "100", "not measured", "5.0", "extrapolated from 2.5% of an epoch"]
    assert rows[3] == ["helpers", "50", "0.7500", "2.5", "whole"]
    assert [row[0] for row in rows[4:]] == ["fit_fast, 10 s", "fit_fast, 20 s"]


def test_a_target_that_was_not_reached_gives_no_ratio():
    table = target_table([Reference("notes", 100.0, 0.9, None)], 0.9, {10: [fit(0.7)]})
    assert cells(table)[2][3] == "not reached"


def test_the_search_ends_with_the_first_budget_that_reaches_the_target(monkeypatch):
    monkeypatch.setattr(
        benchmark, "several", lambda images, seconds, seeds: [fit(seconds / 100) for _ in seeds]
    )
    assert list(find_budget(None, 0.25, [10, 20, 30, 40], range(3))) == [10, 20, 30]
    assert list(find_budget(None, 0.99, [10, 20], range(3))) == [10, 20]


def test_the_limit_counts_the_work_of_all_epochs(practice):
    images, _ = practice
    once, twice = (limit_line(fit(0.5, epochs=n), images, CPU) for n in (500.0, 1000.0))
    assert once.startswith("8-16-16, 500.0 epochs: ")
    work = [float(re.search(r"([\d.]+) TFLOP", line).group(1)) for line in (once, twice)]
    assert work[1] == pytest.approx(2 * work[0], rel=0.01) and work[0] > 0


def test_both_references_are_trained_or_timed(practice):
    images, path = practice
    notes, memory = references(images, path, CPU, epochs=1, part=32, whole=False)
    assert notes.accuracy is None and notes.extrapolated == pytest.approx(32 / 360)
    assert memory.extrapolated is None and 0 <= memory.accuracy <= 1
    assert notes.seconds > 0 and memory.seconds > 0


def test_runs_for_the_duel_train_from_the_beginning(practice):
    images, _ = practice
    run = fast_run(images, CPU, SMALL, epochs=1, batch_size=100)
    rows = cells(duel_table({"one": run, "other": lambda: (2.0, 0.5)}, runs=2))
    assert rows[2][0] == "one" and 0.05 < float(rows[2][3]) <= 1
    assert rows[3] == ["other", "2", "2.000 (2.000 to 2.000)", "0.5000", "0.0000"]


def test_without_a_gpu_it_says_so(practice):
    assert "no NVIDIA GPU here" in against_airbench(practice[0], CPU, SMALL, 1, 1)


def test_without_the_package_it_says_so(practice, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "airbench", None)
    words = against_airbench(practice[0], torch.device("cuda"), SMALL, 1, 1)
    assert "not measured; the package is not here" in words


def test_airbench_gets_the_same_images_in_its_own_layout(practice, tmp_path, monkeypatch):
    images, seen = practice[0], []

    def open_loader(path, train=True, **options):
        name = "train" if train else "test"
        seen.append(torch.load(Path(path) / f"{name}.pt"))
        return name

    monkeypatch.setattr(benchmark, "clock_of", lambda device: clock_of(CPU))
    package = types.SimpleNamespace(
        CifarLoader=open_loader,
        utils=types.SimpleNamespace(CifarLoader=open_loader),
        train94=lambda loader, verbose: "model of " + loader,
        evaluate=lambda model, loader, tta_level: (model, loader, tta_level),
    )
    seconds, asked = airbench_run(package, images, tmp_path)()
    assert asked == ("model of train", "test", 2) and seconds >= 0
    for data, split in zip(seen, (images.train, images.test)):
        assert torch.equal(data["images"].permute(0, 3, 1, 2), split.images)
        assert torch.equal(data["labels"], split.labels)


@pytest.mark.gpu
def test_the_duel_on_a_gpu(practice):
    if not torch.cuda.is_available():
        pytest.skip("needs an NVIDIA GPU")
    device = torch.device("cuda")
    seconds, right = fast_run(practice[0], device, SMALL, epochs=2, batch_size=100)()
    assert seconds > 0 and 0 <= right <= 1


def test_quick_runs_from_end_to_end(practice, without_gpu, monkeypatch, capsys):
    monkeypatch.setenv("LESSONS_DATA", "practice")
    monkeypatch.setattr("sys.argv", ["benchmark", "--quick", "--threads", "1"])
    monkeypatch.setattr(
        benchmark,
        "several",
        lambda images, seconds, seeds: [
            benchmark.fit_fast(images.train, images.test, 1, sizes=SIZES) for _ in seeds
        ],
    )
    benchmark.main()
    said = capsys.readouterr().out
    assert "seconds to the target" in said and "extrapolated from" in said
    assert "of the limit" in said and "practice images" in said


def test_work_lies_between_that_of_small_and_large_images():
    model, xb = FastNet(torch.rand(10, 3, 32, 32), SMALL), torch.rand(2, 3, 32, 32)
    model.prepare(0.2)
    small = training_flops(model, xb)
    model.prepare(1.0)
    large = training_flops(model, xb)
    # Half of the time each: with a and b operations an image, 1 / (0.5 / a + 0.5 / b).
    assert benchmark.mean_work(model, xb) == pytest.approx(2 * small * large / (small + large))
    assert small < benchmark.mean_work(model, xb) < large
    assert model.pixels == 32


def test_one_table_alone(practice, without_gpu, monkeypatch, capsys):
    monkeypatch.setenv("LESSONS_DATA", "practice")
    monkeypatch.setattr("sys.argv", ["benchmark", "--quick", "--tables", "budgets"])
    monkeypatch.setattr(benchmark, "references", None)  # would be called for the other table
    fit = benchmark.fit_fast(*practice[0].splits.values(), 1, sizes=SIZES)
    monkeypatch.setattr(benchmark, "several", lambda *_: [fit])
    benchmark.main()
    said = capsys.readouterr().out
    assert "| budget |" in said and "seconds to the target" not in said


def test_too_few_seeds_are_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmark", "--seeds", "2"])
    with pytest.raises(SystemExit):
        benchmark.main()
    assert "--seeds must be at least 3" in capsys.readouterr().err
