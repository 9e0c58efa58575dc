"""``python -m helpers``: each fault of a machine is named, with what to do about it."""

import ast
import importlib
import json
import os
import runpy
import shutil
import subprocess
import sys
import threading
import tomllib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch

from helpers import __main__ as entry_point
from helpers.course.doctor import facts, machine, notebooks, packages, report
from helpers.course.doctor.finding import FIX, NOTE, OK, Finding, each
from helpers.data.fetch import catalogue, home, origins
from tests import ROOT
from tests.data.kit import SHORT, Bench, content, serving, silence, status


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A machine without images and without network, with one set to look for."""
    bench = Bench(monkeypatch, tmp_path)
    for name in set(catalogue.CATALOGUE) - {"tiny"}:
        monkeypatch.delitem(catalogue.CATALOGUE, name)
    return bench


def only(findings) -> Finding:
    """The one finding that there is."""
    (finding,) = findings
    return finding


def run_in(folder: Path, **variables: str) -> subprocess.CompletedProcess:
    """``python -m helpers`` with modules of ``folder`` before all others."""
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-P", "-m", "helpers"],
        env={**os.environ, "PYTHONPATH": path, "FASTAI_HOME": str(folder), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def named(output: str, subject: str) -> Finding:
    """The finding about ``subject`` in what was printed, its lines joined."""
    lines = output.splitlines()
    place = next(i for i, line in enumerate(lines) if line[6:20].strip() == subject)
    text = lines[place][20:]
    for line in lines[place + 1 :]:
        if line[:20].strip() or not line.strip():
            break
        text += " " + line.strip()
    return Finding(lines[place][:6].strip(), subject, text)


# Wrong Python.


@pytest.mark.parametrize("file", ["__init__.py", "__main__.py"])
def test_old_pythons_can_read_the_files_that_tell_them(file):
    ast.parse((ROOT / "helpers" / file).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_oldest_python_is_the_one_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=" + ".".join(map(str, entry_point.OLDEST))


def test_an_old_python_is_named(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    monkeypatch.setattr(sys, "argv", ["helpers"])
    monkeypatch.delitem(sys.modules, "helpers.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("helpers", run_name="__main__")
    assert ended.value.code == 1
    found = named(capsys.readouterr().out, "Python")
    assert found.word == FIX and "3.8.18" in found.text and "3.11 or newer" in found.text


def works(program: str) -> bool:
    """Whether it starts; pyenv, for one, puts commands there that only say what is missing."""
    found = shutil.which(program)
    return bool(found) and not subprocess.run([found, "-c", ""], capture_output=True).returncode


@pytest.mark.slow
def test_a_real_old_python_is_told():
    old = next(filter(works, ("python3.10", "python3.9", "python3.8")), None)
    if old is None:
        pytest.skip("there is no Python 3.8 to 3.10 on this machine")
    done = subprocess.run([old, "-m", "helpers"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "too old" in done.stdout and "Traceback" not in done.stderr


def test_another_python_than_the_one_set_up_is_told(tmp_path):
    assert only(packages.python(tmp_path)).word == OK
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").touch()
    found = only(packages.python(tmp_path))
    assert found.word == NOTE and str(tmp_path / ".venv") in found.text


# torch and the other packages.

BLOCKED = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise {error}

sys.meta_path.insert(0, Block())
"""
MISSING = "ModuleNotFoundError(f'No module named {name!r}', name=name)"


