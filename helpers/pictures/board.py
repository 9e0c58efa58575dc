"""A board to draw a digit on, and the drawing as an image like those of MNIST."""

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from helpers.data import data_home
from helpers.pictures.canvas import show
from helpers.settings import is_headless

SIDE = 280  # pixels of the board, ten for each of the image
FINE = 4  # the stand-in is drawn so many times larger, which makes its edges smooth
PEN = 12  # pixels that its stroke is wide
# A narrow 3: (x, y) on the board, from its upper left to its lower left.
STAND_IN = (
    (115, 62), (120, 53), (128, 44), (137, 39), (147, 38), (156, 41), (164, 48), (168, 58),
    (169, 70), (167, 83), (162, 96), (153, 108), (144, 118), (138, 122), (135, 124), (144, 126),
    (154, 130), (161, 138), (166, 150), (167, 166), (166, 184), (162, 200), (155, 214), (147, 226),
    (138, 234), (127, 237), (117, 236), (109, 229), (104, 222),
)  # fmt: skip


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
    show(_stand_in(), "A narrow 3 in white on black, drawn by code, in place of a drawing of yours.")


def _prepared(drawing: Image.Image) -> torch.Tensor:
    """A drawing (grey, with some ink) as float32, shape (28, 28): see ``my_drawing``.

    Each pixel is the mean of those that it covers. Where the centre of mass is so far from the
    middle of the ink that some of it would be cut off, it is moved no further than the edge.
    """
    ink = drawing.crop(drawing.getbbox())
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
    with suppress(OSError):
        return _board(_file().read_bytes())
    return None


def _board(png: bytes) -> Image.Image | None:
    """The drawing in a PNG file of the board's size, grey; None when it is none or is empty."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            drawing = image.convert("L") if image.size == (SIDE, SIDE) else None
    except (OSError, SyntaxError, ValueError):
        return None
    return drawing if drawing and drawing.getbbox() else None
