"""How an exercise is checked: an answer is held against the right one and known mistakes.

An answer may be, do and return anything. Whatever it is, the learner gets a verdict and a sentence.
Texts of exercises are English where they stand; here, where they are shown, they are translated.
"""

import ast
import copy
import importlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np
import torch

from helpers.language import marked, say

RIGHT = marked("Right")
UNTRIED = marked("Not tried yet")
WRONG = marked("Not yet")

_WRITE = marked("write your answer in the cell above, run it, then run this cell.")
_VALUES_OFF = marked("shape and dtype are right, the values are not")

LONGEST = 300  # characters that are shown of a value; of an error more

_PRODUCT = marked(
    "\nIn a product of matrices the left one has as many columns as the right one has rows: print "
    "both shapes. To multiply number by number, write *."
)
# What frequent errors of Python and torch mean; the first whose text is found is told.
_ADVICE = (
    (
        "a leaf Variable that requires grad",
        marked(
            "\nA tensor that asks for gradients is not changed in place, by -=, .sigmoid_() and "
            "the like. A step goes under `with torch.no_grad():`; what you compute gets another "
            "name."
        ),
    ),
    (
        "Can't call numpy()",
        marked(
            "\nNumpy keeps no gradients. Stay with tensors: torch has the same functions, such as "
            "x.sigmoid(), x.clamp(min=0) and torch.where()."
        ),
    ),
    (
        "is invalid for input of size",
        marked(
            "\nview and reshape only rearrange: the new shape must have as many numbers as the old "
            "one. Print the shape before that line."
        ),
    ),
    (
        "context manager",
        marked("\nThe brackets are missing: with torch.no_grad():"),
    ),
    (
        "'Tensor' object has no attribute 'zero_grad'",
        marked("\nModels and optimisers have zero_grad; the gradient of a tensor p is p.grad."),
    ),
    (
        "only integer tensors of a single element",
        marked(
            "\nOne whole number is needed here, and this is no such tensor: range takes a number, "
            "as in range(len(x)), and a list of tensors becomes one by torch.stack."
        ),
    ),
    (
        "Index tensor must have the same number of dimensions",
        marked("\ngather wants its index with as many axes as the tensor: [:, None] puts one in."),
    ),
    (
        "Found dtype Long but expected",
        marked("\nThese whole numbers have to be decimal ones here: .float() makes them."),
    ),
    (
        "with a bool tensor is not supported",
        marked(
            "\nTrue and False are not subtracted: compare with == or !=, or make numbers of them "
            "by .float()."
        ),
    ),
    (
        "unexpected keyword argument 'axis'",
        marked("\nNumpy's functions do not know tensors: take the tensor's own, as in x.mean()."),
    ),
    (
        "Boolean value of Tensor",
        marked(
            "\nPython's if, and, or, max, min need one True or False. Compare whole tensors "
            "with ==, choose with torch.where(); for max(x, 0) a tensor has .clamp()."
        ),
    ),
    (
        "argument 'keepdim'",
        marked("\nSeveral axes go in one pair of brackets: .mean((-1, -2))."),
    ),
    (
        "'NoneType'",
        marked(
            "\nSomething was still None: for example a gradient that was already cleared, or that "
            "a new tensor, or a part of a tensor, never had."
        ),
    ),
    (
        "bitwise_xor",
        marked("\nIn Python a power is written **, not ^."),
    ),
    (
        "too many values to unpack",
        marked(
            "\nThere are fewer names on the left than values. A tensor comes apart along its "
            "first axis; to go through two lists side by side, use zip(a, b)."
        ),
    ),
    (
        "torch.return_types",
        marked(
            "\nThat call gives several tensors together: take them apart, as in a, b = ..., and "
            "use the one that you mean."
        ),
    ),
    (
        "'torch.Size'",
        marked(
            "\n.shape is a tuple of numbers: take the one that you need by its place, as in "
            ".shape[0]."
        ),
    ),
    (
        "is out of bounds for dimension",
        marked(
            "\nThe last place of an axis of length n is n - 1. Is it the axis you meant? x[:, k] "
            "is place k of the second."
        ),
    ),
    (
        "to the desired output type",
        marked(
            "\nA tensor that is changed in place keeps its dtype. Make floats of it first: x = "
            "x.float()."
        ),
    ),
    (
        "converted to Python scalars",
        marked(
            "\nA single number is needed here, and this tensor has more. Instead of math.sqrt(x) "
            "write x.sqrt(); a list of tensors becomes one by torch.stack."
        ),
    ),
    (
        "shapes cannot be multiplied",
        _PRODUCT,
    ),
    (
        "Expected size for first two dimensions of batch2",
        _PRODUCT,
    ),
    (
        "Dimension out of range",
        marked("\nCount axes from the end: -1 is the last, -2 the one before it."),
    ),
    (
        "could not infer output dtype",
        marked("\nWhole numbers, True and False cannot be averaged: use .float() first."),
    ),
    (
        "must match the size",
        marked(
            "\nPrint both shapes, and line them up at the last axis. Is each what you meant "
            "it to be? Where an axis is missing, [:, None] puts an axis in."
        ),
    ),
    (
        "list index out of range",
        marked("\nThe last place of a list of n is n - 1. Which index goes beyond it, and when?"),
    ),
    (
        "max() received an invalid",
        marked(
            "\nSeveral axes go to .amax((2, 3)). To replace what is below a number: x.clamp(min=0)."
        ),
    ),
    (
        "positional argument",
        marked(
            "\nCount the arguments of that call. Is one missing, such as the axis of softmax or "
            "the k of topk? Several tensors are often handed over as one list."
        ),
    ),
    (
        "argument 'tensors' (position 1) must be tuple",
        marked("\nIt takes its tensors together, as one list."),
    ),
    (
        "'list' object has no attribute 'grad'",
        marked("\nThat is a list: take its members one by one, in a loop."),
    ),
    (
        "'list' object has no attribute",
        marked(
            "\nThat is a list, and only a tensor has this. torch.stack makes one tensor of "
            "a list of tensors."
        ),
    ),
    (
        "does not require grad and does not have a grad_fn",
        marked(
            "\nNothing leads back from this number to a parameter. Was it computed under "
            "torch.no_grad(), or from other tensors than those that were meant?"
        ),
    ),
)
_STUB = marked("\nKeep the arguments of the stub.")


