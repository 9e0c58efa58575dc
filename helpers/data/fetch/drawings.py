"""The practice pictures: simple drawings in the ten classes of CIFAR-10, 32x32 pixels in colour.

Each is a motif made of a few shapes, in colours, a place, a size and a tilt of its own, before one
of the backgrounds of its class, with noise. Some classes share backgrounds and colours, so that a
network must look at shapes.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:  # slow to import, like ImageDraw below, and needed to draw only
    from numpy.random import RandomState

SIDE = 32  # pixels; motifs are drawn on a grid of the same size
FINE = 4  # drawn this many times larger and then made smaller, for smooth edges
TRAIN, TEST = 40, 10  # pictures of each class

Colour = tuple[int, int, int]
BLACK, WHITE, GLASS = (25, 25, 30), (235, 235, 235), (150, 190, 210)
BODY, DARK = "body", "dark"  # the picture's own colour, and a darker shade of it

# Backgrounds: the colour above and the colour below the horizon.
SKY, SEA = ((130, 180, 230), (160, 200, 235)), ((170, 200, 225), (40, 90, 140))
ROAD, ROOM = ((175, 180, 175), (95, 95, 100)), ((190, 165, 140), (140, 105, 80))
MEADOW, WOOD = ((165, 200, 215), (95, 140, 70)), ((75, 100, 60), (105, 90, 60))

BROWNS = ((125, 85, 50), (160, 115, 70), (90, 60, 40))
FURS = ((120, 110, 105), (205, 150, 90), (225, 215, 200), (70, 60, 55))
PAINTS = ((190, 40, 40), (40, 70, 160), (215, 215, 220), (220, 180, 50), (60, 120, 80))
METALS = ((210, 215, 220), (150, 155, 165), (235, 235, 240))
FEATHERS = ((70, 60, 60), (200, 90, 60), (225, 220, 210), (70, 100, 160))
GREENS = ((80, 140, 50), (120, 150, 60), (110, 100, 50))

# A motif: the shape, its fill and its points (for an ellipse: opposite corners) on the grid.
Shape = tuple[str, tuple | str, tuple[int, ...]]  # its kind, colour and points
FOUR_LEGS: list[Shape] = [
    ("polygon", DARK, (x, 20, x + 2, 20, x + 2, 29, x, 29)) for x in (9, 12, 19, 22)
] + [("ellipse", BODY, (7, 14, 25, 22))]
FACE: list[Shape] = [
    ("ellipse", BODY, (7, 8, 25, 27)),
    ("ellipse", BLACK, (11, 14, 14, 17)),
    ("ellipse", BLACK, (18, 14, 21, 17)),
]
WHEELS: list[Shape] = [("ellipse", BLACK, (6, 20, 12, 26)), ("ellipse", BLACK, (20, 20, 26, 26))]

MOTIFS: dict[str, list[Shape]] = {
    "airplane": [
        ("polygon", DARK, (12, 16, 17, 16, 24, 27, 20, 27)),
        ("ellipse", BODY, (2, 13, 29, 18)),
        ("polygon", BODY, (12, 15, 17, 15, 23, 5, 20, 5)),
        ("polygon", DARK, (24, 15, 28, 15, 30, 8, 28, 8)),
    ],
    "automobile": [
        ("polygon", BODY, (8, 17, 12, 11, 21, 11, 25, 17)),
        ("polygon", GLASS, (10, 17, 13, 12, 20, 12, 23, 17)),
        ("polygon", BODY, (3, 17, 28, 17, 29, 23, 3, 23)),
        *WHEELS,
    ],
    "bird": [
        ("polygon", DARK, (2, 14, 10, 17, 8, 20)),
        ("ellipse", BODY, (7, 12, 23, 22)),
        ("polygon", DARK, (10, 16, 20, 16, 12, 6)),
        ("ellipse", BODY, (19, 8, 27, 16)),
        ("polygon", (230, 160, 40), (26, 11, 31, 13, 26, 14)),
        ("ellipse", BLACK, (22, 10, 24, 12)),
    ],
    "cat": [
        ("polygon", BODY, (7, 14, 8, 3, 15, 10)),
        ("polygon", BODY, (25, 14, 24, 3, 17, 10)),
        *FACE,
        ("polygon", (220, 130, 130), (14, 20, 18, 20, 16, 22)),
        ("line", WHITE, (3, 20, 13, 21)),
        ("line", WHITE, (29, 20, 19, 21)),
    ],
    "deer": [
        *FOUR_LEGS,
        ("polygon", BODY, (21, 17, 25, 17, 28, 8, 25, 8)),
        ("ellipse", BODY, (24, 7, 31, 12)),
        ("line", DARK, (26, 8, 23, 1)),
        ("line", DARK, (25, 5, 20, 3)),
        ("line", DARK, (27, 8, 29, 1)),
        ("line", DARK, (28, 5, 31, 3)),
    ],
    "dog": [
        *FACE,
        ("ellipse", DARK, (3, 8, 10, 24)),
        ("ellipse", DARK, (22, 8, 29, 24)),
        ("ellipse", WHITE, (11, 18, 21, 27)),
        ("ellipse", BLACK, (14, 18, 18, 22)),
    ],
    "frog": [
        ("ellipse", DARK, (2, 18, 12, 28)),
        ("ellipse", DARK, (20, 18, 30, 28)),
        ("ellipse", BODY, (5, 12, 27, 26)),
        ("ellipse", BODY, (6, 7, 14, 15)),
        ("ellipse", BODY, (18, 7, 26, 15)),
        ("ellipse", BLACK, (8, 9, 12, 13)),
        ("ellipse", BLACK, (20, 9, 24, 13)),
        ("line", BLACK, (10, 20, 22, 20)),
    ],
    "horse": [
        ("line", DARK, (7, 16, 3, 24)),
        *FOUR_LEGS,
        ("polygon", BODY, (19, 17, 25, 17, 29, 6, 24, 6)),
        ("polygon", BODY, (24, 5, 28, 5, 32, 12, 29, 13)),
        ("polygon", BLACK, (18, 15, 20, 15, 25, 4, 23, 4)),
    ],
    "ship": [
        ("polygon", WHITE, (10, 18, 10, 12, 20, 12, 20, 18)),
        ("polygon", DARK, (13, 12, 13, 6, 16, 6, 16, 12)),
        ("polygon", BODY, (2, 18, 30, 18, 26, 25, 6, 25)),
    ],
    "truck": [
        ("polygon", BODY, (2, 6, 20, 6, 20, 22, 2, 22)),
        ("polygon", DARK, (21, 11, 26, 11, 30, 16, 30, 22, 21, 22)),
        ("polygon", GLASS, (23, 12, 26, 12, 28, 16, 23, 16)),
        *WHEELS,
    ],
}
LOOKS: dict[str, tuple[tuple, tuple]] = {  # backgrounds, and colours for the body
    "airplane": ((SKY, SKY, SEA), METALS),
    "automobile": ((ROAD, ROAD, MEADOW), PAINTS),
    "bird": ((SKY, MEADOW, WOOD), FEATHERS),
    "cat": ((ROOM, ROOM, MEADOW), FURS),
    "deer": ((WOOD, MEADOW), BROWNS),
    "dog": ((ROOM, MEADOW, WOOD), FURS),
    "frog": ((WOOD, MEADOW, ROOM), GREENS),
    "horse": ((MEADOW, WOOD), BROWNS),
    "ship": ((SEA, SEA, SKY), PAINTS),
    "truck": ((ROAD, ROAD, MEADOW), PAINTS),
}


def draw_pictures(folder: Path) -> None:
    """Write drawings in the layout of CIFAR-10, always the same.

    An empty folder gets ``train/airplane/0000.png`` and so on: 500 pictures (32x32, RGB).
    """
    rng = np.random.RandomState(0)  # it promises the same numbers in every version of numpy
    for cls in MOTIFS:
        for split, count in {"train": TRAIN, "test": TEST}.items():
            (folder / split / cls).mkdir(parents=True)
            for i in range(count):
                picture(cls, rng).save(folder / split / cls / f"{i:04}.png")


def picture(cls: str, rng: "RandomState") -> Image.Image:
    """One drawing of a class, as ``rng`` has it.

    Example:
        >>> picture("frog", np.random.RandomState(0)).size
        (32, 32)
    """
    from PIL import ImageDraw

    backgrounds, bodies = LOOKS[cls]
    above, below = (_near(colour, rng) for colour in backgrounds[rng.randint(len(backgrounds))])
    body = _near(bodies[rng.randint(len(bodies))], rng)
    colours: dict[str, tuple] = {BODY: body, DARK: tuple(int(0.6 * value) for value in body)}

    image = Image.new("RGB", (SIDE * FINE, SIDE * FINE), above)
    horizon = int(rng.uniform(0.4, 0.75) * SIDE * FINE)
    image.paste(below, (0, horizon, SIDE * FINE, SIDE * FINE))
    motif = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(motif)
    for shape, fill, points in MOTIFS[cls]:
        # Only a line has a width: another shape's would be its outline's.
        extra = {"width": int(1.3 * FINE)} if shape == "line" else {}
        places = [FINE * point for point in points]
        colour = fill if isinstance(fill, tuple) else colours[fill]
        getattr(draw, shape)(places, fill=colour, **extra)
    if rng.uniform() < 0.5:
        motif = motif.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    motif = motif.rotate(rng.uniform(-15, 15), Image.Resampling.BICUBIC)
    side = int(rng.uniform(0.6, 1) * SIDE * FINE)
    motif = motif.resize((side, side), Image.Resampling.BICUBIC)
    left, top = (int(rng.uniform(0, 1) * (SIDE * FINE - side)) for _ in range(2))
    image.paste(motif, (left, top), motif)

    small = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), np.float64)
    brightness = rng.uniform(0.7, 1.2)
    noisy = brightness * small + rng.normal(0, rng.uniform(4, 16), small.shape)
    return Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8))


def _near(colour: Colour, rng: "RandomState") -> Colour:
    """A colour like the given one."""
    red, green, blue = (int(value) for value in np.clip(colour + rng.normal(0, 14, 3), 0, 255))
    return red, green, blue
