"""What answers may be or return that nobody asked for, and answers that spoil their inputs."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import numpy as np
import torch
from torch import nn


class Liar:
    """Equal to everything, true, and of any type that is asked for."""

    __class__ = float

    def __eq__(self, other):
        return True

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __lt__

    def __hash__(self):
        return 0

    def __float__(self):
        return 0.9

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__


class Mute:
    """Has no text."""

    def __repr__(self):
        raise KeyError("no")


class Text(str):
    """A text that is not what it seems."""

    def __repr__(self):
        return Text("odd")

    def __format__(self, form):
        raise KeyError("no")

    def __getitem__(self, place):
        return 5

    def __len__(self):
        return -1


class Wordy:
    """Its text is a text of the kind above."""

    def __repr__(self):
        return Text("odd")


class Lazy:
    """Refuses every attribute."""

    def __getattribute__(self, name):
        raise RuntimeError(f"no {name}")


class Number(int):
    """A whole number that does not calculate."""

    def __sub__(self, other):
        return 0

    __rsub__ = __abs__ = __float__ = __sub__


class Broken(Exception):
    """An error without a text."""

    def __str__(self):
        raise KeyError("no")


def _endless() -> list:
    inner: list = []
    inner.append(inner)
    return inner


def _deep() -> list:
    inner: list = []
    for _ in range(20_000):
        inner = [inner]
    return inner


DEEP = _deep()
COLLIDING = {place * (2**61 - 1): place for place in range(1_000)}  # all of one hash

ODD = {
    "text": lambda: "0.9",
    "odd text": lambda: Text("0.9"),
    "liar": Liar,
    "mute": Mute,
    "wordy": Wordy,
    "lazy": Lazy,
    "odd number": lambda: Number(3),
    "huge": lambda: 10**400,
    "minus huge": lambda: -(10**5000),
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "minus inf": lambda: -math.inf,
    "decimal": lambda: Decimal("sNaN"),
    "fraction": lambda: Fraction(10**400),
    "true": lambda: True,
    "complex": lambda: 1j,
    "bytes": lambda: b"\xff",
    "surrogate": lambda: "\ud800",
    "long": lambda: "a" * 10**5,
    "none": lambda: None,
    "ellipsis": lambda: ...,
    "not implemented": lambda: NotImplemented,
    "module": lambda: math,
    "function": lambda: math.sin,
    "class": lambda: int,
    "generator": lambda: (n for n in range(3)),
    "iterator": lambda: iter([1]),
    "dict": lambda: COLLIDING,
    "set": lambda: {1, 2},
    "empty list": list,
    "list": lambda: [[1.0, 2.0], 3],
    "endless list": _endless,
    "deep list": lambda: DEEP,
    "pair": lambda: (1, 2),
    "pair of tensors": lambda: (torch.ones(2), torch.zeros(())),
    "numpy": lambda: np.float64(0.5),
    "numpy true": lambda: np.True_,
    "numpy half": lambda: np.float16(2),
    "numpy long": lambda: np.longdouble("1e4000"),
    "numpy date": lambda: np.datetime64("2020-01-01"),
    "array": lambda: np.ones((2, 3)),
    "array of one": lambda: np.array([[7]]),
    "empty array": lambda: np.array([]),
    "array of objects": lambda: np.array([Mute(), None], dtype=object),
    "one object": lambda: np.array(Mute(), dtype=object),
    "masked": lambda: np.ma.masked,
    "empty tensor": lambda: torch.tensor([]),
    "empty rows": lambda: torch.zeros(0, 3),
    "scalar": lambda: torch.tensor(3.5),
    "long tensor": lambda: torch.arange(5),
    "bool tensor": lambda: torch.tensor(True),
    "nan tensor": lambda: torch.tensor(math.nan),
    "meta": lambda: torch.zeros((), device="meta"),
    "meta rows": lambda: torch.zeros(3, 3, device="meta"),
    "sparse": lambda: torch.eye(3).to_sparse(),
    "sparse rows": lambda: torch.eye(3).to_sparse_csr(),
    "quantised": lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
    "complex tensor": lambda: torch.ones(3) * 1j,
    "half tensor": lambda: torch.ones(3).half(),
    "nested": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    "needs gradient": lambda: torch.ones((), requires_grad=True) * 2,
    "parameter": lambda: nn.Parameter(torch.ones(2)),
    "dtype": lambda: torch.float32,
    "large tensor": lambda: torch.zeros(1).expand(10**8),
}


def raising(error: BaseException) -> Callable:
    """An answer that raises."""

    def answer(*arguments):
        raise error

    return answer


ERRORS = [Broken(), KeyError(Text("a")), SystemExit(1), GeneratorExit(), ValueError("\ud800" * 9)]


def spoil(arguments: tuple) -> None:
    """Change in place whatever can be changed in the arguments of an answer."""
    for argument in arguments:
        if isinstance(argument, torch.Tensor):
            argument.detach().zero_()
        elif isinstance(argument, list):
            argument.clear()
        elif isinstance(argument, nn.Module):
            spoil(tuple(argument.parameters()))
        elif isinstance(argument, tuple):
            spoil(argument)
        elif hasattr(argument, "__dict__") and not callable(argument):
            spoil(tuple(vars(argument).values()))


def _apart(result: object) -> object:
    """A result that is no view of an argument."""
    if isinstance(result, tuple):
        return tuple(map(_apart, result))
    return result.clone() if isinstance(result, torch.Tensor) else result


def spoils_afterwards(answer: Callable) -> Callable:
    """The same answer; when it knows its result, it spoils what it was given."""

    def spoiling(*arguments):
        result = _apart(answer(*arguments))
        spoil(arguments)
        return result

    return spoiling


def spoils_first(answer: Callable) -> Callable:
    """An answer to what it has spoiled."""

    def spoiling(*arguments):
        spoil(arguments)
        return answer(*arguments)

    return spoiling
