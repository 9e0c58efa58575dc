"""``make refresh``: its steps in order, an end at the first that fails, and what it says."""

import subprocess
import tomllib

import pytest

from tests import ROOT
from tools import refresh

LOCK = """version = 1

[options]
exclude-newer = "0001-01-01T00:00:00Z" # No effect.
exclude-newer-span = "P7D"

[[package]]
name = "torch"
version = "{torch}"

[[package]]
name = "numpy"
version = "2.1"
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    colab = tmp_path / "tests" / "lessons" / "colab"
    colab.mkdir(parents=True)
    (colab / "packages_2026-08-19.txt").write_text("torch==2.11.0\n")
    (tmp_path / "uv.lock").write_text(LOCK.format(torch="2.14.0"))
    monkeypatch.setattr(refresh, "ROOT", tmp_path)
    return tmp_path


def imitate(monkeypatch, checkout, failing: str = "") -> list[str]:
    """Steps that only write what the real ones would."""
    done: list[str] = []

    def run(step, cwd):
        assert cwd == checkout
        done.append(step[3] if "uv" in step else step[1])
        if done[-1] == "lock":
            assert step[-2:] == ["--exclude-newer", refresh.YOUNGEST]
            (checkout / "uv.lock").write_text(LOCK.format(torch="2.15.0"))
        return subprocess.CompletedProcess(step, int(done[-1] == failing))

    monkeypatch.setattr(refresh.subprocess, "run", run)
    return done


def test_it_says_what_has_changed(checkout, monkeypatch, capsys):
    done = imitate(monkeypatch, checkout)
    assert refresh.main(["make"]) == 0
    assert done == ["colab-versions", "lock", "test-real", "ran"]
    said = capsys.readouterr().out
    assert said == "uv.lock: 1 changes\n    torch: 2.14.0, now 2.15.0\nColab: no changes\n"
    lock = (checkout / "uv.lock").read_text()
    assert "exclude-newer" not in lock and tomllib.loads(lock)["package"]


def test_it_ends_at_the_first_step_that_fails(checkout, monkeypatch, capsys):
    done = imitate(monkeypatch, checkout, failing="test-real")
    assert refresh.main(["make"]) == 1
    assert done[-1] == "test-real"
    assert "make test-real failed; git restore ." in capsys.readouterr().out


def test_it_keeps_to_the_age_of_continuous_integration():
    settings = tomllib.loads((ROOT / ".ci" / "uv.toml").read_text("utf-8"))
    assert settings["exclude-newer"] == refresh.YOUNGEST
    assert "exclude-newer" not in (ROOT / "uv.lock").read_text("utf-8")[:5000]