@pytest.mark.slow
def test_without_torch_it_says_so_and_goes_on(tmp_path):
    code = BLOCKED.format(names=["torch"], error=MISSING)
    (tmp_path / "sitecustomize.py").write_text(code, encoding="utf-8")
    done = run_in(tmp_path)
    assert done.returncode == 1, done.stderr
    assert named(done.stdout, "torch") == Finding(
        FIX, "torch", 'is not installed: make lab, or pip install "torch"'
    )
    assert named(done.stdout, "data").word == FIX  # helpers.data needs it, too
    for subject in ("Python", "fastai", "packages", "memory", "disk", "JupyterLab", "lessons"):
        assert named(done.stdout, subject).word != FIX, done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_without_anything_it_says_so_and_goes_on(tmp_path):
    """A Python into which nothing was installed: -S hides all packages."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "helpers"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    for subject in ("torch", "torchvision", "fastai", "packages", "widgets"):
        found = named(done.stdout, subject)
        assert found.word == FIX and "not installed" in found.text
    assert "jupyterlab is not installed" in named(done.stdout, "JupyterLab").text
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "error",
    [
        "ImportError('libcudnn.so.9: cannot open shared object file')",
        "OSError('[WinError 126] libcudnn.so.9 is missing')",
    ],
)
def test_a_damaged_torch_is_named_with_its_error(monkeypatch, error):
    def damaged(name):
        raise eval(error)

    monkeypatch.setattr(packages, "import_module", damaged)
    found = only(packages.torch())
    assert found.word == FIX and "does not load" in found.text and "libcudnn.so.9" in found.text
    assert "make clean" in found.text


@pytest.mark.slow
def test_a_damaged_torch_does_not_end_the_report(tmp_path):
    code = BLOCKED.format(names=["torch"], error="OSError('libc10.so: file too short')")
    (tmp_path / "sitecustomize.py").write_text(code, encoding="utf-8")
    done = run_in(tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    found = named(done.stdout, "torch")
    assert found.word == FIX and "libc10.so: file too short" in found.text
    assert named(done.stdout, "lessons").word == OK


@pytest.mark.slow
def test_a_file_that_hides_torch_is_named(tmp_path):
    (tmp_path / "torch.py").write_text("tensor = None\n", encoding="utf-8")
    found = named(run_in(tmp_path).stdout, "torch")
    assert found.word == FIX and str(tmp_path / "torch.py") in found.text


def test_a_gpu_that_cannot_compute_is_named_and_lessons_go_on_without(monkeypatch):
    def compute_on(device):
        if device.type == "cuda":
            raise RuntimeError("no kernel image is available")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("helpers.device.place.compute_on", compute_on)
    found = only(packages.torch())
    assert found.word == NOTE and "cannot compute on it (no kernel image is" in found.text


def test_a_torch_that_computes_nowhere_is_named(monkeypatch):
    def compute_on(device):
        raise RuntimeError("Illegal instruction")

    monkeypatch.setattr("helpers.device.place.compute_on", compute_on)
    found = only(packages.torch())
    assert found.word == FIX and "cannot compute on cpu (RuntimeError: Illegal" in found.text


def test_no_gpu_is_fine_and_an_unused_one_is_told(monkeypatch):
    monkeypatch.setattr("helpers.device.place.chosen_device", lambda: torch.device("cpu"))
    monkeypatch.setattr(packages.shutil, "which", lambda program: None)
    found = only(packages.torch())
    assert found.word == OK and "on the CPU" in found.text
    monkeypatch.setattr(packages.shutil, "which", lambda program: f"/usr/bin/{program}")
    assert only(packages.torch()).word == NOTE


def test_a_torchvision_of_another_torch_is_named(monkeypatch):
    def fails(name):
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(packages, "import_module", fails)
    found = only(packages.torchvision())
    assert found.word == FIX and "torchvision::nms" in found.text


@pytest.fixture
def versions(monkeypatch):
    """Versions to pretend, by name; None for a package that is not installed."""
    pretended, real = {}, metadata.version

    def version(name):
        if pretended.get(name, "") is None:
            raise metadata.PackageNotFoundError(name)
        return pretended.get(name) or real(name)

    monkeypatch.setattr(packages.metadata, "version", version)
    return pretended


@pytest.mark.parametrize(
    ("version", "word", "text"),
    [
        ("2.4.1", FIX, "2.4.1 is too old"),
        ("2.16.0", NOTE, "2.16.0 is newer"),
        ("2.11.0+cu128", OK, ""),
        ("2.15.0.dev20261101", OK, ""),
        (None, FIX, "is not installed"),
    ],
)
def test_versions_are_held_against_the_projects_ranges(versions, version, word, text):
    versions["torch"] = version
    wrong = packages.out_of_range("torch")
    assert (wrong is None) == (word == OK)
    if wrong:
        assert wrong[0] == word and text in wrong[1]


def test_every_package_that_does_not_fit_has_its_line(versions):
    assert only(packages.others()).word == OK
    versions.update(numpy="1.26.4", pooch=None)
    texts = [finding.text for finding in packages.others()]
    assert len(texts) == 2
    assert any("numpy 1.26.4" in text for text in texts) and any("pooch" in text for text in texts)


def test_every_package_of_the_project_is_looked_at(monkeypatch):
    asked = []
    monkeypatch.setattr(packages, "out_of_range", lambda name, extra="": asked.append(name))
    monkeypatch.setattr(packages, "import_module", importlib.import_module)
    findings = [*packages.torch(), *packages.torchvision(), *packages.fastai(), *packages.others()]
    assert {finding.word for finding in findings} <= {OK, NOTE}
    list(packages.widgets())
    assert sorted(asked) == sorted(packages.wanted())


def test_without_a_checkout_the_ranges_are_the_installed_packages(monkeypatch, tmp_path):
    here = packages.wanted(), packages.wanted("lab")
    lines = [str(r) for r in here[0].values()]
    lines += [f"{r}; extra == 'lab'" for r in here[1].values()] + ["ruff>=1; extra == 'test'"]
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages.metadata, "requires", lambda name: lines)
    there = packages.wanted(), packages.wanted("lab")
    assert [list(found) for found in there] == [list(found) for found in here]
    assert there[0]["torch"].specifier == here[0]["torch"].specifier

    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(packages.metadata, "requires", nothing)
    assert only(packages.others()).word == FIX


# Memory and disk.


def test_too_little_memory_is_told(monkeypatch):
    def memory(gigabytes):
        found = SimpleNamespace(available=gigabytes * 1e9, total=8e9)
        monkeypatch.setattr(psutil, "virtual_memory", lambda: found)
        return only(machine.memory())

    assert memory(4).word == OK
    assert memory(0.5).word == NOTE and "0.5 of 8.0 GB" in memory(0.5).text


def with_free(monkeypatch, free: dict[Path, float]) -> None:
    """Pretend how many MB are free below each of some folders."""

    def usage(place):
        found = [mb for folder, mb in free.items() if Path(place).is_relative_to(folder)]
        return SimpleNamespace(free=1e6 * found[0] if found else 1e15)

    monkeypatch.setattr(home.shutil, "disk_usage", usage)


def test_a_full_disk_is_told_and_a_scratch_folder_takes_its_place(bench, monkeypatch, tmp_path):
    bench.home.mkdir(parents=True)
    with_free(monkeypatch, {tmp_path / "fastai": 20})
    found = only(machine.disk(needed=0))
    assert found.word == NOTE and f"{bench.home} cannot be used (only 20 MB are free" in found.text
    assert str(tmp_path / "temporary") in found.text and "FASTAI_HOME" in found.text


@pytest.mark.slow
def test_without_room_anywhere_no_lesson_runs(bench, monkeypatch, tmp_path, capsys):
    with_free(monkeypatch, {tmp_path: 20})
    assert report.main([]) == 1
    found = named(capsys.readouterr().out, "disk")
    assert found.word == FIX and str(bench.home) in found.text and "make room" in found.text


def test_too_little_room_for_all_images_is_told(bench, monkeypatch, tmp_path):
    with_free(monkeypatch, {tmp_path / "fastai": 500, tmp_path: 500})
    assert only(machine.disk(needed=0.4)).word == OK
    found = only(machine.disk(needed=0.7))
    assert found.word == NOTE and "the images to come need 700 MB" in found.text


def test_room_is_wanted_for_the_images_that_will_come(bench):
    drawn = only(machine.stand(["tiny"])).needs  # no network: only the practice images
    bench.mirror_folder()
    assert only(machine.stand(["tiny"])).needs > drawn > 0
    bench.install()
    assert only(machine.stand(["tiny"])).needs == 0


def test_a_file_in_the_place_of_the_data_folder_is_named(bench):
    bench.home.parent.mkdir()
    bench.home.touch()
    found = only(machine.disk(needed=0.1))
    assert found.word == NOTE and "a file lies where a folder belongs" in found.text


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_without_permission_is_named(bench):
    bench.home.mkdir(parents=True)
    bench.home.chmod(0o555)
    found = only(machine.disk(needed=0.1))
    assert found.word == NOTE and "Permission denied" in found.text


# Images.


def finding(bench: Bench) -> Finding:
    bench.new_process()
    return only(machine.stand(["tiny"])).finding


def test_no_data_and_no_network_means_practice_images(bench):
    found = finding(bench)
    assert found.word == NOTE and "PRACTICE IMAGES" in found.text
    assert "cannot be reached" in found.text and "LESSONS_MIRROR" in found.text


def test_no_data_and_no_network_is_a_fault_when_only_real_images_are_allowed(bench):
    bench.mode("official")
    found = finding(bench)
    assert found.word == FIX and "cannot be reached" in found.text


def test_forced_practice_asks_nobody(bench, monkeypatch):
    bench.mode("practice")
    monkeypatch.setattr(origins, "_ask", lambda *_, **__: pytest.fail("it asked the network"))
    assert finding(bench) == Finding(OK, "tiny", "practice images, as LESSONS_DATA=practice says")


def test_images_that_are_here_are_found(bench, monkeypatch):
    monkeypatch.setattr(origins, "_ask", lambda *_, **__: pytest.fail("it asked the network"))
    root = bench.install()
    found = finding(bench)
    assert found.word == OK and str(root) in found.text


def test_a_damaged_copy_is_named(bench):
    root = bench.install()
    next(root.glob("train/3/*.png")).unlink()
    found = finding(bench)
    assert found.word == NOTE and "PRACTICE" in found.text  # nothing to repair it from
    bench.mirror_folder()
    found = finding(bench)
    assert found.word == NOTE and "not whole" in found.text and "mirror" in found.text


def test_a_mirror_folder_is_found_and_an_empty_one_is_told(bench, tmp_path):
    place = bench.mirror_folder()
    text = f"fetched at its first use from the mirror {place}"
    assert finding(bench) == Finding(OK, "tiny", text)
    (place / "tiny.tgz").unlink()
    assert "there is no tiny.tgz in it" in finding(bench).text


def test_a_server_that_has_the_images_is_found(bench):
    with serving() as server:
        server.put("tiny.tgz", content(bench.archive))
        bench.official(server.url)
        found = finding(bench)
        assert found.word == OK and server.url in found.text
        bench.mirror(f"{server.url}/mirror")  # an address, which does not have them
        assert finding(bench).word == OK
        server.put("mirror/tiny.tgz", content(bench.archive))
        assert f"the mirror {server.url}/mirror" in finding(bench).text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(404), "404"),
        (status(503), "503"),
        (silence, f"no answer within {SHORT} seconds"),
        (lambda request: page(request), "log in"),
    ],
)
def test_a_server_that_does_not_have_them_is_told(bench, monkeypatch, answer, why):
    if answer is silence:
        monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
    with serving() as server:
        server.put("tiny.tgz", answer)
        bench.official(server.url)
        found = finding(bench)
    assert found.word == NOTE and why in found.text


def page(request) -> None:
    """What a network sends that waits for a log-in."""
    request.send_response(200)
    request.send_header("Content-Type", "text/html; charset=utf-8")
    request.end_headers()
    request.wfile.write(b"<html>Welcome</html>")


def test_a_name_that_takes_forever_to_look_up_is_not_waited_for(bench, monkeypatch):
    monkeypatch.setenv("LESSONS_TIMEOUT", SHORT)
    over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: over.wait())
    assert "too slow" in finding(bench).text
    over.set()


@pytest.mark.slow
def test_a_setting_that_nobody_understands_is_named(bench, capsys):
    bench.mode("offical")
    assert report.main([]) == 1
    found = named(capsys.readouterr().out, "data")
    assert found.word == FIX and "'offical'" in found.text


# JupyterLab and widgets.


def test_a_missing_jupyterlab_is_told(versions):
    versions["jupyterlab"] = None
    found = only(packages.lab())
    assert found.word == NOTE and "jupyterlab is not installed: make lab" in found.text


def test_colab_needs_no_jupyterlab(versions, monkeypatch):
    versions["jupyterlab"] = None
    monkeypatch.setattr(packages.util, "find_spec", lambda name: name.startswith("google"))
    assert only(packages.lab()).word == OK


def test_a_kernel_of_another_python_is_told(monkeypatch, tmp_path):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")

    def starts(program):
        words = {"argv": [str(program), "-m", "ipykernel"], "display_name": "x", "language": "p"}
        (spec / "kernel.json").write_text(json.dumps(words), encoding="utf-8")
        return only(packages.lab())

    other = tmp_path / "other" / "python"
    assert starts(other).word == NOTE and str(other) in starts(other).text
    assert starts(sys.executable).word == OK


def test_without_widgets_no_lesson_runs(versions):
    versions["ipywidgets"] = None
    assert only(packages.widgets()).word == FIX


def test_sliders_that_are_switched_off_are_told(monkeypatch):
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)
    assert only(packages.widgets()).word == OK
    monkeypatch.setenv("LESSONS_HEADLESS", "1")
    found = only(packages.widgets())
    assert found.word == NOTE and "LESSONS_HEADLESS" in found.text


def test_a_jupyterlab_that_cannot_show_sliders_is_told(monkeypatch):
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)
    monkeypatch.setattr(packages.util, "find_spec", lambda name: name == "jupyterlab")
    assert "jupyterlab_widgets" in only(packages.widgets()).text


# Settings.


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LESSONS_LANG", "fr", "LESSONS_LANG must be 'en' or 'ko', got 'fr': set it anew"),
        ("LESSONS_SCALE", "half", "LESSONS_SCALE must be 'full' or 'part', got 'half'"),
        ("LESSONS_SCALE", "Full", "LESSONS_SCALE must be 'full' or 'part', got 'Full'"),
    ],
)
def test_a_wish_that_nobody_understands_is_told(bench, monkeypatch, capsys, name, value, told):
    monkeypatch.setenv(name, value)
    assert report.main([]) == 1
    output = capsys.readouterr().out
    found = named(output, "language" if name == "LESSONS_LANG" else "scale")
    assert found[::2] == (FIX, told)
    assert output.endswith("\n1 thing to fix, then every lesson can run.\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [("LESSONS_LANG", "EN_gb.UTF-8"), ("LESSONS_SCALE", "full"), ("LESSONS_SCALE", " part ")],
)
def test_a_wish_that_is_understood_has_no_line(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert not list(report._settings())


# The lessons and the helpers.


def notebook(folder: Path, *sources: str, lesson: dict | None = None) -> None:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources
    ]
    words = {"cells": cells, "metadata": {"lesson": lesson or {}}, "nbformat": 4}
    (folder / "01_a.ipynb").write_text(json.dumps(words), encoding="utf-8")


def test_the_projects_lessons_fit_its_helpers():
    found = only(notebooks.lessons(ROOT / "notebooks", path=[]))
    assert found.word == OK and "notebooks fit helpers" in found.text


@pytest.mark.parametrize(
    "line",
    [
        "from helpers.data import load",
        "from helpers import data, diagnosis",
        "import helpers.models.baseline",
        "from helpers.course.exercises import check",
        "from helpers.device.place import get_default_device as device",
        "import numpy",
    ],
)
def test_what_the_helpers_have_fits(tmp_path, line):
    notebook(tmp_path, "%magic\nx", line)
    assert only(notebooks.lessons(tmp_path, path=[])).word == OK


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("from helpers.data import load_all", "helpers.data.load_all"),
        ("from helpers.newer import thing", "helpers.newer.thing"),
        ("import helpers.newer", "helpers.newer"),
        ("def f():\n    from helpers import newer", "helpers.newer"),
    ],
)
def test_what_the_helpers_lack_is_named(tmp_path, line, what):
    notebook(tmp_path, line)
    found = only(notebooks.lessons(tmp_path, path=[]))
    assert found.word == FIX and f"01_a.ipynb uses {what}," in found.text


def test_the_helpers_that_count_are_those_a_notebook_finds(tmp_path):
    """Some other package of this name, or an old copy, may be installed."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("__version__ = '0.0.1'\n", encoding="utf-8")
    notebook(tmp_path, "from helpers.data import load")
    found = only(notebooks.lessons(tmp_path, path=[str(tmp_path)]))
    assert found.word == FIX and "helpers 0.0.1" in found.text


