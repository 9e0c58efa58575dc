"""What the first cell of a lesson and the report both say of a machine.

Where something is missing they raise what its import raises.
"""

import platform

from helpers.language import say


def version() -> str:
    """The version of Python, for example ``Python 3.13.1``."""
    return f"Python {platform.python_version()}"


def computing() -> str:
    """The version of torch and where it computes: ``torch 2.15.0, on the CPU (2 threads)``."""
    import torch

    from helpers.device.place import describe, get_default_device

    return say(
        "torch {version}, on the {device}",
        version=torch.__version__,
        device=describe(get_default_device()),
    )


def data() -> str:
    """Where each data set stands: ``mnist_sample ready, mnist in the mirror``."""
    from helpers import data

    return ", ".join(f"{name} {say(data.state(name))}" for name in data.names())
