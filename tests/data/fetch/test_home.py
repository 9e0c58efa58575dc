import os
import tempfile
from types import SimpleNamespace

import pytest

from helpers.data.fetch import home
from helpers.data.fetch.faults import DataError, Unwritable
from helpers.data.fetch.home import data_home
from tests.data.kit import fastai

CONFIGS = {
    "no config": None,
    "as fastai writes it": "[DEFAULT]\ndata = data\narchive = archive\nstorage = tmp\nmodel = m\n",
    "relative": "[DEFAULT]\ndata = some/where\narchive = archive\n",
    "absolute": "[DEFAULT]\ndata = {tmp}/elsewhere\narchive = archive\n",
    "interpolated": "[DEFAULT]\nbase = {tmp}\ndata = %(base)s/x\narchive = archive\n",
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_same_folder_as_fastai(monkeypatch, tmp_path, name):
    if CONFIGS[name] is not None:
        text = CONFIGS[name].format(tmp=tmp_path.as_posix())
        (tmp_path / "config.ini").write_text(text, encoding="utf8")
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path))
    ours = data_home()
    with fastai() as external:
        assert ours == external.fastai_path("data")


def test_the_default_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("FASTAI_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert data_home() == tmp_path / ".fastai" / "data"
    assert not list(tmp_path.iterdir()), "nothing is created"


@pytest.mark.parametrize("text", [b"data = x\n", b"\xff\xfe\x00", b"[DEFAULT]\ndata = %(x)s\n"])
def test_a_broken_config_is_named(monkeypatch, tmp_path, text):
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path))
    (tmp_path / "config.ini").write_bytes(text)
    with pytest.raises(DataError, match="(?s)config.ini.*Correct the file, or delete it"):
        data_home()


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Temporary files, and no home that was moved to."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(home, "_taken", {})
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    return tmp_path


@pytest.mark.parametrize(("name", "folder"), [("fastai", "fastai"), ("", ".fastai")])
def test_a_relative_or_empty_home_is_one_place_for_us_and_for_fastai(
    machine, monkeypatch, name, folder
):
    monkeypatch.setattr(home, "START", machine)
    monkeypatch.setenv("FASTAI_HOME", name)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(machine))
    for place in (machine, machine / "temporary"):
        monkeypatch.chdir(place)
        assert data_home() == machine / folder / "data"
    home.move_to(home.current())
    with fastai() as external:
        assert external.fastai_path("data") == machine / folder / "data"


def test_paths_of_a_checkout_begin_at_its_root():
    assert (home.START / "notebooks").is_dir() and (home.START / "helpers").is_dir()
    assert home.place("stick") == home.START / "stick"
    assert home.place("~/stick") == home.place(os.path.expanduser("~/stick"))


def test_a_home_that_cannot_be_used_is_left_for_fastai_too(machine, capsys):
    (machine / "fastai").touch()
    scratch = data_home()
    assert scratch.is_relative_to(machine / "temporary")
    assert capsys.readouterr().out == "" and not scratch.exists()
    for _ in range(2):
        home.move_to(home.current())
    out = capsys.readouterr().out
    assert out.count("a file lies where a folder belongs") == 1
    assert f"{machine / 'fastai' / 'data'} cannot be used" in out and str(scratch) in out
    with fastai() as external:
        assert data_home() == scratch == external.fastai_path("data")
    assert home.current().instead_of == machine / "fastai" / "data"


@pytest.mark.skipif(
    not hasattr(os, "getuid"), reason="Windows has a temporary folder for each user"
)
def test_a_scratch_folder_that_is_not_ours_is_not_taken(machine):
    (machine / "fastai").touch()
    first = data_home().parent
    first.symlink_to(machine)
    second = data_home().parent
    assert second != first and second.parent == first.parent


def test_room_is_looked_for_before_anything_is_fetched(machine, monkeypatch):
    free = {"fastai": 500, "temporary": 900}

    def usage(place):
        return SimpleNamespace(free=1e6 * free.get(os.path.basename(place), 500))

    monkeypatch.setattr(home.shutil, "disk_usage", usage)
    assert home.with_room(400).instead_of is None
    assert home.with_room(401).instead_of == machine / "fastai" / "data"
    with pytest.raises(Unwritable, match="500 MB are free there, 901 are needed.*FASTAI_HOME"):
        home.with_room(801)


def test_what_fastai_would_stumble_over_is_found(machine):
    (machine / "fastai" / "config.ini").mkdir(parents=True)
    assert "config.ini" in home.current().why
