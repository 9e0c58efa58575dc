"""What ``python -m helpers`` says of a set, and what a lesson then does: the same, whatever comes.

Each situation prepares a machine and gives what the next use of the set must bring.
"""

import contextlib
import errno
import functools
import gzip
import io
import os
import shutil
import tarfile
from types import SimpleNamespace

import pytest
import torch
from PIL import Image
from torchvision.datasets import ImageFolder

from helpers import data
from helpers.course.doctor import images
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


def situation(prepare=None, kind=GREY):
    """Note a function that prepares a machine: ``prepare(bench, stack)`` gives the outcome."""
    if prepare is None:
        return functools.partial(situation, kind=kind)
    SITUATIONS.append(pytest.param(prepare, kind, id=prepare.__name__))
    return prepare


# Nothing is wrong, or nothing is there.


@situation
def nothing_and_no_network(bench, stack):
    return PRACTICE


@situation
def whole(bench, stack):
    bench.install()
    return REAL


@situation
def whole_and_used_before(bench, stack):
    bench.install()
    data.load("tiny")
    return REAL


@situation
def in_a_mirror_folder(bench, stack):
    bench.mirror_folder(checksum=sums(bench.archive))
    return REAL


@situation
def practice_is_forced(bench, stack):
    bench.install()
    bench.mode("practice")
    return PRACTICE


@situation
def real_is_forced_and_there(bench, stack):
    bench.install()
    bench.mode("official")
    return REAL


@situation
def real_is_forced_and_nowhere(bench, stack):
    bench.mode("official")
    return NOTHING


# What lies in the folder besides.


