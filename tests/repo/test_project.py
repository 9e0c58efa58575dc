"""The promises of the project's own files: imports, environment, commands."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_importing_helpers_is_silent_and_light():
    modules = run_python("import helpers, sys; print(*sorted(sys.modules), sep='\\n')").split()
    assert "helpers" in modules
    for heavy in ("fastai", "torch", "pandas", "matplotlib", "sklearn"):
        assert heavy not in modules


@pytest.fixture(scope="module")
def loaded():
    """What a kernel has loaded after one import and the next, in a process for all of them."""
    files = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "helpers").rglob("*.py")]
    modules = [".".join(file.parts).removesuffix(".__init__") for file in files]
    assert "helpers.models.baseline" in modules
    steps = {
        "kernel": "import sys, torch, ipykernel.zmqshell",
        "data": "import helpers.data, helpers.metrics",
        "training": "import helpers.training",
        "first cell": "import helpers.course.notebook",
        "bar": "helpers.training.fitting.tqdm(disable=True)",
        "all": f"import {', '.join(modules)}",
    }
    code = "\n".join(f"{step}; print(*sys.modules)" for step in steps.values())
    return dict(zip(steps, map(set, map(str.split, run_python(code).splitlines())), strict=True))


@pytest.mark.slow
def test_import_adds_little_to_torch(loaded):
    new = {name.split(".")[0] for name in loaded["data"] - loaded["kernel"]}
    assert new - sys.stdlib_module_names <= {"helpers", "PIL", "filelock"}  # the two are small


@pytest.mark.slow
def test_the_first_cell_loads_nothing_that_only_a_later_one_needs(loaded):
    later = {"pandas", "torch.utils.flop_counter", "sklearn", "fastai", "tqdm.notebook"}
    assert not later & loaded["first cell"]


@pytest.mark.slow
def test_training_loads_widgets_for_its_bar_alone_and_never_pictures(loaded):
    assert not {"ipywidgets", "matplotlib"} & loaded["training"]
    assert "tqdm.notebook" in loaded["bar"] - loaded["first cell"]  # as a notebook shows it


@pytest.mark.slow
def test_no_helper_prints_on_import_or_imports_fastai(loaded):
    assert "fastai" not in loaded["all"]  # a line more would not have fitted the steps


def test_the_distribution_is_not_named_like_a_package_of_others():
    assert PYPROJECT["project"]["name"] not in {"helper", "helpers"}


def test_dependencies_are_ranges():
    lists = [PYPROJECT["project"]["dependencies"]]
    lists += PYPROJECT["project"]["optional-dependencies"].values()
    for requirement in [r for group in lists for r in group]:
        assert ">=" in requirement and "==" not in requirement, requirement


def test_environment_installs_the_project_itself():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    extras = re.search(r"- -e \.\[(.+)\]$", text, re.MULTILINE).group(1).split(",")
    assert set(extras) == set(PYPROJECT["project"]["optional-dependencies"])


def test_the_lock_knows_every_dependency():
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    names = {package["name"] for package in locked}
    for requirement in PYPROJECT["project"]["dependencies"]:
        assert re.match(r"[a-z0-9-]+", requirement).group() in names


def make_targets(text: str) -> set[str]:
    """What a page asks make for: after a backtick, a variable, or in a line of its own."""
    command = r"(?:^ *|`|=\S+ )make (?:-\S+ )*([a-z][a-z-]*)"
    return set(re.findall(command, text, re.MULTILINE))


def paths(text: str) -> set[str]:
    """The paths that a page names, below folders of the project and beside them."""
    tops = "notebooks|helpers|tests|tools|benchmarks|translations|\\.github|\\.ci|\\.devcontainer"
    below = re.findall(rf"(?<![\w/.-])((?:{tops})(?:/[\w./-]*\w)?)(?![\w/-])", text)
    beside = re.findall(r"(?<![\w/.*-])([\w.]+\.(?:md|toml|lock|yml))(?![\w/])", text)
    return {*below, *beside}


PAGES = ("README.md", "CONTRIBUTING.md", "AGENTS.md", "benchmarks/README.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_and_path_of_a_page_exists_and_make_lists_the_commands(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    heads = re.findall(r'@echo "make (.+?)(?:  |: )', makefile)
    listed = {name for head in heads for name in re.split(r"[ ,]+", head)}
    assert make_targets(text) <= listed & set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert len(paths(text)) > 3
    assert not {path for path in paths(text) if not (ROOT / path).exists()}


def test_commands_and_paths_are_found_wherever_they_stand():
    text = (
        "    make a-b\nA=1 make -j2 c, `make d`, to make e. `translations/f/g.po` [h](I.md) j.lock"
    )
    assert make_targets(text) == {"a-b", "c", "d"}
    assert paths(text) == {"translations/f/g.po", "I.md", "j.lock"}


def test_the_license_is_named_where_people_look():
    assert PYPROJECT["project"]["license"] == "MIT AND CC-BY-4.0"
    for name in PYPROJECT["project"]["license-files"]:
        assert (ROOT / name).is_file()
    for page in ("README.md", "LICENSE", "tools/site/templates/index.md.jinja"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert "MIT" in text and "CC BY 4.0" in text, page


def test_what_git_may_run_before_a_commit_is_there():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {hook["id"] for hook in hooks} == {"style", "format", "types", "outputs"}
    installed = {
        re.match(r"[\w-]+", r)[0] for r in PYPROJECT["project"]["optional-dependencies"]["test"]
    }
    for hook in hooks:
        program, *rest = hook["entry"].split()
        assert Path(program).name in installed | {"python"}, hook["entry"]
        assert all((ROOT / word).exists() for word in rest if word.endswith(".py")), hook["entry"]
