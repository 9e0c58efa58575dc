"""How an exercise is checked: an answer is held against the right one and known mistakes."""

import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch

RIGHT = "Right"
UNTRIED = "Not tried yet"
WRONG = "Not yet"


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners write, and what to tell them.

    Args:
        code: the wrong answer itself; a submission that behaves like it has made this mistake.
        says: what went wrong and where to look.
    """

    code: Callable
    says: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: inputs to try, the right answer, and the mistakes to recognise.

    Args:
        solution: the right function.
        inputs: makes a fresh list of argument tuples. They are small and made to tell the
            mistakes apart.
        mistakes: known wrong answers, the most telling first.
        praise: what is worth noticing once the answer is right.
        tolerance: largest relative and absolute error allowed in a value.
        observe: turns a function into one whose result shows what it did; needed only where that
            is not its return value, as for a step that changes its argument.
    """

    solution: Callable
    inputs: Callable[[], list[tuple]]
    mistakes: tuple[Mistake, ...]
    praise: str
    tolerance: float = 1e-4
    observe: Callable[[Callable], Callable] = lambda function: function

    def judge(self, answer: object) -> tuple[str, str]:
        """Return a verdict (``RIGHT``, ``UNTRIED`` or ``WRONG``) and a sentence for the learner.

        Args:
            answer: what the learner wrote; a function that returns None or ``...`` counts as
                untried.
        """
        if answer is None or answer is ...:
            return UNTRIED, "write your answer in the cell above, run it, then run this cell."
        if not callable(answer):
            return WRONG, f"expected a function, got {_kind(answer)}."
        for arguments in self.inputs():
            try:
                got = self.observe(answer)(*_copies(arguments))
            except Exception as error:  # whatever a learner's code raises is an answer to it
                return WRONG, f"your function stopped with {type(error).__name__}: {error}"
            if got is None or got is ...:
                if _is_stub(answer):
                    return UNTRIED, "fill in the function above, run it, then run this cell."
                return WRONG, "your function returns nothing. Does it end with `return ...`?"
            wanted = self.observe(self.solution)(*_copies(arguments))
            problem = _difference(got, wanted, self.tolerance)
            if problem:
                return WRONG, self._diagnose(got, arguments) or problem
        return RIGHT, self.praise

    def _diagnose(self, got: object, arguments: tuple) -> str | None:
        """The sentence of the first known mistake that gives the same wrong result."""
        for mistake in self.mistakes:
            try:
                made = self.observe(mistake.code)(*_copies(arguments))
            except Exception:  # a mistake may be impossible on some inputs: then it is not this one
                continue
            if _difference(got, made, self.tolerance) is None:
                return mistake.says
        return None


def find(number: str) -> Exercise:
    """Return the exercise with a number such as ``"1.2"``: lesson 1, exercise 2.

    Raises:
        ValueError: when there is no such exercise.
    """
    lesson = number.split(".")[0]
    try:
        module = importlib.import_module(f"helpers.exercises.lesson{int(lesson):02d}")
        return module.EXERCISES[number]
    except (ValueError, ModuleNotFoundError, KeyError) as error:
        raise ValueError(
            f"no exercise {number!r}; expected a text like '1.2' as in the lesson's heading"
        ) from error


def check(number: str, answer: object) -> None:
    """Say at once whether an answer is right, or which mistake it looks like.

    Args:
        number: the exercise's number as in its heading, for example ``"1.2"``.
        answer: what the learner wrote, usually a function.

    Raises:
        ValueError: when there is no such exercise.

    Example:
        >>> check("1.1", None)
        Not tried yet: write your answer in the cell above, run it, then run this cell.
    """
    verdict, sentence = find(number).judge(answer)
    print(f"{verdict}: {sentence}")


def _is_stub(function: Callable) -> bool:
    """Whether a function's body is still only ``...`` (beside a docstring and comments)."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return re.search(r"(^|:)\s*\.\.\.\s*(#.*)?$", source, re.MULTILINE) is not None


def _copies(arguments: tuple) -> tuple:
    """Fresh copies, so that an answer that changes its input cannot spoil the comparison."""
    return tuple(
        a.detach().clone().requires_grad_(a.requires_grad) if isinstance(a, torch.Tensor) else a
        for a in arguments
    )


def _kind(value: object) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)} and dtype {value.dtype}"
    return f"{value!r} ({type(value).__name__})"


def _difference(got: object, wanted: object, tolerance: float) -> str | None:
    """What is wrong with a result, in the order type, shape, dtype, gradient, value; or None."""
    if isinstance(wanted, torch.Tensor):
        if not isinstance(got, torch.Tensor):
            return f"expected a tensor of shape {tuple(wanted.shape)}, got {_kind(got)}."
        if got.shape != wanted.shape:
            return (
                f"the shape is off: expected {tuple(wanted.shape)}, got {tuple(got.shape)}. "
                "Which axes did you average or compare over?"
            )
        if got.dtype != wanted.dtype:
            return f"the dtype is off: expected {wanted.dtype}, got {got.dtype}."
        if got.requires_grad != wanted.requires_grad:
            return (
                f"the gradient is off: expected requires_grad={wanted.requires_grad}, "
                f"got {got.requires_grad}."
            )
        if not torch.allclose(
            got.double(), wanted.double(), rtol=tolerance, atol=tolerance, equal_nan=True
        ):
            place = (got.double() - wanted.double()).abs().flatten().argmax()
            return (
                "shape and dtype are right, the values are not: where they differ most, "
                f"expected {wanted.flatten()[place].item():.4g}, "
                f"got {got.flatten()[place].item():.4g}."
            )
        return None
    if isinstance(got, torch.Tensor) and got.numel() == 1:
        got = got.item()
    if isinstance(wanted, bool) or not isinstance(wanted, (int, float)):
        return None if got == wanted else f"expected {wanted!r}, got {_kind(got)}."
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        return f"expected one number, got {_kind(got)}."
    if not abs(got - wanted) <= tolerance * max(1.0, abs(wanted)):  # `not` catches NaN as well
        return f"expected {wanted:.4g}, got {got:.4g}."
    return None
