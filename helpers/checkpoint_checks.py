"""Why a file of weights cannot be used, in plain words."""

import pickle
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import torch
from torch import nn

MOST_NAMED = 3  # parameters that a message names


def own_weights(function: Callable) -> Callable:
    """Decorate ``function(model, path)``: say what is wrong with the file before it is used.

    Nothing of the model is changed unless all of it fits.

    Raises:
        FileNotFoundError: from the decorated function, when there is no such file.
        ValueError: from the decorated function, when the file is damaged or of another network.
    """

    @wraps(function)
    def checked(model: nn.Module, path: Path | str) -> None:
        problem = misfit(read(path), model, path)
        if problem:
            raise problem
        function(model, path)

    return checked


def read(path: Path | str) -> object:
    """What ``torch.save`` wrote into a file, on the CPU.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: when the file is cut short, damaged, or was not written by ``torch.save``.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path.name} in the folder {path.parent.absolute().name!r}; "
            "was it saved under another name?"
        )
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except PermissionError:
        raise  # says itself what is wrong
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, KeyError, ValueError) as error:
        raise ValueError(
            f"{path.name} ({path.stat().st_size:,} bytes) is damaged, cut short, or was not "
            "written by torch.save. Delete it and save the weights again"
        ) from error


def misfit(weights: object, model: nn.Module, path: Path | str) -> ValueError | None:
    """Why weights are not those of a model; None when they are.

    Args:
        weights: what a file held.
        model: what they are to be put into.
        path: the file, for the message.

    Example:
        >>> misfit(nn.Linear(2, 1).state_dict(), nn.Linear(2, 1), "a.pt") is None
        True
        >>> print(misfit(nn.Linear(3, 1).state_dict(), nn.Linear(2, 1), "a.pt"))
        a.pt holds the weights of another network: weight has shape (1, 3), the model's (1, 2)
    """
    name = Path(path).name
    if not isinstance(weights, dict) or not all(
        isinstance(value, torch.Tensor) for value in weights.values()
    ):
        return ValueError(
            f"{name} holds no weights; expected what save_weights writes, a dict of tensors"
        )
    own = model.state_dict()
    differences = [
        f"{key} is missing" if key not in weights
        else f"{key} is not in the model" if key not in own
        else f"{key} has shape {tuple(weights[key].shape)}, the model's {tuple(own[key].shape)}"
        for key in [*own, *(key for key in weights if key not in own)]
        if key not in weights or key not in own or weights[key].shape != own[key].shape
    ]  # fmt: skip
    if not differences:
        return None
    more = len(differences) - MOST_NAMED
    return ValueError(
        f"{name} holds the weights of another network: {'; '.join(differences[:MOST_NAMED])}"
        + (f"; and {more} more" if more > 0 else "")
    )


def put(weights: object, model: nn.Module, path: Path | str) -> None:
    """Put weights into a model if they are its own.

    Raises:
        ValueError: when they are not; the model is unchanged then.
    """
    problem = misfit(weights, model, path)
    if problem:
        raise problem
    model.load_state_dict(weights)
