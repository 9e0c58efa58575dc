"""The benchmark on very small work: it runs, agrees with itself, and notices what does not."""

import re

import pytest
import torch
from torch import nn

from benchmarks import mnist_3_versus_7 as benchmark
from benchmarks.mnist_3_versus_7 import WAYS, Contest, Task, machine, race, table
from helpers.models.perceptrons import mlp

SMALL = (
    Task("linear", lambda: nn.Linear(784, 1), epochs=2, lr=0.01),
    Task("MLP", lambda: mlp(784, 4, 1), epochs=2, lr=0.1),
)


def rows(n, seed):
    x = torch.rand(n, 784, generator=torch.Generator().manual_seed(seed))
    return x, (torch.arange(n) < n // 2).long().unsqueeze(1)


@pytest.fixture(scope="module")
def contest():
    return Contest(rows(40, seed=0), rows(24, seed=1), batch_size=8)


@pytest.mark.filterwarnings("ignore")  # fastai's import warns on recent versions of torch, pandas
@pytest.mark.parametrize("task", SMALL, ids=lambda task: task.name)
def test_every_way_runs_as_often_as_asked(contest, task):
    seconds = race(contest, task, runs=3)
    assert set(seconds) == set(WAYS)
    assert all(len(times) == 3 for times in seconds.values())


@pytest.mark.parametrize("task", SMALL, ids=lambda task: task.name)
def test_helpers_and_notes_agree_in_every_epoch(contest, task):
    accuracies = contest.helpers(task)
    assert len(accuracies) == task.epochs
    assert accuracies == contest.notes(task)


def test_ways_that_differ_are_noticed(contest, monkeypatch):
    monkeypatch.setattr(benchmark, "batch_accuracy", lambda preds, yb: torch.tensor(0.1234))
    with pytest.raises(AssertionError, match="linear: accuracies differ"):
        race(contest, SMALL[0], runs=1)


def test_products_are_those_of_the_training(contest):
    """As many multiplications as forward and backward of PyTorch need, counted by PyTorch."""
    from torch.utils.flop_counter import FlopCounterMode

    for task in SMALL:
        with FlopCounterMode(display=False) as bare:
            contest.products(task)
        with FlopCounterMode(display=False) as whole:
            contest.helpers(task)
        assert bare.get_total_flops() == whole.get_total_flops() > 0


def test_table_is_markdown_and_threads_are_put_back(contest, monkeypatch):
    set_to = []
    monkeypatch.setattr(torch, "set_num_threads", set_to.append)
    lines = table(contest, SMALL[:1], threads=(1,), runs=2).splitlines()
    assert set_to == [1, torch.get_num_threads()]
    cells = [line.strip("|").split("|") for line in lines]
    assert len(lines) == 3 and len({len(row) for row in cells}) == 1
    task, threads, accuracy, *times = (cell.strip() for cell in cells[2])
    assert (task, threads) == ("linear", "1") and 0 <= float(accuracy) <= 1
    assert all(re.fullmatch(r"\d+\.\d{3} s", time) for time in times[:4])
    assert all(float(ratio) > 0 for ratio in times[4:])


def test_machine_names_the_versions():
    words = machine()
    assert f"torch {torch.__version__}" in words and re.match(r"\d{4}-\d\d-\d\d, ", words)


@pytest.mark.parametrize("runs", ["4", "0"])
def test_too_few_runs_are_refused(monkeypatch, capsys, runs):
    monkeypatch.setattr("sys.argv", ["benchmark", "--runs", runs])
    with pytest.raises(SystemExit):
        benchmark.main()
    assert "--runs must be at least 5" in capsys.readouterr().err
