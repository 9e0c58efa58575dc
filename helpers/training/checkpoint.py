"""Weights and trainings in files: written whole or not at all, and refused when they do not fit.

Files are read with ``weights_only=True``, so a file from elsewhere can hold numbers and texts but
cannot run any code.
"""

import glob
import hashlib
import os
import platform
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NotRequired, TypedDict

import torch
from torch import nn

from helpers.language import say
from helpers.training.files import (
    stored,
    training_misfit,
    unreadable_training,
    unreadable_weights,
    unwritable,
    weights_misfit,
)

DAY = 24 * 60 * 60.0  # seconds after which nobody is still writing a file

# What torch says instead of an OSError when it cannot write on.
_FULL = re.compile("StreamWriter|inline_container|iostream")
_HERE = hashlib.sha256(platform.node().encode()).hexdigest()[:4]  # this machine, in names of files


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give the name of a temporary file, which takes the place of ``path`` when all went well.

    A computer that goes off in the middle leaves the old file as it was, or none. What such an end
    leaves behind is removed the next time that the same file is written. A link goes on to point
    to its file, which is replaced.

    Raises:
        ValueError: when nothing was written; then an old file is unchanged.

    Example:
        ``with replacing("weights.pt") as temporary: torch.save(weights, temporary)``
    """
    _check_name(path)
    path = _target(path)
    temporary = _begun(path)
    try:
        yield temporary
        if not temporary.stat().st_size:
            raise ValueError(
                say(
                    "nothing was written for {path}; write into the file whose name `replacing` "
                    "gives",
                    path=path,
                )
            )
        _flush(temporary)
        os.replace(temporary, path)
        _flush(path.absolute().parent)
    except RuntimeError as error:
        if not _FULL.search(str(error)):
            raise
        raise OSError(f"{path} cannot be written whole: is the disk full?") from error
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(path: Path | str) -> None:
    """Find out before a long computation whether its file can be written.

    Example:
        ``check_writable("history.json")``
    """
    _check_name(path)
    _begun(_target(path)).unlink()


def _target(path: Path | str) -> Path:
    """The file that a name stands for: what a link points to."""
    return Path(os.path.realpath(path) if os.path.islink(path) else path)


def _check_name(path: Path | str | None) -> None:
    """The name of a file, without a home folder that only a shell would know."""
    if path is None:
        return
    name = os.fspath(path)
    if name.endswith(("/", os.sep)):
        raise _folder(name)
    if os.path.expanduser(name) != name:
        raise ValueError(
            say(
                "{path} would be in a folder named ~, not in yours: use "
                "Path({path!r}).expanduser()",
                path=name,
            )
        )


def _folder(path: Path | str) -> OSError:
    return IsADirectoryError(
        say("{path} cannot be written: it is a folder. Name a file in it", path=path)
    )


def _begun(path: Path) -> Path:
    """An empty temporary file beside ``path``, after those that were left over are removed."""
    if os.path.isdir(path):
        raise _folder(path)
    for file in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        if _is_left_over(file, path.name):
            with suppress(OSError):
                file.unlink()
    # Torch writes the name into the file, so names of one length make files of one size.
    temporary = path.with_name(f".{path.name}.{_HERE}{os.getpid() % 2**24:06x}.tmp")
    try:
        temporary.touch()
    except OSError as error:
        raise unwritable(path, error) from error
    return temporary


def _is_left_over(file: Path, name: str) -> bool:
    """Whether it is a temporary file of ``name`` that nobody is writing any more."""
    match = re.fullmatch(rf"\.{re.escape(name)}\.([0-9a-f]{{4}})([0-9a-f]{{6}})\.tmp", file.name)
    if match is None:
        return False
    if match[1] == _HERE and os.name == "posix":
        return not _is_running(int(match[2], 16))
    with suppress(OSError):
        return time.time() - file.stat().st_mtime > DAY
    return False


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass  # it is somebody else's
    return True


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir():
        with suppress(OSError):  # not every system can do this for a folder
            folder = os.open(path, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    else:
        with open(path, "rb+") as file:
            os.fsync(file.fileno())


def save_weights(model: nn.Module, path: Path | str) -> None:
    """Write a model's parameters into a file; a file that is there already is replaced at the end.

    Args:
        path: the file, for example ``"cifar10.pt"``; its folder must exist.

    Raises:
        OSError: when the file cannot be written; then one that was there is unchanged.
        ValueError: when the weights are not finite, so that load_weights would refuse them.

    Example:
        ``save_weights(model, "cifar10.pt")``

    Built in lesson 08.
    """
    _check_finite(model, path)
    with replacing(path) as temporary:
        torch.save(model.state_dict(), temporary)


def load_weights(model: nn.Module, path: Path | str) -> None:
    """Put the parameters of a file into a model, wherever they were computed.

    Args:
        model: a module with the same layers as the one that was saved; it may be on any device.

    Example:
        ``load_weights(model, "cifar10.pt")``

    Built in lesson 08.
    """
    _check_weights(model, path)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))


class TrainingState:
    """A training in a file: all it takes to go on as if it had never stopped.

    These are the parameters, what the optimiser remembers, the history, and the states of torch's
    random numbers, which decide about the order of the data.

    Args:
        path: the file, or None for a training that is not kept.
        settings: numbers and texts that must be the same when the training goes on.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> opt = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> TrainingState(None, model, opt, {"lr": 0.1}).resume()
        []

    Built in lesson 08.
    """

    def __init__(
        self,
        path: Path | str | None,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        settings: dict[str, float | str],
    ) -> None:
        _check_name(path)
        self.path = None if path is None else Path(path)
        self.model, self.optimizer = model, optimizer
        self.settings = {"optimizer": type(optimizer).__name__} | settings  # type: ignore[operator]

    def save(self, history: list[dict[str, float]]) -> None:
        """Write the training as it is now, after an epoch.

        Raises:
            OSError: when the file cannot be written; then an older one is unchanged.
            ValueError: when the training could not go on from the file; then likewise.
        """
        _check_folder(self.path)
        _check_readable(self.path, self.model, self.optimizer, self.settings, history)
        if self.path is None:
            return
        state = {
            "settings": self.settings,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": random_states(),
            "history": history,
        }
        with replacing(self.path) as temporary:
            torch.save(state, temporary)

    def resume(self) -> list[dict[str, float]]:
        """Bring model, optimiser and random numbers to where the file left them.

        All that the file holds is verified before any of them is changed.

        Returns:
            list: the history until then; empty when there is no file.
        """
        check_training(self.path, self.model, self.optimizer, self.settings)
        if self.path is None or not self.path.exists():
            return []
        state = torch.load(self.path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        set_random_states(state["random"])
        return state["history"]

    def remove(self) -> None:
        """Delete the file: the training has reached its end."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def check_training(
    path: Path | str | None,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    settings: dict[str, float | str],
) -> None:
    """Find out before a training whether it can be kept, and whether a file that is there fits.

    Args:
        path: the file, or None; its folder is made.

    Example:
        >>> check_training(None, nn.Linear(1, 1), torch.optim.SGD([torch.zeros(1)]), {})
    """
    if path is None:
        return
    _check_name(path)
    path = Path(path)
    _check_readable(path, model, optimizer, settings, [])
    _check_folder(path)
    check_writable(path)
    if path.exists():
        problem = training_misfit(stored(path), path, model, optimizer, settings)
        if problem:
            raise problem


