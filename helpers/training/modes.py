"""A model's modes, put back as they were."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into ``eval()`` mode meanwhile.

    Afterwards, also after an error or an interruption, each of its modules is in the mode that it
    was in: a frozen part that is evaluated all the time stays so.

    Args:
        model: any module.

    Example:
        >>> model = nn.Dropout(0.5)
        >>> with evaluating(model):
        ...     model.training
        False
        >>> model.training
        True
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training
