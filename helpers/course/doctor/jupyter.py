"""JupyterLab and its sliders."""

import sys
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path

from helpers.course.doctor.packages import out_of_range, remedy, versioned
from helpers.course.doctor.report import NOTE, OK, Finding
from helpers.language import say
from helpers.settings import is_headless


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
