"""A fork's own continuous integration tests what the project admits."""

import json
import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}
MATRIX = WORKFLOWS["tests"]["jobs"]["tests"]["strategy"]["matrix"]["include"]


def need(name: str) -> SpecifierSet:
    """What the project asks of a package."""
    return next(r.specifier for r in map(Requirement, PROJECT["dependencies"]) if r.name == name)


def least(specifier: SpecifierSet) -> Version:
    return next(Version(s.version) for s in specifier if s.operator == ">=")


def test_every_system_has_oldest_and_newest():
    torch = need("torch")
    oldest = least(torch)
    below = next(Version(s.version) for s in torch if s.operator == "<")
    newest = Version(f"{below.major}.{below.minor - 1}")
    python = least(SpecifierSet(PROJECT["requires-python"]))
    for system in ("ubuntu-latest", "macos-latest", "windows-latest"):
        rows = [row for row in MATRIX if row["system"] == system]
        assert {Version(row["torch"]) for row in rows} == {oldest, newest}, system
        assert min(Version(row["python"]) for row in rows) == python, system


def test_every_python_from_the_oldest_on_is_tested():
    minors = sorted({Version(row["python"]).minor for row in MATRIX})
    oldest = least(SpecifierSet(PROJECT["requires-python"])).minor
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = next(one for one in environment["dependencies"] if str(one).startswith("python"))
    below = next(s.version for s in SpecifierSet(conda.removeprefix("python")) if s.operator == "<")
    assert minors == list(range(oldest, Version(below).minor))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_a_workflow_names_exists(name):
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    named = re.findall(r"\b(?:tests|helpers|notebooks)/[\w./*-]+", text)
    for path in named:
        assert list(ROOT.glob(path)), f"{name}.yml names {path}"
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for target in re.findall(r"\bmake ([a-z-]+)", text):
        assert target in targets
    for job in WORKFLOWS[name]["jobs"].values():
        assert "timeout-minutes" in job, f"{name}.yml: a job without a time limit"


@pytest.mark.parametrize("name", ["tests", "weekly"])
def test_all_extras_are_installed_where_all_tests_run(name):
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    installed = re.findall(r'-e "\.\[([a-z,]+)\]"', text)
    assert installed
    for extras in installed:
        assert set(extras.split(",")) == set(PROJECT["optional-dependencies"])


def test_the_devcontainer_uses_the_project_s_own_set_up():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert container["postCreateCommand"] == "make .venv/.ready"
    python = re.search(r"python:(\d+\.\d+)$", container["image"]).group(1)
    assert python in {row["python"] for row in MATRIX}
    settings = container["customizations"]["vscode"]["settings"]
    (sources,) = [name for name in settings if name in (ROOT / "README.md").read_text("utf-8")]
    assert settings[sources] == ["jsdelivr.com", "unpkg.com"]  # what the extension knows


# What a workflow may do, and whose code it runs.

STEPS = [
    (f"{name}.yml: {job}", step)
    for name, workflow in WORKFLOWS.items()
    for job, what in workflow["jobs"].items()
    for step in what["steps"]
]
USES = re.compile(r"uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40})  # v(\d+\.\d+\.\d+)$")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_named_by_digest_with_the_version_beside_it(name):
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if "uses:" in line]
    assert lines
    for line in lines:
        assert USES.search(line), f"{name}.yml: pin by a commit's digest, not by a tag: {line}"


def test_an_action_is_the_same_everywhere():
    pins: dict[str, set[tuple[str, str]]] = {}
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if match := USES.search(line):
                pins.setdefault(match[1], set()).add((match[2], match[3]))
    assert all(len(pin) == 1 for pin in pins.values()), pins


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_only_read_and_only_deploying_may_more(name):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    may = {
        job: what["permissions"]
        for job, what in WORKFLOWS[name]["jobs"].items()
        if "permissions" in what
    }
    expected = {"deploy": {"id-token": "write", "pages": "write"}} if name == "site" else {}
    assert may == expected
    assert "pull_request_target" not in WORKFLOWS[name][True]  # YAML reads "on" as true


def test_what_may_write_runs_nothing_of_the_checkout():
    jobs = WORKFLOWS["site"]["jobs"]
    assert jobs["deploy"]["needs"] == "build"
    assert [step["uses"].split("@")[0] for step in jobs["deploy"]["steps"]] == [
        "actions/deploy-pages"
    ]


def test_no_credentials_are_left_in_a_checkout():
    checkouts = [(place, s) for place, s in STEPS if "actions/checkout" in s.get("uses", "")]
    assert checkouts
    for place, step in checkouts:
        assert step["with"]["persist-credentials"] is False, place


def test_no_command_contains_what_somebody_else_may_have_written():
    """A branch's name in ``${{ }}`` is pasted into the shell; as a variable it is only a text."""
    for place, step in STEPS:
        for expression in re.findall(r"\$\{\{\s*([\w.]+)", step.get("run", "")):
            assert expression.startswith("matrix."), f"{place}: {expression}"


def test_no_package_younger_than_a_week_is_installed():
    """All that uv installs is installed under ``.ci/uv.toml``."""
    file = "${{ github.workspace }}/.ci/uv.toml"
    for name, workflow in WORKFLOWS.items():
        for job, what in workflow["jobs"].items():
            kept = what.get("env", {}).get("UV_CONFIG_FILE") == file
            for step in what["steps"]:
                run = step.get("run", "")
                kept = kept or "UV_CONFIG_FILE=$GITHUB_WORKSPACE/.ci/uv.toml" in run
                installs = "uv pip" in run or "uvx" in run
                assert kept or not installs, f"{name}.yml, {job}: {run}"
