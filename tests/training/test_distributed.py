import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import cloudpickle
import pytest
import torch
import torch.distributed as dist

from helpers.training.distributed import train_together
from helpers.training.launching import ProcessFailed, launch
from tests import ROOT
from tests.training import test_distributed
from tests.training.processes import ended, nobody_is_left, some_photos  # noqa: F401  # a fixture

pytestmark = pytest.mark.slow
cloudpickle.register_pickle_by_value(test_distributed)
TRAIN, VALID = some_photos(120), some_photos(30, seed=1)
EPOCHS = 3


def together(checkpoint=None, folder=None, crash=None, device="cpu"):
    """A small training; the processes leave their numbers in a folder."""
    if folder is not None:
        name = os.path.join(folder, f"{dist.get_rank()}")
        with open(f"{name}.new", "w") as file:
            file.write(str(os.getpid()))
        os.rename(f"{name}.new", name)
    device = torch.device(device, dist.get_rank()) if device == "cuda" else device
    return train_together(
        TRAIN,
        VALID,
        EPOCHS,
        24,
        lr=0.02,
        width=2,
        checkpoint=checkpoint,
        device=device,
        crash=crash,
    )


@pytest.fixture(scope="module")
def alone():
    """The history of one process."""
    return launch(together, 1)[0]


def assert_same(history, other, rel=1e-4):
    assert len(history) == len(other) == EPOCHS
    for ours, theirs in zip(history, other):
        assert ours == pytest.approx(theirs, rel=rel)


def test_the_network_learns(alone):
    assert alone[-1]["train_loss"] < alone[0]["train_loss"]


@pytest.mark.parametrize("processes", [2, 3])
def test_the_history_does_not_depend_on_the_number_of_processes(processes, alone):
    for history in launch(together, processes):
        assert_same(history, alone)


@pytest.mark.gpu
@pytest.mark.parametrize("devices", [1, 2])
def test_the_history_on_gpus(devices, alone):
    if torch.cuda.device_count() < devices:
        pytest.skip(f"needs {devices} GPUs with CUDA")
    for history in launch(together, devices, None, None, None, "cuda", device="cuda", limit=120):
        assert_same(history, alone, rel=0.05)


@pytest.mark.parametrize("turn", range(10))
def test_kill_one_at_a_random_moment_and_go_on(turn, alone, tmp_path):
    """No orphan, no hang; then the same history, with another number of processes."""
    chance, file, pids = random.Random(turn), str(tmp_path / "training.pt"), []

    def kill():
        names = [tmp_path / str(rank) for rank in range(2)]
        until = time.monotonic() + 60
        while not all(name.exists() for name in names) and time.monotonic() < until:
            time.sleep(0.005)
        pids.extend(int(name.read_text()) for name in names)
        time.sleep(chance.uniform(0, 0.4))
        with suppress(ProcessLookupError):  # it was faster
            os.kill(chance.choice(pids), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        launch(together, 2, file, str(tmp_path), limit=20)
    except ProcessFailed as failed:
        assert "was killed (SIGKILL)" in str(failed)
    killer.join()
    assert len(pids) == 2 and all(map(ended, pids))
    for history in launch(together, chance.choice([1, 2, 3]), file):
        assert_same(history, alone)


def test_a_file_of_another_training_is_refused(tmp_path):
    file = tmp_path / "training.pt"
    file.write_text("no training")
    with pytest.raises(ProcessFailed, match="process 0 of 2 stopped with ValueError: training.pt"):
        launch(together, 2, str(file))


def test_a_training_that_is_lost_stops_in_each_process_and_writes_no_file(tmp_path):
    def lost(checkpoint):
        with pytest.raises(FloatingPointError, match="the loss became .* in epoch 1. First sus"):
            train_together(TRAIN, VALID, 1, 24, 1e9, 2, checkpoint=checkpoint)

    file = tmp_path / "training.pt"
    launch(lost, 2, str(file))
    assert not file.exists()


def test_a_place_for_the_history_is_tried_before_the_training(tmp_path):
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "1"),
        *("-m", "helpers.training.distributed", "--images", "96", "--epochs", "1", "--width", "2"),
        *("--device", "cpu", "--history", str(tmp_path / "no" / "where.json")),
    ]
    environment = os.environ | {"LESSONS_DATA": "practice", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=170)
    assert done.returncode != 0 and "epoch  1" not in done.stdout
    assert "where.json cannot be written: No such file" in done.stderr


def test_the_command_starts_again_after_a_crash(tmp_path):
    """``torchrun``: a process kills itself; all start anew, and go on behind the checkpoint."""
    results, file = tmp_path / "history.json", tmp_path / "training.pt"
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"),
        *("--max_restarts", "1", "-m", "helpers.training.distributed", "--images", "96"),
        *("--epochs", "2", "--batch_size", "32", "--width", "2", "--device", "cpu", "--crash", "1"),
        *("--checkpoint", str(file), "--history", str(results)),
    ]
    environment = os.environ | {"LESSONS_DATA": "practice", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("2 processes, cpu, gloo") == 2
    assert done.stdout.count("epoch  1") == done.stdout.count("epoch  2") == 1
    assert "process 0 of 2 waited for another one, which has ended" in done.stderr
    assert len(json.loads(results.read_text())) == 2
