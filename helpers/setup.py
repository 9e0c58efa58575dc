"""The first cell of every lesson: make the notebook ready and say what was found."""

import platform
import warnings

import torch

from helpers import data, plots
from helpers.device import describe, get_default_device


def start() -> None:
    """Set the look of pictures and print one sentence: Python, torch, device, data.

    It downloads nothing and installs nothing.
    """
    # fastai's import makes recent versions of torch warn about torch.jit, which no lesson uses.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"torch\.jit")
    plots.style()
    states = ", ".join(f"{name} {data.state(name)}" for name in data.names())
    print(
        f"Python {platform.python_version()}, torch {torch.__version__}, "
        f"on the {describe(get_default_device())}; data: {states}."
    )
