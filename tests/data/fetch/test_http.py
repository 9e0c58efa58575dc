import contextlib
import gzip
from types import SimpleNamespace

import pytest

from helpers.data.fetch.faults import DataError
from helpers.data.fetch.http import NotThere, ask, download, timeout
from tests.data.kit import (
    PATIENCE,
    SHORT,
    called_gzip,
    content,
    dripping,
    serving,
    silence,
    status,
)

DATA = bytes(range(256)) * 400
MOST = 2**20


@pytest.fixture(autouse=True)
def naps(monkeypatch):
    """For how long pooch would have slept between its attempts."""
    naps = []
    monkeypatch.setenv("LESSONS_TIMEOUT", PATIENCE)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=naps.append))
    return naps


def fetch(server, into, check=lambda file: None):
    return download(f"{server.url}/file", into, check, MOST)


def put(server, *answers):
    server.asked.clear()
    server.put("file", *answers)


@pytest.mark.parametrize("progress", [True, False])
def test_the_file_arrives_with_a_progress_bar_if_wanted(server, tmp_path, capfd, progress):
    put(server, content(DATA))
    file = download(f"{server.url}/file", tmp_path, lambda file: None, MOST, progress)
    assert file == tmp_path / "file" and file.read_bytes() == DATA
    out, err = capfd.readouterr()
    assert out == "" and ("100%" in err) == bool(err) == progress and str(tmp_path) not in err


def broken_check(file):
    if file.read_bytes() != DATA:
        raise ValueError("the wrong checksum")


@pytest.mark.parametrize(
    "fault, words",
    [
        (content(DATA[:999], claimed=len(DATA)), "the connection broke off"),
        (content(b"other"), "the wrong checksum"),
        (status(500), "the server answers 500"),
        (status(429), "the server answers 429"),
    ],
    ids=["interrupted", "checksum", "500", "429"],
)
def test_a_passing_fault_is_tried_again(server, tmp_path, fault, words):
    put(server, fault, fault, content(DATA))
    assert fetch(server, tmp_path, broken_check).read_bytes() == DATA
    assert server.asked["/file"] == 3

    (tmp_path / "file").unlink()
    put(server, fault)
    with pytest.raises(DataError, match=rf"{words}.*\(tried 3 times\)"):
        fetch(server, tmp_path, broken_check)
    assert server.asked["/file"] == 3
    assert not list(tmp_path.iterdir()), "nothing may be left"


@pytest.mark.parametrize("code, kind", [(404, NotThere), (410, NotThere), (403, DataError)])
def test_a_lasting_fault_is_not(server, tmp_path, code, kind):
    put(server, status(code))
    with pytest.raises(kind, match=f"the server answers {code}"):
        fetch(server, tmp_path)
    assert server.asked["/file"] == 1 and not list(tmp_path.iterdir())


def test_a_check_can_end_the_attempts(server, tmp_path):
    def check(file):
        raise DataError("a web page came")

    put(server, content(b"<html>"))
    with pytest.raises(DataError, match="^a web page came$"):
        fetch(server, tmp_path, check)
    assert server.asked["/file"] == 1 and not list(tmp_path.iterdir())


def stall(request):
    content(DATA[:999], claimed=len(DATA))(request)
    request.wfile.flush()
    silence(request)


@pytest.mark.slow
@pytest.mark.parametrize("answer", [silence, stall], ids=["at once", "in mid-file"])
def test_silence_is_noticed_and_tried_again(tmp_path, monkeypatch, naps, answer):
    monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
    with serving() as server:  # of its own: it may get round to an answer only after the test
        put(server, answer)
        words = rf"no answer within {SHORT} seconds \(tried 3 times\)"
        with pytest.raises(DataError, match=words):
            fetch(server, tmp_path)
    assert len(naps) == 2 and not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("headers", [True, False], ids=["headers", "body"])
def test_a_server_that_drips_is_left(tmp_path, monkeypatch, headers):
    monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
    with serving() as server:  # of its own: it would drip on
        put(server, dripping(DATA[:100], headers))
        with pytest.raises(DataError, match="^too slow: fewer than 3,200 bytes .* 0.4 seconds$"):
            fetch(server, tmp_path)
        assert server.asked["/file"] == 1 and not list(tmp_path.iterdir())


def endless(request):
    """Send more and more, and never say how much."""
    request.send_response(200)
    request.end_headers()
    with contextlib.suppress(OSError):
        while True:
            request.wfile.write(DATA)


@pytest.mark.parametrize(
    "answer, words",
    [(endless, "more than 1,048,576 bytes"), (content(b"", claimed=2**40), "it offers 1,099,511")],
    ids=["endless", "claimed"],
)
def test_more_than_there_can_be_is_not_taken(server, tmp_path, answer, words):
    put(server, answer)
    with pytest.raises(DataError, match=words):
        fetch(server, tmp_path)
    assert server.asked["/file"] == 1 and not list(tmp_path.iterdir())


def test_files_are_wanted_as_they_are(server, tmp_path):
    archive = gzip.compress(DATA)
    server.packings.clear()
    for name, sent, file in (
        ("set.tgz", archive, archive),  # "gzip" is what the server calls the archive itself
        ("again.tgz", gzip.compress(archive), archive),
        ("SUMS", gzip.compress(b"text"), b"text"),
        ("plain", b"no gzip at all", b"no gzip at all"),
    ):
        server.put(name, called_gzip(sent))
        got = download(f"{server.url}/{name}", tmp_path, lambda file: None, MOST)
        assert got.read_bytes() == file
    assert server.packings == {"identity"}


def test_a_server_is_asked_without_fetching(server):
    put(server, content(DATA))
    assert DATA.startswith(ask(f"{server.url}/file", MOST)) and server.asked["/file"] == 1
    put(server, status(404))
    with pytest.raises(NotThere):
        ask(f"{server.url}/file", MOST)
    put(server, status(503))
    with pytest.raises(DataError, match="^the server answers 503"):
        ask(f"{server.url}/file", MOST)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/file", "http://nowhere.invalid/file"])
def test_no_network_is_found_at_the_first_attempt(tmp_path, naps, url):
    with pytest.raises(DataError, match="cannot be reached: no network, or no such host$"):
        download(url, tmp_path, lambda file: None, MOST)
    assert not naps


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan"])
def test_a_timeout_must_be_a_number(monkeypatch, text):
    monkeypatch.setenv("LESSONS_TIMEOUT", text)
    with pytest.raises(DataError, match=f"number of seconds above 0, but is '{text}'"):
        timeout()
    monkeypatch.delenv("LESSONS_TIMEOUT")
    assert timeout() == 10
