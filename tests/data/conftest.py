"""Fixtures of the tests of ``helpers.data``."""

import pytest

from tests.data.kit import Bench, serving


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A fresh machine, and one set of grey images to ask for."""
    return Bench(monkeypatch, tmp_path)


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


@pytest.fixture
def work(tmp_path):
    """An empty folder."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"
