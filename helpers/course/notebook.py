"""What a lesson's notebook needs besides what it teaches: its start, figures, sliders, scale."""

import warnings
from collections.abc import Callable, Sequence
from decimal import Decimal
from numbers import Real
from typing import NamedTuple

import ipywidgets as widgets
import torch
from IPython.display import display
from matplotlib.figure import Figure

from helpers.course.doctor import facts
from helpers.data import practice_in_use
from helpers.language import say
from helpers.pictures import canvas
from helpers.pictures.canvas import png, show
from helpers.settings import SCALES, is_headless, setting


def start() -> None:
    """Set the look of pictures and print one sentence: Python, torch, device, data.

    It downloads nothing and installs nothing. ``python -m helpers`` says more.
    """
    # fastai's import makes recent versions of torch warn about torch.jit, which no lesson uses.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"torch\.jit")
    canvas.style()
    print(
        say(
            "{version}, {computing}; data: {data}.",
            version=facts.version(),
            computing=facts.computing(),
            data=facts.data(),
        )
    )


def expect(
    name: str,
    value: float | torch.Tensor,
    target: float,
    tolerance: float,
    everywhere: bool = False,
) -> None:
    """Print a figure beside its expected value, and fail when it is too far off.

    On the practice data (see ``helpers.data``) figures that come from images differ by nature:
    there the line only reports, and does not fail.

    Args:
        name: what the figure is, for the printed line.
        value: one number: a float, an int or a tensor with one element, any dtype.
        target: the number expected on the real data.
        tolerance: the largest allowed distance between the two, same unit, not negative.
        everywhere: for a figure that does not come from the images: fail on the practice data, too.

    Raises:
        AssertionError: on the real data, or with ``everywhere``, when ``value`` is further than
            ``tolerance`` from ``target``, or is not a finite number.
        TypeError: when ``value`` is not one number.
        ValueError: when ``tolerance`` is negative or not a number.

    Example:
        >>> expect("a third", 1 / 3, 0.3333, tolerance=0.0001)
        a third: 0.3333 (expected 0.3333 ± 0.0001)
    """
    value = _one_number(name, value)
    if not tolerance >= 0:
        raise ValueError(
            say("expect: tolerance must be 0 or more, got {tolerance!r}", tolerance=tolerance)
        )
    figure, goal = f"{value:.{_decimals(target, tolerance)}f}", f"{target:.10g} ± {tolerance:g}"
    if practice_in_use() and not everywhere:
        print(
            say(
                "{name}: {figure} on the practice data (on the real data {goal})",
                name=name,
                figure=figure,
                goal=goal,
            )
        )
        return
    if not abs(value - target) <= tolerance:
        raise AssertionError(
            say(
                "{name}: expected {goal}, got {value:.6g}. Run the notebook again from the top "
                "(Kernel > Restart and Run All); if the figure is still off, a cell above was "
                "changed.",
                name=name,
                goal=goal,
                value=value,
            )
        )
    print(say("{name}: {figure} (expected {goal})", name=name, figure=figure, goal=goal))


def _one_number(name: str, value: float | torch.Tensor) -> float:
    if isinstance(value, torch.Tensor):
        if value.numel() != 1:
            raise TypeError(
                say(
                    "{name}: expected one number, got a tensor of shape {shape}; take .mean() or "
                    "index it first",
                    name=name,
                    shape=tuple(value.shape),
                )
            )
        return float(value.item())
    if isinstance(value, Real):
        return float(value)
    raise TypeError(
        say("{name}: expected one number, got {kind}", name=name, kind=type(value).__name__)
    )


def _decimals(*numbers: float) -> int:
    """How many decimals the numbers are written with, at most six; infinity and NaN have none."""
    exponents = [Decimal(f"{number:g}").as_tuple().exponent for number in numbers]
    return min(6, max(0, *(-power for power in exponents if isinstance(power, int))))


