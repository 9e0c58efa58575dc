import errno
import os

import pytest

from helpers.data.fetch import faults
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.http import ask
from tests.data.kit import SHORT, certificate, serving, silence, status


@pytest.mark.parametrize("name", ["ENOSPC", "EROFS", "EACCES", "ENOLCK", "ENAMETOOLONG", "ELOOP"])
def test_an_error_of_the_system_comes_with_a_way_out(name):
    number = getattr(errno, name)
    error = OSError(number, os.strerror(number), "/data/tiny")
    path, words, remedy = faults.of_system(error).split(": ")
    assert path == "/data/tiny" and words and remedy


@pytest.mark.parametrize(
    "path, words",
    {
        "": "a folder lies where a file belongs",
        "file/x": "a file lies where a folder belongs",
        "dead": "a link that leads nowhere",
        "circle": "its links lead round in a circle",
        "gone": "there is no such file",
        "x" * 300: "the name is too long",
    }.items(),
)
def test_the_wrong_kind_of_thing_is_named(tmp_path, path, words):
    (tmp_path / "file").touch()
    (tmp_path / "dead").symlink_to(tmp_path / "gone")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(OSError) as raised:
        (tmp_path / path).read_bytes()
    assert words in faults.of_system(raised.value)


def test_an_error_that_nobody_thought_of_keeps_its_own_words():
    assert faults.of_system(OSError("what a day")) == "what a day"


@pytest.fixture
def asked(monkeypatch):
    """The words for what asking an address brings."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for scheme in ("http", "https", "all"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)

    def words(address):
        with pytest.raises(DataError) as raised:
            ask(address, 2**20)
        assert "(Caused by" not in str(raised.value) and "Pool" not in str(raised.value)
        return str(raised.value)

    return words


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dead_proxy_is_named_without_its_password(asked, monkeypatch, scheme):
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", "http://ann:secret@127.0.0.1:9")
    words = asked(f"{scheme}://example.invalid/file")
    assert f"the proxy http://127.0.0.1:9 (the variable {scheme.upper()}_PROXY)" in words
    assert "remove the variable" in words and "secret" not in words


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_password_is_told(asked, monkeypatch, scheme):
    with serving() as server:
        server.answers["http://example.invalid/file"] = [status(407)]
        server.answers["example.invalid:443"] = [status(407)]
        monkeypatch.setenv(f"{scheme}_proxy", server.url)
        words = asked(f"{scheme}://example.invalid/file")
    assert f"the proxy {server.url}" in words and "wants a name and a password" in words


def test_a_silent_proxy_is_named(asked, monkeypatch):
    monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
    with serving() as server:
        server.answers["http://example.invalid/file"] = [silence]
        monkeypatch.setenv("http_proxy", server.url)
        words = asked("http://example.invalid/file")
    assert f"no answer through the proxy {server.url}" in words


@pytest.mark.slow
def test_a_certificate_that_nobody_knows_is_told(asked, tmp_path, monkeypatch):
    with serving(certificate(tmp_path)) as server:
        words = asked(f"{server.url}/file")
        assert "the certificate of 127.0.0.1 is not accepted" in words
        assert "set REQUESTS_CA_BUNDLE to that file" in words
        other = tmp_path / "other"
        other.mkdir()
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate(other)))
        assert f"not accepted by those in REQUESTS_CA_BUNDLE={other}" in asked(f"{server.url}/file")


@pytest.mark.parametrize("name", faults.BUNDLES)
def test_a_variable_that_names_nothing_is_told(asked, monkeypatch, name):
    monkeypatch.setenv(name, "/gone.pem")
    words = asked("https://127.0.0.1:9/file")
    assert words.startswith(f"the variable {name} names /gone.pem, which is not there")
    assert "cannot be reached" in asked("http://127.0.0.1:9/file")  # which needs no certificates


@pytest.mark.parametrize("address", ["http://", "http://[/file", "http://a..b/file"])
def test_what_is_no_address_is_told(asked, address):
    assert "no address that can be asked" in asked(address)


def test_http_where_https_is_expected_is_told(asked):
    with serving() as server:
        words = asked(server.url.replace("http", "https") + "/file")
    assert "127.0.0.1 gives no secure connection" in words
