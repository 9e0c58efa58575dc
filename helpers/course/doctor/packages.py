"""Python, the packages that the lessons need, held against pyproject.toml, and JupyterLab."""

import shutil
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module, metadata, util
from pathlib import Path

from helpers.course.doctor import facts
from helpers.course.doctor.finding import FIX, NOTE, OK, Finding, in_short
from helpers.language import say
from helpers.settings import is_headless

DISTRIBUTION = "deep-learning-by-building"
ROOT = Path(__file__).parents[3]  # of the checkout, when this runs in one

# They have lines of their own: torch, the widgets and JupyterLab.
_APART = ("torch", "torchvision", "fastai", "ipywidgets")


def wanted(extra: str = "") -> dict:
    """What the lessons need: name and ``packaging.requirements.Requirement`` of each package.

    From the pyproject.toml beside these helpers, which is theirs even when the environment was set
    up for others; without a checkout from the installed package.

    Args:
        extra: ``"lab"`` for what only JupyterLab's part needs.

    Raises:
        importlib.metadata.PackageNotFoundError: when there is neither.
    """
    import tomllib

    from packaging.requirements import Requirement

    project = ROOT / "pyproject.toml"
    if project.is_file():
        table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        texts = table["optional-dependencies"][extra] if extra else table["dependencies"]
        found = [Requirement(text) for text in texts]
    else:
        every = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or []]
        here = {"extra": extra}
        found = [r for r in every if bool(extra) == (r.marker is not None)]
        found = [r for r in found if r.marker is None or r.marker.evaluate(here)]
    return {requirement.name: requirement for requirement in found}


def remedy(package: str) -> str:
    """What to do about a package: in a checkout the first, in Colab and the like the second."""
    return say('make lab, or pip install "{package}"', package=package)


def out_of_range(name: str, extra: str = "") -> tuple[str, str] | None:
    """What is wrong with a package's version: ``FIX`` or ``NOTE`` and why; None when it fits.

    Too old a version lacks what a lesson uses. One that is newer than all that the lessons were
    tried with may well work.
    """
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return FIX, say("{name} is not installed: {remedy}", name=name, remedy=remedy(name))
    if not version:
        return FIX, say("{name} is only half installed: {remedy}", name=name, remedy=remedy(name))
    bounds = wanted(extra)[name].specifier
    if bounds.contains(version, prereleases=True):
        return None
    lower = [bound for bound in bounds if not bound.operator.startswith("<")]
    if all(bound.contains(version, prereleases=True) for bound in lower):
        return NOTE, say(
            "{name} {version} is newer than any that was tried ({bounds})",
            name=name,
            version=version,
            bounds=bounds,
        )
    return FIX, say(
        "{name} {version} is too old: {remedy}",
        name=name,
        version=version,
        remedy=remedy(f"{name}{bounds}"),
    )


def python(root: Path = ROOT) -> Iterator[Finding]:
    """The running Python, and whether it is the one that was set up for the lessons."""
    text = f"{facts.version().split()[1]} ({sys.executable})"
    own = root / ".venv"
    if (own / ".ready").exists() and Path(sys.prefix).resolve() != own.resolve():
        yield Finding(
            NOTE,
            "Python",
            say(
                "{text} is not the one that make lab set up: use that in {own}", text=text, own=own
            ),
        )
    else:
        yield Finding(OK, "Python", text)


def torch() -> Iterator[Finding]:
    """torch: is it there, does it load, does it compute where it says it does?"""
    try:
        module = import_module("torch")
    except ModuleNotFoundError as error:
        what = (
            say("is not installed")
            if error.name == "torch"
            else say("lacks a part ({error})", error=error)
        )
        yield Finding(FIX, "torch", f"{what}: {remedy('torch')}")
        return
    except Exception as error:  # a damaged library fails as ImportError, OSError, RuntimeError ...
        again = say("set it up again: make clean, then make lab")
        yield Finding(
            FIX,
            "torch",
            say(
                "is installed but does not load ({error}): {again}",
                error=in_short(error),
                again=again,
            ),
        )
        return
    if not hasattr(module, "__version__"):
        place = module.__file__ or ", ".join(getattr(module, "__path__", []))
        yield Finding(
            FIX,
            "torch",
            say("is hidden by {place}, which is something else: rename that", place=place),
        )
        return
    yield _computes(module)


