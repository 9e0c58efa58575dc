"""``make refresh``: its steps in order, an end at the first that fails, and what it says."""

import json
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import ROOT
from tools import colab_versions, refresh
from tools.lessons import ran

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
def colab(tmp_path_factory):
    """Colab's list, as a file."""
    file = tmp_path_factory.mktemp("colab") / "pip-freeze.txt"
    file.write_text("torch==2.12.0+cu128\ntorchvision==0.26.0+cu128\n")
    return str(file)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    listed = tmp_path / colab_versions.KEPT
    listed.parent.mkdir(parents=True)
    listed.write_text("torch==2.11.0\ntorchvision==0.26.0\n")
    (tmp_path / "uv.lock").write_text(LOCK.format(torch="2.14.0"))
    report(tmp_path, "2026-11-27", "2.14.0")
    for module in (refresh, colab_versions):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(colab_versions, "needed", dict)
    return tmp_path


def report(checkout: Path, date: str, torch: str) -> None:
    """Write of a run of lesson 01, in place of the one before."""
    lessons = {"01_a": {"date": date, "versions": {"torch": torch}}}
    (checkout / ran.KEPT).mkdir(exist_ok=True)
    text = json.dumps({"system": "Linux x86_64", "lessons": lessons})
    (checkout / ran.KEPT / "linux-x86_64.json").write_text(text)


def imitate(monkeypatch, checkout, failing: str = "") -> list[str]:
    """Steps that only write what the real ones would."""
    done: list[str] = []

    def run(step, cwd):
        assert cwd == checkout
        done.append(step[3] if "uv" in step else step[1])
        if done[-1] == "lock":
            assert step[-2:] == ["--exclude-newer", refresh.YOUNGEST]
            (checkout / "uv.lock").write_text(LOCK.format(torch="2.15.0"))
        if done[-1] == "colab-versions":
            (option,) = step[2:]
            colab_versions.main([option.removeprefix("LIST=")])
        if done[-1] == "ran":
            report(checkout, "2026-12-04", "2.15.0")
        return subprocess.CompletedProcess(step, int(done[-1] == failing))

    monkeypatch.setattr(refresh, "subprocess", SimpleNamespace(run=run))
    return done


def test_it_says_what_has_changed(checkout, colab, monkeypatch, capsys):
    done = imitate(monkeypatch, checkout)
    assert refresh.main(["make", colab]) == 0
    assert done == ["colab-versions", "lock", "test-real", "ran"]
    assert capsys.readouterr().out.splitlines()[1:] == [
        "uv.lock: 1 changes",
        "    torch: 2.14.0, now 2.15.0",
        "Colab: 1 changes",
        "    torch: 2.11.0, now 2.12.0",
        "last run: 1 changes",
        "    01_a on Linux x86_64: 2026-11-27 torch 2.14.0, now 2026-12-04 torch 2.15.0",
    ]
    lock = (checkout / "uv.lock").read_text()
    assert "exclude-newer" not in lock and tomllib.loads(lock)["package"]


def test_it_ends_at_the_first_step_that_fails(checkout, colab, monkeypatch, capsys):
    """And git takes back what was done till then: no second list of Colab's versions is left."""
    git(checkout, "init", "--quiet")
    git(checkout, "add", ".")
    done = imitate(monkeypatch, checkout, failing="test-real")
    assert refresh.main(["make", colab]) == 1
    assert done[-1] == "test-real"
    assert "make test-real failed; git restore ." in capsys.readouterr().out
    assert git(checkout, "diff", "--name-only").split() == [str(colab_versions.KEPT), "uv.lock"]
    git(checkout, "restore", ".")
    assert not git(checkout, "diff") + git(checkout, "ls-files", "--others")


def git(checkout: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-C", checkout, *command], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_it_keeps_to_the_age_of_continuous_integration():
    settings = tomllib.loads((ROOT / ".ci" / "uv.toml").read_text("utf-8"))
    assert settings["exclude-newer"] == refresh.YOUNGEST
    assert "exclude-newer" not in (ROOT / "uv.lock").read_text("utf-8")[:5000]
