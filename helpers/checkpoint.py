"""Weights and trainings in files: written whole or not at all, and refused when they do not fit.

Files are read with ``weights_only=True``, so a file from elsewhere can hold numbers and texts but
cannot run any code.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from helpers import checkpoint_checks as checks


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give the name of a temporary file, which takes the place of ``path`` when all went well.

    A computer that goes off in the middle leaves the old file as it was, or none.

    Args:
        path: the file; its folder must exist.

    Raises:
        OSError: when the file cannot be written.

    Example:
        ``with replacing("weights.pt") as temporary: torch.save(weights, temporary)``
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid():010d}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def save_weights(model: nn.Module, path: Path | str) -> None:
    """Write a model's parameters into a file; a file that is there already is replaced at the end.

    Args:
        model: any module.
        path: the file, for example ``"cifar10.pt"``; its folder must exist.

    Raises:
        OSError: when the file cannot be written; then one that was there is unchanged.

    Example:
        ``save_weights(model, "cifar10.pt")``

    Built in lesson 07.
    """
    with replacing(path) as temporary:
        torch.save(model.state_dict(), temporary)


@checks.own_weights
def load_weights(model: nn.Module, path: Path | str) -> None:
    """Put the parameters of a file into a model, wherever they were computed.

    Args:
        model: a module with the same layers as the one that was saved; it may be on any device.
        path: the file.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when the file is damaged, or belongs to another network.

    Example:
        ``load_weights(model, "cifar10.pt")``

    Built in lesson 07.
    """
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))


_PARTS = {"settings", "model", "optimizer", "random", "history"}


class TrainingState:
    """A training in a file: all it takes to go on as if it had never stopped.

    These are the parameters, what the optimiser remembers, the history, and the states of torch's
    random numbers, which decide about the order of the data.

    Args:
        path: the file, or None for a training that is not kept.
        model: the model in training.
        optimizer: the optimiser of its parameters.
        **settings: numbers and texts that must be the same when the training goes on.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> opt = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> TrainingState(None, model, opt, lr=0.1).resume()
        []
    """

    def __init__(
        self,
        path: Path | str | None,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        **settings: float | str,
    ) -> None:
        self.path = None if path is None else Path(path)
        self.model, self.optimizer = model, optimizer
        self.settings = {"optimizer": type(optimizer).__name__} | settings

    def save(self, history: list[dict[str, float]]) -> None:
        """Write the training as it is now, after an epoch.

        Args:
            history: one dict of numbers for each epoch so far.

        Raises:
            OSError: when the file cannot be written; then an older one is unchanged.
        """
        if self.path is None:
            return
        state = {
            "settings": self.settings,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": _random_states(),
            "history": history,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path) as temporary:
            torch.save(state, temporary)

    def resume(self) -> list[dict[str, float]]:
        """Bring model, optimiser and random numbers to where the file left them.

        Returns:
            list: the history until then; empty when there is no file.

        Raises:
            ValueError: when the file is damaged, or of another network, or of other settings.
        """
        if self.path is None or not self.path.exists():
            return []
        state = checks.read(self.path)
        if not isinstance(state, dict) or not state.keys() >= _PARTS:
            raise ValueError(
                f"{self.path.name} is no training that was interrupted; weights alone are read by "
                "load_weights. Choose another name for the training's file"
            )
        if state["settings"] != self.settings:
            raise ValueError(
                f"{self.path.name} holds a training with {_said(state['settings'])}, but this one "
                f"has {_said(self.settings)}. Go on with the same settings, or begin anew: delete "
                "the file"
            )
        checks.put(state["model"], self.model, self.path)
        self.optimizer.load_state_dict(state["optimizer"])
        _set_random_states(state["random"])
        return state["history"]

    def remove(self) -> None:
        """Delete the file: the training has reached its end."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def _random_states() -> dict[str, torch.Tensor | list[torch.Tensor]]:
    states: dict[str, torch.Tensor | list[torch.Tensor]] = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def _set_random_states(states: dict[str, torch.Tensor | list[torch.Tensor]]) -> None:
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(states["cuda"][: torch.cuda.device_count()])
    if "mps" in states and torch.backends.mps.is_available():
        torch.mps.set_rng_state(states["mps"])


def _said(settings: dict[str, float | str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())