def among_the_images(path, content=b"x"):
    def prepare(bench, stack):
        bench.install()
        (bench.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (bench.folder / path).write_bytes(content)
        return REAL

    prepare.__name__ = f"besides_{path}"
    return situation(prepare)


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
    among_the_images(path)


@situation
def resource_forks_of_a_mac(bench, stack):
    bench.install()
    for file in list(bench.folder.rglob("*.png")):
        file.with_name(f"._{file.name}").write_bytes(b"x")
    return REAL


@situation
def resource_forks_in_the_archive(bench, stack):
    for file in list(bench.original.rglob("*.png")):
        file.with_name(f"._{file.name}").write_bytes(b"x" * 4096)
    (bench.original / "train" / ".DS_Store").write_bytes(b"x")
    bench.mirror_folder(archive=pack(bench.original))
    return REAL


@situation(kind=PNG)
def an_image_too_many_without_a_list(bench, stack):
    bench.install()
    data.load("tiny")
    shutil.copy(bench.folder / "train/cat/5.png", bench.folder / "train/cat/mine.png")
    return REAL


@situation(kind=IDX)
def what_an_old_torchvision_made(bench, stack):
    bench.install()
    (bench.folder / "MNIST/processed").mkdir()
    torch.save((torch.zeros(1, 28, 28), torch.zeros(1)), bench.folder / "MNIST/processed/test.pt")
    return REAL


@situation
def a_stranger_and_a_link_to_a_folder_that_is_only_read(bench, stack):
    there = bench.tmp_path / "shared"
    stack.enter_context(disk(there, "size=1m"))
    bench.kind.write(there / "tiny", COUNTS)
    (there / "tiny/train/3/.DS_Store").touch()
    stack.enter_context(read_only(there))
    bench.home.mkdir(parents=True)
    bench.folder.symlink_to(there / "tiny")
    return REAL


@situation
def a_stranger_and_a_link_to_another_disk(bench, stack):
    there = bench.tmp_path / "other"
    stack.enter_context(disk(there, "size=1m"))
    bench.kind.write(there / "tiny", COUNTS)
    (there / "tiny/train/3/.DS_Store").touch()
    bench.home.mkdir(parents=True)
    bench.folder.symlink_to(there / "tiny")
    return REAL


@situation
def damage_and_a_link_to_another_disk(bench, stack):
    a_stranger_and_a_link_to_another_disk(bench, stack)
    (bench.folder / "train/3/5.png").unlink()
    bench.mirror_folder()
    return REAL


# What is damaged.


def damaged(name, damage, kind=GREY):
    """The copy on this machine is damaged: two situations, with a mirror and without."""

    def without_mirror(bench, stack):
        bench.install()
        damage(bench.folder)
        return PRACTICE

    def with_mirror(bench, stack):
        bench.mirror_folder()
        return without_mirror(bench, stack) and REAL

    for prepare in (without_mirror, with_mirror):
        prepare.__name__ = f"{name}_{prepare.__name__}"
        situation(prepare, kind=kind)


def replaced(path, by):
    def damage(folder):
        place = folder / path
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        by(place)

    return damage


def nowhere(path):
    path.symlink_to(path.with_name("gone"))


def in_a_circle(path):
    path.symlink_to(path)


def a_folder(path):
    path.mkdir()


def a_pipe(path):
    os.mkfifo(path)


def huge(path):
    with open(path, "wb") as file:
        file.truncate(2**40)  # a sparse file


IMAGE, LABELS = "train/3/5.png", "MNIST/raw/t10k-labels-idx1-ubyte"
damaged("an_image_is_missing", lambda folder: (folder / IMAGE).unlink())
damaged("an_image_is_empty", lambda folder: (folder / IMAGE).write_bytes(b""))
damaged("an_image_is_a_folder", replaced(IMAGE, a_folder))
damaged("an_image_is_a_dead_link", replaced(IMAGE, nowhere))
damaged("an_image_is_a_circle_of_links", replaced(IMAGE, in_a_circle))
damaged("an_image_is_a_pipe", replaced(IMAGE, a_pipe))
damaged("an_image_is_huge", replaced(IMAGE, huge))
damaged("a_class_is_a_file", replaced("train/3", lambda path: path.write_text("x")))
damaged("a_split_is_a_dead_link", replaced("train", nowhere))
damaged("an_idx_file_is_a_folder", replaced(LABELS, a_folder), IDX)
damaged("an_idx_file_is_a_dead_link", replaced(LABELS, nowhere), IDX)
damaged("an_idx_file_is_huge", replaced(LABELS, huge), IDX)


def in_its_place(by):
    def prepare(bench, stack):
        bench.home.mkdir(parents=True)
        by(bench.folder)
        bench.mirror_folder()
        return REAL

    prepare.__name__ = f"in_its_place_{by.__name__}"
    return situation(prepare)


def a_file(path):
    path.write_text("x")


for by in (a_file, nowhere, in_a_circle, a_folder, a_pipe):
    in_its_place(by)


@situation
def a_damaged_cache(bench, stack):
    bench.install()
    data.load("tiny")
    file = decoded.file_of(bench.folder)
    file.write_bytes(file.read_bytes()[:-500])
    return REAL


def cache_is(by):
    def prepare(bench, stack):
        bench.install()
        by(decoded.file_of(bench.folder))
        return REAL

    prepare.__name__ = f"the_cache_is_{by.__name__}"
    return situation(prepare)


for by in (nowhere, in_a_circle, a_folder, a_pipe):
    cache_is(by)


# What a mirror folder may hold.


def archive_is(name, change):
    """The mirror's archive is another; the official host has a good one, or nobody has."""

    def alone(bench, stack):
        bench.mirror_folder(archive=change(bench))
        return PRACTICE

    def beside_the_official(bench, stack):
        server = stack.enter_context(serving())
        server.put("tiny.tgz", content(bench.archive))
        alone(bench, stack)
        bench.official(server.url)
        return REAL

    for prepare in (alone, beside_the_official):
        prepare.__name__ = f"the_archive_{name}_{prepare.__name__}"
        situation(prepare)


def with_member(member, data=b""):
    def change(bench):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            tar.add(bench.original, "tiny")
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
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


archive_is("ends_early", lambda bench: bench.archive[:-900])
archive_is("is_empty", lambda bench: b"")
archive_is("is_a_web_page", lambda bench: b"<html>log in</html>")
archive_is("lacks_an_image", without_an_image)
archive_is("has_one_too_many", with_member("tiny/train/3/mine.png", b"x"))
archive_is("has_a_large_image", with_a_large_image)
archive_is("has_a_long_name", with_member(f"tiny/train/3/{'x' * 300}.png"))
archive_is("has_a_file_for_a_folder", lambda bench: with_member("tiny/train", b"x")(bench)[:-9])
archive_is("is_a_bomb", with_member("tiny/zeros", bytes(2**22)))
archive_is("is_far_too_large", lambda bench: bytes(2**22))


@situation
def the_archive_is_a_pipe(bench, stack):
    place = bench.mirror_folder()
    (place / "tiny.tgz").unlink()
    os.mkfifo(place / "tiny.tgz")
    return PRACTICE


@situation
def the_sums_are_a_folder(bench, stack):
    (bench.mirror_folder() / "SHA256SUMS").mkdir()
    return REAL


@situation
def the_sums_are_wrong(bench, stack):
    bench.mirror_folder(checksum=sums(b"another"))
    return PRACTICE


@situation
def the_mirror_is_a_file(bench, stack):
    (bench.tmp_path / "stick").touch()
    bench.mirror(bench.tmp_path / "stick")
    return PRACTICE


@situation
def the_name_of_the_mirror_is_too_long(bench, stack):
    bench.mirror("/" + "x" * 300)
    return PRACTICE


@situation
def the_mirror_is_named_from_elsewhere(bench, stack):
    bench.monkeypatch.setattr(home, "START", bench.tmp_path)
    bench.mirror_folder()
    bench.mirror("mirror")
    (bench.tmp_path / "notebooks").mkdir()
    bench.monkeypatch.chdir(bench.tmp_path / "notebooks")
    return REAL


# The home.


@situation
def a_whole_set_in_a_home_that_is_only_read(bench, stack):
    stack.enter_context(disk(bench.home.parent, "size=1m"))
    bench.install()
    stack.enter_context(read_only(bench.home.parent))
    return REAL


@situation
def a_set_used_before_in_a_home_that_is_only_read(bench, stack):
    bench.monkeypatch.setattr(home, "SPARE", 0)
    stack.enter_context(disk(bench.home.parent, "size=1m"))
    bench.install()
    data.load("tiny")
    stack.enter_context(read_only(bench.home.parent))
    return REAL


@situation
def strangers_in_a_home_that_is_only_read(bench, stack):
    stack.enter_context(disk(bench.home.parent, "size=1m"))
    bench.install()
    (bench.folder / "train" / ".ipynb_checkpoints").mkdir()
    stack.enter_context(read_only(bench.home.parent))
    return REAL


@situation
def an_empty_home_that_is_only_read(bench, stack):
    stack.enter_context(disk(bench.home.parent, "size=1m"))
    stack.enter_context(read_only(bench.home.parent))
    return PRACTICE


@situation
def an_empty_home_that_is_only_read_and_a_mirror(bench, stack):
    bench.mirror_folder()
    return an_empty_home_that_is_only_read(bench, stack) and REAL


@situation
def a_damaged_set_in_a_home_that_is_only_read_and_a_mirror(bench, stack):
    stack.enter_context(disk(bench.home.parent, "size=1m"))
    bench.install()
    (bench.folder / IMAGE).unlink()
    stack.enter_context(read_only(bench.home.parent))
    bench.mirror_folder()
    return REAL


def home_is(by):
    def prepare(bench, stack):
        by(bench.home.parent)
        bench.mirror_folder()
        return REAL

    prepare.__name__ = f"the_home_is_{by.__name__}"
    return situation(prepare)


for by in (a_file, nowhere, in_a_circle):
    home_is(by)


@situation
def the_name_of_the_home_is_too_long(bench, stack):
    bench.name_home(bench.tmp_path / ("x" * 300))
    bench.mirror_folder()
    return REAL


@situation
def a_user_without_a_home(bench, stack):
    bench.name_home("")
    bench.monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    bench.mirror_folder()
    return REAL


@situation
def a_folder_for_fastais_settings(bench, stack):
    (bench.home.parent / "config.ini").mkdir(parents=True)
    bench.mirror_folder()
    return REAL


def free_space(megabytes):
    """Another disk than that of the temporary files has so much room."""

    def prepare(bench, stack):
        bench.mirror_folder()
        bench.official(NOBODY)

        def usage(place):
            at_home = str(bench.home.parent) in str(place) or place == bench.tmp_path
            return SimpleNamespace(free=1e6 * megabytes if at_home else 1e15)

        bench.monkeypatch.setattr(home.shutil, "disk_usage", usage)
        return REAL

    prepare.__name__ = f"{megabytes}_MB_free"
    return situation(prepare)


for megabytes in (0, 99, 100):
    free_space(megabytes)


@situation
def no_room_anywhere(bench, stack):
    bench.mirror_folder()
    bench.monkeypatch.setattr(home.shutil, "disk_usage", lambda place: SimpleNamespace(free=5e6))
    return PRACTICE


@situation
def no_locks(bench, stack):
    def flock(*arguments):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    fcntl = pytest.importorskip("fcntl")
    bench.monkeypatch.setattr(fcntl, "flock", flock)
    bench.mirror_folder()
    return REAL


# The network.


def at_an_address(name, answer, outcome, **named):
    """A mirror at an address answers so."""

    def prepare(bench, stack):
        if answer is silence:
            bench.monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
        server = stack.enter_context(serving())
        given = answer(bench) if answer in (as_gzip, packed_twice, whole_file) else answer
        server.put("tiny.tgz", given)
        server.put("SHA256SUMS", named.get("sums", status(404)))
        bench.mirror(server.url)
        return outcome

    prepare.__name__ = f"a_server_{name}"
    return situation(prepare)


def whole_file(bench):
    return content(bench.archive)


def as_gzip(bench):
    """Say of the archive that it is a packed .tar."""
    return called_gzip(bench.archive)


def packed_twice(bench):
    """Pack the archive once more, whatever was asked for."""
    return called_gzip(gzip.compress(bench.archive))


def page(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html; charset=utf-8")
    request.end_headers()
    request.wfile.write(b"<html>Welcome</html>")


at_an_address("has_it", whole_file, REAL)
at_an_address("calls_it_gzip", as_gzip, REAL)
at_an_address("packs_it_again", packed_twice, REAL)
at_an_address("has_nothing", status(404), PRACTICE)
at_an_address("is_closed", status(503), PRACTICE)
at_an_address("wants_a_log_in", page, PRACTICE)
at_an_address("offers_far_too_much", content(b"x", claimed=2**40), PRACTICE)
at_an_address("is_silent", silence, PRACTICE)
at_an_address("has_no_sums_today", whole_file, PRACTICE, sums=status(503))
at_an_address("has_endless_sums", whole_file, PRACTICE, sums=content(b"x", claimed=2**30))


@situation
def an_address_that_is_none(bench, stack):
    bench.mirror("http://")
    return PRACTICE


@situation
def a_timeout_that_is_none(bench, stack):
    bench.monkeypatch.setenv("LESSONS_TIMEOUT", "soon")
    return PRACTICE


@situation
def certificates_that_are_not_there(bench, stack):
    bench.monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/gone.pem")
    bench.official("https://127.0.0.1:9")
    return PRACTICE


@situation
def certificates_that_are_none(bench, stack):
    (bench.tmp_path / "own.pem").write_text("x")
    bench.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bench.tmp_path / "own.pem"))
    bench.official("https://127.0.0.1:9")
    return PRACTICE


