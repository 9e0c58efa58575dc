"""What holds for every kind of data set, from the mirror to the tensors."""

import pytest
import torch

from helpers import data
from helpers.data.fetch import decoded
from helpers.data.fetch.faults import Unreachable
from tests.data.kit import (
    GREY,
    IDX,
    JPEG,
    PNG,
    Bench,
    content,
    empty,
    flip,
    remove,
    same,
    serving,
    sums,
    truncate,
    write_images,
)

KINDS = {"grey PNG": GREY, "idx": IDX, "colour PNG": PNG, "colour JPEG": JPEG}
VICTIMS = {  # a file of each kind
    "grey PNG": "valid/7/12.png",
    "idx": "MNIST/raw/t10k-images-idx3-ubyte",
    "colour PNG": "test/dog/12.png",
    "colour JPEG": "test/dog/12.jpg",
}
WORDS = {
    "grey PNG": "7 validation images of 3, 7",
    "idx": "7 test images of 0, 1",
    "colour PNG": "7 test images of cat, dog",
    "colour JPEG": "7 test images of cat, dog",
}


@pytest.fixture(params=KINDS)
def name(request):
    return request.param


@pytest.fixture
def bench(monkeypatch, tmp_path, name):
    return Bench(monkeypatch, tmp_path, KINDS[name])


@pytest.fixture
def is_right(bench):
    """Whether images are those of the original set."""
    wanted = bench.kind.layout.check(bench.original).splits
    return lambda images: same(images.splits, wanted) and not images.practice


def test_from_a_mirror_folder(bench, is_right, name, capsys):
    bench.mirror_folder()
    images = data.load("tiny")
    lossy = name == "colour JPEG"
    assert is_right(images) and images.lossy == lossy
    assert images.classes == tuple(bench.kind.layout.counts["train"])
    out = capsys.readouterr().out
    line = f"tiny: 11 training and {WORDS[name]} - on this machine, complete\n"
    assert "MB from the mirror" in out and out.endswith(line)
    assert ("these are JPEG files, compressed with loss" in out) == lossy
    assert bench.left_over() == ["tiny", "tiny.npz"]
    for _ in range(2):
        assert is_right(data.load("tiny"))
        assert data.folder("tiny") == bench.folder
        assert capsys.readouterr().out == 2 * line
        bench.new_process()


@pytest.mark.parametrize("place", ["mirror", "official"])
def test_from_an_address(bench, is_right, place):
    with serving() as server:
        for file, archive in bench.archives.items():
            server.put(file, content(archive))
        server.put("SHA256SUMS", content(b"".join(sums(a, f) for f, a in bench.archives.items())))
        if place == "mirror":
            bench.mirror(server.url)
        else:
            bench.official(server.url)
        assert is_right(data.load("tiny"))
        times = {f"/{file}": 1 for file in bench.archives}
        assert server.asked == times | ({"/SHA256SUMS": 1} if place == "mirror" else {})


def shortened(bench, by):
    bench.archives = {name: data[: int(by * len(data))] for name, data in bench.archives.items()}


def of_another_set(bench):
    counts = {split: dict.fromkeys(of, 2) for split, of in bench.kind.layout.counts.items()}
    bench.archives = bench.kind.pack(bench.kind.write(bench.tmp_path / "other" / "tiny", counts))


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda bench: shortened(bench, 0), "(is damaged|is not an idx file)"),
        (lambda bench: shortened(bench, 0.3), "is damaged or ends early"),
        (lambda bench: shortened(bench, 0.98), "is damaged or ends early"),
        (of_another_set, "is not exactly the images of the set"),
    ],
    ids=["empty", "a third", "nearly whole", "another set"],
)
def test_an_archive_that_is_none_leaves_nothing(bench, change, words):
    bench.mode("official")
    change(bench)
    bench.mirror_folder()
    with pytest.raises(Unreachable, match=f"mirror.*: .*{words}"):
        data.load("tiny")
    assert bench.left_over() == []


@pytest.mark.parametrize("missing", [0, -1], ids=["first", "last"])
def test_a_missing_archive_is_named_and_leaves_nothing(bench, missing):
    bench.mode("official")
    file = list(bench.archives)[missing]
    (bench.mirror_folder() / file).unlink()
    assert data.state("tiny") == "not here yet"
    with pytest.raises(Unreachable, match=f"there is no {file} in it"):
        data.load("tiny")
    assert bench.left_over() == []


@pytest.mark.parametrize("step", ["judge", "lossy"])  # before and after files are written
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_nothing(bench, is_right, monkeypatch, error, step):
    def interrupted(*args, **named):
        raise error

    bench.mirror_folder()
    with monkeypatch.context() as patch:
        patch.setattr(type(bench.kind.layout), step, interrupted)
        with pytest.raises(error):
            data.load("tiny")
    assert bench.left_over() == []
    assert is_right(data.load("tiny"))


@pytest.mark.parametrize("damage", [remove, truncate, empty, flip])
def test_damage_is_found_and_a_whole_copy_is_fetched(bench, is_right, name, capsys, damage):
    bench.mirror_folder()
    data.folder("tiny")
    bench.new_process()
    damage(bench.folder / VICTIMS[name])
    capsys.readouterr()
    assert data.folder("tiny") == bench.folder
    out = capsys.readouterr().out
    assert f"the copy on this machine is not whole: {VICTIMS[name]}" in out or damage is remove
    assert "repaired, a whole copy is in its place" in out
    whole = (bench.original / VICTIMS[name]).read_bytes()
    assert (bench.folder / VICTIMS[name]).read_bytes() == whole
    assert is_right(data.load("tiny"))


def test_what_load_gives_is_not_what_damaged_files_hold(bench, is_right, name):
    bench.mirror_folder()
    data.load("tiny")
    bench.new_process()
    flip(bench.folder / VICTIMS[name])
    assert is_right(data.load("tiny"))


@pytest.mark.parametrize("new_process", [False, True])
def test_a_cache_cut_short_is_built_again(bench, is_right, new_process):
    bench.install()  # as others may have put it there
    with torch.device("meta"):  # images are on the processor, whatever the default device
        assert is_right(data.load("tiny"))
    file = decoded.file_of(bench.folder)
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:-500])
    for _ in range(2):
        if new_process:
            bench.new_process()
        assert is_right(data.load("tiny"))
    assert file.stat().st_size == size


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
    file = bench.home / "practice" / "tiny" / VICTIMS[name].replace("12.", "5.")
    flip(file)
    data.folder("tiny")
    assert "is not whole" in capsys.readouterr().out
    assert same(data.load("tiny").splits, wanted.splits)


def test_a_damaged_copy_is_moved_away(monkeypatch, tmp_path, capsys):
    bench = Bench(monkeypatch, tmp_path, PNG)
    bench.mirror_folder()
    write_images(bench.folder, bench.kind.layout.counts, (32, 32, 3), ".jpg")
    (bench.folder / "train" / "cat" / "5.jpg").unlink()
    data.load("tiny")
    assert f"was moved to {bench.home / 'set-aside' / '1'}: tiny." in capsys.readouterr().out
    assert len(list((bench.home / "set-aside").rglob("*.jpg"))) == 17
    assert len(list(bench.folder.rglob("*.png"))) == 18 and not list(bench.folder.rglob("*.jpg"))
