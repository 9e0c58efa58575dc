import platform
import warnings

import matplotlib.pyplot as plt
import pytest
import torch

from helpers import data
from helpers.course import notebook as setup
from helpers.pictures import canvas


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr(data, "state", lambda name: "ready")
    with plt.rc_context(), warnings.catch_warnings():
        yield


def test_one_sentence_says_what_was_found(capsys, quiet):
    setup.start()
    line = capsys.readouterr().out
    assert line.count("\n") == 1 and line.endswith(".\n")
    for word in (platform.python_version(), torch.__version__, "on the ", "mnist_sample ready"):
        assert word in line


def test_it_sets_the_look_of_pictures(quiet):
    plt.rcParams["image.cmap"] = "viridis"
    setup.start()
    assert plt.rcParams["image.cmap"] == "Greys"
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"][0] == canvas.BLUE


def test_it_silences_only_the_warning_about_torch_jit(quiet):
    warnings.simplefilter("error")
    setup.start()
    warnings.warn_explicit("old", FutureWarning, "_script.py", 1, module="torch.jit._script")
    with pytest.raises(FutureWarning):
        warnings.warn_explicit("old", FutureWarning, "x.py", 1, module="torch.nn")
