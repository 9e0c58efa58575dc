"""fastai's training loop, without the table that it prints."""

from importlib import import_module
from typing import Any


def fit_quietly(learn: Any, epochs: int, lr: float) -> list[float]:
    """Call ``learn.fit(epochs, lr)`` without its progress bar and its table.

    Args:
        learn: fastai's ``Learner``, with at least one metric.

    Returns:
        list: the last metric after each epoch.
    """
    import_module("fastai.callback.progress")  # gives Learner no_bar; slow to load

    with learn.no_bar(), learn.no_logging():
        learn.fit(epochs, lr)
    return [float(row[-1]) for row in learn.recorder.values]
