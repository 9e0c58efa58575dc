import gzip
import io
import random
import tarfile

import pytest

from helpers.data import archive
from helpers.data.errors import DataError
from tests.data_kit import pack, write_set


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


@pytest.fixture
def into(tmp_path):
    (tmp_path / "in" / "to").mkdir(parents=True)
    return tmp_path / "in" / "to"


def test_unpacks_what_was_packed(tmp_path, into):
    original = write_set(tmp_path / "tiny")
    (tmp_path / "tiny.tgz").write_bytes(pack(original))
    archive.unpack(tmp_path / "tiny.tgz", into)
    files = [file.relative_to(original) for file in original.rglob("*") if file.is_file()]
    assert len(files) == 19
    assert all((into / "tiny" / f).read_bytes() == (original / f).read_bytes() for f in files)


@pytest.mark.parametrize(
    "member",
    [
        "../outside.txt",
        "set/../../../outside.txt",
        "/tmp/outside.txt",
        link("set/link", "../../outside.txt", tarfile.SYMTYPE),
        link("set/link", "a", tarfile.SYMTYPE),
        link("set/link", "../../outside.txt", tarfile.LNKTYPE),
        link("set/pipe", "", tarfile.FIFOTYPE),
        link("set/device", "", tarfile.CHRTYPE),
    ],
    ids=lambda member: member if isinstance(member, str) else f"{member.name}-{member.type}",
)
def test_a_member_that_points_outside_is_named(tmp_path, into, member):
    file = packed(tmp_path, member, "set/later.txt")
    before = sorted(tmp_path.rglob("*"))
    name = member if isinstance(member, str) else member.name
    with pytest.raises(DataError) as raised:
        archive.unpack(file, into)
    assert f"set.tgz holds {name!r}" in str(raised.value)
    assert sorted(tmp_path.rglob("*")) == before, "nothing may be written"


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9])
def test_an_archive_cut_short_is_an_error(tmp_path, into, keep):
    data = pack(write_set(tmp_path / "tiny"))
    (tmp_path / "tiny.tgz").write_bytes(data[: int(keep * len(data))])
    with pytest.raises(DataError, match="tiny.tgz is damaged or ends early"):
        archive.unpack(tmp_path / "tiny.tgz", into)


@pytest.mark.parametrize("data", [b"no archive at all", gzip.compress(b"no archive inside" * 99)])
def test_another_kind_of_file_is_an_error(tmp_path, into, data):
    (tmp_path / "set.tgz").write_bytes(data)
    with pytest.raises(DataError, match="set.tgz is damaged"):
        archive.unpack(tmp_path / "set.tgz", into)


def test_a_damaged_byte_is_an_error(tmp_path, into):
    data = bytearray(pack(write_set(tmp_path / "tiny")))
    data[len(data) // 2] ^= 255
    (tmp_path / "tiny.tgz").write_bytes(data)
    with pytest.raises(DataError, match="is damaged"):
        archive.unpack(tmp_path / "tiny.tgz", into)


def test_an_old_python_is_told(tmp_path, into, monkeypatch):
    monkeypatch.delattr(tarfile, "data_filter")
    with pytest.raises(DataError, match="Expected 3.11.4 or newer"):
        archive.unpack(packed(tmp_path, "set/a"), into)


def test_a_gz_of_one_file_is_unpacked(tmp_path, into):
    content = bytes(range(256)) * 9999
    (tmp_path / "numbers-ubyte.gz").write_bytes(gzip.compress(content))
    archive.unpack(tmp_path / "numbers-ubyte.gz", into)
    assert [file.name for file in into.iterdir()] == ["numbers-ubyte"]
    assert (into / "numbers-ubyte").read_bytes() == content


@pytest.mark.parametrize("keep", [5, 100, -9, -1])
def test_a_gz_cut_short_is_an_error(tmp_path, into, keep):
    data = gzip.compress(random.Random(0).randbytes(5000))
    (tmp_path / "numbers.gz").write_bytes(data[:keep])
    with pytest.raises(DataError, match="numbers.gz is damaged or ends early"):
        archive.unpack(tmp_path / "numbers.gz", into)


@pytest.mark.parametrize("at", [0, 2500, -7, -2])
def test_a_damaged_byte_in_a_gz_is_an_error(tmp_path, into, at):
    data = bytearray(gzip.compress(random.Random(0).randbytes(5000)))
    data[at] ^= 255
    (tmp_path / "numbers.gz").write_bytes(data)
    with pytest.raises(DataError, match="numbers.gz is damaged"):
        archive.unpack(tmp_path / "numbers.gz", into)
