"""Why a file of weights, or of a training, cannot be used, in plain words."""

import errno
import math
import pickle
import pickletools
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TypeGuard

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy

from helpers.language import say

MOST_NAMED = 3  # parameters that a message names

_PARTS = {"settings", "model", "optimizer", "random", "history"}
_FLOATS = {torch.float64, torch.float32, torch.bfloat16, torch.float16}
_BY_SCHEDULES = {"lr", "initial_lr"}  # settings of an optimiser that change while it trains
_OF_MACHINES = {"foreach", "fused", "capturable", "differentiable"}  # change no result

# A mean of NumPy is a number, too: ``weights_only=True`` may read it.
torch.serialization.add_safe_globals(
    [np.float64().__reduce__()[0], np.dtype]
    + list({type(np.dtype(kind)) for kind in "?bhilqBHILQefdg"})
)


def stored(path: Path | str) -> object:
    """What ``torch.save`` wrote into a file, on the CPU.

    The file is a zip archive and has a checksum of each part; they are compared first. Torch's
    older format has none.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path.name} in the folder {path.parent.absolute().name!r}; "
            "was it saved under another name?"
        )
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() is not None:
                    raise ValueError("a checksum is wrong")
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file makes zipfile, pickle and torch raise anything
        if isinstance(error, MemoryError) or (
            isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)
        ):
            raise  # says itself what is wrong
        if _is_refusal(error, path):
            raise ValueError(
                say(
                    "{name} holds a whole model or other objects, not weights alone. Save "
                    "model.state_dict() instead or, if you wrote the file yourself, read it with "
                    "torch.load({name!r}, weights_only=False)",
                    name=path.name,
                )
            ) from error
        raise ValueError(
            say(
                "{name} ({size:,} bytes) is damaged, cut short, or was not written by torch.save. "
                "Name another file; else save the weights again or, for a training, delete it and "
                "begin anew",
                name=path.name,
                size=path.stat().st_size,
            )
        ) from error


def _is_refusal(error: Exception, path: Path) -> bool:
    """Whether torch could read a file, but would not without ``weights_only=False``."""
    if not isinstance(error, pickle.UnpicklingError):
        return "TorchScript" in str(error)
    return zipfile.is_zipfile(path) or _has_whole_pickles(path)


def _has_whole_pickles(path: Path) -> bool:
    """Whether a file in torch's older format has all that stands before its numbers."""
    with suppress(Exception), path.open("rb") as file:  # of a damaged file, whatever it is
        for _ in range(5):  # two numbers, the system, the object, and what is where
            for _ in pickletools.genops(file):
                pass
        return True
    return False


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
    unusable = _unusable_weights(weights, model)
    if unusable:
        return ValueError(f"{name} holds weights that cannot be used: {_listed(unusable)}")
    return None


def _unusable_weights(weights: dict[str, torch.Tensor], model: nn.Module) -> list[str]:
    buffers = dict(model.named_buffers(remove_duplicate=False))
    return [
        f"{key} {problem}"
        for key, own in model.state_dict().items()
        if (problem := _unusable(weights[key], own, key in buffers))
    ]


