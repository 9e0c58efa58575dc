"""Input checks for the ideas of lesson 08, in the manner of ``helpers.checks``: decorators.

Each look is a comparison of a few plain values, so it is taken every time.
"""

from collections.abc import Callable
from functools import wraps

import torch
from torch import nn


def enough_rows(function: Callable) -> Callable:
    """Decorate ``function(rows, ...)``: more rows than numbers in a row.

    Raises:
        ValueError: from the decorated function, when there are too few to tell directions apart.
    """

    @wraps(function)
    def checked(rows: torch.Tensor, *rest, **more) -> torch.Tensor:
        n, features = rows.shape
        if n <= features:
            raise ValueError(
                f"expected more rows than the {features} numbers in each, got {n}; take more images"
            )
        return function(rows, *rest, **more)

    return checked


def has_middle(function: Callable) -> Callable:
    """Decorate ``function(conv)``: a convolution whose kernel has an odd height and width.

    Raises:
        ValueError: from the decorated function, when the kernel has no middle.
    """

    @wraps(function)
    def checked(conv: nn.Conv2d) -> nn.Conv2d:
        if any(side % 2 == 0 for side in conv.kernel_size):
            raise ValueError(
                f"expected an odd kernel size, which has a middle, got {conv.kernel_size}"
            )
        return function(conv)

    return checked


def peak_inside(function: Callable) -> Callable:
    """Decorate ``function(done, peak, ...)``: a schedule whose peak lies between 0 and 1.

    Raises:
        ValueError: from the decorated function, when it does not.
    """

    @wraps(function)
    def checked(done: float, peak: float = 0.25, *rest, **more) -> float:
        if not 0 < peak < 1:
            raise ValueError(
                f"the peak must lie between 0 and 1, as a share of the steps, got {peak}"
            )
        return function(done, peak, *rest, **more)

    return checked


def matrices(function: Callable) -> Callable:
    """Decorate ``function(matrix, ...)``: a tensor of two or more axes.

    Raises:
        ValueError: from the decorated function, for fewer.
    """

    @wraps(function)
    def checked(matrix: torch.Tensor, *rest, **more) -> torch.Tensor:
        if matrix.ndim < 2:
            raise ValueError(
                f"expected a matrix, got shape {tuple(matrix.shape)}; filters become one by "
                "filters.flatten(1)"
            )
        return function(matrix, *rest, **more)

    return checked


def muon_settings(init: Callable) -> Callable:
    """Decorate ``__init__(self, params, lr, momentum, ...)`` of an optimiser for matrices.

    Raises:
        ValueError: from the decorated method, for a weight of fewer than two axes, a negative lr,
            or a momentum that is not from 0 to less than 1.
    """

    @wraps(init)
    def checked(self: object, params, lr: float, momentum: float = 0.6, *rest, **more) -> None:
        if lr < 0 or not 0 <= momentum < 1:
            raise ValueError(
                f"expected lr of 0 or more and momentum from 0 to less than 1, got {lr}, {momentum}"
            )
        params = list(params)
        for weights in params:
            if weights.ndim < 2:
                raise ValueError(
                    f"expected weights of two or more axes, got shape {tuple(weights.shape)}; "
                    "give biases to another optimiser, for example torch.optim.SGD"
                )
        init(self, params, lr, momentum, *rest, **more)

    return checked


def a_share(function: Callable) -> Callable:
    """Decorate ``function(model, images, doubtful)``: ``doubtful`` is a share from 0 to 1.

    Raises:
        ValueError: from the decorated function, when it is not.
    """

    @wraps(function)
    def checked(model: Callable, images: torch.Tensor, doubtful: float = 0.3) -> torch.Tensor:
        if not 0 <= doubtful <= 1:
            raise ValueError(f"doubtful must be a share from 0 to 1, got {doubtful}")
        return function(model, images, doubtful)

    return checked
