"""What the environment says: every variable of the course is read here; standard library only."""

import os

VARIABLES = {
    "LESSONS_DATA": "official: real images only; practice: the practice set",
    "LESSONS_HEADLESS": "nobody can move a slider: still pictures, no progress bars",
    "LESSONS_LANG": "en or ko: the language, whatever that of the notebook",
    "LESSONS_MIRROR": "a folder or address that holds the archives of the data sets",
    "LESSONS_SCALE": "full or part: how much lessons 08 to 10 train",
    "LESSONS_TIMEOUT": "seconds to wait for a server",
    "FASTAI_HOME": "where data are kept, if not in ~/.fastai",
}
SCALES = ("full", "part")  # of LESSONS_SCALE


def setting(name: str, default: str = "") -> str:
    """What a variable of ``VARIABLES`` is set to, without spaces around it.

    Example:
        >>> setting("LESSONS_TIMEOUT", "10")
        '10'
    """
    return os.environ.get(_known(name), "").strip() or default


def is_set(name: str) -> bool:
    """Whether a variable of ``VARIABLES`` is there, be it empty."""
    return _known(name) in os.environ


def _known(name: str) -> str:
    if name not in VARIABLES:
        raise KeyError(f"{name} is no variable of the course: {', '.join(VARIABLES)}")
    return name


def is_headless() -> bool:
    """Whether nobody can move a slider here: the notebook is run by a test or a script."""
    return setting("LESSONS_HEADLESS") not in ("", "0")