def _listed(problems: list[str]) -> str:
    more = len(problems) - MOST_NAMED
    return "; ".join(problems[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _unusable(value: torch.Tensor, own: torch.Tensor, is_buffer: bool = False) -> str | None:
    """Why a tensor of a file cannot take the place of one of the model; None when it can.

    A buffer may be infinite where the model's own is, as masks are.
    """
    if not isinstance(value, torch.Tensor):
        return say("is no tensor")
    if is_lazy(value):
        return say("has no values yet (call the model with a batch first)")
    if value.is_meta:
        return "has no values (it is on the device meta)"
    if value.layout != torch.strided or value.is_nested:
        return f"is no plain tensor ({value.layout})"
    if value.dtype != own.dtype and not (value.dtype in _FLOATS and own.dtype in _FLOATS):
        return f"has dtype {value.dtype}, the model's {own.dtype}"
    if value.is_floating_point():
        usable = (there := value.to(own.dtype)).isfinite()
        if is_buffer and not own.is_meta:
            usable |= there == own.to(there.device)
        if not usable.all():
            return say("is not finite everywhere (NaN or infinite)")
    return None


def unreadable_weights(model: nn.Module, path: Path | str) -> ValueError | None:
    """Why weights would not be read from a file again; None when they would.

    Example:
        >>> unreadable_weights(nn.Linear(2, 1), "a.pt") is None
        True
    """
    problems = _unusable_weights(model.state_dict(), model)
    return _unreadable(path, _listed(problems)) if problems else None


def unreadable_training(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    settings: dict[str, float | str],
    history: list[dict[str, float]],
) -> ValueError | None:
    """Why a training could not go on from a file; None when it could."""
    for key, value in settings.items():
        if not _is_plain(value):
            return ValueError(
                say(
                    "expected numbers and texts as settings of a training that is kept, but {key} "
                    "is of type {kind}: use float({key}) or str({key})",
                    key=key,
                    kind=type(value).__name__,
                )
            )
    if (problem := unreadable_weights(model, path)) is not None:
        return problem
    state = optimizer.state_dict()
    groups = state["param_groups"]
    for what, wrong in (
        (say("its settings"), _wrong_objects(settings)),
        (say("its optimiser"), _wrong_objects(groups) or _wrong_optimizer(state, optimizer)),
        (say("its history"), _wrong_history(history) or _wrong_objects(history)),
    ):
        if wrong:
            return _unreadable(path, f"{what} {wrong}")
    return None


def _unreadable(path: Path | str, problem: str) -> ValueError:
    return ValueError(
        say(
            "{name} is not written, because it could not be read again: {problem}",
            name=Path(path).name,
            problem=problem,
        )
    )


def _wrong_objects(part: object) -> str | None:
    """What keeps torch from reading something again; None if nothing does."""
    file = BytesIO()
    try:
        torch.save(part, file)
        file.seek(0)
        torch.load(file, map_location="cpu", weights_only=True)
    except Exception:  # pickle lets objects raise anything
        return say(
            "holds more than numbers, texts, tensors, and lists and dicts of them; use float(x) or "
            "str(x)"
        )
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
        return _other_settings(path, state["settings"], settings)
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
    saved, own = _changed(state["optimizer"]["param_groups"], optimizer.param_groups)
    return _other_settings(path, saved, own) if saved else None


def _other_settings(path: Path, saved: object, own: object) -> ValueError:
    return ValueError(
        say(
            "{name} holds a training with {saved}, but this one has {own}. Go on with the same "
            "settings, or begin anew: delete the file",
            name=path.name,
            saved=_said(saved),
            own=_said(own),
        )
    )


def _changed(saved_groups: list[dict], groups: list[dict]) -> tuple[dict, dict]:
    """The settings of an optimiser that are others now, as they were and as they are."""
    saved, own = {}, {}
    for theirs, ours in zip(saved_groups, groups):
        free = _BY_SCHEDULES | _OF_MACHINES
        if "max_momentum" in ours:  # a schedule in cycles
            free |= {"momentum", "betas"}
        for name, now in ours.items():
            before = theirs[name]
            if name not in free and _is_plain(now) and not (_is_plain(before) and before == now):
                saved[name], own[name] = before, now
    return saved, own


def epochs_done(path: Path | str) -> int:
    """How many epochs a file's training has had; 0 when it is none."""
    state = stored(path)
    history = state.get("history") if isinstance(state, dict) else None
    return len(history) if isinstance(history, list) else 0


def _are_plain(settings: object) -> TypeGuard[dict[str, float | str]]:
    return isinstance(settings, dict) and all(_is_plain(value) for value in settings.values())


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, (int, float, str, np.number))


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
                return say(
                    "remembers a {name} that does not fit parameter {number}, or is not finite",
                    name=name,
                    number=number,
                )
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
    if isinstance(history, list) and all(isinstance(result, dict) for result in history):
        return None
    return say("is no list of results, a dict for each epoch")
