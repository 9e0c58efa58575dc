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


# What frequent errors of Python and torch mean; the first whose text is found is told.
_ADVICE = (
    (
        "a leaf Variable that requires grad",
        "\nPut the step under `with torch.no_grad():`, or make a new tensor instead.",
    ),
    ("Boolean value of Tensor", "\nPython's max and if take one number; a tensor has .clamp()."),
    ("'NoneType'", "\nSomething was still None, for example a gradient that was already cleared."),
    ("bitwise_xor", "\nIn Python a power is written **, not ^."),
    ("Dimension out of range", "\nCount axes from the end: -1 is the last, -2 the one before it."),
    ("could not infer output dtype", "\nTrue and False cannot be averaged: use .float() first."),
    ("must match the size", "\nLine the shapes up at the last axis; [:, None] puts an axis in."),
    ("list index out of range", "\nThe last place of a list of n is n - 1: stop one earlier."),
    ("max() received an invalid", "\nIt compares with another tensor: x.max(torch.tensor(0.0))."),
    ("positional argument", "\nKeep the arguments of the stub."),
)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners write, and what to tell them.

    Args:
        code: the wrong answer itself; a submission that behaves like it has made this mistake.
        says: what went wrong and where to look.
    """

    code: Callable | float
    says: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: inputs to try, the right answer, and the mistakes to recognise.

    Args:
        solution: the right function, or the right number in an exercise that asks for a number.
        inputs: makes a fresh list of argument tuples. They are small and made to tell the
            mistakes apart.
        mistakes: known wrong answers, the most telling first.
        praise: what is worth noticing once the answer is right.
        tolerance: largest relative and absolute error allowed in a value.
        observe: turns a function into one whose result shows what it did; needed only where that
            is not its return value, as for a step that changes its argument.
    """

    solution: Callable | float
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
        if not callable(answer) and callable(self.solution):
            return WRONG, f"expected a function, got {_kind(answer)}."
        if not callable(answer) and not _is_number(answer):
            return WRONG, f"expected a number, got {_kind(answer)}."
        for arguments in self.inputs():
            try:
                got = self.result_of(answer, arguments)
            except Exception as error:  # whatever a learner's code raises is an answer to it
                advice = next((words for sign, words in _ADVICE if sign in str(error)), "")
                return WRONG, f"your function stopped with {type(error).__name__}: {error}{advice}"
            if got is None or got is ...:
                if is_stub(answer):
                    return UNTRIED, "fill in the function above, run it, then run this cell."
                return WRONG, "your function returns nothing. Does it end with `return ...`?"
            wanted = self.result_of(self.solution, arguments)
            problem = _difference(got, wanted, self.tolerance)
            if problem:
                return WRONG, self._diagnose(got, arguments) or problem + _inputs(arguments)
        return RIGHT, self.praise

    def result_of(self, answer: Callable | float, arguments: tuple) -> object:
        """What an answer does with the arguments; a number is a function that returns it."""
        function = answer if callable(answer) else lambda *_: answer
        return self.observe(function)(*_copies(arguments))

    def _diagnose(self, got: object, arguments: tuple) -> str | None:
        """The sentence of the first known mistake that gives the same wrong result."""
        for mistake in self.mistakes:
            try:
                made = self.result_of(mistake.code, arguments)
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


def is_stub(function: Callable) -> bool:
    """Whether a function's body is still only ``...`` (beside a docstring and comments)."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return re.search(r"(^|:)\s*\.\.\.\s*(#.*)?$", source, re.MULTILINE) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _copies(arguments: tuple) -> tuple:
    """Fresh copies, so that an answer that changes its input cannot spoil the comparison."""
    return tuple(
        a.detach().clone().requires_grad_(a.requires_grad) if isinstance(a, torch.Tensor) else a
        for a in arguments
    )


def _inputs(arguments: tuple) -> str:
    """The arguments that a wrong result came from, when they are short enough to be read."""
    shown = [a.tolist() if isinstance(a, torch.Tensor) else a for a in arguments]
    if any(not isinstance(value, (int, float, list)) for value in shown):
        return ""
    text = ", ".join(str(value) for value in shown)
    return f" The arguments were: {text}." if len(text) <= 80 else ""


def _shape(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)}" + (", a single number" if tensor.ndim == 0 else "")


def _kind(value: object) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)} and dtype {value.dtype}"
    return f"{value!r} ({type(value).__name__})"


def _difference(got: object, wanted: object, tolerance: float) -> str | None:
    """What is wrong with a result, in the order type, shape, dtype, gradient, value; or None."""
    if isinstance(wanted, torch.Tensor):
        if wanted.ndim == 0 and isinstance(got, (bool, int, float)):
            return (
                f"expected a tensor with one number, got the plain number {got}; stay with tensors."
            )
        if not isinstance(got, torch.Tensor):
            return f"expected a tensor of shape {tuple(wanted.shape)}, got {_kind(got)}."
        if got.shape != wanted.shape:
            return (
                f"the shape is off: expected {_shape(wanted)}, got {_shape(got)}. "
                "Print the shapes in your function to see where they part."
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
    if not _is_number(wanted):
        return None if got == wanted else f"expected {wanted!r}, got {_kind(got)}."
    if not _is_number(got):
        return f"expected one number, got {_kind(got)}."
    if not abs(got - wanted) <= tolerance * max(1.0, abs(wanted)):  # `not` catches NaN as well
        return f"expected {wanted:.4g}, got {got:.4g}."
    return None