class NotAsAsked(ValueError):
    """Raised by an ``observe`` for a result that does not have the form asked for.

    The answer itself has not stopped then, so the learner is told this text alone.
    """


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners write, and what to tell them.

    Args:
        code: the wrong answer itself; a submission that behaves like it, or stops with the same
            error, has made this mistake.
        says: what went wrong and where to look: the first hint.
        do: what to do about it, short of the solution: the second hint, for who asks for it; that
            of the exercise where it is empty.
    """

    code: Callable | float
    says: str
    do: str = ""


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
        do: the second hint for a wrong answer that has none of its own.
        off: what to say of values that are wrong and that no mistake explains, where ``observe``
            compares something that the learner never made.
        nothing: what to say where nothing came out of an answer that is no stub.
    """

    solution: Callable | float
    inputs: Callable[[], list[tuple]]
    mistakes: tuple[Mistake, ...]
    praise: str
    tolerance: float = 1e-4
    observe: Callable[[Callable], Callable] = lambda function: function
    do: str = ""
    off: str = ""
    nothing: str = marked("your function returns nothing. Does it end with `return ...`?")

    def judge(self, answer: object) -> tuple[str, str]:
        """Return a verdict (``RIGHT``, ``UNTRIED`` or ``WRONG``) and a sentence for the learner.

        Args:
            answer: what the learner wrote; a function that returns None or ``...`` counts as
                untried.
        """
        verdict, sentence, _ = self.hints(answer)
        return verdict, sentence

    def hints(self, answer: object) -> tuple[str, str, str]:
        """The verdict, its sentence, and a second, stronger hint; empty where there is none."""
        if answer is None or answer is ...:
            return UNTRIED, say(_WRITE), ""
        answered: Callable | float
        if callable(self.solution):
            if not callable(answer):
                return WRONG, say("expected a function, got {kind}.", kind=kind(answer)), ""
            answered = answer
        else:
            if callable(answer):
                if not is_stub(answer):
                    return WRONG, say("expected a number, got a function or a class."), ""
                return UNTRIED, say(_WRITE), ""
            value = number(answer)
            if value is None:
                return WRONG, say("expected a number, got {kind}.", kind=kind(answer)), ""
            answered = value
        cases = [(given, self.result_of(self.solution, given)) for given in self.inputs()]
        for arguments, wanted in cases:
            try:
                got = self.result_of(answered, arguments)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # also exit() is only what this answer does
                known = self._diagnose(error, arguments)
                if known:
                    return WRONG, say(known.says), say(known.do or self.do)
                if isinstance(error, NotAsAsked):
                    return WRONG, f"{say(str(error))}.", say(self.do)
                what = say("your function") if callable(answered) else say("the exercise")
                return (
                    WRONG,
                    say("{what} stopped with {error}", what=what, error=_told(error, answered)),
                    say(self.do),
                )
            if got is None or got is ...:
                if callable(answered) and is_stub(answered):
                    return (
                        UNTRIED,
                        say("fill in the function above, run it, then run this cell."),
                        "",
                    )
                return WRONG, say(self.nothing) + _inputs(arguments), ""
            problem = _difference(got, wanted, self.tolerance)
            if problem:
                known = self._diagnose(got, arguments)
                if known:
                    return WRONG, say(known.says), say(known.do or self.do)
                if not callable(answered):  # what was expected would be the solution itself
                    asked = say(
                        "value: {value} is not the number that is asked for.",
                        value=_shown(answered, digits=8),
                    )
                    return WRONG, say(self.off) or asked, say(self.do)
                if self.off and problem.startswith(say(_VALUES_OFF)):
                    return WRONG, say(self.off), say(self.do)
                return WRONG, problem + _inputs(arguments), say(self.do)
        return RIGHT, say(self.praise), ""

    def result_of(self, answer: Callable | float, arguments: tuple) -> object:
        """What an answer does with copies of the arguments, which it may change.

        A number is a function that returns it. An answer that switches gradients off, and leaves
        them off, has done so for itself alone.
        """
        function = answer if callable(answer) else lambda *_: answer
        with torch.enable_grad():
            return self.observe(function)(*copy.deepcopy(arguments))

    def _diagnose(self, got: object, arguments: tuple) -> Mistake | None:
        """The first known mistake that gives the same wrong result, or the same error."""
        for mistake in self.mistakes:
            try:
                made = self.result_of(mistake.code, arguments)
            except Exception as error:
                if _same_error(got, error):
                    return mistake
                continue
            if _difference(got, made, self.tolerance) is None:
                return mistake
        return None