@pytest.mark.parametrize("name", ["helpers.py", "helpers/notes.txt"])
def test_what_hides_the_helpers_is_named(tmp_path, name):
    notebook(tmp_path, "from helpers.data import load")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    found = only(notebooks.lessons(tmp_path, path=[]))
    hides = tmp_path / name.partition("/")[0]
    assert found == Finding(FIX, "lessons", f"{hides} hides the helpers of the lessons: rename it")


def test_a_bare_folder_does_not_hide_installed_helpers(tmp_path):
    notebook(tmp_path, "from helpers.data import load")
    (tmp_path / "helpers").mkdir()
    assert only(notebooks.lessons(tmp_path, path=[str(ROOT)])).word == OK


def test_a_lesson_of_another_version_is_told(tmp_path):
    import helpers

    notebook(tmp_path, "1", lesson={"helpers": helpers.__version__})
    assert only(notebooks.lessons(tmp_path, path=[])).word == OK
    notebook(tmp_path, "1", lesson={"helpers": "99.0"})
    found = only(notebooks.lessons(tmp_path, path=[]))
    assert found.word == NOTE and "99.0" in found.text


def test_no_lessons_are_told(tmp_path):
    assert only(notebooks.lessons(tmp_path, path=[])).word == NOTE


# The report.