def _check_folder(path: Path | None) -> None:
    """Make the folder of a training's file where it is missing."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


class RandomStates(TypedDict):
    cpu: torch.Tensor
    cuda: NotRequired[list[torch.Tensor]]
    mps: NotRequired[torch.Tensor]


def random_states() -> RandomStates:
    """The states of torch's random numbers: that of the CPU, and those of the GPUs that are there.

    Example:
        >>> before = random_states()
        >>> first = torch.rand(1)
        >>> set_random_states(before)
        >>> torch.equal(torch.rand(1), first)
        True
    """
    states: RandomStates = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_random_states(states: RandomStates) -> None:
    """Bring torch's random numbers to where ``random_states`` found them."""
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(states["cuda"][: torch.cuda.device_count()])
    if "mps" in states and torch.backends.mps.is_available():
        torch.mps.set_rng_state(states["mps"])


def _check_readable(
    path: Path | None,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    settings: dict[str, float | str],
    history: list[dict[str, float]],
) -> None:
    """Say what ``resume`` would refuse before it is written."""
    if path is None:
        return
    problem = unreadable_training(path, model, optimizer, settings, history)
    if problem:
        raise problem


def _check_order(function: str, model: object, path: object) -> None:
    """A model and a file, in this order."""
    if not isinstance(model, nn.Module) or not isinstance(path, (str, os.PathLike)):
        raise TypeError(
            say(
                "{function}: expected a model, then the name of a file, got {kind} and {other}",
                function=function,
                kind=type(model).__name__,
                other=type(path).__name__,
            )
        )


def _check_finite(model: nn.Module, path: Path | str) -> None:
    """Say what ``load_weights`` would refuse before it is written."""
    _check_order("save_weights", model, path)
    problem = unreadable_weights(model, path)
    if problem:
        raise problem


def _check_weights(model: nn.Module, path: Path | str) -> None:
    """Say what is wrong with a file of weights before anything of the model is changed."""
    _check_order("load_weights", model, path)
    problem = weights_misfit(stored(path), model, path)
    if problem:
        raise problem
