"""A JupyterLab of its own: with other settings, another home and another port than the user's."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib

START = 60  # seconds that the server may take to start
STOP = 30  # and to stop, kernels included


class ServerError(RuntimeError):
    """JupyterLab did not start."""


@contextmanager
def running(notebooks: Path, home: Path, log: Path) -> Iterator[str]:
    """Run JupyterLab on a folder; give the address of its page.

    Args:
        notebooks: the folder it opens. It is written to, so pass a copy.
        home: an empty folder for its settings and whatever else it keeps.
        log: the file that takes what it prints.

    Yields:
        The page's address with two gaps, for the notebook's name and further options:
        ``"http://127.0.0.1:8888/lab/tree/{}?token=..."``.

    Raises:
        ServerError: when it stops at once or does not answer in time.
    """
    _without_announcements(home)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    options = [
        "--ServerApp.port=0",  # any that is free
        f"--ServerApp.root_dir={notebooks}",
        "--LabApp.expose_app_in_browser=True",  # window.jupyterapp, by which tests ask the page
    ]
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [*command, *options], env=_environment(home), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _address(server, home / "runtime", log)
    finally:
        server.terminate()
        try:
            server.wait(STOP)
        except subprocess.TimeoutExpired:
            server.kill()


def _environment(home: Path) -> dict[str, str]:
    """This environment, with a new home; the index of the fonts stays where it is.

    Lessons run on the practice data: what is looked at here is the page. Figures are compared by
    ``pytest --nbval``, on the real images.
    """
    variables = dict(
        os.environ,
        HOME=str(home),
        USERPROFILE=str(home),
        FASTAI_HOME=str(home / "fastai"),
        IPYTHONDIR=str(home / "ipython"),
        JUPYTER_CONFIG_DIR=str(home / "config"),
        JUPYTER_DATA_DIR=str(home / "data"),
        JUPYTER_RUNTIME_DIR=str(home / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(home / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(home / "workspaces"),
        LESSONS_DATA="practice",
        MPLCONFIGDIR=matplotlib.get_cachedir(),
    )
    variables.pop("LESSONS_HEADLESS", None)  # here somebody moves the sliders
    variables.pop("MPLBACKEND", None)
    # torch would take all cores, one of which the browser needs.
    variables.setdefault("OMP_NUM_THREADS", "1")
    return variables


def _without_announcements(home: Path) -> None:
    """Switch off the part of JupyterLab that asks whether to show news, over the page."""
    settings = home / "config" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    news = "@jupyterlab/apputils-extension:announcements"
    settings.write_text(json.dumps({"disabledExtensions": {news: True}}), encoding="utf-8")


def _address(server: subprocess.Popen, runtime: Path, log: Path) -> str:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        for file in runtime.glob("jpserver-*.json"):
            try:
                told = json.loads(file.read_text(encoding="utf-8"))
            except json.JSONDecodeError:  # it is being written
                break
            return f"{told['url']}lab/tree/{{}}?token={told['token']}&reset"
        if server.poll() is not None:
            break
        time.sleep(0.1)
    said = log.read_text(encoding="utf-8")[-2000:]
    raise ServerError(f"JupyterLab did not start within {START} s. It said:\n{said}")
