"""Grades a lesson in Classroom 50: a copy belongs into ``CLASSROOM/autograders/ASSIGNMENT/``.

Classroom 50's runner starts it in a learner's checkout and then reads ``result.json`` there; what
it gives and what it wants is the contract on the page "Advanced Autograding" of the wiki of
https://github.com/foundation50/classroom50 (August 2026). ``helpers.course.grading.formats``
writes the file; this one needs the standard library only.

An exit status above 0 says that nothing could be graded, whatever was handed in.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

LESSON = "2"  # its exercises count, one point each
SECONDS = "60"  # for all answers of a submission
COURSE = "REPOSITORY-OF-THE-COURSE"  # what pip installs, such as git+https://...@v1.0


def main() -> int:
    """Install the course unless it is there, grade the checkout, and give the exit status."""
    with tempfile.TemporaryDirectory() as place:
        python = Path(os.environ.get("COURSE_PYTHON") or _installed(Path(place)))
        owner = os.environ.get("OWNER") or os.environ["USERNAME"]
        given = ["--submissions", os.getcwd(), "--learner", owner]
        given += ["--lesson", LESSON, "--timeout", SECONDS, "--csv", f"{place}/progress.csv"]
        given += ["--format", "classroom50", "--out", str(Path("result.json").absolute())]
        # -P: nothing in the checkout is imported, whatever it is called.
        command = [str(python), "-P", "-m", "helpers", "progress", *given]
        return subprocess.run(command, cwd=place, check=False).returncode


def _installed(place: Path) -> Path:
    """A Python with the course and walls. Ubuntu's runners permit those only when told to."""
    subprocess.run(["sudo", "apt-get", "install", "--yes", "bubblewrap"], check=True)
    permit = "kernel.apparmor_restrict_unprivileged_userns=0"
    subprocess.run(["sudo", "sysctl", "--write", permit], check=False)
    subprocess.run([sys.executable, "-m", "venv", place / "python"], check=True)
    python = place / "python" / "bin" / "python"
    torch = "https://download.pytorch.org/whl/cpu"
    subprocess.run([python, "-m", "pip", "install", "--extra-index-url", torch, COURSE], check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