@situation
def a_proxy_that_is_dead(bench, stack):
    bench.monkeypatch.setenv("NO_PROXY", "")
    bench.monkeypatch.setenv("https_proxy", "http://ann:secret@127.0.0.1:9")
    bench.official("https://example.invalid")
    return PRACTICE


@situation
def a_proxy_that_is_no_address(bench, stack):
    bench.monkeypatch.setenv("NO_PROXY", "")
    bench.monkeypatch.setenv("https_proxy", "http://[")
    bench.official("https://example.invalid")
    return PRACTICE


def proxy_wants_a_password(scheme):
    def prepare(bench, stack):
        bench.monkeypatch.setenv("NO_PROXY", "")
        server = stack.enter_context(serving())
        bench.monkeypatch.setenv(f"{scheme}_proxy", server.url)
        server.put("tiny.tgz", status(407))
        server.answers[f"{scheme}://example.invalid/tiny.tgz"] = [status(407)]
        server.answers["example.invalid:443"] = [status(407)]
        bench.official(f"{scheme}://example.invalid")
        return PRACTICE

    prepare.__name__ = f"a_proxy_for_{scheme}_that_wants_a_password"
    return situation(prepare)


proxy_wants_a_password("http")
proxy_wants_a_password("https")


@situation
def a_certificate_that_nobody_knows(bench, stack):
    server = stack.enter_context(serving(certificate(bench.tmp_path)))
    server.put("tiny.tgz", content(bench.archive))
    bench.official(server.url)
    return PRACTICE


@situation
def http_where_https_is_expected(bench, stack):
    server = stack.enter_context(serving())
    bench.official(server.url.replace("http", "https"))
    return PRACTICE


# The comparison.


def set_up(prepare, kind, monkeypatch, tmp_path, stack):
    bench = Bench(monkeypatch, tmp_path, kind)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    outcome = prepare(bench, stack)
    bench.new_process()
    return bench, outcome


@pytest.mark.parametrize("prepare, kind", SITUATIONS)
def test_the_report_and_the_lesson_agree(prepare, kind, monkeypatch, tmp_path, capsys):
    with contextlib.ExitStack() as stack:
        bench, outcome = set_up(prepare, kind, monkeypatch, tmp_path, stack)
        before = sorted(tmp_path.rglob("*"))
        said = forecast(["tiny"])["tiny"]
        finding = images.stand(["tiny"])[0].finding
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
