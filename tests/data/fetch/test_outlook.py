"""What ``python -m helpers`` says of a set, and what a lesson then does: the same, whatever comes.

Each situation prepares a machine, and says what the next use of the set must bring.
"""

import contextlib
import errno
import gzip
import io
import os
import shutil
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from PIL import Image
from torchvision.datasets import ImageFolder

from helpers import data
from helpers.course.doctor import machine
from helpers.data.fetch import decoded, home
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.outlook import NOTHING, PRACTICE, REAL, forecast
from tests.data.kit import (
    COUNTS,
    GREY,
    IDX,
    NOBODY,
    PNG,
    SHORT,
    Bench,
    called_gzip,
    certificate,
    content,
    disk,
    pack,
    read_only,
    serving,
    silence,
    status,
    sums,
)

SITUATIONS = []


def situation(outcome, kind=GREY, name=""):
    """Note a function that prepares a machine, ``prepare(bench, stack)``, and what must come."""

    def note(prepare):
        SITUATIONS.append(pytest.param(prepare, kind, outcome, id=name or prepare.__name__))
        return prepare

    return note


# Nothing is wrong, or nothing is there.


PLAIN = {
    "nothing_and_no_network": (PRACTICE, lambda bench: None),
    "whole": (REAL, lambda bench: bench.install()),
    "whole_and_used_before": (REAL, lambda bench: bench.install() and data.load("tiny")),
    "in_a_mirror_folder": (REAL, lambda bench: bench.mirror_folder(checksum=sums(bench.archive))),
    "practice_is_forced": (PRACTICE, lambda bench: bench.install() and bench.mode("practice")),
    "real_is_forced_and_there": (REAL, lambda bench: bench.install() and bench.mode("official")),
    "real_is_forced_and_nowhere": (NOTHING, lambda bench: bench.mode("official")),
}
for name, (outcome, prepare) in PLAIN.items():
    situation(outcome, name=name)(lambda bench, stack, prepare=prepare: prepare(bench))


# What lies in the folder besides.

