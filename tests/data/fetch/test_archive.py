import gzip
import io
import random
import tarfile

import pytest

from helpers.data.fetch import archive
from helpers.data.fetch.errors import DataError
from tests.data.kit import pack, write_set


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


MOST = 2**20


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


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9])
def test_an_archive_cut_short_is_an_error(tmp_path, keep):
    data = pack(write_set(tmp_path / "tiny"))
    (tmp_path / "tiny.tgz").write_bytes(data[: int(keep * len(data))])
    with pytest.raises(DataError, match="tiny.tgz is damaged or ends early"):
        archive.contents(tmp_path / "tiny.tgz", MOST)


NO_ARCHIVES = {"text": b"no archive at all", "gzip": gzip.compress(b"no archive inside" * 99)}


# By name: gzip writes the time, and processes that share the tests must agree on their names.
@pytest.mark.parametrize("data", NO_ARCHIVES.values(), ids=NO_ARCHIVES)
def test_another_kind_of_file_is_an_error(tmp_path, data):
    (tmp_path / "set.tgz").write_bytes(data)
    with pytest.raises(DataError, match="set.tgz is damaged"):
        archive.contents(tmp_path / "set.tgz", MOST)


def test_a_damaged_byte_is_an_error(tmp_path):
    data = bytearray(pack(write_set(tmp_path / "tiny")))
    data[len(data) // 2] ^= 255
    (tmp_path / "tiny.tgz").write_bytes(data)
    with pytest.raises(DataError, match="is damaged"):
        archive.contents(tmp_path / "tiny.tgz", MOST)


def test_a_gz_of_one_file_is_unpacked(tmp_path):
    content = bytes(range(256)) * 9999
    (tmp_path / "numbers-ubyte.gz").write_bytes(gzip.compress(content))
    files = archive.contents(tmp_path / "numbers-ubyte.gz", 2 * len(content))
    assert files == {"numbers-ubyte": content}


@pytest.mark.parametrize("keep", [5, 100, -9, -1])
def test_a_gz_cut_short_is_an_error(tmp_path, keep):
    data = gzip.compress(random.Random(0).randbytes(5000))
    (tmp_path / "numbers.gz").write_bytes(data[:keep])
    with pytest.raises(DataError, match="numbers.gz is damaged or ends early"):
        archive.contents(tmp_path / "numbers.gz", MOST)


@pytest.mark.parametrize("at", [0, 2500, -7, -2])
def test_a_damaged_byte_in_a_gz_is_an_error(tmp_path, at):
    data = bytearray(gzip.compress(random.Random(0).randbytes(5000)))
    data[at] ^= 255
    (tmp_path / "numbers.gz").write_bytes(data)
    with pytest.raises(DataError, match="numbers.gz is damaged"):
        archive.contents(tmp_path / "numbers.gz", MOST)


def test_a_bomb_is_an_error(tmp_path):
    (tmp_path / "numbers.gz").write_bytes(gzip.compress(bytes(MOST + 1)))
    with pytest.raises(DataError, match="numbers.gz holds far more than"):
        archive.contents(tmp_path / "numbers.gz", MOST)
    with tarfile.open(tmp_path / "set.tgz", "w:gz") as tar:
        for i in range(3):  # of folders and of files that are not wanted, too
            info = tarfile.TarInfo(f"set/{i}")
            info.size = MOST // 2
            tar.addfile(info, io.BytesIO(bytes(info.size)))
    with pytest.raises(DataError, match="set.tgz holds far more than"):
        archive.contents(tmp_path / "set.tgz", MOST, lambda path: False)


def test_a_header_that_promises_more_than_there_is_room_for_is_an_error(tmp_path):
    info = tarfile.TarInfo("set/a.png")
    info.size = 2**40
    (tmp_path / "set.tgz").write_bytes(gzip.compress(info.tobuf() + bytes(1024)))
    with pytest.raises(DataError, match="set.tgz holds far more than"):
        archive.contents(tmp_path / "set.tgz", MOST)


def test_an_archive_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "set.tgz").mkdir()
    with pytest.raises(DataError, match="cannot be read.*a folder lies where a file belongs"):
        archive.contents(tmp_path / "set.tgz", MOST)
