"""The examples in docstrings of the Korean edition's tools are true."""

import doctest
from importlib import import_module
from pkgutil import iter_modules

import pytest

from tools import translate

MODULES = [f"tools.translate.{found.name}" for found in iter_modules(translate.__path__)]


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_examples(name):
    assert doctest.testmod(import_module(name)).failed == 0