for path in (
    "train/3/.DS_Store",
    "train/3/._5.png",
    "train/3/Thumbs.db",
    "valid/7/desktop.ini",
    "train/.DS_Store",
    "train/.ipynb_checkpoints/5-checkpoint.png",
    "train/3/.ipynb_checkpoints/5-checkpoint.png",
    "train/8/1.png",
    "train/3/copies/5.png",
    "train/3/5 copy.png",
    "train/3/notes.txt",
):

    @situation(REAL, name=f"besides_{path}")
    def among_the_images(bench, stack, path=path):
        bench.install()
        (bench.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (bench.folder / path).write_bytes(b"x")


@situation(REAL)
def resource_forks_of_a_mac(bench, stack):
    bench.install()
    for file in list(bench.folder.rglob("*.png")):
        file.with_name(f"._{file.name}").write_bytes(b"x")


@situation(REAL)
def resource_forks_in_the_archive(bench, stack):
    for file in list(bench.original.rglob("*.png")):
        file.with_name(f"._{file.name}").write_bytes(b"x" * 4096)
    (bench.original / "train" / ".DS_Store").write_bytes(b"x")
    bench.mirror_folder(archive=pack(bench.original))


@situation(REAL, PNG)
def an_image_too_many_without_a_list(bench, stack):
    bench.install()
    data.load("tiny")
    shutil.copy(bench.folder / "train/cat/5.png", bench.folder / "train/cat/mine.png")


@situation(REAL, IDX)
def what_an_old_torchvision_made(bench, stack):
    bench.install()
    (bench.folder / "MNIST/processed").mkdir()
    torch.save((torch.zeros(1, 28, 28), torch.zeros(1)), bench.folder / "MNIST/processed/test.pt")


def elsewhere(bench, stack):
    """A folder on another disk, linked to; with a stranger."""
    there = bench.tmp_path / "other"
    stack.enter_context(disk(there, "size=1m"))
    bench.kind.write(there / "tiny", COUNTS)
    (there / "tiny/train/3/.DS_Store").touch()
    bench.home.mkdir(parents=True)
    bench.folder.symlink_to(there / "tiny")
    return there


situation(REAL, name="a_stranger_and_a_link_to_another_disk")(elsewhere)


@situation(REAL)
def a_stranger_and_a_link_to_a_folder_that_is_only_read(bench, stack):
    stack.enter_context(read_only(elsewhere(bench, stack)))


@situation(REAL)
def damage_and_a_link_to_another_disk(bench, stack):
    elsewhere(bench, stack)
    (bench.folder / "train/3/5.png").unlink()
    bench.mirror_folder()


# What is damaged, or of the wrong kind.


def nowhere(path):
    path.symlink_to(path.with_name("gone"))


def in_a_circle(path):
    path.symlink_to(path)


def a_file(path):
    path.write_text("x")


def a_folder(path):
    path.mkdir()


def a_pipe(path):
    os.mkfifo(path)


def huge(path):
    with open(path, "wb") as file:
        file.truncate(2**40)  # a sparse file


IMAGE, LABELS = "train/3/5.png", "MNIST/raw/t10k-labels-idx1-ubyte"
DAMAGE = [
    *((IMAGE, by) for by in (Path.touch, a_folder, nowhere, in_a_circle, a_pipe, huge)),
    (IMAGE, lambda path: None),
    ("train/3", a_file),
    ("train", nowhere),
    *((LABELS, by) for by in (a_folder, nowhere, huge)),
]
for path, by in DAMAGE:
    for outcome in (PRACTICE, REAL):

        @situation(outcome, IDX if path == LABELS else GREY, f"{path}_is_{by.__name__}_{outcome}")
        def damaged(bench, stack, path=path, by=by, outcome=outcome):
            place = bench.install() / path
            shutil.rmtree(place) if place.is_dir() else place.unlink()
            by(place)
            if outcome == REAL:
                bench.mirror_folder()


PLACES = {  # what may be of another kind than it should
    **{f"in_its_place_{by.__name__}": ("data/tiny", by) for by in (a_folder, a_pipe)},
    **{
        f"{name}_{by.__name__}": (place, by)
        for name, place in {"in_its_place": "data/tiny", "the_home_is": "."}.items()
        for by in (a_file, nowhere, in_a_circle)
    },
    "a_folder_for_fastais_settings": ("config.ini", a_folder),
}
for name, (place, by) in PLACES.items():

    @situation(REAL, name=name)
    def in_its_place(bench, stack, place=place, by=by):
        (bench.home.parent / place).parent.mkdir(parents=True, exist_ok=True)
        by(bench.home.parent / place)
        bench.mirror_folder()


def cut_short(file):
    data.load("tiny")
    file.write_bytes(file.read_bytes()[:-500])


for by in (cut_short, nowhere, in_a_circle, a_folder, a_pipe):

    @situation(REAL, name=f"the_cache_is_{by.__name__}")
    def cache_is(bench, stack, by=by):
        bench.install()
        by(decoded.file_of(bench.folder))


# What a mirror folder may hold.


def with_member(member, data=b""):
    def change(bench):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            tar.add(bench.original, "tiny")
            info = tarfile.TarInfo(member)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        return packed.getvalue()

    return change


def without_an_image(bench):
    (bench.original / IMAGE).unlink()
    return pack(bench.original)


def with_a_large_image(bench):
    Image.new("L", (9000, 9000)).save(bench.original / IMAGE)
    return pack(bench.original)


ARCHIVES = {
    "ends_early": lambda bench: bench.archive[:-900],
    "is_empty": lambda bench: b"",
    "is_a_web_page": lambda bench: b"<html>log in</html>",
    "lacks_an_image": without_an_image,
    "has_one_too_many": with_member("tiny/train/3/mine.png", b"x"),
    "has_a_large_image": with_a_large_image,
    "has_a_long_name": with_member(f"tiny/train/3/{'x' * 300}.png"),
    "has_a_file_for_a_folder": lambda bench: with_member("tiny/train", b"x")(bench)[:-9],
    "is_a_bomb": with_member("tiny/zeros", bytes(2**22)),
    "is_far_too_large": lambda bench: bytes(2**22),
}
for name, change in ARCHIVES.items():
    for outcome in (PRACTICE, REAL):  # the official host has a good one, or nobody has

        @situation(outcome, name=f"the_archive_{name}_{outcome}")
        def archive_is(bench, stack, change=change, outcome=outcome):
            if outcome == REAL:
                server = stack.enter_context(serving())
                server.put("tiny.tgz", content(bench.archive))
                bench.official(server.url)
            bench.mirror_folder(archive=change(bench))


@situation(PRACTICE)
def the_archive_is_a_pipe(bench, stack):
    place = bench.mirror_folder()
    (place / "tiny.tgz").unlink()
    os.mkfifo(place / "tiny.tgz")


@situation(REAL)
def the_sums_are_a_folder(bench, stack):
    (bench.mirror_folder() / "SHA256SUMS").mkdir()


@situation(PRACTICE)
def the_sums_are_wrong(bench, stack):
    bench.mirror_folder(checksum=sums(b"another"))


@situation(PRACTICE)
def the_mirror_is_a_file(bench, stack):
    (bench.tmp_path / "stick").touch()
    bench.mirror(bench.tmp_path / "stick")


for name, mirror in (("too_long", "/" + "x" * 300), ("no_address", "http://")):

    @situation(PRACTICE, name=f"the_name_of_the_mirror_is_{name}")
    def mirror_is(bench, stack, mirror=mirror):
        bench.mirror(mirror)


@situation(REAL)
def the_mirror_is_named_from_elsewhere(bench, stack):
    bench.monkeypatch.setattr(home, "START", bench.tmp_path)
    bench.mirror_folder()
    bench.mirror("mirror")
    (bench.tmp_path / "notebooks").mkdir()
    bench.monkeypatch.chdir(bench.tmp_path / "notebooks")


# The home.


def used_set(bench):
    bench.monkeypatch.setattr(home, "SPARE", 0)
    bench.install()
    data.load("tiny")


def damaged_set(bench):
    (bench.install() / IMAGE).unlink()
    bench.mirror_folder()


ONLY_READ = {
    "nothing": (PRACTICE, lambda bench: None),
    "whole": (REAL, lambda bench: bench.install()),
    "used": (REAL, used_set),
    "strangers": (REAL, lambda bench: (bench.install() / "train/.ipynb_checkpoints").mkdir()),
    "damaged": (REAL, damaged_set),
    "mirror": (REAL, lambda bench: bench.mirror_folder()),
}
for name, (outcome, before) in ONLY_READ.items():

    @situation(outcome, name=f"{name}_in_a_home_that_is_only_read")
    def only_read(bench, stack, before=before):
        stack.enter_context(disk(bench.home.parent, "size=1m"))
        before(bench)
        stack.enter_context(read_only(bench.home.parent))


@situation(REAL)
def the_name_of_the_home_is_too_long(bench, stack):
    bench.name_home(bench.tmp_path / ("x" * 300))
    bench.mirror_folder()


@situation(REAL)
def a_user_without_a_home(bench, stack):
    bench.name_home("")
    bench.monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    bench.mirror_folder()


for megabytes, others in ((0, 1e9), (99, 1e9), (100, 1e9), (5, 5)):

    @situation(REAL if others > 5 else PRACTICE, name=f"{megabytes}_MB_free_elsewhere_{others:g}")
    def free_space(bench, stack, megabytes=megabytes, others=others):
        """The disk of the data has so much room, and that of the temporary files."""

        def usage(place):
            at_home = str(bench.home.parent) in str(place) or place == bench.tmp_path
            return SimpleNamespace(free=1e6 * (megabytes if at_home else others))

        bench.mirror_folder()
        bench.monkeypatch.setattr(home.shutil, "disk_usage", usage)


@situation(REAL)
def no_locks(bench, stack):
    def flock(*arguments):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    fcntl = pytest.importorskip("fcntl")
    bench.monkeypatch.setattr(fcntl, "flock", flock)
    bench.mirror_folder()


# The network.


def whole_file(bench):
    return content(bench.archive)


PAGE = content(b"<html>Welcome</html>", Content_Type="text/html; charset=utf-8")
ANSWERS = {  # of a mirror at an address: the archive, what comes of it, the sums
    "has_it": (whole_file, REAL),
    "calls_it_gzip": (lambda bench: called_gzip(bench.archive), REAL),
    "packs_it_again": (lambda bench: called_gzip(gzip.compress(bench.archive)), REAL),
    "has_nothing": (lambda bench: status(404), PRACTICE),
    "is_closed": (lambda bench: status(503), PRACTICE),
    "wants_a_log_in": (lambda bench: PAGE, PRACTICE),
    "offers_far_too_much": (lambda bench: content(b"x", claimed=2**40), PRACTICE),
    "has_no_sums_today": (whole_file, PRACTICE, status(503)),
    "has_endless_sums": (whole_file, PRACTICE, content(b"x", claimed=2**30)),
}
for name, (answer, outcome, *sums_too) in ANSWERS.items():

    @situation(outcome, name=f"a_server_{name}")
    def at_an_address(bench, stack, answer=answer, sums_too=sums_too):
        server = stack.enter_context(serving())
        server.put("tiny.tgz", answer(bench))
        server.put("SHA256SUMS", *sums_too or [status(404)])
        bench.mirror(server.url)


@situation(PRACTICE)
def a_server_is_silent(bench, stack):
    bench.monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
    server = stack.enter_context(serving())
    server.put("tiny.tgz", silence)
    bench.mirror(server.url)


SECURE, NOWHERE = "https://127.0.0.1:9", "https://example.invalid"
VARIABLES = {  # and the official host
    "a_timeout_that_is_none": ({"LESSONS_TIMEOUT": "soon"}, NOBODY),
    "certificates_that_are_not_there": ({"REQUESTS_CA_BUNDLE": "/gone.pem"}, SECURE),
    "certificates_that_are_none": ({"REQUESTS_CA_BUNDLE": __file__}, SECURE),
    "a_dead_proxy": ({"NO_PROXY": "", "https_proxy": "http://ann:x@127.0.0.1:9"}, NOWHERE),
    "a_proxy_that_is_no_address": ({"NO_PROXY": "", "https_proxy": "http://["}, NOWHERE),
}
for name, (variables, host) in VARIABLES.items():

    @situation(PRACTICE, name=name)
    def variables_are(bench, stack, variables=variables, host=host):
        for variable, value in variables.items():
            bench.monkeypatch.setenv(variable, value)
        bench.official(host)


for scheme in ("http", "https"):

    @situation(PRACTICE, name=f"a_proxy_for_{scheme}_that_wants_a_password")
    def proxy_wants_a_password(bench, stack, scheme=scheme):
        bench.monkeypatch.setenv("NO_PROXY", "")
        server = stack.enter_context(serving())
        bench.monkeypatch.setenv(f"{scheme}_proxy", server.url)
        server.answers[f"{scheme}://example.invalid/tiny.tgz"] = [status(407)]
        server.answers["example.invalid:443"] = [status(407)]
        bench.official(f"{scheme}://example.invalid")


@situation(PRACTICE)
def a_certificate_that_nobody_knows(bench, stack):
    server = stack.enter_context(serving(certificate(bench.tmp_path)))
    server.put("tiny.tgz", content(bench.archive))
    bench.official(server.url)


@situation(PRACTICE)
def http_where_https_is_expected(bench, stack):
    server = stack.enter_context(serving())
    bench.official(server.url.replace("http", "https"))


# The comparison.


@pytest.mark.slow
@pytest.mark.parametrize("prepare, kind, outcome", SITUATIONS)
def test_the_report_and_the_lesson_agree(prepare, kind, outcome, monkeypatch, tmp_path, capsys):
    with contextlib.ExitStack() as stack:
        bench = Bench(monkeypatch, tmp_path, kind)
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
        prepare(bench, stack)
        bench.new_process()
        before = sorted(tmp_path.rglob("*"))
        said = forecast(["tiny"])["tiny"]
        finding = machine.stand(["tiny"])[0].finding
        assert sorted(tmp_path.rglob("*")) == before, "a report changes nothing"
        assert said.gives == outcome, finding
        for use in (data.load, data.folder):
            bench.new_process()
            capsys.readouterr()
            assert given(use) == outcome
            out = capsys.readouterr().out
            assert "Traceback" not in out
            if use is data.load:
                assert all(f"{failure}" in out or outcome == NOTHING for failure in said.failures)
                moved = "was moved to" in out and "tiny.npz" not in out
                assert bool(said.strangers) == moved or said.broken
                assert bool(said.broken and outcome == REAL) == ("repaired" in out)
        if outcome != NOTHING:
            only_images(bench, outcome, data.folder("tiny"))


def given(use):
    try:
        use("tiny")
    except DataError:
        return NOTHING
    return PRACTICE if data.is_practice("tiny") else REAL


def only_images(bench, outcome, folder):
    """No loop over the folder, and no other library, meets anything but the images."""
    layout = bench.kind.layout if outcome == REAL else bench.kind.practice_layout
    if bench.kind is IDX:
        assert not (folder / "MNIST" / "processed").exists()
        return
    for split, classes in layout.counts.items():
        there = {path.name: len(list(path.iterdir())) for path in (folder / split).iterdir()}
        assert there == classes
        assert len(ImageFolder(folder / split)) == layout.total(split)
