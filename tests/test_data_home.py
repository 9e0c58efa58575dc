import pytest

from helpers.data.errors import DataError
from helpers.data.home import data_home

CONFIGS = {
    "no config": None,
    "as fastai writes it": "[DEFAULT]\ndata = data\narchive = archive\nstorage = tmp\nmodel = m\n",
    "relative": "[DEFAULT]\ndata = some/where\narchive = archive\n",
    "absolute": "[DEFAULT]\ndata = {tmp}/elsewhere\narchive = archive\n",
    "interpolated": "[DEFAULT]\nbase = {tmp}\ndata = %(base)s/x\narchive = archive\n",
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_same_folder_as_fastai(monkeypatch, tmp_path, name):
    from fastai.data.external import fastai_cfg, fastai_path

    if CONFIGS[name] is not None:
        text = CONFIGS[name].format(tmp=tmp_path.as_posix())
        (tmp_path / "config.ini").write_text(text, encoding="utf8")
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path))
    ours = data_home()
    fastai_cfg.cache_clear()
    try:
        assert ours == fastai_path("data")
    finally:
        fastai_cfg.cache_clear()


def test_the_default_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("FASTAI_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert data_home() == tmp_path / ".fastai" / "data"


def test_nothing_is_created(monkeypatch, tmp_path):
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "none"))
    assert data_home() == tmp_path / "none" / "data"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", [b"data = x\n", b"\xff\xfe\x00", b"[DEFAULT]\ndata = %(x)s\n"])
def test_a_broken_config_is_named(monkeypatch, tmp_path, text):
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path))
    (tmp_path / "config.ini").write_bytes(text)
    with pytest.raises(DataError, match="(?s)config.ini.*Correct the file, or delete it"):
        data_home()
