"""A fork's address, written everywhere from one place."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import ROOT
from tools.lessons import hygiene, sample, standard
from tools.lessons.notebook import code_cells, is_ignored, read, stored
from tools.publish import (
    Place,
    commit_of,
    locked,
    main,
    pinned,
    place_of,
    publish,
    publish_lesson,
    publish_readme,
    unpublished,
)
from tools.translate import make

pytestmark = pytest.mark.slow  # whole lessons are read and written

ADA = Place("ada/lessons", commit="a" * 40)
BOB = Place("bob.b/other-1", "v1.0/rc", "b" * 40)
BADGE = re.compile(r"\(https://colab\.research\.google\.com/github/([^)]+)\)")
PATH = "notebooks/01_guess.ipynb"

READMES = ("README.md", "README.ko.md")

README = """# Lessons

| lesson | teaches |
|---|---|
| [01 Guess](notebooks/01_guess.ipynb) | accuracy |

See also [01](notebooks/01_guess.ipynb).

## Colab

Open a lesson in Colab.
"""


def make_lesson():
    lesson = sample.lesson()
    code_cells(lesson)[0].source += '\naddress = ""'
    return lesson


def copied(folder, lessons="[0-9]*"):
    """A copy of what is published of this checkout; of some lessons, which takes less time."""
    for part in ("notebooks", "notebooks/ko"):
        (folder / part).mkdir()
        for path in (ROOT / part).glob(f"{lessons}.ipynb"):
            shutil.copy(path, folder / part)
    for name in READMES:
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def at_ada(tmp_path_factory):
    """All of it, published once; no test may change it."""
    folder = copied(tmp_path_factory.mktemp("ada"))
    assert publish(folder, ADA)
    return folder


def lessons_of(root: Path) -> list[Path]:
    """The lessons in both languages."""
    folders = (root / "notebooks", root / "notebooks/ko")
    return [path for folder in folders for path in sorted(folder.glob("[0-9]*.ipynb"))]


def texts(root: Path) -> dict[str, str]:
    files = [*(root / name for name in READMES), *lessons_of(root)]
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in files}


def places(root: Path) -> dict[str, set[str]]:
    """Where the badges of each lesson lead, without the lesson's path; "" is a wrong path."""
    found = {}
    readme = "\n".join(texts(root)[name] for name in READMES)
    rows = dict(re.findall(r"^\| \[[^\]]*\]\((notebooks/[^)]+)\)(.*?) \|", readme, re.MULTILINE))
    for path in lessons_of(root):
        name = path.relative_to(root).as_posix()
        opening = read(path).cells[0].source
        links = BADGE.findall(opening) + BADGE.findall(rows.get(name, ""))
        found[name] = {
            link.removesuffix(f"/{name}") if link.endswith(f"/{name}") else "" for link in links
        }
    return found


# On a lesson and a README made for it.


def test_a_badge_under_the_title_and_an_address_in_the_setup_cell():
    lesson = make_lesson()
    title, text = lesson.cells[0].source.split("\n\n", 1)
    publish_lesson(lesson, PATH, ADA)
    link = "https://colab.research.google.com/github/ada/lessons/blob/main/notebooks/01_guess.ipynb"
    picture = "https://colab.research.google.com/assets/colab-badge.svg"
    badge = f"[![Open in Colab]({picture})]({link})"
    assert lesson.cells[0].source == f"{title}\n\n{badge}\n\n{text}"
    setup = code_cells(lesson)[0].source
    assert setup.endswith(f'\naddress = "git+https://github.com/ada/lessons@{"a" * 40}"')


def test_publishing_again_replaces():
    once, twice = make_lesson(), make_lesson()
    publish_lesson(once, PATH, BOB)
    for place in (ADA, ADA, BOB):
        publish_lesson(twice, PATH, place)
    assert twice == once


def test_outputs_stay_and_the_executor_keeps_them():
    lesson = make_lesson()
    outputs = [cell.outputs for cell in code_cells(lesson)]
    publish_lesson(lesson, PATH, ADA)
    assert [cell.outputs for cell in code_cells(lesson)] == outputs
    before = [cell.metadata for cell in code_cells(lesson) if is_ignored(cell)]
    publish_lesson(lesson, PATH, BOB)
    after = [cell.metadata for cell in code_cells(lesson) if is_ignored(cell)]
    assert before and before == after  # their digests leave the setup cell out