def find(number: str) -> Exercise:
    """Return the exercise with a number such as ``"1.2"``: lesson 1, exercise 2."""
    try:
        lesson = number.split(".")[0]
        module = importlib.import_module(f"helpers.course.exercises.lesson{int(lesson):02d}")
        return module.EXERCISES[number]
    except (AttributeError, TypeError, ValueError, ModuleNotFoundError, KeyError) as error:
        raise ValueError(
            say(
                "no exercise {number!r}; expected a text like '1.2' as in the lesson's heading",
                number=number,
            )
        ) from error


def check(number: str, answer: object, hint: int = 1) -> None:
    """Say at once whether an answer is right, or which mistake it looks like.

    Args:
        number: the exercise's number as in its heading, for example ``"1.2"``.
        hint: 1 says where to look, 2 also what to do.

    Example:
        >>> check("1.1", None)
        Not tried yet: write your answer in the cell above, run it, then run this cell.
    """
    if hint not in (1, 2):
        raise ValueError(
            say("hint must be 1 (where to look) or 2 (what to do), got {hint!r}", hint=hint)
        )
    verdict, sentence, more = find(number).hints(answer)
    print(f"{say(verdict)}: {sentence}")
    if more:
        print(more if hint == 2 else say("A stronger hint: add hint=2 to the call of check."))