def play(
    draw: Callable[..., Figure],
    alt: str,
    stills: Sequence[dict],
    **controls: tuple | list,
) -> None:
    """Show sliders and, below them, the picture that ``draw`` makes of their values.

    Where no slider can be moved (see ``is_headless``) the pictures of ``stills`` are shown.

    Args:
        draw: a pure function from settings to a figure.
        alt: what there is to see, in a sentence.
        stills: settings of the still pictures, one dict each; the first one also gives the
            sliders their starting values.
        **controls: for each setting ``(least, most, step)`` for a slider or a list of choices.

    Example:
        ``play(draw_line, "a line", stills=[{"slope": 1}], slope=(-2, 2, 0.5))``
    """
    for still in stills:
        if set(still) != set(controls):
            raise ValueError(
                say(
                    "play: a still sets {names}, the controls {controls}",
                    names=sorted(still),
                    controls=sorted(controls),
                )
            )
    if is_headless():
        for still in stills:
            settings = ", ".join(f"{name} = {value}" for name, value in still.items())
            show(draw(**still), f"{alt} ({settings})")
        return
    sliders = {name: _control(name, form, stills[0][name]) for name, form in controls.items()}
    picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))

    def redraw(_change: object = None) -> None:
        picture.value = png(draw(**{name: slider.value for name, slider in sliders.items()}))

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    redraw()
    display(widgets.VBox([*sliders.values(), picture]))


def _control(name: str, form: tuple | list, value: object) -> widgets.Widget:
    label = {"description": name.replace("_", " "), "style": {"description_width": "initial"}}
    if isinstance(form, list):
        return widgets.SelectionSlider(options=form, value=value, continuous_update=False, **label)
    if isinstance(form, tuple) and len(form) == 3:
        least, most, step = form
        whole = all(isinstance(number, int) for number in form)
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        return kind(min=least, max=most, step=step, value=value, continuous_update=False, **label)
    raise ValueError(
        say(
            "play: {name} must be (least, most, step) or a list, got {form!r}", name=name, form=form
        )
    )


class Scale(NamedTuple):
    """How much a lesson trains.

    Attributes:
        name: ``"full"`` or ``"part"``.
        train: how many images to learn from, at most.
        valid: how many validation images to judge by, at most.
        test: how many test images, at most.
        epochs: how often all training images are seen.
        batch_size: how many training images in a batch; fewer images need smaller batches, to take
            enough steps.

    Example:
        >>> Scale("part", train=3_000, valid=1_000, test=2_000, epochs=3, batch_size=64).epochs
        3
    """

    name: str
    train: int
    valid: int
    test: int
    epochs: int
    batch_size: int


FULL = Scale("full", train=45_000, valid=5_000, test=10_000, epochs=10, batch_size=128)
PART = Scale("part", train=3_000, valid=1_000, test=2_000, epochs=3, batch_size=64)


def choose_scale(device: torch.device, full: Scale = FULL, part: Scale = PART) -> Scale:
    """Choose between all and a part, and print what that means.

    On a GPU (CUDA or MPS) the choice is all, on a processor a part; the environment variable
    ``LESSONS_SCALE``, set to ``full`` or ``part``, says otherwise.

    Args:
        full: a full training.
        part: a part of it, which should end within two minutes on two cores.

    Example:
        >>> choose_scale(torch.device("cuda")).name  # doctest: +SKIP
        'full'
    """
    wish = setting("LESSONS_SCALE") or ("part" if device.type == "cpu" else "full")
    if wish not in SCALES:
        raise ValueError(say("LESSONS_SCALE must be 'full' or 'part', got {wish!r}", wish=wish))
    scale = full if wish == "full" else part
    print(say("Scale: {name}, with {amount}.", name=scale.name, amount=_said(scale)))
    if wish == "part":
        print(
            say("(On a GPU, or with LESSONS_SCALE=full, it would be {amount}.)", amount=_said(full))
        )
    return scale


def _said(scale: Scale) -> str:
    return say(
        "{train:,} training, {valid:,} validation and {test:,} test images, {epochs} epochs, "
        "batches of {batch_size}",
        train=scale.train,
        valid=scale.valid,
        test=scale.test,
        epochs=scale.epochs,
        batch_size=scale.batch_size,
    )
