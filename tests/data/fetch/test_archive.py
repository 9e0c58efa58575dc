import gzip
import io
import random
import tarfile

import pytest

from helpers.data.fetch import archive
from helpers.data.fetch.faults import DataError
from tests.data.kit import pack, write_set

MOST = 2**20
NUMBERS = gzip.compress(random.Random(0).randbytes(5000), mtime=0)


def packed(tmp_path, *members):
    file = tmp_path / "set.tgz"
    with tarfile.open(file, "w:gz") as tar:
        for member in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            if info.isfile():
                info.size = 3
            tar.addfile(info, io.BytesIO(b"abc") if info.isfile() else None)
    return file


def link(name, target, kind):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_gives_what_was_packed(tmp_path):
    original = write_set(tmp_path / "tiny")
    (tmp_path / "tiny.tgz").write_bytes(pack(original))
    files = archive.contents(tmp_path / "tiny.tgz", MOST)
    wanted = {
        f"tiny/{file.relative_to(original).as_posix()}": file.read_bytes()
        for file in original.rglob("*")
        if file.is_file()
    }
    assert len(wanted) == 19 and files == wanted


def test_only_what_is_wanted_is_kept(tmp_path):
    file = packed(tmp_path, "./set/a.png", "set/._a.png", "other/b.png")
    files = archive.contents(file, MOST, lambda path: path == "set/a.png")
    assert files == {"set/a.png": b"abc"}


def test_a_gz_of_one_file_is_unpacked(tmp_path):
    content = bytes(range(256)) * 9999
    (tmp_path / "numbers-ubyte.gz").write_bytes(gzip.compress(content))
    files = archive.contents(tmp_path / "numbers-ubyte.gz", 2 * len(content))
    assert files == {"numbers-ubyte": content}


@pytest.mark.parametrize("long, shown", [(0, True), (60, False)])
def test_only_long_work_shows_a_bar(monkeypatch, tmp_path, capsys, long, shown):
    monkeypatch.setattr(archive, "LONG", long)
    archive.contents(packed(tmp_path, "set/a.png"), MOST)
    told = capsys.readouterr()
    assert told.out == "" and ("unpacking set.tgz" in told.err) == shown
    assert told.err == "" or told.err.endswith("\r"), "the bar goes when the work is done"


@pytest.mark.parametrize(
    "member",
    [
        "../outside.txt",
        "set/../../../outside.txt",
        "/tmp/outside.txt",
        "set\\outside.txt",
        "set/bell\a.png",
        f"set/{'x' * 300}.png",
        f"set/{'x' * 300}/a.png",
        link("set/link", "../../outside.txt", tarfile.SYMTYPE),
        link("set/link", "a", tarfile.SYMTYPE),
        link("set/link", "../../outside.txt", tarfile.LNKTYPE),
        link("set/pipe", "", tarfile.FIFOTYPE),
        link("set/device", "", tarfile.CHRTYPE),
    ],
    ids=lambda member: member if isinstance(member, str) else f"{member.name}-{member.type}",
)
def test_a_member_that_points_outside_is_named(tmp_path, member):
    file = packed(tmp_path, member, "set/later.txt")
    name = member if isinstance(member, str) else member.name
    with pytest.raises(DataError) as raised:
        archive.contents(file, MOST)
    assert f"set.tgz holds {name[:60]!r}"[:-1] in str(raised.value)


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


DAMAGED = {
    "text": ("set.tgz", b"no archive at all"),
    "gzip": ("set.tgz", gzip.compress(b"no archive inside" * 99, mtime=0)),
    **{f"gz cut at {at}": ("numbers.gz", NUMBERS[:at]) for at in (5, 100, -9, -1)},
    **{f"gz flipped at {at}": ("numbers.gz", flipped(NUMBERS, at)) for at in (0, 2500, -7, -2)},
}


@pytest.mark.parametrize("name, data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_an_error(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=f"{name} is damaged or ends early"):
        archive.contents(tmp_path / name, MOST)


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9, "flipped"])
def test_a_damaged_set_is_an_error(tmp_path, keep):
    data = pack(write_set(tmp_path / "tiny"))
    half = len(data) // 2
    data = flipped(data, half) if keep == "flipped" else data[: int(keep * len(data))]
    (tmp_path / "tiny.tgz").write_bytes(data)
    with pytest.raises(DataError, match="tiny.tgz is damaged or ends early"):
        archive.contents(tmp_path / "tiny.tgz", MOST)


def promising(size):
    """A header of a file that is far shorter."""
    info = tarfile.TarInfo("set/a.png")
    info.size = size
    return info.tobuf()


BOMBS = {
    "gz": ("numbers.gz", bytes(MOST + 1), "holds far more than"),
    "tgz": ("set.tgz", 3 * (promising(MOST // 2) + bytes(MOST // 2)), "holds far more than"),
    "promised": ("set.tgz", promising(2**40) + bytes(1024), "is damaged or ends early"),
}


@pytest.mark.parametrize("name, content, words", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_an_error(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match=f"{name} {words}"):
        archive.contents(tmp_path / name, MOST)


def test_a_file_with_holes_is_an_error(tmp_path):
    """It may be gigabytes of zeros, and takes a few bytes in the archive."""
    info = tarfile.TarInfo("set/a.png")
    info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,3"}
    info.pax_headers["GNU.sparse.size"] = str(2**40)
    with pytest.raises(DataError, match="set.tgz holds 'set/a.png', which .* is no plain file"):
        archive.contents(packed(tmp_path, info), MOST)


def test_an_archive_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "set.tgz").mkdir()
    with pytest.raises(DataError, match="cannot be read.*a folder lies where a file belongs"):
        archive.contents(tmp_path / "set.tgz", MOST)


@pytest.mark.parametrize("name", ["numbers.gz", "numbers.gz.kept"])
def test_a_packed_file_is_named_without_its_endings(tmp_path, name):
    (tmp_path / name).write_bytes(NUMBERS)
    assert archive.contents(tmp_path / name, MOST) == {"numbers": gzip.decompress(NUMBERS)}
