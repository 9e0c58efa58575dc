"""Say what a figure should be, and notice when it is not."""

from decimal import Decimal
from numbers import Real

import torch

from helpers.data import practice_in_use


def expect(
    name: str,
    value: float | torch.Tensor,
    target: float,
    tolerance: float,
    everywhere: bool = False,
) -> None:
    """Print a figure beside its expected value, and fail when it is too far off.

    On the practice data (see ``helpers.data``) figures that come from images differ by nature:
    there the line only reports, and does not fail.

    Args:
        name: what the figure is, for the printed line.
        value: one number: a float, an int or a tensor with one element, any dtype.
        target: the number expected on the real data.
        tolerance: the largest allowed distance between the two, same unit, not negative.
        everywhere: for a figure that does not come from the images: fail on the practice data, too.

    Raises:
        AssertionError: on the real data, or with ``everywhere``, when ``value`` is further than
            ``tolerance`` from ``target``, or is not a finite number.
        TypeError: when ``value`` is not one number.
        ValueError: when ``tolerance`` is negative or not a number.

    Example:
        >>> expect("a third", 1 / 3, 0.3333, tolerance=0.0001)
        a third: 0.3333 (expected 0.3333 ± 0.0001)
    """
    value = _one_number(name, value)
    if not tolerance >= 0:
        raise ValueError(f"expect: tolerance must be 0 or more, got {tolerance!r}")
    figure, goal = f"{value:.{_decimals(target, tolerance)}f}", f"{target:.10g} ± {tolerance:g}"
    if practice_in_use() and not everywhere:
        print(f"{name}: {figure} on the practice data (on the real data {goal})")
        return
    if not abs(value - target) <= tolerance:
        raise AssertionError(
            f"{name}: expected {goal}, got {value:.6g}. Run the notebook again from the top "
            "(Kernel > Restart and Run All); if the figure is still off, a cell above was changed."
        )
    print(f"{name}: {figure} (expected {goal})")


def _one_number(name: str, value: float | torch.Tensor) -> float:
    if isinstance(value, torch.Tensor):
        if value.numel() != 1:
            raise TypeError(
                f"{name}: expected one number, got a tensor of shape {tuple(value.shape)}; "
                "take .mean() or index it first"
            )
        return float(value.item())
    if isinstance(value, Real):
        return float(value)
    raise TypeError(f"{name}: expected one number, got {type(value).__name__}")


def _decimals(*numbers: float) -> int:
    """How many decimals the numbers are written with, at most six."""
    return min(6, max(-Decimal(f"{number:g}").as_tuple().exponent for number in (*numbers, 0)))
