"""A board to draw a digit on, and the drawing as an image like those of MNIST."""

import base64
import html
import io
from contextlib import suppress
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import torch
from IPython.display import display
from PIL import Image, ImageDraw

from helpers.data import data_home
from helpers.language import marked, say
from helpers.pictures.canvas import png, show
from helpers.settings import is_headless
from helpers.training.checkpoint import replacing

SIDE = 280  # pixels of the board, ten for each of the image
LARGEST = 500_000  # bytes of a drawing, as a text too: more than any PNG of this size needs
PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + 2 * SIDE.to_bytes(4, "big")
PREFIX = "data:image/png;base64,"  # of a drawing as the browser sends it
FINE = 4  # the stand-in is drawn so many times larger, which makes its edges smooth
PEN = 12  # pixels that its stroke is wide
# A narrow 3: (x, y) on the board, from its upper left to its lower left.
STAND_IN = (
    (115, 62), (120, 53), (128, 44), (137, 39), (147, 38), (156, 41), (164, 48), (168, 58),
    (169, 70), (167, 83), (162, 96), (153, 108), (144, 118), (138, 122), (135, 124), (144, 126),
    (154, 130), (161, 138), (166, 150), (167, 166), (166, 184), (162, 200), (155, 214), (147, 226),
    (138, 234), (127, 237), (117, 236), (109, 229), (104, 222),
)  # fmt: skip

DRAW = marked("Draw a digit with the mouse, a pen or a finger.")
KEPT = marked("Your drawing is kept. Draw on, or clear the board.")
# Scripts in the text of a widget do not run, but what an image does once it is loaded runs.
SCRIPT = """
const board = this.nextElementSibling, clear = board.nextElementSibling;
const pen = board.getContext('2d');
let last = null;
const send = text => {
    const field = board.closest('.drawing-board').querySelector('textarea');
    field.value = text;
    for (const kind of ['input', 'change'])
        field.dispatchEvent(new Event(kind, {bubbles: true}));
};
const draw = event => {
    const next = [event.offsetX, event.offsetY];
    pen.beginPath();
    pen.moveTo(...(last ?? next));
    pen.lineTo(next[0] + 0.01, next[1]);
    pen.stroke();
    last = next;
    event.preventDefault();
    event.stopPropagation();
};
pen.drawImage(this, 0, 0);
Object.assign(pen, {strokeStyle: 'white', lineWidth: 18, lineCap: 'round'});
Object.assign(pen, {shadowColor: 'white', shadowBlur: 3});
board.onpointerdown = event => {
    if (!event.isPrimary || event.button) return;
    board.setPointerCapture(event.pointerId);
    draw(event);
};
board.onpointermove = event => { if (last && event.isPrimary) draw(event); };
board.onlostpointercapture = event => {
    if (!last || !event.isPrimary) return;
    last = null;
    send(board.toDataURL());
};
clear.onclick = () => { pen.fillRect(0, 0, board.width, board.height); send('clear'); };
"""
PAGE = """<div data-lm-suppress-shortcuts="true">
<img hidden alt="" src="{start}" onload="{script}">
<canvas width="{side}" height="{side}" role="img" aria-label="{board}"
style="display: block; background: black; border: 1px solid grey; margin-bottom: 6px;
touch-action: none; cursor: crosshair"></canvas>
<button type="button" aria-label="{clear_all}" style="padding: 2px 12px">{clear}</button></div>"""
BOARD = marked(
    "A black board to draw a digit on, with the mouse, a pen or a finger. While it is empty, a 3 "
    "that is drawn by code takes its place."
)


def my_drawing() -> torch.Tensor:
    """What was drawn last, prepared as the images of MNIST were.

    Where nothing was drawn, or nobody can draw (``helpers.settings.is_headless``), it is a 3 that
    is drawn by code.

    Returns:
        Tensor: float32, shape (28, 28), 0 (black ground) to 1 (white ink).

    Example:
        >>> my_drawing().shape
        torch.Size([28, 28])

    The preparation follows "The MNIST database of handwritten digits" (LeCun, Cortes and Burges,
    1998): a box of 20x20 pixels, centred by the centre of mass.
    """
    return _prepared(_kept() or _stand_in())


