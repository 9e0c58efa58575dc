"""The public functions of ``helpers.data``, as a lesson uses them."""

import json
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from PIL import Image

from helpers import data
from tests import ROOT
from tests.data.kit import (
    COUNTS,
    LINE,
    PRACTICE_LINE,
    Bench,
    content,
    disk,
    read_only,
    serving,
    sums,
)


@pytest.fixture
def bench(monkeypatch, tmp_path):
    return Bench(monkeypatch, tmp_path)


def test_later_uses_print_one_line_the_same_on_every_machine(bench, capsys):
    bench.mirror_folder()
    data.folder("tiny")
    first = capsys.readouterr().out
    assert first.endswith(LINE) and "MB from the mirror" in first
    for _ in range(2):
        data.folder("tiny")
        data.load("tiny")
        assert capsys.readouterr().out == LINE * 2
        bench.new_process()


def test_on_practice_data_the_line_says_so(bench, capsys):
    bench.mode("practice")
    data.load("tiny")
    capsys.readouterr()
    bench.new_process()
    data.folder("tiny")
    data.load("tiny")
    assert capsys.readouterr().out == PRACTICE_LINE * 2


def test_load_gives_every_image_in_order(bench):
    path = bench.install()
    images = data.load("tiny")
    assert (images.name, images.classes, images.practice) == ("tiny", ("3", "7"), False)
    for split, counts in COUNTS.items():
        for cls in counts:
            files = sorted((path / split / cls).iterdir())
            wanted = np.stack([np.asarray(Image.open(file)) for file in files])
            assert torch.equal(images.of(split, cls), torch.from_numpy(wanted))


def test_a_second_load_gives_the_same_and_its_own_copy(bench):
    bench.install()
    first = data.load("tiny")
    first.train.images.zero_()
    assert data.load("tiny").train.images.sum() > 0


def test_a_cache_damaged_meanwhile_is_built_again(bench):
    bench.install()
    wanted = data.load("tiny").train.images
    file = bench.home / "tiny.npz"
    file.write_bytes(file.read_bytes()[:-500])
    assert torch.equal(data.load("tiny").train.images, wanted)
    assert torch.equal(data.load("tiny").train.images, wanted)
    assert file.stat().st_size > 500


@pytest.mark.parametrize("function", [data.folder, data.load, data.is_practice, data.state])
def test_an_unknown_name_is_answered_with_the_known_ones(bench, function):
    with pytest.raises(data.DataError, match="expected the name.*mnist_sample, mnist.*got 'minst'"):
        function("minst")


def test_what_comes_while_a_notebook_runs_is_moved_away_too(bench, capsys):
    bench.install()
    path = data.folder("tiny")
    (path / "train" / "3" / ".DS_Store").touch()
    assert data.folder("tiny") == path and not (path / "train" / "3" / ".DS_Store").exists()
    assert (bench.home / "set-aside" / "1" / "tiny" / "train" / "3" / ".DS_Store").exists()
    (path / "train" / "3" / ".DS_Store").write_text("again")
    data.folder("tiny")
    kept = bench.home / "set-aside" / "2" / "tiny" / "train" / "3" / ".DS_Store"
    assert kept.read_text() == "again"


def test_is_practice_looks_and_says_little(bench, capsys):
    bench.install()
    assert data.is_practice("tiny") is False and data.practice_in_use() is False
    assert capsys.readouterr().out == ""
    bench.mode("practice")
    assert data.is_practice("tiny") is True and data.practice_in_use() is True


