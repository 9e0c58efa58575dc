"""The results of a class as other systems read them: one small writer a format.

- ``json``: all there is, for programs of one's own.
- ``junit``: for the test reports of GitHub Actions, GitLab and Jenkins.
- ``gradescope``: ``results.json``, as https://gradescope-autograders.readthedocs.io/en/latest/specs/
  describes it; ``tools/gradescope`` has the scripts around it.
- ``classroom50``: ``result.json`` of Classroom 50, which followed GitHub Classroom. Its contract
  is "The result.json contract" on the page "Advanced Autograding" of the wiki of
  https://github.com/foundation50/classroom50, and ``schemas/result-v1.schema.json`` there, both as
  of August 2026; ``tools/classroom50`` has the script around it.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import helpers
from helpers.course.grading.marking import RIGHT, STOPPED, UNREADABLE, UNTRIED
from helpers.course.grading.results import Result, Task
from helpers.course.grading.table import write_whole

# What Classroom 50's runner says of a submission in the environment, as far as it has to.
OF_CLASSROOM50 = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")


@dataclass(frozen=True)
class Format:
    """How a format is written.

    Attributes:
        file: its usual name.
        write: gives the file's bytes for some results.
        begins: a regular expression by which such a file is known, and may be replaced; empty
            where any other must not stay: a runner reads what a learner may have put there.
        alone: whether a file holds one learner only.
        needs: variables of the environment without which it cannot be written.
    """

    file: str
    write: Callable[[Sequence[Result]], bytes]
    begins: str = ""
    alone: bool = False
    needs: tuple[str, ...] = ()


def as_json(results: Sequence[Result]) -> bytes:
    """All results with all that the table knows."""
    learners = [
        {
            "learner": one.learner,
            "score": one.score,
            "max_score": one.most,
            "exercises": [
                {
                    "exercise": task.row.exercise,
                    "notebook": task.row.notebook,
                    "result": task.row.result,
                    "says": task.row.says,
                    "score": task.score,
                    "max_score": task.most,
                    "digest": task.row.digest,
                }
                for task in one.tasks
            ],
        }
        for one in results
    ]
    return _json({"version": helpers.__version__, "learners": learners})


def as_junit(results: Sequence[Result]) -> bytes:
    """A suite a learner and a case an exercise.

    What was not tried is skipped; what was stopped or could not be read is an error; all else that
    is not right is a failure.
    """
    kinds = {RIGHT: "", UNTRIED: "skipped", STOPPED: "error", UNREADABLE: "error"}
    root = ElementTree.Element("testsuites", {"name": "exercises", **_counts(results, kinds)})
    for one in results:
        suite = ElementTree.SubElement(
            root, "testsuite", {"name": one.learner, **_counts([one], kinds)}
        )
        for task in one.tasks:
            case = ElementTree.SubElement(
                suite, "testcase", classname=one.learner, name=task.name, time="0"
            )
            kind = kinds.get(task.row.result, "failure")
            if kind:
                told = ElementTree.SubElement(case, kind, message=_says(task))
                told.text = f"{task.row.notebook}: {_says(task)}"
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def as_gradescope(results: Sequence[Result]) -> bytes:
    """Name, score, max_score and output of each exercise of one learner."""
    (one,) = results
    tests = [
        {
            "name": task.name,
            "number": task.row.exercise or str(place),
            "score": float(task.score),
            "max_score": float(task.most),
            "output": _says(task),
            "visibility": "visible",
        }
        for place, task in enumerate(one.tasks, 1)
    ]
    # What the command prints is for instructors; without visibility it would stay with them, too.
    return _json({"score": float(one.score), "stdout_visibility": "hidden", "tests": tests})


def as_classroom50(results: Sequence[Result]) -> bytes:
    """The result of one submission, in names that Classroom 50's runner has given.

    It stamps owner, kind of assignment and the time of the submission itself; they are here
    because its schema wants them.
    """
    (one,) = results
    tests = [
        {
            "test-name": task.name,
            "passed": task.row.result == RIGHT,
            "score": task.score,
            "max-score": task.most,
            "output": _says(task),
        }
        for task in one.tasks
    ]
    classroom, assignment, submission, commit, release = (os.environ[n] for n in OF_CLASSROOM50)
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return _json(
        {
            "schema": "classroom50/result/v1",
            "classroom": classroom,
            "assignment": assignment,
            "assignment_type": os.environ.get("ASSIGNMENT_TYPE") or "individual",
            "owner": os.environ.get("OWNER") or os.environ.get("USERNAME") or one.learner,
            "submission": submission,
            "commit": commit,
            "release": release,
            "review": os.environ.get("REVIEW_URL") or commit,
            "datetime": now,
            "graded_at": now,
            "score": one.score,
            "max-score": one.most,
            "tests": tests,
        }
    )


FORMATS = {
    "json": Format("progress.json", as_json, r'{\s*"version": "[^"]*",\s*"learners":'),
    "junit": Format("progress.xml", as_junit, r'<\?xml [^>]*>\s*<testsuites name="exercises"'),
    "gradescope": Format(
        "results.json",
        as_gradescope,
        r'{\s*"score": [\d.]+,\s*"stdout_visibility": "hidden",\s*"tests":',
        alone=True,
    ),
    "classroom50": Format("result.json", as_classroom50, alone=True, needs=OF_CLASSROOM50),
}


def write_results(form: Format, results: Sequence[Result], out: Path, split: bool) -> list[Path]:
    """Write the results, each file in one step.

    Args:
        form: one of ``FORMATS``' values.
        out: the file; for ``split`` the folder, which gets a folder a learner.
        split: whether each learner gets a file.

    Raises:
        OSError: when one cannot be written; those before it stay.
    """
    if not split:
        write_whole(out, form.write(results))
        return [out]
    files, taken = [], set[str]()
    for one in results:
        file = out / _folder(one.learner, taken) / form.file
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, form.write([one]))
        files.append(file)
    return files


def _folder(learner: str, taken: set[str]) -> str:
    """A name for a folder on any system, of this learner alone."""
    name = re.sub(r"[^\w-]+", "_", learner)[:60] or "_"
    if name != learner or name.casefold() in taken:
        name += f"-{sha256(learner.encode(errors='surrogateescape')).hexdigest()[:8]}"
    taken.add(name.casefold())
    return name


def _counts(results: Sequence[Result], kinds: Mapping[str, str]) -> dict[str, str]:
    found = [kinds.get(task.row.result, "failure") for one in results for task in one.tasks]
    names = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": str(len(found))} | {
        name: str(found.count(kind)) for name, kind in names.items()
    }


def _says(task: Task) -> str:
    return f"{task.row.result}: {task.row.says}".removesuffix(": ")


def _json(words: dict) -> bytes:
    return json.dumps(words, ensure_ascii=False, indent=2).encode() + b"\n"
