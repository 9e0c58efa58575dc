"""What holds for every kind of data set, from the mirror to the tensors."""

import contextlib

import pytest
import torch
from PIL import Image

from helpers import data
from helpers.data.fetch import decoded
from helpers.data.fetch.errors import Unreachable
from tests.data.kit import GREY, IDX, JPEG, PNG, Bench, content, serving, sums, write_images

KINDS = {"grey PNG": GREY, "idx": IDX, "colour PNG": PNG, "colour JPEG": JPEG}
VICTIMS = {  # a file of each kind
    "grey PNG": "valid/7/12.png",
    "idx": "MNIST/raw/t10k-images-idx3-ubyte",
    "colour PNG": "test/dog/12.png",
    "colour JPEG": "test/dog/12.jpg",
}
LINES = {
    "grey PNG": "tiny: 11 training and 7 validation images of 3, 7 - on this machine, complete\n",
    "idx": "tiny: 11 training and 7 test images of 0, 1 - on this machine, complete\n",
    "colour PNG": "tiny: 11 training and 7 test images of cat, dog - on this machine, complete\n",
}
LINES["colour JPEG"] = LINES["colour PNG"]


@pytest.fixture(params=KINDS)
def name(request):
    return request.param


@pytest.fixture
def bench(monkeypatch, tmp_path, name):
    return Bench(monkeypatch, tmp_path, KINDS[name])


def same(images, wanted):
    return all(
        torch.equal(images.splits[split].images, wanted.splits[split].images)
        and torch.equal(images.splits[split].labels, wanted.splits[split].labels)
        for split in wanted.splits
    )


@pytest.fixture
def wanted(bench):
    return bench.kind.layout.check(bench.original)


def test_from_a_mirror_folder(bench, wanted, name, capsys):
    bench.mirror_folder()
    images = data.load("tiny")
    assert same(images, wanted) and not images.practice
    assert images.lossy == (name == "colour JPEG")
    assert images.classes == tuple(bench.kind.layout.counts["train"])
    out = capsys.readouterr().out
    assert "MB from the mirror" in out and out.endswith(LINES[name])
    assert bench.left_over() == ["tiny", "tiny.npz"]
    for _ in range(2):
        assert same(data.load("tiny"), wanted)
        assert data.folder("tiny") == bench.folder
        assert capsys.readouterr().out == 2 * LINES[name]
        bench.new_process()


@pytest.mark.parametrize("place", ["mirror", "official"])
def test_from_an_address(bench, wanted, place):
    with serving() as server:
        for file, archive in bench.archives.items():
            server.put(file, content(archive))
        server.put("SHA256SUMS", content(b"".join(sums(a, f) for f, a in bench.archives.items())))
        if place == "mirror":
            bench.mirror(server.url)
        else:
            bench.official(server.url)
        assert same(data.load("tiny"), wanted)
        times = {f"/{file}": 1 for file in bench.archives}
        assert server.asked == times | ({"/SHA256SUMS": 1} if place == "mirror" else {})


def test_a_wrong_checksum_is_refused(bench):
    bench.mode("official")
    bench.mirror_folder(checksum=b"".join(sums(b"another", file) for file in bench.archives))
    with pytest.raises(Unreachable, match="the archive is damaged: its SHA-256"):
        data.load("tiny")
    assert bench.left_over() == []


def test_an_official_archive_with_another_checksum_is_refused(bench):
    bench.mode("official")
    with serving() as server:
        for file, archive in bench.archives.items():
            server.put(file, content(archive[:10] + b"x" + archive[11:]))
        bench.official(server.url)
        with pytest.raises(Unreachable, match=r"checksum \(MD5\) is wrong"):
            data.load("tiny")
    assert bench.left_over() == []


def test_an_empty_archive_leaves_nothing(bench):
    bench.mode("official")
    bench.mirror_folder(archive=b"")
    with pytest.raises(Unreachable, match="mirror: .*(is damaged|is not an idx file)"):
        data.load("tiny")
    assert bench.left_over() == []


@pytest.mark.parametrize("keep", [0.3, 0.98])
def test_a_truncated_archive_leaves_nothing(bench, keep):
    bench.mode("official")
    bench.mirror_folder(archive=bench.archive[: int(keep * len(bench.archive))])
    with pytest.raises(Unreachable, match="is damaged or ends early"):
        data.load("tiny")
    assert bench.left_over() == []


@pytest.mark.parametrize("missing", ["first", "last"])
def test_a_missing_archive_is_named_and_leaves_nothing(bench, missing):
    bench.mode("official")
    file = list(bench.archives)[0 if missing == "first" else -1]
    (bench.mirror_folder() / file).unlink()
    assert data.state("tiny") == "not here yet"
    with pytest.raises(Unreachable, match=f"there is no {file} in it"):
        data.load("tiny")
    assert bench.left_over() == []


@pytest.mark.parametrize("step", ["judge", "found_at"])  # before and after files are written
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_nothing(bench, wanted, monkeypatch, error, step):
    def interrupted(*args, **named):
        raise error

    bench.mirror_folder()
    with monkeypatch.context() as patch:
        patch.setattr(type(bench.kind.layout), step, interrupted)
        with pytest.raises(error):
            data.load("tiny")
    assert bench.left_over() == []
    assert same(data.load("tiny"), wanted)


def remove(file):
    file.unlink()


def truncate(file):
    file.write_bytes(file.read_bytes()[:-30])


def empty(file):
    file.write_bytes(b"")


