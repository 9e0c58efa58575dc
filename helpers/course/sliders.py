"""Something to play with: sliders that redraw a picture."""

from collections.abc import Callable, Sequence

import ipywidgets as widgets
from IPython.display import display
from matplotlib.figure import Figure

from helpers.pictures.canvas import png, show
from helpers.settings import is_headless


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

    Raises:
        ValueError: when the settings of a still are not those of the controls, or a control is
            of another form.

    Example:
        ``play(draw_line, "a line", stills=[{"slope": 1}], slope=(-2, 2, 0.5))``
    """
    for still in stills:
        if set(still) != set(controls):
            raise ValueError(f"play: a still sets {sorted(still)}, the controls {sorted(controls)}")
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
    raise ValueError(f"play: {name} must be (least, most, step) or a list, got {form!r}")
