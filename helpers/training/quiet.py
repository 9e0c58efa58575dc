"""fastai's training loop, without the table that it prints."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastai.learner import Learner


def fit_quietly(learn: "Learner", epochs: int, lr: float) -> list[float]:
    """Call ``learn.fit(epochs, lr)`` without its progress bar and its table.

    Args:
        learn: with at least one metric.
        epochs: how many.
        lr: learning rate.

    Returns:
        list: the last metric after each epoch.
    """
    import fastai.callback.progress  # noqa: F401  gives Learner no_bar; slow to load

    with learn.no_bar(), learn.no_logging():
        learn.fit(epochs, lr)
    return [float(row[-1]) for row in learn.recorder.values]