def test_state_goes_from_not_here_to_ready(bench, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", no_network)
    assert data.state("tiny") == "not here yet"
    bench.mirror("http://127.0.0.1:9")
    assert data.state("tiny") == "not here yet"
    bench.mirror_folder()
    assert data.state("tiny") == "in the mirror"
    bench.install()
    assert data.state("tiny") == "here"  # nobody has looked at the files
    data.folder("tiny")
    assert data.state("tiny") == "ready"
    bench.mode("practice")
    assert data.state("tiny") == "practice"


def test_state_knows_of_practice_data_in_use(bench):
    data.folder("tiny")
    assert data.state("tiny") == "practice"


def test_names_are_those_of_the_catalogue(bench):
    assert data.names() == ("mnist_sample", "mnist", "cifar10", "tiny")


def no_network(*args):
    raise AssertionError("the network was asked")


@pytest.mark.parametrize("mode", ["official", "practice"])
def test_untar_data_gives_the_same_folder_without_a_network(bench, monkeypatch, mode):
    from fastai.data.external import fastai_cfg, untar_data

    bench.mode(mode)
    bench.install()
    path = data.folder("tiny")
    monkeypatch.setattr(socket.socket, "connect", no_network)
    fastai_cfg.cache_clear()
    try:
        assert untar_data("http://127.0.0.1:9/tiny.tgz", data=path.parent) == path
        if mode == "official":
            assert untar_data("http://127.0.0.1:9/tiny.tgz") == path
    finally:
        fastai_cfg.cache_clear()


def test_untar_data_works_beside_a_home_that_is_only_read(bench, monkeypatch):
    """Lesson 01's cell: fastai writes its settings and a lock, wherever it is told to look."""
    from fastai.data.external import fastai_cfg, untar_data

    with disk(bench.home.parent, "size=1m"):
        bench.install()
        with read_only(bench.home.parent):
            path = data.folder("tiny")
            monkeypatch.setattr(socket.socket, "connect", no_network)
            fastai_cfg.cache_clear()
            try:
                place = path.parent
                assert untar_data("http://127.0.0.1:9/tiny.tgz", archive=place, data=place) == path
            finally:
                fastai_cfg.cache_clear()
            assert len(list((path / "train" / "3").iterdir())) == 6


LONGEST = 300  # seconds after which a test gives up; nothing is expected to take that long
CHILD = """
import json, pathlib, sys, time
from dataclasses import replace
from helpers.data import load
from helpers.data.fetch import catalogue

layout = catalogue.ImageFolders(json.loads(sys.argv[1]))
known = catalogue.CATALOGUE["mnist_sample"]
packed = (catalogue.Archive("tiny.tgz", 0, ""),)
catalogue.CATALOGUE["tiny"] = replace(known, name="tiny", archives=packed, layout=layout)
hang = sys.argv[2] == "hang"
write, written = pathlib.Path.write_bytes, []

def slow(path, content):
    written.append(path)
    if hang and len(written) == 9:
        print("in mid-extraction", flush=True)
        time.sleep(60)
    return write(path, content)

pathlib.Path.write_bytes = slow
print("ready", flush=True)
input()
print("sum", int(load("tiny").train.images.sum()), flush=True)
"""


@pytest.fixture
def child(bench):
    """Start another process that is about to load the set."""
    started = []

    def start(what="load"):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, json.dumps(COUNTS), what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.slow
def test_two_processes_at_once_fetch_once(bench, child):
    asked, waiting = threading.Event(), threading.Event()

    def answer_when_both_want_it(request):
        asked.set()
        waiting.wait(LONGEST)
        content(bench.archive)(request)

    with serving() as server:
        server.put("tiny.tgz", answer_when_both_want_it)
        server.put("SHA256SUMS", content(sums(bench.archive)))
        bench.mirror(server.url)
        both = [child(), child()]
        for process in both:
            assert process.stdout.readline() == "ready\n"
        go(both[0])
        assert asked.wait(LONGEST)
        go(both[1])
        assert "waiting for that" in both[1].stdout.readline()
        waiting.set()
        outs = [process.communicate(timeout=LONGEST)[0] for process in both]
        assert server.asked == {"/tiny.tgz": 1, "/SHA256SUMS": 1}
    total = int(data.load("tiny").train.images.sum())
    for out in outs:
        assert out.endswith(f"{LINE}sum {total}\n")
    assert bench.left_over() == ["tiny", "tiny.npz"]


@pytest.mark.slow
def test_a_process_killed_in_mid_extraction_leaves_nothing_that_counts(bench, child):
    bench.mirror_folder()
    process = child("hang")
    go(process)
    while process.stdout.readline() != "in mid-extraction\n":
        assert process.poll() is None
    process.kill()
    process.wait()
    assert bench.left_over() == [".tiny.partial"]
    assert data.state("tiny") == "in the mirror"
    assert len(data.load("tiny").train.labels) == 11
    assert bench.left_over() == ["tiny", "tiny.npz"]
