"""Where a thing is: each room is its own index, and the map is the same everywhere."""

import ast
import importlib
import re
from collections import Counter
from functools import cache

import pytest

import helpers
from helpers import settings
from tests import ROOT
from tools.lessons import kept
from tools.lessons.notebook import code_cells, imports, parse, read

HOUSE = ROOT / "helpers"
ROOMS = ("device", "data", "models", "training", "pictures")
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# What the notebook test, the report and the first cell of a lesson ask of data.
ASKED = {"data": {"ImageSet", "Split", "is_practice", "names", "practice_in_use", "state"}}


@cache
def modules() -> dict[str, ast.Module]:
    """All modules of the house under their names."""
    paths = sorted(HOUSE.rglob("*.py"))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in paths
    }


def public(module: ast.Module) -> list[str]:
    """The functions and classes that a module defines for others."""
    kinds = ast.FunctionDef | ast.ClassDef
    names = [node.name for node in module.body if isinstance(node, kinds)]
    return [name for name in names if not name.startswith("_")]


def of_house(tree: ast.AST) -> list[tuple[str, str]]:
    """What is imported from the house."""
    return [(module, name) for module, name in imports(tree) if module.startswith("helpers")]


IN_LESSONS = {
    path.stem[:2]: {pair for cell in code_cells(read(path)) for pair in of_house(parse(cell))}
    for path in LESSONS
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_the_index_of_what_lessons_build_and_use(room):
    found, problems = kept.find(HOUSE / room)
    assert not problems
    built = {one.node.name: one.lesson for one in found}
    used = {name for pairs in IN_LESSONS.values() for module, name in pairs
            if module == f"helpers.{room}" and name}  # fmt: skip
    files = {path.stem for path in (HOUSE / room).glob("*.py")}
    tree = ast.parse((HOUSE / room / "__init__.py").read_text("utf-8"))
    offered = {name for _, name in of_house(tree)}
    assert offered == built.keys() | used - files | ASKED.get(room, set())


@pytest.mark.parametrize("room", ROOMS)
def test_each_line_of_an_index_names_the_lesson_that_builds_it(room):
    built = {one.node.name: one.lesson for one in kept.find(HOUSE / room)[0]}
    text = (HOUSE / room / "__init__.py").read_text("utf-8")
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom):
            said = re.search(r"# lesson (\d\d)$", lines[node.lineno - 1])
            lessons = {built.get(name.name) for name in node.names}
            assert lessons == {said[1] if said else None}, lines[node.lineno - 1]


def test_lessons_import_from_few_places():
    places = {module for pairs in IN_LESSONS.values() for module, _ in pairs}
    assert len(places) <= 12, sorted(places)


def test_a_public_name_has_one_meaning():
    entries = {"main", "run"}  # of programs
    count = Counter(
        name for module, tree in modules().items() for name in public(tree) if name not in entries
    )
    assert not [name for name, times in count.items() if times > 1]


def test_a_module_has_a_name_of_its_own():
    count = Counter(path.stem for path in HOUSE.rglob("[a-z]*.py"))
    assert not [name for name, times in count.items() if times > 1]


def test_no_module_bears_the_name_of_what_it_offers():
    for name, tree in modules().items():
        assert name.rpartition(".")[2] not in public(tree), name


def test_data_flow_one_way():
    """A room imports from itself and from those before it; only the course knows all of them."""
    for name, tree in modules().items():
        room = name.split(".")[1] if "." in name else ""
        if room in ROOMS:
            rooms = {module.split(".")[1] for module, _ in of_house(tree) if module != "helpers"}
            later = {*ROOMS[ROOMS.index(room) + 1 :], "course"}
            assert not rooms & later, f"{name} imports from {rooms & later}"


def test_beside_the_rooms_there_are_few_files():
    assert len(list(HOUSE.glob("*.py"))) <= 6


def test_the_map_is_the_same_in_the_package_and_in_the_readme():
    rows = re.findall(r"^``(\w+)``\s+(.+)$", helpers.__doc__, re.M)
    assert {room for room, _ in rows} == {
        p.name for p in HOUSE.iterdir() if (p / "__init__.py").is_file()
    }
    text = (ROOT / "README.md").read_text("utf-8")
    for room, words in rows:
        plain = re.escape(words.replace("``", "`"))
        assert re.search(rf"^    {room}/ +{plain}$", text, re.M), room


def test_tests_lie_where_the_module_is():
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        room = path.relative_to(ROOT / "tests").parts[0]
        if room in ROOMS:
            relative = path.relative_to(ROOT / "tests").parent
            of_module = HOUSE / relative / f"{path.stem.removeprefix('test_')}.py"
            assert of_module.is_file() or path.stem in WHOLE_ROOMS, path


WHOLE_ROOMS = {"test_kinds", "test_real"}  # all sets of data, one way in


def test_one_module_reads_the_variables_of_the_course():
    name = f"[\"']({'|'.join(settings.VARIABLES)})[\"']"
    reads = rf"environ\.get\({name}|getenv\({name}|{name} in os\.environ|environ\[{name}\](?! =)"
    files = [path for path in HOUSE.rglob("*.py") if re.search(reads, path.read_text("utf-8"))]
    assert not files, "read them by helpers.settings"


def test_nothing_imports_from_the_tests():
    for folder in ("helpers", "tools", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            assert not [m for m, _ in imports(tree) if m.split(".")[0] == "tests"], path


@pytest.mark.parametrize("name", ["helpers", *(f"helpers.{room}" for room in ROOMS)])
def test_a_room_says_what_it_is_for(name):
    assert importlib.import_module(name).__doc__