def is_stub(function: Callable) -> bool:
    """Whether a function's body is still only ``...`` (beside a docstring and comments)."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except Exception:  # no source, or an object that is no function at all
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            return _is_dots(node.body)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            body = node.body[ast.get_docstring(node) is not None :]
            return all(isinstance(line, ast.Expr) and _is_dots(line.value) for line in body)
    return False


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def number(value: object) -> int | float | None:
    """The plain number that a value is, or None.

    Numbers of Python and numpy count, and tensors and arrays with one number in them; True and
    False do not.

    Example:
        >>> number(np.int64(3)), number(torch.tensor([1.5])), number(True), number("3")
        (3, 1.5, None, None)
    """
    try:
        if isinstance(value, torch.Tensor) and value.numel() == 1:
            value = value.item()
        elif isinstance(value, (np.ndarray, np.generic)) and value.size == 1:
            value = value.item() if value.dtype.kind in "biufO" else None
        if not _is_real(value) or isinstance(value, bool):
            return None
        return int(value) if _is_whole(value) else float(value)
    except Exception:  # a tensor without values, or a class that only pretends
        return None


def _is_real(value: object) -> TypeGuard[Real]:
    """Not isinstance, which takes a value's word for what it is."""
    return issubclass(type(value), Real)


def _is_whole(value: object) -> TypeGuard[Integral]:
    return issubclass(type(value), Integral)


def gradient(parameter: torch.Tensor) -> torch.Tensor:
    """The gradient that ``backward`` has left at a parameter."""
    assert parameter.grad is not None
    return parameter.grad


def is_pair(value: object) -> bool:
    """Whether a value is a tuple or a list of two tensors.

    Example:
        >>> is_pair((torch.ones(2), torch.ones(1))), is_pair(torch.ones(2))
        (True, False)
    """
    return (
        isinstance(value, (tuple, list))
        and len(value) == 2
        and all(isinstance(part, torch.Tensor) for part in value)
    )


def kind(value: object) -> str:
    """A value and its type, in a few words; never an error, whatever the value does.

    Example:
        >>> kind("3"), kind(torch.ones(2))
        ("'3' (str)", 'a tensor of shape (2,) and dtype torch.float32')
    """
    try:
        if isinstance(value, torch.Tensor):
            return say(
                "a tensor of shape {shape} and dtype {dtype}",
                shape=tuple(value.shape),
                dtype=value.dtype,
            )
        return f"{_cut(repr(value), LONGEST)} ({type(value).__name__})"
    except Exception as error:  # of the value's own repr
        return say(
            "a {kind} without a text ({error} in its repr)",
            kind=type(value).__name__,
            error=type(error).__name__,
        )


def _same_error(got: object, made: Exception) -> bool:
    """Whether two errors are of one type and say the same, be it of `a + b` or of `b + a`."""
    try:
        same = type(got).__name__ == type(made).__name__  # an error that was sent has its name only
        return same and sorted(str(got).split()) == sorted(str(made).split())
    except Exception:  # of the error's own text
        return False


def _told(error: BaseException, answered: object = None) -> str:
    """An error in its own words, and what it means where that is known.

    Args:
        error: what stopped an answer.
        answered: that answer: an error in calling it is another one than an error in its calls.
    """
    try:
        text = _cut(str(error), 5 * LONGEST)
        own = text.startswith(f"{getattr(answered, '__qualname__', None)}() ")
    except Exception:  # of the error's own text, or of an odd answer
        text, own = say("(an error without a text)"), False
    advice = next((words for sign, words in _ADVICE if sign in text), "")
    if own and "positional argument" in text:
        advice = _STUB
    return f"{type(error).__name__}: {say(text)}{say(advice)}"


def _cut(text: str, longest: int) -> str:
    """The beginning of a text, as a plain one, with nothing in it that cannot be printed."""
    plain = str.__str__(text)
    plain = plain if len(plain) <= longest else plain[:longest] + "..."
    return plain.encode(errors="backslashreplace").decode()


def _inputs(arguments: tuple) -> str:
    """The arguments that a wrong result came from, when they are short enough to be read."""
    shown = [rounded(a.tolist() if isinstance(a, torch.Tensor) else a) for a in arguments]
    if any(not isinstance(value, (int, float, list)) for value in shown):
        return ""
    text = ", ".join(str(value) for value in shown)
    return say(" The arguments were: {text}.", text=text) if len(text) <= 80 else ""


def rounded(value: object) -> object:
    """Floats with four digits behind the point, also in lists.

    Example:
        >>> rounded([0.699999988079071, [1, 2.5]])
        [0.7, [1, 2.5]]
    """
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, 4) if isinstance(value, float) else value


