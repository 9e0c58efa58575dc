import hashlib
from dataclasses import replace

import pytest

from helpers.data.fetch import origins
from helpers.data.fetch.catalogue import Archive
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.origins import sources
from tests.data.kit import NOBODY, content, entry, status, sums

PAGE = b"\n<!DOCTYPE html><html><title>Log in to CAMPUS-WIFI</title></html>"


def first(bench, host=NOBODY):
    return next(sources(entry(bench.archives, host)))


def fetch(source, into):
    [file] = source.fetch(into)
    return file


def test_the_order_is_mirror_then_official(bench):
    tiny = entry(bench.archives)
    assert [s.label for s in sources(tiny)] == ["the official host http://127.0.0.1:9"]
    bench.mirror("/some/where/")
    labels = [source.label for source in sources(tiny)]
    assert labels == ["the mirror /some/where", "the official host http://127.0.0.1:9"]


def test_a_folder_beside_helpers_is_a_mirror_when_no_other_is_named(bench, monkeypatch, work):
    """As on Kaggle, where archives need names that the host does not know."""
    (folder := bench.tmp_path / origins.BESIDE).mkdir()
    (folder / "tiny.tgz.kept").write_bytes(bench.archive)
    (folder / "SHA256SUMS").write_bytes(sums(bench.archive, "tiny.tgz"))
    monkeypatch.setattr(origins, "CHECKOUT", bench.tmp_path)
    source = first(bench)
    assert fetch(source, work) == folder / "tiny.tgz.kept"
    assert origins.in_mirror_folder(entry(bench.archives))
    bench.mirror("/some/where")
    assert first(bench).where == "/some/where"


def put(bench, server, kind, archive, sums=None):
    """Let a mirror, or the official host, hold this archive, and perhaps SHA256SUMS."""
    if kind == "folder":
        bench.mirror_folder(archive, sums)
    else:
        server.put("tiny.tgz", content(archive))
        server.put("SHA256SUMS", status(404) if sums is None else content(sums))
        if kind == "address":
            bench.mirror(server.url + "/")
    return first(bench, server.url)


@pytest.mark.parametrize("name", ["tiny.tgz", "./tiny.tgz", None])
@pytest.mark.parametrize("kind", ["folder", "address"])
def test_a_mirror_with_and_without_sums(bench, server, work, kind, name):
    checksum = name and b"0" * 64 + b"  other.tgz\n" + sums(bench.archive, name)
    source = put(bench, server, kind, bench.archive, checksum)
    assert fetch(source, work).read_bytes() == bench.archive


@pytest.mark.parametrize("kind", ["folder", "address"])
def test_a_wrong_sum_is_an_error(bench, server, work, kind):
    source = put(bench, server, kind, bench.archive, sums(b"another file"))
    with pytest.raises(DataError, match="the archive is damaged: its SHA-256"):
        fetch(source, work)


@pytest.mark.parametrize("kind", ["folder", "address", "official"])
def test_a_web_page_is_recognised(bench, server, work, kind):
    source = put(bench, server, kind, PAGE, None if kind == "folder" else PAGE)
    with pytest.raises(DataError, match="a web page came instead of the archive.*log in"):
        fetch(source, work)


def test_the_official_archive_is_checked(bench, server, work):
    server.put("tiny.tgz", content(bench.archive))
    assert fetch(first(bench, server.url), work).read_bytes() == bench.archive
    (work / "tiny.tgz").unlink()
    server.put("tiny.tgz", content(bench.archive[:-1]))
    with pytest.raises(DataError, match="bytes came instead of"):
        fetch(first(bench, server.url), work)
    server.put("tiny.tgz", content(b"\x1f\x8b" + bytes(len(bench.archive) - 2)))
    with pytest.raises(DataError, match=r"checksum \(MD5\) is wrong"):
        fetch(first(bench, server.url), work)


def test_a_checksum_may_cover_the_beginning_only(bench, server, work):
    md5 = hashlib.md5(bench.archive[:50]).hexdigest()
    tiny = entry(bench.archives, server.url)
    tiny = replace(tiny, archives=(Archive("tiny.tgz", len(bench.archive), md5, 50),))
    server.put("tiny.tgz", content(bench.archive))
    [official] = sources(tiny)
    assert fetch(official, work).read_bytes() == bench.archive