def test_a_lesson_without_title_or_address_is_refused():
    with pytest.raises(ValueError, match="expected one line 'address"):
        publish_lesson(sample.lesson(), PATH, ADA)
    lesson = make_lesson()
    lesson.cells[0].source = "No title"
    with pytest.raises(ValueError, match="begins with a title"):
        publish_lesson(lesson, PATH, ADA)


def test_readme():
    text = publish_readme(README, [PATH], ADA)
    assert f"| [01 Guess]({PATH}) {ADA.badge(PATH)} | accuracy |" in text
    assert text.count("colab-badge") == 1
    assert f'`pip install --no-deps "git+https://github.com/ada/lessons@{"a" * 40}"`' in text
    assert publish_readme(text, [PATH], ADA) == text
    assert publish_readme(text, [PATH], BOB) == publish_readme(README, [PATH], BOB)


def test_what_is_published_can_be_taken_back_and_is_known():
    text = publish_readme(README, [PATH], ADA)
    assert unpublished(text) == unpublished(README)
    assert place_of(text) == ADA and place_of(README) is None


def test_a_korean_readme_is_told_in_korean():
    text = publish_readme(README, [PATH], ADA, "ko")
    assert "공개한 곳: [ada/lessons]" in text and "Published" not in text
    assert publish_readme(text, [PATH], BOB, "ko") == publish_readme(README, [PATH], BOB, "ko")
    assert unpublished(text) == unpublished(README)


def test_a_readme_that_lacks_something_is_refused():
    with pytest.raises(ValueError, match="no row for .*02_more"):
        publish_readme(README, [PATH, "notebooks/02_more.ipynb"], ADA)
    with pytest.raises(ValueError, match="heading"):
        publish_readme(README.replace("## Colab", "## Cloud"), [PATH], ADA)


@pytest.mark.parametrize("repository", ["", "ada", "ada/a/b", "https://github.com/ada/l", "a b/c"])
def test_a_repository_has_an_owner_and_a_name(repository, capsys):
    assert main([repository]) == 1
    assert "REPO=owner/name" in capsys.readouterr().err


def test_a_branch_is_a_name():
    with pytest.raises(ValueError, match="branch"):
        Place("ada/lessons", "main)(")


# What is installed is what it was when the lesson was published.


@pytest.mark.parametrize("commit", ["main", "v1.0", "abc1234", "A" * 40])
def test_a_commit_is_a_full_digest(commit):
    with pytest.raises(ValueError, match="40 digits of a commit"):
        Place("ada/lessons", commit=commit)


def test_nothing_is_published_without_a_commit():
    with pytest.raises(ValueError, match="the commit that is to be installed"):
        publish_lesson(make_lesson(), PATH, Place("ada/lessons"))


@pytest.mark.parametrize("before", ["torchinfo", "torchinfo==0.1"])
def test_torchinfo_gets_the_locked_version(before):
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    (version,) = (p["version"] for p in lock["package"] if p["name"] == "torchinfo")
    assert locked("torchinfo") == version
    assert pinned(f'[pip, "{before}"]') == f'[pip, "torchinfo=={version}"]'
    with pytest.raises(ValueError, match="does not lock nothing"):
        locked("nothing")


