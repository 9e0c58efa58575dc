"""Why a file of weights, or of a training, cannot be used, in plain words."""

import errno
import math
import zipfile
from pathlib import Path
from typing import TypeGuard

import torch
from torch import nn

MOST_NAMED = 3  # parameters that a message names

_PARTS = {"settings", "model", "optimizer", "random", "history"}
_FLOATS = {torch.float64, torch.float32, torch.bfloat16, torch.float16}


def stored(path: Path | str) -> object:
    """What ``torch.save`` wrote into a file, on the CPU.

    The file is a zip archive and has a checksum of each part; they are compared first.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path.name} in the folder {path.parent.absolute().name!r}; "
            "was it saved under another name?"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                raise ValueError("a checksum is wrong")
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file makes zipfile, pickle and torch raise anything
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # says itself what is wrong
        raise ValueError(
            f"{path.name} ({path.stat().st_size:,} bytes) is damaged, cut short, or was not "
            "written by torch.save. Delete it and save the weights again"
        ) from error


def unwritable(path: Path, error: OSError) -> OSError:
    """An error about a file that cannot be written, with a way out.

    Example:
        >>> print(unwritable(Path("a/w.pt"), FileNotFoundError(2, "No such file or directory")))
        a/w.pt cannot be written: No such file or directory. Choose another file, or mend its folder
    """
    reason = error.strerror or str(error)
    return type(error)(
        f"{path} cannot be written: {reason}. Choose another file, or mend its folder"
    )


def weights_misfit(weights: object, model: nn.Module, path: Path | str) -> ValueError | None:
    """Why weights are not those of a model; None when they are.

    Example:
        >>> weights_misfit(nn.Linear(2, 1).state_dict(), nn.Linear(2, 1), "a.pt") is None
        True
        >>> print(weights_misfit(nn.Linear(3, 1).state_dict(), nn.Linear(2, 1), "a.pt"))
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
    if differences:
        return ValueError(f"{name} holds the weights of another network: {_listed(differences)}")
    unusable = [
        f"{key} {problem}"
        for key, value in own.items()
        if (problem := _unusable(weights[key], value))
    ]
    if unusable:
        return ValueError(f"{name} holds weights that cannot be used: {_listed(unusable)}")
    return None


def _listed(problems: list[str]) -> str:
    more = len(problems) - MOST_NAMED
    return "; ".join(problems[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _unusable(value: torch.Tensor, own: torch.Tensor) -> str | None:
    """Why a tensor of a file cannot take the place of one of the model; None when it can."""
    if value.is_meta:
        return "has no values (it is on the device meta)"
    if value.layout != torch.strided or value.is_nested:
        return f"is no plain tensor ({value.layout})"
    if value.dtype != own.dtype and not (value.dtype in _FLOATS and own.dtype in _FLOATS):
        return f"has dtype {value.dtype}, the model's {own.dtype}"
    if value.is_floating_point() and not value.to(own.dtype).isfinite().all():
        return "is not finite everywhere (NaN or infinite)"
    return None


def training_misfit(
    state: object,
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    settings: dict[str, float | str],
) -> ValueError | None:
    """Why a file's training cannot go on; None when all of it can."""
    if not isinstance(state, dict) or not state.keys() >= _PARTS:
        return ValueError(
            f"{path.name} is no training that was interrupted; weights alone are read by "
            "load_weights. Choose another name for the training's file"
        )
    if not _are_plain(state["settings"]) or state["settings"] != settings:
        return ValueError(
            f"{path.name} holds a training with {_said(state['settings'])}, but this one "
            f"has {_said(settings)}. Go on with the same settings, or begin anew: delete the file"
        )
    problem = weights_misfit(state["model"], model, path)
    if problem:
        return problem
    for part, what in (
        (_wrong_optimizer(state["optimizer"], optimizer), "its optimiser"),
        (_wrong_random_states(state["random"]), "its random numbers"),
        (_wrong_history(state["history"]), "its history"),
    ):
        if part:
            return ValueError(
                f"{path.name} holds a training that cannot go on: {what} {part}. "
                "Begin anew: delete the file"
            )
    return None


def epochs_done(path: Path | str) -> int:
    """How many epochs a file's training has had; 0 when it is none."""
    state = stored(path)
    history = state.get("history") if isinstance(state, dict) else None
    return len(history) if isinstance(history, list) else 0


def _are_plain(settings: object) -> TypeGuard[dict[str, float | str]]:
    return isinstance(settings, dict) and all(
        isinstance(value, (int, float, str)) for value in settings.values()
    )


def _said(settings: object) -> str:
    if not _are_plain(settings):
        return "no settings"
    return ", ".join(f"{name} = {value}" for name, value in settings.items())


def _wrong_optimizer(saved: object, own: torch.optim.Optimizer) -> str | None:
    """What is wrong with the state of an optimiser; None if nothing is."""
    groups = own.state_dict()["param_groups"]
    match saved:
        case {"state": dict(state), "param_groups": list(saved_groups)}:
            pass
        case _:
            return "has no state"
    if len(saved_groups) != len(groups) or not all(
        isinstance(theirs, dict)
        and theirs.keys() == ours.keys()
        and isinstance(theirs["params"], list)
        and len(theirs["params"]) == len(ours["params"])
        and all(_is_alike(theirs[name], ours[name]) for name in ours if name != "params")
        for theirs, ours in zip(saved_groups, groups)
    ):
        return "is of other parameters, or of another version of PyTorch"
    numbers = [number for group in saved_groups for number in group["params"]]
    parameters = dict(zip(numbers, (p for group in own.param_groups for p in group["params"])))
    for number, remembered in state.items():
        if number not in parameters or not isinstance(remembered, dict):
            return "remembers what is no parameter"
        for name, value in remembered.items():
            if not _is_of(value, parameters[number]):
                return f"remembers a {name} that does not fit parameter {number}"
    return None


def _is_alike(theirs: object, ours: object) -> bool:
    """Whether a setting of an optimiser is of the kind that it should be."""
    if isinstance(ours, (int, float)):
        return isinstance(theirs, (int, float)) and math.isfinite(theirs)
    return type(theirs) is type(ours)


def _is_of(value: object, parameter: torch.Tensor) -> bool:
    """Whether an optimiser can remember this of a parameter: a number, or one for each entry.

    Some optimisers keep one number for each row or column; there an axis has the length 1.
    """
    if value is None or isinstance(value, (int, float)):
        return value is None or math.isfinite(value)
    if not isinstance(value, torch.Tensor) or _unusable(value, value):
        return False
    if value.numel() == 1:
        return True
    return (
        value.is_floating_point()
        and value.ndim == parameter.ndim
        and all(n in (1, own) for n, own in zip(value.shape, parameter.shape))
    )


def _wrong_random_states(states: dict) -> str | None:
    """What is wrong with states of random numbers; None if generators of this machine take them."""
    try:
        for kind, kept in states.items():
            if kind == "cpu":
                torch.Generator().set_state(kept)
            elif kind == "cuda" and torch.cuda.is_available():
                for place, state in enumerate(kept[: torch.cuda.device_count()]):
                    torch.Generator(f"cuda:{place}").set_state(state)
            elif kind == "mps" and torch.backends.mps.is_available():
                torch.Generator("mps").set_state(kept)
        return None if "cpu" in states else "are not there"
    except Exception as error:  # whatever else may be there
        return f"cannot be used ({error})"


def _wrong_history(history: object) -> str | None:
    if isinstance(history, list) and all(
        isinstance(result, dict) and all(isinstance(n, (int, float)) for n in result.values())
        for result in history
    ):
        return None
    return "is no list of results"
