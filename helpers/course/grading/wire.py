"""Values as JSON, to hand what an answer gave from the process that ran it to the one that judges.

JSON and not pickle: reading it runs no code, whatever the other side has sent. And within bounds:
what is larger than any right answer costs no time.
"""

from math import isfinite

import numpy as np
import torch

from helpers.course.exercises.framework import number

LARGEST = 10_000  # numbers in a tensor, parts of a value; the largest right answer has 676
DEEPEST = 20  # lists in lists
LONGEST = 2_000  # characters of a text
HUGE = 10**400  # beyond every float; a whole number beyond it counts as this one

Packed = dict | list | str | float | int | bool | None


def pack(value: object) -> Packed:
    """A value as something that ``json`` can write.

    Tensors, texts, None and ``...`` come back as they were, numbers of Python and numpy as plain
    numbers; of anything else, and of what is larger than any answer, only a description.

    Example:
        >>> unpack(pack(torch.ones(2)))
        tensor([1., 1.])
    """
    try:
        return _packed(value)
    except Exception:  # what a learner's class or a tensor of a rare kind does
        return _described(value)


def _packed(value: object) -> Packed:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, str):
        return str.__str__(value)[:LONGEST]
    if value is ...:
        return {"...": True}
    if isinstance(value, torch.Tensor):
        if value.numel() > LARGEST or value.is_complex() or value.is_quantized or value.is_sparse:
            return _described(value)
        return {
            "tensor": [pack(entry) for entry in value.detach().cpu().flatten().tolist()],
            "shape": list(value.shape),
            "dtype": str(value.dtype).removeprefix("torch."),
            "requires_grad": value.requires_grad,
        }
    plain = number(value)
    if plain is None:
        return _described(value)
    if isinstance(plain, int):
        return max(-HUGE, min(plain, HUGE))
    return plain if isfinite(plain) else {"float": str(plain)}


def unpack(packed: Packed) -> object:
    """The value that ``pack`` was given.

    Raises:
        ValueError: when ``pack`` cannot have made this.
    """
    _count(packed)
    try:
        return _unpack(packed)
    except Exception as error:  # whatever was sent instead
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
            flat = [_unpack(entry) for entry in numbers]
            tensor = torch.tensor(flat, dtype=getattr(torch, dtype)).reshape(shape)
            return tensor.requires_grad_(wants)
        case {"type": str(name), "text": str(text)}:
            return type(name, (), {"__repr__": lambda self: text})()
    raise ValueError("of no known kind")


def _described(value: object) -> Packed:
    try:
        if isinstance(value, torch.Tensor):
            text = f"tensor of shape {tuple(value.shape)} and dtype {value.dtype}"
        else:
            text = str.__str__(repr(value))
    except BaseException as error:  # whatever a learner's class does when it is asked for its text
        text = f"({type(error).__name__} in its repr)"
    return {"type": str.__str__(type(value).__name__)[:LONGEST], "text": text[:LONGEST]}