def _shape(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)}" + (say(", a single number") if tensor.ndim == 0 else "")


def _shown(value: float, digits: int = 4) -> str:
    """A number with some digits; a whole one that is not too long with all of them."""
    if isinstance(value, int) and abs(value) < 10**15:
        return str(value)
    try:
        return f"{value:.{digits}g}"
    except OverflowError:
        return say("a whole number of more than 300 digits")


def _difference(got: object, wanted: object, tolerance: float) -> str | None:
    """What is wrong with a result, or None."""
    try:
        if isinstance(wanted, torch.Tensor):
            return _from_tensor(got, wanted, tolerance)
        if isinstance(wanted, (int, float)):
            return _from_number(got, wanted, tolerance)
        if issubclass(type(got), str):  # numpy's texts are texts, too
            got = str.__str__(got)
        if type(got) is type(wanted) and got == wanted:
            return None
        if isinstance(wanted, str):  # what an ``observe`` has seen, in words
            seen = _cut(repr(say(got)), LONGEST) if type(got) is str else kind(got)
            return say("expected {wanted!r}, got {seen}.", wanted=say(wanted), seen=seen)
        return say("expected {wanted!r}, got {seen}.", wanted=wanted, seen=kind(got))
    except Exception as error:
        return say(
            "got {kind}, which cannot be compared with the right one: {error}",
            kind=kind(got),
            error=_told(error),
        )


def _from_tensor(got: object, wanted: torch.Tensor, tolerance: float) -> str | None:
    """What is wrong, in the order type, shape, dtype, place, gradient, value; or None."""
    if not isinstance(got, torch.Tensor):
        plain = None
        if wanted.ndim == 0:
            plain = got if isinstance(got, bool) else number(got)
        if plain is not None:
            value = plain if isinstance(plain, bool) else _shown(plain)
            return say(
                "expected a tensor with one number, got the plain number {value}; stay with "
                "tensors.",
                value=value,
            )
        return say(
            "expected a tensor of shape {shape}, got {kind}.",
            shape=tuple(wanted.shape),
            kind=kind(got),
        )
    if got.shape != wanted.shape:
        return say(
            "the shape is off: expected {wanted}, got {got}. Print the shapes in your function "
            "to see where they part.",
            wanted=_shape(wanted),
            got=_shape(got),
        )
    if got.dtype != wanted.dtype:
        return say(
            "the dtype is off: expected {wanted}, got {got}.",
            wanted=wanted.dtype,
            got=got.dtype,
        )
    if got.device != wanted.device or got.layout != wanted.layout:
        return say(
            "expected a plain tensor on the {device}, got one on {place}, {layout}. Work on "
            "the device of the inputs.",
            device=wanted.device,
            place=got.device,
            layout=got.layout,
        )
    if wanted.requires_grad and not got.requires_grad:
        return say(
            "gradient: no gradient can flow back from your result to the inputs. "
            "Compute with tensors all the way: no numpy, no .item(), .detach() or torch.no_grad()."
        )
    mine, right = got.detach().double(), wanted.detach().double()
    off = ~torch.isclose(mine, right, rtol=tolerance, atol=tolerance, equal_nan=True)
    if not off.any():
        return None
    distance = (mine - right).abs().nan_to_num(nan=torch.inf, posinf=torch.inf)
    place = distance.where(off, 0).flatten().argmax()
    return say(
        "{off}: where they differ most, expected {wanted:.4g}, got {got:.4g}.",
        off=say(_VALUES_OFF),
        wanted=right.flatten()[place].item(),
        got=mine.flatten()[place].item(),
    )


def _from_number(got: object, wanted: float, tolerance: float) -> str | None:
    value = number(got)
    if value is None:
        return say("expected one number, got {kind}.", kind=kind(got))
    try:
        right = abs(value - wanted) <= tolerance * max(1.0, abs(wanted))  # never for NaN
    except OverflowError:  # too large for a float
        right = False
    if right:
        return None
    digits = 4 if _shown(wanted) != _shown(value) else 12
    return say(
        "expected {wanted}, got {got}.", wanted=_shown(wanted, digits), got=_shown(value, digits)
    )