def drawing_board() -> None:
    """Show a black square to draw a digit on with the mouse, a pen or a finger.

    The drawing is kept after each stroke, and ``my_drawing`` gives it, in later lessons too. Where
    nobody can draw, the picture of a 3 that is drawn by code is shown instead.
    """
    if is_headless():
        show(_stand_in(), say("A narrow 3, white on black, drawn by code instead of by you."))
        return
    drawing = _kept()
    start = drawing or Image.new("L", (SIDE, SIDE))
    source = PREFIX + base64.b64encode(png(start)).decode()
    page = PAGE.format(
        start=source, script=html.escape(SCRIPT), side=SIDE, board=html.escape(say(BOARD)),
        clear_all=html.escape(say("Clear the board")), clear=html.escape(say("Clear")),
    )  # fmt: skip
    line = widgets.HTML(_said(say(KEPT if drawing else DRAW)))
    sent = widgets.Textarea(layout=widgets.Layout(display="none"))
    sent.observe(lambda change: _receive(change["new"], line), names="value")
    shown = widgets.VBox([widgets.HTML(page), line, sent])
    shown.add_class("drawing-board")
    display(shown)


def _said(text: str) -> str:
    return f'<span role="status">{html.escape(text)}</span>'


def _receive(text: str, line: widgets.HTML) -> None:
    """Keep a drawing that the browser has sent, or forget the last one, and say so.

    Args:
        text: the PNG as a data URL, or ``clear``; anything else is passed over.
        line: where it is said.
    """
    drawing = _decoded(text)
    try:
        if text == "clear":
            _file().unlink(missing_ok=True)
            line.value = _said(say(DRAW))
        elif drawing:
            _file().parent.mkdir(parents=True, exist_ok=True)
            with replacing(_file()) as temporary:
                temporary.write_bytes(png(drawing))
            line.value = _said(say(KEPT))
    except OSError as error:
        line.value = _said(say("Your drawing cannot be kept: {error}", error=error))


def _decoded(text: str) -> Image.Image | None:
    if not text.startswith(PREFIX) or len(text) > LARGEST:
        return None
    try:
        return _board(base64.b64decode(text.removeprefix(PREFIX), validate=True))
    except ValueError:  # no base64
        return None


def _prepared(drawing: Image.Image) -> torch.Tensor:
    """A drawing (grey, with some ink) as float32, shape (28, 28): see ``my_drawing``.

    Each pixel is the mean of those that it covers. Where the centre of mass is so far from the
    middle of the ink that some of it would be cut off, it is moved no further than the edge.
    """
    ink = drawing.crop(drawing.getbbox()).convert("F")  # no faint ink is rounded away
    scale = 20 / max(ink.size)
    width, height = (max(1, round(scale * side)) for side in ink.size)
    small = np.array(ink.resize((width, height), Image.Resampling.BOX), dtype=np.float32) / 255
    image = torch.zeros(28, 28)
    top, left = _start(small.sum(1)), _start(small.sum(0))
    image[top : top + height, left : left + width] = torch.from_numpy(small)
    return image


def _start(ink: np.ndarray) -> int:
    """Where lines of so much ink begin among 28, so that the centre of mass is in the middle."""
    middle = (ink * (np.arange(len(ink)) + 0.5)).sum() / max(ink.sum(), 1e-9)
    return min(max(round(14 - float(middle)), 0), 28 - len(ink))


def _stand_in() -> Image.Image:
    """The 3 that is there when nobody has drawn: grey, as large as the board."""
    large = Image.new("L", (FINE * SIDE, FINE * SIDE))
    pen = ImageDraw.Draw(large)
    points = [(FINE * x, FINE * y) for x, y in STAND_IN]
    pen.line(points, fill=255, width=FINE * PEN, joint="curve")
    for x, y in (points[0], points[-1]):
        pen.circle((x, y), FINE * PEN / 2, fill=255)
    return large.resize((SIDE, SIDE), Image.Resampling.BOX)


def _file() -> Path:
    return data_home().parent / "drawings" / "digit.png"


def _kept() -> Image.Image | None:
    """The drawing in the file, if somebody has drawn and may draw here."""
    if is_headless():
        return None
    with suppress(OSError), _file().open("rb") as file:
        return _board(file.read(LARGEST))
    return None


def _board(content: bytes) -> Image.Image | None:
    """The drawing in the bytes of a PNG as large as the board, grey; None for anything else."""
    if not content.startswith(PNG_START):
        return None
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            drawing = image.convert("L")
    except Exception:  # Pillow raises of many kinds when a file is damaged
        return None
    return drawing if drawing.getbbox() else None
