"""A closed terminal, SIGTERM and Ctrl-C end a command in good order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(BaseException):
    """A signal asks the command to end.

    Attributes:
        number: of the signal.
        status: with which the command ends: 128 and that number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number, self.status = number, 128 + number


@contextmanager
def signals_raise() -> Iterator[None]:
    """Within this block a signal raises ``Stopped``, once: then all is put in order.

    Example:
        >>> with signals_raise():
        ...     pass  # Ctrl-C raises Stopped here
    """
    if threading.current_thread() != threading.main_thread():
        yield
        return
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in names}
    heard = {number for number, handler in before.items() if handler != signal.SIG_IGN}  # nohup

    def stop(number: int, frame: object) -> None:
        for other in heard:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number] or signal.SIG_DFL)
