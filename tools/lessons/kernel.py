"""A kernel that every run starts in the same way: nbval's, the executor's, the solutions'."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

from tools.lessons.notebook import data_sets, language


def on_practice_data(notebook: NotebookNode) -> bool:
    """Whether one of the notebook's data sets can only be had as practice data here.

    A set that is not on this machine yet is fetched first.
    """
    names = data_sets(notebook)
    if not names:
        return False
    from helpers.data import is_practice  # torch takes seconds: not for notebooks without data

    return any([is_practice(name) for name in names])


def environment(practice: bool, threads: int | None = None, lang: str = "en") -> dict[str, str]:
    """The environment variables of a kernel.

    Args:
        practice: whether it must use the practice data. Without this a set that comes in reach
            during the run would mix the two.
        threads: on how many torch computes; what ``LESSONS_TEST_THREADS`` says, or 1, if None.
        lang: the language in which the helpers speak, whatever this shell asks for.
    """
    variables = dict(
        os.environ,
        # Busy neighbours make several threads many times slower than one.
        OMP_NUM_THREADS=str(threads or os.environ.get("LESSONS_TEST_THREADS", 1)),
        PYTHONHASHSEED="0",  # the order of a set that is printed
        LESSONS_LANG=lang,
        LESSONS_HEADLESS="1",  # nobody moves a slider: show still pictures
    )
    variables.pop("MPLBACKEND", None)  # the kernel shows figures in the page, whatever we do here
    if practice:
        variables["LESSONS_DATA"] = "practice"
    return variables


def run(
    notebook: NotebookNode,
    folder: Path,
    practice: bool,
    timeout: float | None = 600,
    threads: int | None = None,
    allow_errors: bool = False,
    **hooks: Callable,
) -> None:
    """Run a notebook from top to bottom in a fresh kernel; its outputs are replaced.

    Args:
        notebook: changed in place.
        folder: the kernel's working folder.
        practice: see ``environment``.
        timeout: the longest a cell may take, in seconds; None for as long as it likes.
        threads: see ``environment``.
        allow_errors: go on behind a cell that fails.
        hooks: nbclient's, called meanwhile: ``on_cell_start``, ``on_cell_executed``.

    Raises:
        CellExecutionError: when a cell fails that is not tagged ``raises-exception``; not with
            ``allow_errors``.
        CellTimeoutError: when a cell takes too long.
    """
    manager = AsyncKernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
    )
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=timeout,
        allow_errors=allow_errors,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        **hooks,
    )
    # ipykernel logs there that it listens on this machine without encryption.
    variables = environment(practice, threads, language(notebook))
    client.execute(env=variables, stderr=subprocess.DEVNULL, cleanup_kc=True)
