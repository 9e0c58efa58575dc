"""Every lesson is clean and keeps to the lesson standard.

``pytest --nbval`` compares the outputs themselves and tries the solutions (``tools/lessons``).
"""

from functools import cache

import pytest

import helpers
from tests import ROOT
from tools.lessons import hygiene, kept, spread, standard
from tools.lessons.notebook import read, stored

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHECKS = [*hygiene.CHECKS, *standard.CHECKS, spread.has_room]
pytestmark = pytest.mark.slow


@cache
def lesson(path):
    """A lesson as it is stored; the checks only look at it."""
    return stored(path)


def listed(problems: list[str]) -> str:
    """The problems, one a line."""
    return "\n".join(["", *problems])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson(path, check):
    problems = check(lesson(path))
    assert not problems, listed(problems)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_ran_with_these_helpers(path):
    ran_with = read(path).metadata["lesson"].get("helpers")
    assert ran_with == helpers.__version__, "run `make notebooks`"


def test_setup_cell():
    problems = standard.same_setup({path.stem: read(path) for path in LESSONS})
    assert not problems, listed(problems)


def test_what_lessons_build_is_what_helpers_keep():
    lessons = {path.stem: read(path) for path in LESSONS}
    problems = kept.built_is_kept(ROOT / "helpers", lessons)
    assert not problems, listed(problems)
