"""The public functions of ``helpers.data``, as a lesson uses them."""

import json
import socket
import subprocess
import sys
import threading

import pytest

from helpers import data
from helpers.data.fetch import served, store
from helpers.data.fetch.faults import DataError, Unreachable
from tests import ROOT
from tests.data.kit import (
    COUNTS,
    LINE,
    PRACTICE_LINE,
    content,
    disk,
    fastai,
    read_only,
    remove,
    same,
    serving,
    sums,
)


def test_on_practice_data_the_line_says_so(bench, capsys):
    bench.mode("practice")
    data.load("tiny")
    capsys.readouterr()
    bench.new_process()
    data.folder("tiny")
    data.load("tiny")
    assert capsys.readouterr().out == PRACTICE_LINE * 2


@pytest.mark.parametrize("function", [data.folder, data.load, data.is_practice, data.state])
def test_an_unknown_name_is_answered_with_the_known_ones(bench, function):
    with pytest.raises(DataError, match="expected the name.*mnist_sample, mnist.*got 'minst'"):
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


def test_practice_data_stand_in_and_the_reasons_are_said(bench, capsys):
    bench.mirror("/no/such/folder")
    path = data.folder("tiny")
    assert path == bench.home / "practice" / "tiny" and data.practice_in_use()
    assert data.state("tiny") == "practice"
    out = capsys.readouterr().out
    for words in (
        "the mirror /no/such/folder: there is no such folder",
        "the official host http://127.0.0.1:9: cannot be reached",
        "PRACTICE DATA",
        "its figures differ",
        "connect to the internet, or set LESSONS_MIRROR",
    ):
        assert words in out
    assert bench.left_over() == ["practice"]


def test_official_forbids_practice(bench):
    bench.mode("official")
    with pytest.raises(Unreachable, match="(?s)LESSONS_DATA=official.*Tried:.*official host"):
        data.folder("tiny")
    assert not data.practice_in_use() and bench.left_over() == []


@pytest.mark.parametrize("value", ["yes", "Official", "real"])
def test_another_mode_is_an_error(bench, value):
    bench.mode(value)
    with pytest.raises(DataError, match=f"'official'.*'practice'.*not set, but is '{value}'"):
        data.folder("tiny")


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_mode_is_none(bench, value):
    bench.mode(value)
    bench.install()
    assert not data.is_practice("tiny")


@pytest.mark.parametrize("mode", ["", "official"])
def test_damage_without_a_source_is_practice_or_an_error(bench, mode, capsys):
    bench.mode(mode)
    remove(bench.install() / "train" / "3" / "5.png")
    if mode == "official":
        with pytest.raises(Unreachable, match="(?s)Tried.*this machine: train/3/5.png is missing"):
            data.folder("tiny")
    else:
        assert data.is_practice("tiny")
    assert "not whole: train/3/5.png is missing" in capsys.readouterr().out
    assert not (bench.home / "tiny.npz").exists() and bench.folder.is_dir()


def test_a_process_looks_once(bench, monkeypatch):
    bench.install()
    looks = []
    monkeypatch.setattr(served, "settle", lambda *args: looks.append(args) or store.settle(*args))
    for _ in range(3):
        data.folder("tiny")
    assert len(looks) == 1
    bench.mode("practice")
    data.folder("tiny")
    assert len(looks) == 2


def test_a_folder_that_vanished_is_looked_for_again(bench):
    bench.install()
    data.folder("tiny").rename(bench.home / "away")
    bench.mirror_folder()
    assert data.folder("tiny").is_dir() and not data.is_practice("tiny")


@pytest.mark.parametrize("change", ["none", "added", "removed", "practice"])
def test_a_load_in_a_new_process_notices_files_that_come_or_go(bench, monkeypatch, change):
    bench.mirror_folder()
    wanted = data.load("tiny")
    image = next((bench.folder / "train" / "3").iterdir())
    if change == "added":
        image.with_name("mine.png").write_bytes(image.read_bytes())
    elif change == "removed":
        image.unlink()
    elif change == "practice":
        bench.mode("practice")
    bench.new_process()
    looks = []
    monkeypatch.setattr(served, "settle", lambda *args: looks.append(args) or store.settle(*args))
    given = data.load("tiny")
    assert len(looks) == (change != "none") and given.practice == (change == "practice")
    assert given.practice or same(given.splits, wanted.splits)


def test_names_are_those_of_the_catalogue(bench):
    assert data.names() == ("mnist_sample", "mnist", "cifar10", "tiny")


def no_network(*args):
    raise AssertionError("the network was asked")


@pytest.mark.parametrize("mode", ["official", "practice"])
def test_untar_data_gives_the_same_folder_without_a_network(bench, monkeypatch, mode):
    bench.mode(mode)
    bench.install()
    path = data.folder("tiny")
    monkeypatch.setattr(socket.socket, "connect", no_network)
    with fastai() as external:
        assert external.untar_data("http://127.0.0.1:9/tiny.tgz", data=path.parent) == path
        if mode == "official":
            assert external.untar_data("http://127.0.0.1:9/tiny.tgz") == path


def test_untar_data_works_beside_a_home_that_is_only_read(bench, monkeypatch):
    """Lesson 01's cell: fastai writes its settings and a lock, wherever it is told to look."""
    with disk(bench.home.parent, "size=1m"):
        bench.install()
        with read_only(bench.home.parent), fastai() as external:
            path = data.folder("tiny")
            monkeypatch.setattr(socket.socket, "connect", no_network)
            place = {"archive": path.parent, "data": path.parent}
            assert external.untar_data("http://127.0.0.1:9/tiny.tgz", **place) == path
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
    assert [name[:13] for name in bench.left_over()] == [".tiny.partial"]
    assert data.state("tiny") == "in the mirror"
    assert len(data.load("tiny").train.labels) == 11
    assert bench.left_over() == ["tiny", "tiny.npz"]
