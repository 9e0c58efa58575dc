"""Where data live on this machine: the folder that fastai uses too, or else a scratch folder."""

import configparser
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from helpers.data.fetch import faults
from helpers.data.fetch.faults import DataError, Unwritable
from helpers.language import marked, say
from helpers.settings import is_set, setting

CHECKOUT = Path(__file__).resolve().parent.parent.parent.parent
# What a relative path in a variable begins at: one place, whatever the working folder.
START = CHECKOUT if (CHECKOUT / "notebooks").is_dir() else Path.cwd()
SPARE = 100  # MB that a lesson may want for what it keeps beside the images
OTHER = marked("set the environment variable FASTAI_HOME to a folder that can take the images")


@dataclass(frozen=True)
class Home:
    """A place for all data sets.

    Attributes:
        base: fastai's folder, which may hold ``config.ini``.
        data: the folder of the sets.
        instead_of: the folder that settings name, when that one cannot be used.
        why: the reason, in words.
    """

    base: Path
    data: Path
    instead_of: Path | None = None
    why: str = ""


_taken: dict[Path, Home] = {}  # the scratch homes that this process has moved to, by their base


def data_home() -> Path:
    """The folder that holds all data sets, the same as ``fastai_path("data")``.

    fastai is not imported for this, because that takes seconds. Its rule: the folder named by
    ``FASTAI_HOME`` (``~/.fastai`` when unset) may hold a ``config.ini``, whose key ``data`` is a
    path, taken from that folder when relative; without it the name is ``data``. When nothing can be
    written there it is a folder among this machine's temporary files. Nothing is created.

    Example:
        >>> data_home().name
        'data'
    """
    return current().data


def current() -> Home:
    """The home that settings name, or a scratch one when that cannot be written to."""
    base = place(setting("FASTAI_HOME", "~/.fastai"))
    if base in _taken:
        return _taken[base]
    named = Home(base, _data_in(base))
    why = _unusable(named)
    return scratch(named, why) or Home(base, named.data, why=why) if why else named


def with_room(megabytes: float) -> Home:
    """A home that can take so much more, the one that settings name if it can."""
    here = current()
    why = here.why if here.instead_of is None else ""
    if not why and free(here.data) >= megabytes + SPARE:
        return here
    why = why or say(
        "{free:,.0f} MB are free there, {needed:,.0f} are needed",
        free=free(here.data),
        needed=megabytes + SPARE,
    )
    there = scratch(here, why)
    if there is not None and free(there.data) >= megabytes + SPARE:
        return there
    raise Unwritable(
        say(
            "{folder} cannot take the images ({why}). Make room, or {other}",
            folder=here.data,
            why=why,
            other=say(OTHER),
        )
    )


def move_to(chosen: Home) -> None:
    """Make a home the one of this process, for fastai too, and say so when it is a scratch one."""
    if chosen.instead_of is not None and _taken.get(chosen.base) != chosen:
        with suppress(OSError):  # whoever writes there is told
            chosen.base.mkdir(mode=0o700, exist_ok=True)
        _taken[chosen.base] = chosen
        print(
            say(
                "{place} cannot be used ({why}).\nImages are kept in {folder} meanwhile, which may "
                "be emptied at any time. To keep them, {other}.",
                place=chosen.instead_of,
                why=chosen.why,
                folder=chosen.data,
                other=say(OTHER),
            ),
            flush=True,
        )
    if chosen.instead_of is not None or is_set("FASTAI_HOME"):
        os.environ["FASTAI_HOME"] = str(chosen.base)
    if os.path.expanduser("~") == "~":  # fastai asks for the home folder, whatever FASTAI_HOME says
        os.environ["HOME"] = str(chosen.base)


def place(text: str) -> Path:
    """The path that a setting names: ``~`` is the user's folder, a relative one is below START."""
    path = os.path.expanduser(text)
    return Path(path) if path.startswith("~") else START / path  # not every user has a folder


def free(folder: Path) -> float:
    """MB that are free on the disk of a folder, which need not exist."""
    there = next(one for one in (folder, *folder.parents) if os.path.isdir(one))
    return shutil.disk_usage(there).free / 1e6


def _data_in(base: Path) -> Path:
    config = configparser.ConfigParser()
    try:
        config.read(base / "config.ini", encoding="utf8")
        return base / config["DEFAULT"].get("data", "data")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise DataError(
            say(
                "{file} should hold lines such as 'data = data', but: {error}. Correct the file, "
                "or delete it: fastai writes a new one.",
                file=base / "config.ini",
                error=error,
            )
        ) from error


def _unusable(named: Home) -> str:
    """Why a home cannot be written to, by us and by fastai; empty when it can."""
    if str(named.base).startswith("~"):
        return say("this user has no home folder")
    config = named.base / "config.ini"
    why = _no_writing(named.data)
    if not why and not (os.path.isfile(config) and os.access(config, os.R_OK)):
        why = (
            say("{config}: a folder or link is in its place", config=config)
            if os.path.lexists(config)
            else ""
        )
        why = why or _no_writing(named.base)
    if not why and free(named.data) < SPARE:
        why = say("only {free:,.0f} MB are free there", free=free(named.data))
    return why


def _no_writing(folder: Path) -> str:
    """Why nothing can be written there, or where it would be made; empty when something can."""
    for there in (folder, *folder.parents):
        try:
            os.lstat(there)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            return faults.of_system(error)
        try:
            with tempfile.TemporaryFile(dir=there) as file:
                file.write(bytes(4096))
                file.flush()
        except OSError as error:
            error.filename = str(there)
            return faults.of_system(error)
        return ""
    return say("there is no such disk")


def scratch(here: Home, why: str) -> Home | None:
    """A home among the temporary files, in the place of ``here``.

    None when ``here`` is one already, and when they cannot be written to, or have no room.
    """
    if here.instead_of:
        return None
    try:
        above = Path(tempfile.gettempdir())
    except OSError:  # there is no such place
        return None
    who = os.getuid() if hasattr(os, "getuid") else ""
    numbers = (f"lessons-{who}" if not n else f"lessons-{who}-{n}" for n in range(100))
    base = next((above / name for name in numbers if _is_ours(above / name)), None)
    if base is None or here.base == base or _no_writing(base) or free(base) < SPARE:
        return None
    return Home(base, base / "data", here.data, why)


def _is_ours(base: Path) -> bool:
    """Others can write among the temporary files, too: take no folder that they have made."""
    try:
        found = os.lstat(base)
    except OSError:
        return True  # nobody has made it
    return stat.S_ISDIR(found.st_mode) and (
        not hasattr(os, "getuid") or found.st_uid == os.getuid()
    )
