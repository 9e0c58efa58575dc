"""A picture for Muon: how a polynomial, applied again and again, drives numbers towards 1."""

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from helpers.pictures.canvas import GREY
from helpers.training.muon import EXACT, FAST


def towards_one(
    x: torch.Tensor, coefficients: tuple[float, float, float], steps: int = 1
) -> torch.Tensor:
    """Apply a x + b x³ + c x⁵ to numbers some times.

    Args:
        x: float, any shape, from 0 to 1.
        coefficients: (a, b, c).
        steps: how often, 0 or more.

    Example:
        >>> towards_one(torch.tensor([0.0, 0.5, 1.0]), EXACT, steps=3).round(decimals=2)
        tensor([0., 1., 1.])

    Built in lesson 08.
    """
    a, b, c = coefficients
    for _ in range(steps):
        x = a * x + b * x**3 + c * x**5
    return x


def draw_towards_one(steps: int) -> Figure:
    """Draw what becomes of the numbers from 0 to 1 after some steps; for a slider.

    Args:
        steps: how often the polynomials are applied, 0 or more.

    Returns:
        Figure: a curve for each of ``EXACT`` and ``FAST``, on axes that stay the same.
    """
    x = torch.linspace(0, 1, 401)
    figure, axis = plt.subplots()
    axis.axhline(1, color=GREY, linewidth=1)
    for name, coefficients, line in (("EXACT", EXACT, "-"), ("FAST", FAST, "--")):
        axis.plot(x, towards_one(x, coefficients, steps), line, label=name)
    axis.set(xlim=(0, 1), ylim=(0, 1.35), xlabel="singular value before", ylabel="after")
    axis.set_title(f"{steps} step{'s' if steps != 1 else ''}", fontsize=11)
    axis.legend(loc="lower right")
    return figure
