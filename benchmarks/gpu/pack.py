"""Pack a folder for a machine with a GPU and no network: ``python -m benchmarks.gpu.pack``.

It holds the project's files, the packages that such a machine lacks (``wheels.txt`` says which, and
why), CIFAR-10, and ``run.sh``, the one command to run there. Its size is limited, as such machines
are often reached through a narrow door.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from benchmarks.gpu.command import state
from helpers.data import folder
from helpers.data.fetch.catalogue import lookup
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.origins import mirror_place, sources

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
LIMIT = 64  # MiB
NOT_MEASURED = ("notebooks/ko", "translations")  # the same code as in English
PLATFORM = "x86_64-manylinux_2_28"

Fetch = Callable[[list[str], str, Path], None]


class PackError(Exception):
    """The folder could not be made; the message says why, and what to do."""


def pack(into: Path, python: str = "3.12", limit: float = LIMIT, fetch: Fetch | None = None) -> str:
    """Make the folder, or make it anew.

    Args:
        into: the folder; best inside the checkout, and ignored by git.
        python: the version of the machine's Python.
        limit: MiB that may travel: the folder, and the checkout that it lies in.
        fetch: installs packages for a Python version into a folder; ``install`` if None.

    Returns:
        str: what travels, a line each.

    Raises:
        PackError: when a folder of that name is something else, packages cannot be had, or all is
            too large.
        DataError: when the images cannot be had.
    """
    into = into.resolve()
    if into.exists() and any(into.iterdir()) and not (into / "state.txt").exists():
        raise PackError(f"{into} is there and was not made by this command; name another folder")
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    (into / "state.txt").write_text(f"{state()}, packed {date.today()}\n")
    (into / "python.txt").write_text(f"{python}\n")
    files = project_files(ROOT, into)
    for file in (f for f in files if not any(f.is_relative_to(one) for one in NOT_MEASURED)):
        (into / "project" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, into / "project" / file)
    pack_images(into / "images")
    pack_packages(into / "packages.tar.gz", python, fetch or install)
    inside = sum(size(path) for path in into.rglob("*") if path.is_file())
    beside = sum(size(ROOT / file) for file in files) if into.is_relative_to(ROOT) else 0
    parts = {str(into.name): inside, "the checkout around it": beside}
    lines = [f"{part / 2**20:6.1f} MiB  {name}" for name, part in parts.items()]
    if inside + beside > limit * 2**20:
        raise PackError(
            "\n".join(lines) + f"\nare more than the {limit:g} MiB that may travel. Images as PNG "
            "alone are 160 MiB; a mirror with JPEG files is smaller. --limit allows more"
        )
    shutil.copy(HERE / "run.sh", into)
    return "\n".join(lines)


def size(file: Path) -> int:
    return file.stat().st_size


def project_files(root: Path, into: Path) -> list[Path]:
    """The files that git does not ignore, changes that are not committed included.

    All of them travel where the checkout does; ``pack`` copies those that a stage may need.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True)
    if done.returncode:
        raise PackError(f"{root} is no git checkout: {done.stderr.decode().strip()}")
    files = [Path(name) for name in done.stdout.decode().split("\0") if name]
    return [f for f in files if (root / f).is_file() and not (root / f).is_relative_to(into)]


def pack_images(into: Path) -> None:
    """CIFAR-10 as a mirror holds it: from ``LESSONS_MIRROR``, else from this machine."""
    os.environ.setdefault("LESSONS_DATA", "official")
    into.mkdir()
    entry = lookup("cifar10")
    if mirror_place():
        for archive in next(sources(entry)).fetch(into):
            if archive.parent != into:
                shutil.copyfile(archive, into / archive.name)
    else:
        with tarfile.open(into / entry.files[0], "w:gz", compresslevel=1) as archive:
            archive.add(folder("cifar10"), "cifar10")


def pack_packages(archive: Path, python: str, fetch: Fetch) -> None:
    """The packages of ``wheels.txt``, installed: unpacking them there takes a second."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    requirements = pinned((HERE / "wheels.txt").read_text("utf-8"), lock["package"])
    with tempfile.TemporaryDirectory() as place:
        fetch(requirements, python, Path(place))
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(place, ".")


def pinned(listed: str, locked: Iterable[dict]) -> list[str]:
    """Requirements with versions: those of the lock, where the list names none."""
    versions = {package["name"]: package.get("version") for package in locked}
    lines = [line.strip() for line in listed.splitlines()]
    names = [line for line in lines if line and not line.startswith("#")]
    if unknown := [name for name in names if "==" not in name and name not in versions]:
        raise PackError(f"uv.lock does not know {', '.join(unknown)} of wheels.txt; correct one")
    return [name if "==" in name else f"{name}=={versions[name]}" for name in names]


def install(requirements: list[str], python: str, into: Path) -> None:
    """Install for another machine, with uv."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(into)]
    command += ["--no-deps", "--python-version", python, "--python-platform", PLATFORM]
    done = subprocess.run([*command, *requirements], capture_output=True, text=True)
    if done.returncode:
        raise PackError(f"uv could not fetch the packages of wheels.txt:\n{done.stderr.strip()}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu.pack", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / ".gpu", help="the folder to make")
    parser.add_argument("--python", default="3.12", help="version of the machine's Python")
    parser.add_argument("--limit", type=float, default=LIMIT, help="MiB that may travel")
    options = parser.parse_args(arguments)
    try:
        print(pack(options.into, options.python, options.limit))
    except (PackError, DataError) as error:
        print(f"gpu-pack: {error}", file=sys.stderr)
        return 1
    name = os.path.relpath(options.into)
    print(f"Ready. Carry {name} to the machine with the GPU, and run there: bash {name}/run.sh")
    return 0


if __name__ == "__main__":
    sys.exit(main())