def git(folder, *arguments):
    name = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    done = subprocess.run(
        ["git", *name, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """Helpers in one commit, a lesson in the next one."""
    (tmp_path / "helpers").mkdir()
    git(tmp_path, "init", "--quiet")
    for name in ("helpers/a.py", "lesson.ipynb"):
        (tmp_path / name).write_text("1")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", name)
    return tmp_path


def test_the_commit_is_the_last_one_that_changed_the_helpers(repository):
    """So the commit of what publishing has changed asks for no new address."""
    assert commit_of(repository) == git(repository, "rev-parse", "HEAD~1")
    git(repository, "tag", "v1")
    assert commit_of(repository, "v1") == git(repository, "rev-parse", "HEAD")


def test_helpers_that_are_in_no_commit_are_not_published(repository):
    (repository / "helpers" / "b.py").write_text("2")
    with pytest.raises(ValueError, match="changes that are in no commit"):
        commit_of(repository)


@pytest.mark.parametrize("name", ["v9", "--all"])
def test_a_commit_that_is_not_there_is_told(repository, name):
    with pytest.raises(ValueError, match="git rev-parse"):
        commit_of(repository, name)


def test_without_a_repository_git_s_own_words_are_told(tmp_path):
    with pytest.raises(ValueError, match="not a git repository"):
        commit_of(tmp_path)


def test_an_older_notebook_is_published_as_one_of_today(tmp_path):
    checkout = copied(tmp_path, "01*")
    path = checkout / "notebooks" / "01_pixel_similarity.ipynb"
    older = read(path)
    older.nbformat_minor = 2
    for cell in older.cells:
        del cell["id"]
    path.write_text(json.dumps(older), "utf-8")
    publish(checkout, ADA)
    assert stored(path).nbformat_minor == 5 and all(cell.id for cell in stored(path).cells)
    before = texts(checkout)
    assert publish(checkout, ADA) == [] and texts(checkout) == before


# On the lessons and the README of this checkout.


def test_badges_lead_to_their_own_lesson():
    """Here there may be none yet; then it is the next test that counts."""
    leads = set.union(*places(ROOT).values())
    assert "" not in leads, f"a badge leads elsewhere: {places(ROOT)}"
    assert len(leads) <= 1, f"badges name several places: {leads}"


def test_published_badges_lead_to_their_own_lesson(at_ada):
    assert set(map(frozenset, places(at_ada).values())) == {frozenset({"ada/lessons/blob/main"})}


def test_published_korean_files_are_those_that_make_ko_makes(tmp_path):
    checkout = copied(tmp_path, "01*")
    shutil.copytree(ROOT / "translations/ko", checkout / "translations/ko")
    lesson, readme = checkout / "notebooks/01_pixel_similarity.ipynb", checkout / "README.md"
    text = readme.read_text("utf-8")
    rows = [row for row in text.splitlines() if re.match(r"\| \[\d\d.*ipynb", row)]
    readme.write_text(text.replace("\n".join(rows), rows[0]), "utf-8")
    for source in (readme, lesson):
        make.made_of(source).write_text(make.text_of(source), "utf-8")
    publish(checkout, ADA)
    for source in (readme, lesson):
        assert make.made_of(source).read_text("utf-8") == make.text_of(source)


def test_publishing_twice_changes_nothing(at_ada):
    before = texts(at_ada)
    assert publish(at_ada, ADA) == []
    assert texts(at_ada) == before


@pytest.fixture(scope="module")
def at_bob(tmp_path_factory):
    folder = copied(tmp_path_factory.mktemp("bob"))
    publish(folder, BOB)
    return folder


def test_another_place_leaves_nothing_of_the_first(at_ada, at_bob, tmp_path):
    moved = shutil.copytree(at_ada, tmp_path, dirs_exist_ok=True)
    publish(moved, BOB)
    assert texts(moved) == texts(at_bob)
    assert "ada/lessons" not in "".join(texts(moved).values())


def test_published_lessons_keep_to_every_rule(at_bob):
    lessons = {path.stem: read(path) for path in sorted(at_bob.glob("notebooks/*.ipynb"))}
    problems = standard.same_setup(lessons)
    for name, lesson in lessons.items():
        stored = read(ROOT / "notebooks" / f"{name}.ipynb")
        for check in [*hygiene.CHECKS, *standard.CHECKS]:
            known = check(stored)
            problems += [f"{name}: {p}" for p in check(lesson) if p not in known]
    assert not problems, "\n".join(problems)


def test_nothing_is_written_when_a_lesson_is_refused(tmp_path):
    checkout = copied(tmp_path, "0[12]*")
    broken = checkout / "notebooks" / "99_broken.ipynb"
    broken.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    before = texts(checkout)
    with pytest.raises(ValueError, match="99_broken"):
        publish(checkout, ADA)
    assert texts(checkout) == before
