"""Colab's versions in an environment of their own, and a kernel that runs lessons there.

``make colab-env`` sets it up. It is Colab's Python and Colab's packages, not Colab: there is no
GPU, no page and no ``google.colab`` in it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests import ROOT

ENVIRONMENT = ROOT / ".venv-colab"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# What the setup cell installs; Colab has neither.
INSTALLED = ("deep-learning-by-building", "torchinfo")


def is_ready() -> bool:
    """Whether the environment is there, whole."""
    return (ENVIRONMENT / ".ready").is_file()


def packages() -> set[str]:
    """What is installed there, as in ``{"numpy==2.1.3"}``."""
    done = _uv("freeze", stdout=subprocess.PIPE)
    return set(done.stdout.split("\n")) - {""}


def clean() -> None:
    """Take out what a lesson has installed: each learner's Colab starts without it."""
    _uv("uninstall", "--quiet", *INSTALLED, stderr=subprocess.DEVNULL)


def run(notebook: NotebookNode, folder: Path, home: Path, **variables: str) -> None:
    """Run a lesson there from top to bottom, with sliders, as a learner's tab would.

    Args:
        notebook: changed in place.
        folder: the working folder, with nothing in it.
        home: a folder for the kernel's description and for data.
        **variables: more for the kernel's environment.

    Raises:
        CellExecutionError: when a cell fails.
        CellTimeoutError: when a cell takes too long.
    """
    kernel = home / "kernels" / "colab"
    kernel.mkdir(parents=True)
    command = [str(PYTHON), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    description = {"argv": command, "display_name": "Colab", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(description), encoding="utf-8")
    specs = KernelSpecManager(kernel_dirs=[str(kernel.parent)], ensure_native_kernel=False)
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="colab", kernel_spec_manager=specs),
        timeout=600,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=_variables(home) | variables, cleanup_kc=True)


def _variables(home: Path) -> dict[str, str]:
    """The kernel's environment: of this one's, nothing that is about lessons or Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LESSONS_", "PYTHON", "VIRTUAL_ENV")) and name != "MPLBACKEND"
    }
    return kept | {
        "FASTAI_HOME": str(home / "fastai"),
        "LESSONS_DATA": "practice",
        "OMP_NUM_THREADS": "1",
    }


def _uv(command: str, *arguments: str, **options: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "uv", "pip", command, "--python", str(PYTHON), *arguments],
        check=True,
        text=True,
        **options,
    )