def test_the_report_has_a_line_for_everything(bench, capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)
    assert report.main([]) == 0
    output = capsys.readouterr().out.replace(str(tmp_path), "bench")
    subjects = [
        line[6:20].strip() for line in output.splitlines() if line[:6].strip() in (OK, NOTE)
    ]
    assert " ".join(subjects) == (
        "Python torch torchvision fastai packages memory disk tiny JupyterLab widgets lessons"
    )
    assert output.endswith("\nEvery lesson can run.\n")
    assert max(map(len, output.splitlines())) <= 100


def test_a_look_that_fails_is_a_finding_and_not_the_end():
    def broken():
        yield Finding(OK, "a", "well")
        raise KeyError("lost")

    found = list(each([("b", broken), ("c", lambda: [Finding(OK, "c", "well")])]))
    assert [finding.word for finding in found] == [OK, FIX, OK]
    assert "KeyError" in found[1].text and found[1].subject == "b"


def test_long_findings_continue_below_themselves():
    lines = str(Finding(NOTE, "torch", "word " * 40)).splitlines()
    assert len(lines) > 1 and all(line.startswith(" " * 20 + "word") for line in lines[1:])


def test_facts_are_those_of_this_process():
    assert facts.version() == f"Python {'.'.join(map(str, sys.version_info[:3]))}"
    assert torch.__version__ in facts.computing()
