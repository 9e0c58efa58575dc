"""Values as JSON, to hand what an answer gave from the process that ran it to the one that judges.

JSON and not pickle: reading it runs no code, whatever the other side has sent. And within bounds:
what is larger than any right answer costs no time.
"""

import math
from collections.abc import Iterator

import numpy as np
import torch

LARGEST = 10_000  # numbers in a tensor, parts of a value; the largest right answer has 676
DEEPEST = 20  # lists in lists
LONGEST = 2_000  # characters of a text, digits of a number

Packed = dict | list | str | float | int | bool | None


def pack(value: object, depth: int = 0) -> Packed:
    """A value as something that ``json`` can write.

    Tensors, numbers (NumPy's become Python's), texts, None, ``...``, tuples, lists and dicts come
    back as they were; of anything else, and of what is larger than any answer, only a description.

    Args:
        value: anything.
        depth: how many lists and the like it lies in.

    Example:
        >>> unpack(pack((torch.ones(2), None)))
        (tensor([1., 1.]), None)
    """
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _whole(int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": str(float(value))}
    if isinstance(value, str):
        return str.__str__(value)[:LONGEST]
    if value is ...:
        return {"...": True}
    if isinstance(value, torch.Tensor) and value.numel() <= LARGEST and not value.is_complex():
        return {
            "tensor": [pack(number) for number in value.detach().cpu().flatten().tolist()],
            "shape": list(value.shape),
            "dtype": str(value.dtype).removeprefix("torch."),
            "requires_grad": value.requires_grad,
        }
    small = depth < DEEPEST and isinstance(value, (tuple, list, dict)) and len(value) <= LARGEST
    if small and type(value) in (tuple, list):
        return {type(value).__name__: [pack(part, depth + 1) for part in value]}
    if small and type(value) is dict:
        pairs = value.items()
        return {"dict": [[pack(key, depth + 1), pack(part, depth + 1)] for key, part in pairs]}
    return _described(value)


def unpack(packed: Packed) -> object:
    """The value that ``pack`` was given.

    Raises:
        ValueError: when ``pack`` cannot have made this.
    """
    _count(packed)
    try:
        return _unpack(packed)
    except (TypeError, ValueError, ArithmeticError, RuntimeError, AttributeError) as error:
        raise ValueError(f"not a packed value: {error}") from error


def _count(packed: Packed) -> None:
    """Refuse more parts than any answer has, before one of them is looked at."""
    left: list[tuple[object, int]] = [(packed, 0)]
    parts = 0
    while left:
        part, depth = left.pop()
        if isinstance(part, (dict, list)):
            parts += len(part)
            if parts > 3 * LARGEST or depth > 3 * DEEPEST:
                raise ValueError("not a packed value: larger than any answer")
            left += [(p, depth + 1) for p in (part.values() if isinstance(part, dict) else part)]
        elif isinstance(part, str) and len(part) > LONGEST:
            raise ValueError("not a packed value: longer than any answer")


def _unpack(packed: Packed) -> object:
    if not isinstance(packed, (dict, list)):
        return packed
    match packed:
        case {"float": str(text)}:
            return float(text)
        case {"...": True}:
            return ...
        case {"tensor": list(numbers), "shape": shape, "dtype": str(dtype), "requires_grad": wants}:
            flat = [_unpack(number) for number in numbers]
            tensor = torch.tensor(flat, dtype=getattr(torch, dtype)).reshape(shape)
            return tensor.requires_grad_(wants)
        case {"tuple": list(parts)}:
            return tuple(_unpack(part) for part in parts)
        case {"list": list(parts)}:
            return [_unpack(part) for part in parts]
        case {"dict": list(pairs)}:
            return dict(_pairs(pairs))
        case {"type": str(name), "text": str(text)}:
            return type(name, (), {"__repr__": lambda self: text})()
    raise ValueError("of no known kind")


def _pairs(pairs: list) -> Iterator[tuple[object, object]]:
    # Numbers can be chosen so that a dict of them takes hours; no exercise asks for many.
    if len(pairs) > 1000:
        raise ValueError("a dict larger than any answer")
    for key, part in pairs:
        yield _unpack(key), _unpack(part)


def _whole(number: int) -> Packed:
    digits = int(number.bit_length() * math.log10(2)) + 1
    return number if digits <= LONGEST else {"type": "int", "text": f"a number of {digits} digits"}


def _described(value: object) -> Packed:
    kind = str.__str__(type(value).__name__)
    if isinstance(value, torch.Tensor):
        return {
            "type": kind,
            "text": f"tensor of shape {tuple(value.shape)} and dtype {value.dtype}",
        }
    try:
        text = str.__str__(repr(value))
    except BaseException as error:  # whatever a learner's class does when it is asked for its text
        text = f"({type(error).__name__} in its repr)"
    return {"type": kind[:LONGEST], "text": text[:LONGEST]}
