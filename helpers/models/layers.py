"""What layers are made of: which have parameters, and how many."""

from collections.abc import Iterable
from inspect import isgenerator
from typing import TYPE_CHECKING

import torch
from torch import nn

from helpers.language import say

if TYPE_CHECKING:  # it takes a fifth of a second, and most lessons begin without it
    import pandas as pd


def count_parameters(params: Iterable[torch.Tensor]) -> int:
    """How many numbers training adjusts.

    Args:
        params: tensors, for example ``model.parameters()``; those that ask for no gradient do not
            count.

    Example:
        >>> count_parameters(nn.Linear(784, 1).parameters())
        785

    Built in lesson 04.
    """
    _check_parameters(params)
    return sum(p.numel() for p in params if p.requires_grad)


def _check_parameters(params: object) -> None:
    if isinstance(params, nn.Module):
        raise TypeError(
            say("count_parameters: expected parameters, got a model: use model.parameters()")
        )
    if isgenerator(params) and params.gi_frame is None:
        raise ValueError(
            say(
                "count_parameters: these parameters were gone through before, and can be gone "
                "through only once: use model.parameters() again"
            )
        )
    if callable(params):
        raise TypeError(
            say("count_parameters: expected parameters, got a function: use model.parameters()")
        )
    if isinstance(params, torch.Tensor):
        raise TypeError(
            say("count_parameters: expected several parameters, got one: put it in a list, [w]")
        )


def layer_table(layers: Iterable[nn.Module]) -> "pd.DataFrame":
    """List layers with the number of their parameters, counted.

    Returns:
        DataFrame: one row a layer; columns ``layer`` (its class), ``has parameters`` ("yes" or
        "no") and ``parameters`` (how many).

    Example:
        >>> layer_table([nn.Linear(784, 1), nn.ReLU()])
            layer has parameters  parameters
        0  Linear            yes         785
        1    ReLU             no           0
    """
    import pandas as pd

    rows = []
    for layer in layers:
        if not isinstance(layer, nn.Module):
            name = getattr(layer, "__name__", repr(layer))
            raise TypeError(f"layer_table: expected a layer such as nn.ReLU(), got {name}")
        count = count_parameters(layer.parameters())
        rows.append((type(layer).__name__, "yes" if count else "no", count))
    return pd.DataFrame(rows, columns=["layer", "has parameters", "parameters"])
