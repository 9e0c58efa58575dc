"""A process that has imported torch once, and forks behind further walls for each notebook.

Importing torch takes seconds, a fork takes hundredths of one. ``serve`` runs inside the walls of
``walls``, never reads what a learner wrote, and knows nothing of a notebook once
it is done. Each notebook's process is behind walls of its own (``inside.apart``, ``inside.alone``):
it sees neither this process nor what another notebook has left.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys

from helpers.course.grading import child, inside
from helpers.course.grading.limits import limit
from helpers.course.grading.sandbox import WORK

LONGEST = 2**16  # bytes of a request


def serve(door: socket.socket) -> None:
    """Run a notebook for each request, until the other side is gone.

    A request is a JSON list of the exercises to pass over, and three files: the notebook, where
    its answers go, and a socket that gets the exit status, and on whose end all ends.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no child is waited for
    gc.collect()
    gc.freeze()  # what a fork does not touch is not copied
    door.sendall(b"ready\n")
    while True:
        request, files, _, _ = socket.recv_fds(door, LONGEST, 3)
        if not request:
            return
        if os.fork() == 0:
            door.close()
            _keep(json.loads(request), *files)
        for file in files:
            os.close(file)


def _keep(done: list[str], notebook: int, answers: int, line: int) -> None:
    """Start a notebook's process, end it when the line is cut, and say how it ended."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        inside.apart()
        runs = os.fork()
        if runs == 0:
            _run(done, notebook, answers)
        os.close(answers)
        with open(os.pidfd_open(runs)) as ended:
            ready, _, _ = select.select([ended.fileno(), line], [], [])
        if line in ready:
            os.kill(runs, signal.SIGKILL)  # the first of a process table: all others end with it
        status = os.waitstatus_to_exitcode(os.waitpid(runs, 0)[1])
        os.write(line, str(status).encode())
    except OSError as error:
        with contextlib.suppress(OSError):
            os.write(answers, f"{error}\n".encode())
    finally:
        os._exit(0)


def _run(done: list[str], notebook: int, answers: int) -> None:
    """Become a notebook's process; whatever happens, do not return."""
    status = 1
    try:
        os.setsid()
        os.dup2(notebook, 0)
        os.dup2(answers, 1)
        for file in map(int, os.listdir("/proc/self/fd")):
            if file > 2:
                with contextlib.suppress(OSError):  # the one by which they were listed
                    os.close(file)
        limit()
        inside.alone(WORK)
        child.main(done)
        status = 0
    except BaseException as error:
        os.write(1, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=os.dup(0)))
    sys.exit(0)
