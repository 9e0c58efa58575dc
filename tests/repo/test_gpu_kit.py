"""The kit that measures on a GPU: nothing is lost, nothing stops it, and it can be carried away."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
import torch
from nbformat.v4 import new_output
from packaging.markers import Marker
from torch import nn

from benchmarks import full_lessons
from benchmarks.gpu import command, lessons, pack, paired, tests
from benchmarks.gpu.command import Plan, Run
from benchmarks.gpu.fast import SliceMax
from benchmarks.gpu.pack import PackError, pinned
from benchmarks.gpu.results import Results, new_file, plain
from benchmarks.gpu.stage import Stage
from benchmarks.gpu.summary import table
from tests import ROOT
from tools.lessons.notebook import code_cells, read
from tools.lessons.sample import code, notebook

BASH = None if os.name == "nt" else shutil.which("bash")
LOCKED = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "run.json")


@pytest.fixture
def stage(results):
    return Stage("fast", results, seconds=60, small=True)


# Figures


def test_figures_are_added_and_the_file_is_whole_when_writing_fails(results, monkeypatch):
    results.put({"fast.a": 1, "fast.only 8-8-8, 2 s": [2.0]})
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        results.put({"fast.a": 2})
    assert results.read() == {"fast.a": 1, "fast.only_8-8-8_2_s": [2.0]}


def test_what_json_cannot_hold_becomes_text():
    assert plain((1 / 3, float("inf"), True, None, 7)) == [0.3333333, "inf", True, None, 7]
    assert plain(torch.bfloat16) == "torch.bfloat16"


def test_a_new_run_has_a_file_of_its_own(tmp_path):
    first = new_file(tmp_path, "2026-11-26_h200")
    first.write_text("{}")
    assert [first.name, new_file(tmp_path, "2026-11-26_h200").name] == [
        "2026-11-26_h200_1.json",
        "2026-11-26_h200_2.json",
    ]


@pytest.mark.parametrize(
    ("gpu", "short"),
    [
        ("NVIDIA H200", "h200"),
        ("Tesla T4", "t4"),
        ("NVIDIA A100-SXM4-40GB", "a100-sxm4-40gb"),
        ("Apple GPU (MPS)", "apple-mps"),
    ],
)
def test_a_file_is_named_by_its_gpu(tmp_path, gpu, short):
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d_{short}_1\.json", command.file_for(tmp_path, gpu).name)


def test_trials_are_lists_that_grow(stage):
    for seconds, right in ((2.0, 0.9), (2.1, 0.8)):
        stage.trial("only 8, 2 s", seconds=seconds, accuracy=right)
    figures = stage.results.read()
    assert figures["fast.only_8_2_s_seconds"] == [2.0, 2.1]
    assert figures["fast.only_8_2_s_accuracy"] == [0.9, 0.8]


def test_a_part_that_fails_is_noted_and_does_not_stop_the_next(stage, capsys):
    with stage.part("one"):
        raise FloatingPointError("the loss became inf")
    with stage.part("other"):
        stage.put(reached=True)
    figures = stage.results.read()
    assert figures["fast.one_error"] == "FloatingPointError: the loss became inf"
    assert figures["fast.reached"] and figures["fast.one_took_s"] >= 0 and stage.failed
    assert "Traceback" in capsys.readouterr().err


# The table


def cells(text):
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_tells_trials_numbers_and_ends():
    text = table(
        {
            "date": "2026-11-27", "gpu": "NVIDIA T4, torch 2.11.0", "state": "abc",
            "fast.2_s_seconds": [2.0, 1.9, 2.1], "fast.2_s_accuracy": [0.9, 0.8, 0.85],
            "fast.2_s_epochs": [7.0, 7.0, 8.0], "fast.2_s_widths": ["8-8-8"] * 3,
            "fast.2_s_limit": "11% of the limit", "fast.step_error": "ValueError: no",
            "fast.step_launches": 241.5, "fast.cold_took_s": 9.0,
            "fast.ended": "failed", "fast.seconds": 20.0,
            "notes.notes_epoch_s": [4.0, 5.0],
        }
    )  # fmt: skip
    assert text.splitlines()[0] == "2026-11-27, NVIDIA T4, torch 2.11.0, abc"
    assert cells(text)[2:] == [
        ["fast", "failed", "", "20.0 s in all", ""],
        ["fast", "2 s", "3", "2.000 (1.900 to 2.100) s, 8-8-8, 7.0 (7.0 to 8.0) epochs",
         "0.8500 (0.8000 to 0.9000), mean 0.8500 ± 0.0500"],
        ["fast", "step launches", "", "241.5", ""],
        ["notes", "not ended", "", "? s in all", ""],
        ["notes", "notes an epoch", "2", "4.500 (4.000 to 5.000) s", ""],
    ]  # fmt: skip
    assert text.splitlines()[-2:] == [
        "- fast.step_error: ValueError: no",
        "- fast.2_s_limit: 11% of the limit",
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks" / "results").glob("*.json")))
def test_stored_runs_have_a_table(path):
    figures = Results(path).read()
    rows = cells(table(figures))
    stages = {key.removesuffix(".ended") for key in figures if key.endswith(".ended")} - {"images"}
    assert {len(row) for row in rows} == {5} and stages <= {row[0] for row in rows}
    several, on_gpu = len(stages) > 1, "gpu" in figures
    assert len(rows) > (10 if several else 5 if on_gpu else 4)


# The command


def test_without_a_gpu_it_says_so_and_what_small_does(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "get_default_device", lambda: torch.device("cpu"))
    assert command.main(["--into", str(tmp_path)]) == command.NO_GPU == 3
    said = capsys.readouterr().out
    assert "finds no GPU" in said and "--small" in said and "mean nothing" in said
    assert not list(tmp_path.iterdir())


def test_an_unknown_stage_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["facts", "slow"])
    assert "there is no stage slow" in capsys.readouterr().err


def test_a_stage_without_time_is_not_begun(results):
    Run(results, seconds=5, small=True).stages({"fast": Plan("not.there", 100)})
    assert results.read() == {"fast.ended": "no time left", "fast.seconds": 0}


def test_a_real_run_is_not_to_use_practice_images(monkeypatch):
    monkeypatch.setenv("LESSONS_DATA", "practice")
    assert command.environment(small=False)["LESSONS_DATA"] == "official"
    assert command.environment(small=True)["LESSONS_DATA"] == "practice"


def test_questions_that_are_in_no_commit_are_not_asked(results):
    results.put({"state": "abc1234-dirty, packed 2026-11-28", "gpu": "NVIDIA T4, torch 2.11.0"})
    with pytest.raises(ValueError, match="commit the questions and pack again"):
        paired.run(Stage("paired", results, seconds=60))


@pytest.mark.slow
def test_trials_go_on_with_those_that_are_stored(results, tmp_path, monkeypatch):
    results.put({"state": "abc1234-dirty", "gpu": "NVIDIA T4, torch 2.11.0"})
    monkeypatch.setenv("LESSONS_DATA", "practice")
    monkeypatch.setattr(paired, "STORED", tmp_path / "stored")
    made = []
    for _ in range(2):  # in the second there is nothing left to do
        paired.run(Stage("paired", results, seconds=120, small=True))
        made.append(results.read()["paired.trials"])
        (tmp_path / "stored").mkdir(exist_ok=True)
        (tmp_path / "paired_t4.jsonl").rename(tmp_path / "stored" / "paired_t4.jsonl")
    assert made == [16, 0] and results.read()["paired.stored_before"] == 16


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Stages of a line or two, by name."""
    sources = {
        "raises": "raise ValueError('broken')",
        "hangs": "stage.put(begun=1); import time; time.sleep(600)",
        "works": "stage.put(device=str(stage.device), small=stage.small)",
        "fails": "stage.failed = True",
        "kills": "stage.put(begun=1); import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    }
    for name, source in sources.items():
        (tmp_path / f"stage_{name}.py").write_text(f"def run(stage):\n    {source}\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    return {name: Plan(f"stage_{name}", 60) for name in sources}


@pytest.mark.slow
def test_a_stage_that_raises_fails_or_hangs_does_not_stop_the_next(modules, results):
    chosen = {name: modules[name] for name in ("raises", "fails", "hangs", "works")}
    chosen["hangs"] = chosen["hangs"]._replace(seconds=10)  # Python has started long before
    Run(results, seconds=540, small=True).stages(chosen, images=modules["works"])
    figures = results.read()
    ends = {name: figures[f"{name}.ended"] for name in ("images", *chosen)}
    assert ends == {
        "images": "done", "raises": "failed", "fails": "failed", "hangs": "out of time",
        "works": "done",
    }  # fmt: skip
    assert figures["raises.error"] == "ValueError: broken" and figures["hangs.begun"] == 1
    assert figures["works.device"] == "cpu" and figures["works.small"]
    log = results.path.with_suffix(".log").read_text()
    assert re.search(r"======== hangs\n(.*\n)+.*stage_hangs.py.*, line 2 in run", log)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a signal that Windows lacks")
def test_figures_stay_when_the_whole_run_is_killed(modules, results):
    code = (
        "from pathlib import Path; from benchmarks.gpu.command import *; "
        f"Run(Results(Path({str(results.path)!r})), 540, True).stages("
        "{'works': Plan('stage_works', 60), 'kills': Plan('stage_kills', 60)})"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == -9
    figures = results.read()
    assert figures["works.ended"] == "done" and figures["kills.begun"] == 1


@pytest.mark.slow
def test_the_small_form_from_end_to_end(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    patient = {name: plan._replace(seconds=900) for name, plan in command.STAGES.items()}
    monkeypatch.setattr(command, "STAGES", patient)
    assert command.main(["--small", "--seconds", "5000", "--into", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    (path,) = tmp_path.glob("*_small_1.json")
    figures = Results(path).read()
    assert "mean nothing" in figures["gpu"]
    for name in ("images", *command.STAGES):
        assert f"| {name} | done |" in said
    for figure in (
        "facts.bfloat16_tflops", "tests.units_passed", "fast.1_s_limit", "fast.cold_wall_s",
        "fast.step_8-16-16_operators", "ways.sliced_compiled_step_ms", "duel.ours_seconds",
        "duel.fit_fast_in_that_time_accuracy", "notes.notes_over_helpers", "cifar10_lesson.lines",
    ):  # fmt: skip
        assert figures[figure], figure
    assert figures["cifar10_lesson.cells_run"] == figures["fast_lesson.cells_run"] == lessons.SMALL
    assert figures["fast_lesson.changed"] == "test_split, 60, device -> test_split, 10, device"
    assert len(list(tmp_path.glob("*.ipynb"))) == 3


# Stages


def test_without_a_gpu_a_lesson_is_not_shortened(results):
    stage = Stage("fast_lesson", results, 60)
    path = lessons.FOLDER / "10_as_fast_as_it_gets.ipynb"
    made = lessons.shortened(stage, read(path), changes={})
    assert [c.source for c in made.cells] == [c.source for c in read(path).cells]


def test_whole_lessons_on_a_processor_are_stored_with_their_machine(monkeypatch, tmp_path, capsys):
    def run(stage, changes):
        assert not changes and os.environ["LESSONS_DATA"] == "official"
        assert os.environ["LESSONS_SCALE"] == "full" and not os.environ["CUDA_VISIBLE_DEVICES"]
        stage.put(cells=3, cells_run=3)
        stage.failed = stage.name == "fast_lesson"

    for name in ("LESSONS_DATA", "LESSONS_SCALE", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS",
                 "PYTHONUNBUFFERED", "MPLBACKEND", "LESSONS_HEADLESS", "PYTHONPATH"):  # fmt: skip
        monkeypatch.setenv(name, os.environ.get(name, ""))  # restored afterwards
    monkeypatch.setattr(full_lessons, "ROOT", tmp_path)
    monkeypatch.setattr(full_lessons.lessons, "run", run)
    assert full_lessons.main(["07"]) == 2 and "08, 09, 10, got 07" in capsys.readouterr().out
    assert full_lessons.main(["08"]) == 0
    assert full_lessons.main(["08", "10"]) == 1
    (one, two) = sorted((tmp_path / "benchmarks" / "results").glob("*.json"))
    said = table(Results(one).read())
    assert full_lessons.machine() in said.splitlines()[0]
    assert [row[:2] for row in cells(said)[2:]][0] == ["cifar10_lesson", "done"]
    assert Results(two).read()["fast_lesson.ended"] == "failed"


def test_lesson_10_still_has_what_is_shortened(results):
    stage = Stage("fast_lesson", results, 60)
    made = lessons.shortened(stage, read(lessons.FOLDER / "10_as_fast_as_it_gets.ipynb"))
    (old, new), text = lessons.CHANGES["fast_lesson"], "\n".join(c.source for c in made.cells)
    assert new in text and old not in text
    assert results.read()["fast_lesson.changed"] == f"{old} -> {new}"
    assert not any(cell.outputs for cell in code_cells(made))


def test_lessons_tell_figures_seconds_and_errors_cell_by_cell(results):
    made = notebook(code("print(1)"), code("f(2)"), code("g()", tags=("raises-exception",)))
    watch = lessons.Watch(Stage("cifar10_lesson", results, 60), made)
    replies = [{"status": "ok"}, {"status": "error", "ename": "KeyError", "evalue": "20"}]
    made.cells[0].outputs = [new_output("stream", text="no figure\naccuracy: 0.715\n")]
    for cell, reply in zip(made.cells, [*replies, replies[1]]):
        watch.start(cell=cell)
        watch.executed(cell=cell, cell_index=0, execute_reply={"content": reply})
    figures = results.read()
    assert figures["cifar10_lesson.lines"] == ["accuracy: 0.715"]
    assert figures["cifar10_lesson.errors"] == ["In [2] KeyError: 20"]
    assert figures["cifar10_lesson.cells"] == figures["cifar10_lesson.cells_run"] == 3
    assert len(figures["cifar10_lesson.cells_seconds"]) == 3


def test_code_that_a_lesson_prints_is_no_figure():
    cell = code("print(inspect.getsource(f))")
    cell.outputs = [new_output("stream", text="smoothing = 0.2\n")]
    assert lessons.figures_of(cell) == []


@pytest.mark.slow
def test_tests_are_counted_as_they_end(stage, tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert 1 == 2\n"
        "def test_c(): pytest.skip('no GPU')\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]")
    tests.pytest_part(stage, "units", "-c", tmp_path / "pytest.ini", tmp_path / "test_it.py")
    figures = stage.results.read()
    assert [figures[f"fast.units_{end}"] for end in ("passed", "failed", "skipped")] == [1, 1, 1]
    assert figures["fast.units_failures"] == ["test_it.py::test_b: assert 1 == 2"]
    assert figures["fast.units_skips"] == ["test_it.py::test_c: Skipped: no GPU"]
    assert stage.failed


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (1, 2, 31, 15), (1, 1, 2, 3)])
def test_pooling_by_slices_is_max_pooling(shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)).requires_grad_()
    got, wanted = SliceMax()(x), nn.MaxPool2d(2)(x)
    assert torch.equal(got, wanted)
    gradients = [torch.autograd.grad(pooled.square().sum(), x)[0] for pooled in (got, wanted)]
    torch.testing.assert_close(*gradients)


def test_the_tests_of_what_uses_a_device_are_found(monkeypatch):
    monkeypatch.chdir(ROOT)
    units = {path.stem for path in tests.unit_tests()}
    assert {"test_place", "test_fast", "test_memory", "test_benchmark_cifar10"} <= units
    assert "test_baseline" not in units
    marked = {p.name for p in Path("tests").rglob("test_*.py") if tests.speaks_of_gpu(p)}
    assert "test_memory.py" in marked and tests.LESSON not in marked


# The folder to carry away


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small project under git, with images to pack and no network."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name, text in {
        "uv.lock": "[[package]]\nname = 'one'\nversion = '1.0'\n",
        "kept.py": "x = 1",
        ".gitignore": "ignored.py\n",
        "ignored.py": "y = 2",
    }.items():
        (root / name).write_text(text)
    git = ["git", "-c", "init.defaultBranch=main", "-C", str(root)]
    subprocess.run([*git, "init", "-q"], check=True)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "cifar10.tgz").write_bytes(b"\x1f\x8b" + bytes(3 * 2**19))  # 1.5 MiB
    monkeypatch.setenv("LESSONS_MIRROR", str(mirror))
    monkeypatch.setattr(pack, "ROOT", root)
    monkeypatch.setattr(pack, "pinned", lambda listed, locked: ["one==1.0"])
    return root


def one_file(requirements, python, into):
    """In place of uv."""
    (into / "one.py").write_text(f"{requirements} {python}")


def test_the_folder_holds_project_packages_images_and_the_command(checkout):
    said = pack.pack(checkout / ".gpu", "3.13", fetch=one_file)
    folder = checkout / ".gpu"
    assert {p.name for p in folder.iterdir()} == {
        "project", "packages.tar.gz", "images", "run.sh", "state.txt", "python.txt",
    }  # fmt: skip
    assert {p.name for p in (folder / "project").iterdir()} == {"uv.lock", "kept.py", ".gitignore"}
    assert (folder / "images" / "cifar10.tgz").stat().st_size > 2**20
    assert (folder / "python.txt").read_text() == "3.13\n"
    with tarfile.open(folder / "packages.tar.gz") as tar:
        assert tar.extractfile("./one.py").read() == b"['one==1.0'] 3.13"
    assert re.search(r"1\.5 MiB  \.gpu\n +0\.0 MiB  the checkout", said)


def test_it_is_made_anew_without_itself(checkout):
    pack.pack(checkout / ".gpu", fetch=one_file)
    (checkout / "kept.py").unlink()
    (checkout / "later.py").write_text("z = 3")
    pack.pack(checkout / ".gpu", fetch=one_file)
    inside = checkout / ".gpu" / "project"
    assert {p.name for p in inside.iterdir()} == {"uv.lock", "later.py", ".gitignore"}


def test_what_is_too_large_to_travel_is_refused(checkout):
    (checkout / "large.bin").write_bytes(bytes(2**20))
    with pytest.raises(PackError, match=r"2\.5 MiB  \.gpu\n +1\.0 MiB  the checkout.*\n.* 3 MiB"):
        pack.pack(checkout / ".gpu", limit=3, fetch=one_file)  # with the copy inside: 3.5
    assert not (checkout / ".gpu" / "run.sh").exists()
    pack.pack(checkout / ".gpu", limit=4, fetch=one_file)


def test_the_checkout_counts_only_where_the_folder_lies_in_it(checkout, tmp_path):
    (checkout / "large.bin").write_bytes(bytes(2**20))
    said = pack.pack(tmp_path / "elsewhere", limit=3, fetch=one_file)
    assert "2.5 MiB  elsewhere" in said


def test_a_folder_of_someone_else_is_left_alone(checkout):
    (checkout / "mine").mkdir()
    (checkout / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(PackError, match="was not made by this command"):
        pack.pack(checkout / "mine", fetch=one_file)
    assert (checkout / "mine" / "thesis.txt").exists()


def test_failures_are_told_in_a_sentence(checkout, monkeypatch, capsys):
    monkeypatch.setenv("LESSONS_MIRROR", str(checkout))
    assert pack.main(["--into", str(checkout / ".gpu")]) == 1
    assert "gpu-pack: there is no cifar10.tgz in it" in capsys.readouterr().err
    shutil.rmtree(checkout / ".git")
    assert pack.main(["--into", str(checkout / ".gpu")]) == 1
    assert "is no git checkout" in capsys.readouterr().err


@pytest.mark.slow
def test_without_a_mirror_the_images_of_this_machine_are_packed(checkout, tmp_path, monkeypatch):
    monkeypatch.delenv("LESSONS_MIRROR")
    monkeypatch.setenv("LESSONS_DATA", "practice")
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    pack.pack(checkout / ".gpu", fetch=one_file)
    with tarfile.open(checkout / ".gpu" / "images" / "cifar10.tgz") as tar:
        names = tar.getnames()
    assert "cifar10/train/cat" in names and len(names) > 500


def test_versions_are_those_of_the_lock_where_none_is_named():
    listed = "# words\none\n\ntwo==2.5\n"
    assert pinned(listed, [{"name": "one", "version": "1.0"}]) == ["one==1.0", "two==2.5"]
    with pytest.raises(PackError, match="does not know one"):
        pinned(listed, [])


def test_every_need_of_a_package_is_carried_or_named_as_not_carried():
    text = (ROOT / "benchmarks" / "gpu" / "wheels.txt").read_text("utf-8")
    said = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^#(.*)", text, re.MULTILINE))))
    listed = {line.split("==")[0] for line in pinned(text, LOCKED)}
    needs = {package["name"]: package.get("dependencies", []) for package in LOCKED}
    own = next(package for package in LOCKED if "editable" in package["source"])
    wanted = own["dependencies"] + own["optional-dependencies"]["test"]
    for name in listed:
        wanted += needs.get(name, [])  # airbench is in no lock
    there = {
        "sys_platform": "linux", "platform_system": "Linux", "implementation_name": "cpython",
        "platform_python_implementation": "CPython", "python_full_version": "3.12.3",
        "python_version": "3.12",
    }  # fmt: skip
    for need in wanted:
        if "marker" not in need or Marker(need["marker"]).evaluate(there):
            assert need["name"] in listed | said, f"{need['name']}: see wheels.txt"


@pytest.mark.skipif(BASH is None, reason="needs bash, and not on Windows")
def test_the_command_there_wants_the_python_it_was_packed_for(tmp_path):
    shutil.copy(pack.HERE / "run.sh", tmp_path)
    assert subprocess.run([BASH, "-n", str(tmp_path / "run.sh")]).returncode == 0
    (tmp_path / "python.txt").write_text("2.7\n")
    done = subprocess.run(
        [BASH, str(tmp_path / "run.sh")], capture_output=True, text=True,
        env=os.environ | {"PYTHON": sys.executable},
    )  # fmt: skip
    assert done.returncode == 2 and "for Python 2.7" in done.stderr and "--python 3" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(BASH is None, reason="needs bash, and not on Windows")
def test_a_packed_folder_runs_on_its_own(tmp_path, monkeypatch):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "cifar10.tgz").write_bytes(b"\x1f\x8b")
    monkeypatch.setenv("LESSONS_MIRROR", str(tmp_path / "images"))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = tmp_path / "pack"
    pack.pack(folder, python, fetch=lambda *_: None)
    made = {"PYTHON": sys.executable, "OUT": str(tmp_path / "out"), "TMPDIR": str(tmp_path)}
    environment = os.environ | made
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [BASH, str(folder / "run.sh"), "--small", "facts"], cwd=tmp_path, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| facts | done |" in done.stdout
    (path,) = (tmp_path / "out").glob("*.json")
    assert Results(path).read()["state"] == (folder / "state.txt").read_text().strip()
