"""Values as JSON, to hand what an answer gave from the process that ran it to the one that judges.

JSON and not pickle: reading it runs no code, whatever the other side has sent.
"""

import math

import torch

LARGEST = (
    100_000  # numbers in a tensor; the inputs of exercises are small, and so are right answers
)
LONGEST = 2_000  # characters of a text

Packed = dict | list | str | float | int | bool | None


def pack(value: object) -> Packed:
    """A value as something that ``json`` can write.

    Tensors, numbers, texts, None, ``...``, tuples, lists and dicts come back as they were; of
    anything else, and of a tensor larger than any answer, only a description comes back.

    Example:
        >>> unpack(pack((torch.ones(2), None)))
        (tensor([1., 1.]), None)
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": str(float(value))}
    if isinstance(value, str):
        return value[:LONGEST]
    if value is ...:
        return {"...": True}
    if isinstance(value, torch.Tensor) and value.numel() <= LARGEST and not value.is_complex():
        return {
            "tensor": [pack(number) for number in value.detach().cpu().flatten().tolist()],
            "shape": list(value.shape),
            "dtype": str(value.dtype).removeprefix("torch."),
            "requires_grad": value.requires_grad,
        }
    if type(value) in (tuple, list):
        return {type(value).__name__: [pack(part) for part in value]}
    if type(value) is dict:
        return {"dict": [[pack(key), pack(part)] for key, part in value.items()]}
    return _described(value)


def unpack(packed: Packed) -> object:
    """The value that ``pack`` was given.

    Raises:
        ValueError: when ``pack`` cannot have made this.
    """
    if not isinstance(packed, (dict, list)):
        return packed
    try:
        match packed:
            case {"float": text}:
                return float(text)
            case {"...": True}:
                return ...
            case {"tensor": numbers, "shape": shape, "dtype": dtype, "requires_grad": wants}:
                flat = [unpack(number) for number in numbers]
                tensor = torch.tensor(flat, dtype=getattr(torch, dtype)).reshape(shape)
                return tensor.requires_grad_(wants)
            case {"tuple": parts}:
                return tuple(unpack(part) for part in parts)
            case {"list": parts}:
                return [unpack(part) for part in parts]
            case {"dict": pairs}:
                return {unpack(key): unpack(part) for key, part in pairs}
            case {"type": name, "text": text}:
                return type(name, (), {"__repr__": lambda self: text})()
    except (TypeError, ValueError, RuntimeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a packed value: {error}") from error
    raise ValueError("not a packed value")


def _described(value: object) -> Packed:
    if isinstance(value, torch.Tensor):
        text = f"tensor of shape {tuple(value.shape)} and dtype {value.dtype}"
        return {"type": type(value).__name__, "text": text}
    try:
        text = repr(value)
    except Exception as error:  # whatever a learner's class does when it is asked for its text
        text = f"({type(error).__name__} in its repr)"
    return {"type": type(value).__name__, "text": text[:LONGEST]}
