"""The browser of this machine, or why there is none."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# Nothing is to be looked up on the network: no updates, no accounts, no lists of bad sites.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find(variables: Mapping[str, str], own: str) -> str | None:
    """The path of a Chromium or Chrome.

    Args:
        variables: those of the environment. ``CHROMIUM`` names the program, and empty says that
            none is to be used; without it the usual names are looked up in ``PATH``.
        own: where Playwright's own browser would be (``playwright install chromium``).

    Returns:
        The program, or None when there is none.

    Example:
        >>> find({"CHROMIUM": ""}, own="/somewhere/chrome") is None
        True
    """
    path = variables.get("PATH")
    if "CHROMIUM" in variables:
        return shutil.which(variables["CHROMIUM"], path=path)
    installed = next(filter(None, (shutil.which(name, path=path) for name in NAMES)), None)
    return installed or (own if Path(own).is_file() else None)


def flags() -> list[str]:
    """The flags it is started with. Its sandbox refuses to work for root (as in containers)."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, *(["--no-sandbox"] if is_root else [])]
