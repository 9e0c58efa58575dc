"""Where data lives on this machine: the folder that fastai uses too."""

import configparser
import os
from pathlib import Path

from helpers.data.errors import DataError


def data_home() -> Path:
    """The folder that holds all data sets, the same as ``fastai_path("data")``.

    fastai is not imported for this, because that takes seconds. Its rule: the folder named by
    ``FASTAI_HOME`` (``~/.fastai`` when unset) may hold a ``config.ini``, whose key ``data`` is a
    path, taken from that folder when relative; without it the name is ``data``. Nothing is created.

    Raises:
        DataError: when ``config.ini`` cannot be read.

    Example:
        >>> data_home().name
        'data'
    """
    base = Path(os.environ.get("FASTAI_HOME", "~/.fastai")).expanduser().absolute()
    config = configparser.ConfigParser()
    try:
        config.read(base / "config.ini", encoding="utf8")
        return base / config["DEFAULT"].get("data", "data")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise DataError(
            f"{base / 'config.ini'} should hold lines such as 'data = data', but: {error}. "
            "Correct the file, or delete it: fastai writes a new one."
        ) from error
