import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time

import cloudpickle
import numpy as np
import pytest
import torch
import torch.distributed as dist

from helpers.training.launching import ProcessFailed, launch
from tests import ROOT
from tests.training import test_launching
from tests.training.processes import ended, nobody_is_left  # noqa: F401  # a fixture

pytestmark = pytest.mark.slow  # the first launch imports torch
cloudpickle.register_pickle_by_value(test_launching)


def ask(number):
    ours = torch.tensor([float(dist.get_rank())])
    dist.all_reduce(ours)
    return dist.get_rank(), dist.get_world_size(), ours.item() + number


def test_results_come_in_the_order_of_the_ranks():
    assert launch(ask, 3, 10) == [(0, 3, 13.0), (1, 3, 13.0), (2, 3, 13.0)]
    assert launch(lambda: torch.arange(3), np.int64(1))[0].tolist() == [0, 1, 2]


def test_on_the_processor_no_process_sees_a_gpu():
    """``fully_shard`` takes whatever GPU torch finds: with one GPU and two processes it failed."""
    told = launch(lambda: (os.environ["CUDA_VISIBLE_DEVICES"], torch.cuda.device_count()), 2)
    assert told == [("", 0)] * 2


def test_arguments_are_copies():
    numbers = torch.zeros(3)
    launch(lambda: numbers.add_(1), 2)
    assert numbers.tolist() == [0, 0, 0]


def fail():
    if dist.get_rank() == 1:
        raise ValueError("too few images")
    dist.barrier()


def kill_itself():
    if dist.get_rank() == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    dist.barrier()


def crash():
    import ctypes

    if dist.get_rank() == 1:
        ctypes.string_at(0)
    dist.barrier()


def leave():
    if dist.get_rank() == 1:
        os._exit(3)
    dist.barrier()


def leave_politely():
    raise SystemExit("enough")


def return_too_early():
    if dist.get_rank() == 0:
        dist.barrier()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (
            fail,
            r"process 1 of 2 stopped with ValueError: too few images\n\nIn that process.*in fail",
        ),
        (kill_itself, r"process 1 of 2 was killed \(SIGKILL\): by hand, or .* memory was full"),
        (crash, r"process 1 of 2 was killed \(SIGSEGV\): a fault in compiled code.*ctypes"),
        (leave, "process 1 of 2 ended itself with exit code 3"),
        (leave_politely, "process . of 2 stopped with SystemExit: enough"),
        (return_too_early, "process 0 of 2 waited for another one.*ended too early.*barrier"),
    ],
)
def test_the_cause_is_named_and_not_what_followed_from_it(function, says):
    with pytest.raises(ProcessFailed) as failed:
        launch(function, 2, limit=20)
    assert re.match(says, str(failed.value), re.DOTALL), failed.value


def test_what_a_process_has_written_is_shown_when_it_ends_itself():
    def last_words():
        print("no room left")
        os._exit(4)

    with pytest.raises(ProcessFailed, match="exit code 4\nno room left"):
        launch(last_words, 1)


def hang():
    if dist.get_rank() == 1:
        while True:
            time.sleep(0.1)
    dist.all_reduce(torch.ones(1))


def test_a_hang_ends_in_time_and_says_where():
    begin = time.monotonic()
    with pytest.raises(TimeoutError) as late:
        launch(hang, 2, limit=1)
    assert time.monotonic() - begin < 60
    assert re.search(
        "after 1 s processes 0, 1 of 2 had not.*all_reduce.*in hang", str(late.value), re.S
    )


def test_a_process_that_cannot_be_asked_is_ended_too():
    def deaf():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)

    with pytest.raises(TimeoutError):
        launch(deaf, 1, limit=0.5)


def note_and_wait(folder):
    name = f"{folder}/{dist.get_rank()}"
    with open(f"{name}.new", "w") as file:
        file.write(str(os.getpid()))
    os.rename(f"{name}.new", name)
    time.sleep(60)


def noted(folder, n=2, seconds=60):
    """The numbers of the processes that run ``note_and_wait``."""
    until = time.monotonic() + seconds
    files = [folder / str(rank) for rank in range(n)]
    while not all(file.exists() for file in files) and time.monotonic() < until:
        time.sleep(0.02)
    return [int(file.read_text()) for file in files]


def test_an_interrupt_leaves_nobody(tmp_path):
    found = []

    def interrupt():
        found.extend(noted(tmp_path))
        for process in (*found, os.getpid()):  # Jupyter interrupts all of a group
            os.kill(process, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    try:
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            launch(note_and_wait, 2, str(tmp_path))
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(found) == 2 and all(map(ended, found))


def test_a_notebook_that_dies_leaves_nobody(tmp_path):
    code = (
        "from helpers.training.launching import launch\n"
        "from tests.training.test_launching import note_and_wait\n"
        f"launch(note_and_wait, 2, {str(tmp_path)!r})"
    )
    notebook = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        found = noted(tmp_path)
        notebook.kill()
        assert all(map(ended, found))
    finally:
        notebook.kill()
        notebook.wait()


def test_an_interrupt_while_processes_are_started_leaves_nobody(monkeypatch):
    kind = multiprocessing.get_context("forkserver").Process
    begin = kind.start

    def start(process):
        begin(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(kind, "start", start)
    with pytest.raises(KeyboardInterrupt):
        launch(ask, 2, 1)


@pytest.mark.parametrize(
    ("processes", "options", "says"),
    [
        (0, {}, "one process or more, got 0"),
        (2, {"limit": 0}, "more than 0 seconds, got 0"),
        (2, {"device": "gpu"}, "cpu or cuda, got 'gpu'"),
    ],
)
def test_wrong_settings(processes, options, says):
    with pytest.raises(ValueError, match=says):
        launch(ask, processes, **options)
