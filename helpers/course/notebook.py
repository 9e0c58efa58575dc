"""The first cell of every lesson: make the notebook ready and say what was found."""

import warnings

from helpers.course.doctor import facts
from helpers.pictures import canvas


def start() -> None:
    """Set the look of pictures and print one sentence: Python, torch, device, data.

    It downloads nothing and installs nothing. ``python -m helpers`` says more.
    """
    # fastai's import makes recent versions of torch warn about torch.jit, which no lesson uses.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"torch\.jit")
    canvas.style()
    print(f"{facts.python()}, {facts.computing()}; data: {facts.data()}.")