def flip(file):
    content = bytearray(file.read_bytes())
    content[-100] ^= 16  # among the pixels, in every kind
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [remove, truncate, empty, flip])
def test_damage_is_found_and_only_that_is_fetched_again(bench, wanted, name, capsys, damage):
    bench.mirror_folder()
    data.folder("tiny")
    bench.new_process()
    whole = (bench.folder / VICTIMS[name]).read_bytes()
    others = {file: file.stat().st_mtime_ns for file in bench.folder.rglob("*") if file.is_file()}
    del others[bench.folder / VICTIMS[name]]
    damage(bench.folder / VICTIMS[name])
    capsys.readouterr()
    assert data.folder("tiny") == bench.folder
    out = capsys.readouterr().out
    assert "the copy on this machine is not whole" in out and "repaired, 1 files replaced" in out
    assert (bench.folder / VICTIMS[name]).read_bytes() == whole
    assert all(file.stat().st_mtime_ns == time for file, time in others.items())
    assert same(data.load("tiny"), wanted)


def test_what_load_gives_is_not_what_damaged_files_hold(bench, wanted, name):
    bench.mirror_folder()
    data.load("tiny")
    bench.new_process()
    flip(bench.folder / VICTIMS[name])
    assert same(data.load("tiny"), wanted)


def test_a_cache_cut_short_is_built_again(bench, wanted):
    bench.install()
    data.load("tiny")
    file = decoded.file_of(bench.folder)
    file.write_bytes(file.read_bytes()[:-500])
    for _ in range(2):
        bench.new_process()
        assert same(data.load("tiny"), wanted)


def test_a_set_that_others_put_there_is_taken(bench, wanted):
    bench.install()
    assert same(data.load("tiny"), wanted)


def test_practice(bench, capsys):
    bench.mode("practice")
    images = data.load("tiny")
    assert images.practice and len(images.train.labels) == 4
    assert data.folder("tiny") == bench.home / "practice" / "tiny"
    assert data.is_practice("tiny") and data.state("tiny") == "practice"
    assert capsys.readouterr().out.count("PRACTICE DATA, 4 training and 2") == 2


def test_damaged_practice_images_are_found(bench, name, capsys):
    bench.mode("practice")
    wanted = data.load("tiny")
    bench.new_process()
    split = "test" if "test" in wanted.splits else "valid"
    file = bench.home / "practice" / "tiny" / VICTIMS[name].replace("12.", "5.")
    flip(file)
    data.folder("tiny")
    assert "is not whole" in capsys.readouterr().out
    assert torch.equal(data.load("tiny").splits[split].images, wanted.splits[split].images)


def test_state(bench):
    assert data.state("tiny") == "not here yet"
    bench.mirror_folder()
    assert data.state("tiny") == "in the mirror"
    data.folder("tiny")
    assert data.state("tiny") == "ready"


def test_the_archive_of_another_set_is_refused(bench):
    bench.mode("official")
    counts = {split: dict.fromkeys(of, 2) for split, of in bench.kind.layout.counts.items()}
    bench.archives = bench.kind.pack(bench.kind.write(bench.tmp_path / "other" / "tiny", counts))
    bench.mirror_folder()
    with pytest.raises(Unreachable, match="is not exactly the images of the set"):
        data.load("tiny")
    assert bench.left_over() == []


@contextlib.contextmanager
def repacked(bench, path):
    """Change a file of the original set, and pack it anew, with all checksums right."""
    yield bench.original / path
    bench.archives = bench.kind.pack(bench.original)
    bench.mirror_folder()


def grey(file):
    Image.new("L", (32, 32)).save(file)


def large(file):
    Image.new("RGB", (33, 32)).save(file)


@pytest.mark.parametrize(
    "change, words", [(grey, "in colour.*is mode L"), (large, ".*is mode RGB, 33x32")]
)
@pytest.mark.parametrize("kind", [PNG, JPEG], ids=["PNG", "JPEG"])
def test_an_archive_with_an_image_of_another_kind_is_refused(
    monkeypatch, tmp_path, kind, change, words
):
    bench = Bench(monkeypatch, tmp_path, kind)
    bench.mode("official")
    suffix = ".png" if kind is PNG else ".jpg"
    with repacked(bench, f"train/cat/5{suffix}") as file:
        change(file)
    with pytest.raises(Unreachable, match=f"train/cat/5{suffix} should be {words}"):
        data.load("tiny")


def test_a_damaged_copy_in_other_files_is_moved_away(monkeypatch, tmp_path, capsys):
    """The official archive cannot repair a folder from a mirror with JPEG files."""
    bench = Bench(monkeypatch, tmp_path, PNG)
    bench.mirror_folder()
    write_images(bench.folder, bench.kind.layout.counts, (32, 32, 3), ".jpg")
    (bench.folder / "train" / "cat" / "5.jpg").unlink()
    data.load("tiny")
    assert "tiny/test/cat/12.jpg" in capsys.readouterr().out
    assert len(list((bench.home / "set-aside").rglob("*.jpg"))) == 17
    assert len(list(bench.folder.rglob("*.png"))) == 18 and not list(bench.folder.rglob("*.jpg"))


def test_labels_of_another_set_are_refused(monkeypatch, tmp_path):
    bench = Bench(monkeypatch, tmp_path, IDX)
    bench.mode("official")
    with repacked(bench, "MNIST/raw/train-labels-idx1-ubyte") as file:
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
    with pytest.raises(Unreachable, match="train-labels-idx1-ubyte does not hold the labels of"):
        data.load("tiny")