def _computes(module) -> Finding:
    from helpers.device.place import UnusableGPU, chosen_device, compute_on

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        device = chosen_device()
    if passed_over := [str(one.message) for one in said if one.category is UnusableGPU]:
        return Finding(NOTE, "torch", passed_over[0].removeprefix("torch "))
    try:
        compute_on(device)
    except Exception as error:  # the processor itself: torch does not fit to it, memory is full ...
        again = say("set it up again: make clean, then make lab")
        return Finding(
            FIX,
            "torch",
            say(
                "cannot compute on {device} ({error}): {again}",
                device=device,
                error=in_short(error),
                again=again,
            ),
        )
    text = facts.computing().removeprefix("torch ")
    wrong = out_of_range("torch")
    if wrong:
        return Finding(wrong[0], "torch", f"{text}; {wrong[1]}")
    if device.type == "cpu" and shutil.which("nvidia-smi"):
        cuda = module.version.cuda
        return Finding(
            NOTE,
            "torch",
            say(
                "{text}, although there seems to be an NVIDIA GPU: this torch is built {built}, or "
                "the driver is too old",
                text=text,
                built=say("for CUDA {cuda}", cuda=cuda) if cuda else say("without CUDA"),
            ),
        )
    return Finding(OK, "torch", text)


def torchvision() -> Iterator[Finding]:
    """torchvision: its version must fit, and so must its compiled part to torch's."""
    found = versioned("torchvision", subject="torchvision")
    if found.word == FIX:
        yield found
        return
    try:
        import_module("torchvision")
    except Exception as error:  # built for another torch it fails as RuntimeError or ImportError
        yield Finding(
            FIX,
            "torchvision",
            say(
                "does not load ({error}); if torch is well, the two do not belong together: make "
                "clean, then make lab",
                error=in_short(error),
            ),
        )
        return
    yield found


def fastai() -> Iterator[Finding]:
    """fastai: its version only, because importing it takes seconds."""
    yield versioned("fastai", subject="fastai")


def others() -> Iterator[Finding]:
    """All other packages on one line, or a line for each one that does not fit."""
    try:
        names = [name for name in wanted() if name not in _APART]
    except metadata.PackageNotFoundError:
        yield Finding(
            FIX,
            "packages",
            say(
                "nothing says which versions are needed: no pyproject.toml in {folder}", folder=ROOT
            ),
        )
        return
    except ModuleNotFoundError as error:  # packaging: then all the rest is missing, too
        yield Finding(
            FIX, "packages", say("{name} and more are not installed: make lab", name=error.name)
        )
        return
    problems = [wrong for wrong in map(out_of_range, names) if wrong]
    for word, text in problems:
        yield Finding(word, "packages", text)
    if not problems:
        yield Finding(OK, "packages", say("the {count} others that are needed", count=len(names)))


def versioned(name: str, subject: str) -> Finding:
    """A package whose version is all that is looked at."""
    word, text = out_of_range(name) or (OK, f"{name} {metadata.version(name)}")
    return Finding(word, subject, text.removeprefix(f"{subject} "))


def lab() -> Iterator[Finding]:
    """JupyterLab, or what opens notebooks in its place; and whose Python it starts."""
    if util.find_spec("google") and util.find_spec("google.colab"):
        yield Finding(OK, "JupyterLab", say("not needed: this is Colab"))
        return
    wrong = out_of_range("jupyterlab", extra="lab")
    if wrong:
        yield Finding(
            NOTE, "JupyterLab", say("{wrong} (other programs open notebooks, too)", wrong=wrong[1])
        )
        return
    other = _another_kernel()
    if other:
        yield Finding(
            NOTE,
            "JupyterLab",
            say(
                "a kernel named python3 starts another Python, {other}, which may lack what the "
                "lessons need: jupyter kernelspec remove python3",
                other=other,
            ),
        )
    else:
        yield Finding(OK, "JupyterLab", metadata.version("jupyterlab"))


def widgets() -> Iterator[Finding]:
    """The sliders: the package, its part inside JupyterLab, and whether anything turns them off."""
    found = versioned("ipywidgets", subject="widgets")
    if found.word != OK:
        yield found
    elif is_headless():
        yield Finding(
            NOTE, "widgets", say("still pictures, no sliders: the variable LESSONS_HEADLESS is set")
        )
    elif util.find_spec("jupyterlab") and not util.find_spec("jupyterlab_widgets"):
        how = remedy("jupyterlab_widgets")
        yield Finding(
            NOTE, "widgets", say("JupyterLab shows no sliders without a part of it: {how}", how=how)
        )
    else:
        yield found


def _another_kernel() -> str:
    """The Python of the kernel that notebooks ask for, when it is not the running one."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        program = Path(KernelSpecManager().get_kernel_spec("python3").argv[0])
    except (NoSuchKernel, IndexError):
        return ""
    # A bare name means the Python that JupyterLab itself runs on.
    here = Path(sys.executable)
    return str(program) if program.is_absolute() and program.parent != here.parent else ""
