"""Pictures with a text alternative, in colours that colour-blind readers can tell apart."""

import io
import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import torch
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from helpers.language import say
from helpers.pictures import lettering

# The palette of Okabe and Ito, "Color Universal Design" (2008).
BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#666666",
)  # fmt: skip


def style() -> None:
    """Set the look of all later figures: readable size, few pixels, the palette above."""
    plt.rcParams.update(
        {
            "figure.figsize": (6.4, 3.6),
            "figure.dpi": 80,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY]),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "image.cmap": "Greys",
            "image.interpolation": "nearest",
        }
    )


def png(picture: Figure | Image.Image) -> bytes:
    """The bytes of a PNG file of a picture; a figure is drawn into it and closed.

    Example:
        >>> png(Figure())[:4]
        b'\\x89PNG'
    """
    file = io.BytesIO()
    if isinstance(picture, Figure):
        lettering.translate(picture)
        picture.savefig(file, format="png", dpi=plt.rcParams["figure.dpi"])
        plt.close(picture)
    else:
        picture.save(file, format="PNG")
    return file.getvalue()


def show(picture: Figure | Axes | Image.Image, alt: str) -> None:
    """Show a picture in the notebook together with words for those who cannot see it.

    The titles inside a figure are added to the words. They often carry its most important
    numbers, and tests of notebooks compare texts but not pictures.

    Args:
        picture: a matplotlib figure, one of its axes (as fastai's ``show_image`` returns), or
            a PIL image.
        alt: what there is to see, in a sentence. Screen readers speak it, and it stands in
            for the picture where only text is shown.
    """
    _check_description(alt)
    words = alt
    whole = picture.get_figure(root=True) if isinstance(picture, Axes) else picture
    if not isinstance(whole, (Figure, Image.Image)):
        raise TypeError(
            "show: expected a matplotlib Figure or Axes or a PIL image, "
            f"got {type(whole).__name__}; for a tensor use show_images"
        )
    drawn = png(whole)  # before its titles are read: it brings them into the language spoken
    if isinstance(whole, Figure):
        titles = [" ".join(axis.get_title().split()) for axis in whole.axes if axis.get_title()]
        if titles:
            words = say("{alt} Titles: {titles}.", alt=alt, titles=" | ".join(titles))
    told = say("Picture: {words}", words=words)
    bundle = {"image/png": drawn, "text/plain": told}
    display(bundle, metadata={"image/png": {"alt": words}}, raw=True)


def show_pixels(image: torch.Tensor, rows: range, columns: range, alt: str) -> None:
    """Show part of an image as a table of its numbers, shaded darker where they are larger.

    (Where only text is shown, pandas itself would put a memory address, another one in every run.)

    Args:
        image: uint8, shape (height, width); 255 is black.

    Example:
        ``show_pixels(image, rows=range(4, 15), columns=range(4, 22), alt="The top of a 3.")``
    """
    import pandas as pd  # takes a second, and the first cell of a lesson needs none of it

    _check_description(alt)
    if image.dtype != torch.uint8:
        raise TypeError(f"image must be uint8, with numbers from 0 to 255, got {image.dtype}")
    part = image[rows.start : rows.stop, columns.start : columns.stop]
    table = pd.DataFrame(part.numpy(), rows, columns).style.map(_shade)
    html = table.set_uuid("shaded").set_properties(**{"font-size": "6pt"}).to_html()
    display({"text/html": html, "text/plain": say("Table: {alt}", alt=alt)}, raw=True)


def _shade(pixel: int) -> str:
    """How a table shades a number: 255 is black; the letters are those that can be read on it."""
    grey = 255 - pixel
    letters = "#fff" if grey < 118 else "#000"  # a contrast of 4.5 or more on every shade
    return f"background-color: #{3 * f'{grey:02x}'}; color: {letters}"


def image_grid(
    images: torch.Tensor | Sequence[torch.Tensor],
    titles: Sequence[str] | None = None,
    columns: int = 8,
    size: float = 1.2,
    limits: tuple[float, float] | None = None,
    framed: bool = False,
) -> Figure:
    """Draw grey-scale images side by side, dark ink on white paper.

    Args:
        images: n images of shape (height, width), any dtype.
        titles: n short titles, or None.
        columns: images in a row, at most.
        size: width of one image in inches.
        limits: the values painted white and black. Without them each image has its own scale,
            from its smallest value to its largest.
        framed: draw a thin line around each image, which shows where in it the ink is.
    """
    images = list(images)
    if not images:
        raise ValueError("image_grid: expected at least one image, got none")
    for image in images:
        if image.ndim != 2:
            raise ValueError(
                f"image_grid: expected images of shape (height, width), got {tuple(image.shape)}"
            )
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"image_grid: got {len(images)} images but {len(titles)} titles")
    figure, axes = tiles(len(images), titles, columns, (size, size * (1.25 if titles else 1.0)))
    low, high = limits or (None, None)
    for axis, image in zip(axes, images):
        axis.imshow(image.detach().cpu().numpy(), vmin=low, vmax=high)
        if framed:
            frame(axis)
    return figure


def frame(axis: Axes) -> None:
    """Draw a thin line around an image, in place of its scales."""
    axis.axis("on")
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set(visible=True, color=GREY, linewidth=0.8)


def paint_image(axis: Axes, image: torch.Tensor, title: str = "") -> None:
    """Paint an image from 0, white, to 1, black, in a thin frame."""
    axis.imshow(image.numpy(), vmin=0, vmax=1)
    axis.set_title(title, fontsize=11)
    frame(axis)


def tiles(
    n: int,
    titles: Sequence[str] | None,
    columns: int,
    size: tuple[float, float],
    beside: float = 0,
    fontsize: float = 10,
) -> tuple[Figure, list[Axes]]:
    """A figure with a place for each of some images, row by row.

    Args:
        n: how many, 1 or more.
        size: width and height of one image in inches, its title included.
        beside: room for something else on the right, in inches.
        fontsize: of the titles.

    Returns:
        tuple: the figure, and n axes without frames.
    """
    _check_tiles(n, columns)
    columns = min(columns, n)
    rows = math.ceil(n / columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(size[0] * columns + beside, size[1] * rows), squeeze=False
    )
    for axis in axes.flat:
        axis.axis("off")
    places = list(axes.flat[:n])
    for axis, title in zip(places, titles or ()):
        axis.set_title(title, fontsize=fontsize)
    return figure, places


MOST = 400  # images in a picture; more would take minutes


def _check_tiles(n: int, columns: int) -> None:
    if n > MOST:
        raise ValueError(
            f"expected at most {MOST} images in a picture, got {n}; draw some: images[:40]"
        )
    if columns < 1:
        raise ValueError(f"expected 1 or more columns, got {columns}")


def paint_weights(axis: Axes, image: torch.Tensor, limit: float | None = None) -> AxesImage:
    """Paint weights on an axis: orange is negative, white 0, purple positive.

    Args:
        axis: where to paint; its frame is taken away.
        image: shape (height, width), float; may carry a gradient.
        limit: the value painted in the strongest purple; by default the largest in the image.

    Returns:
        AxesImage: for a colour bar.
    """
    image = image.detach().cpu()
    limit = limit or image.abs().max().item() or 1.0
    axis.axis("off")
    return axis.imshow(image.numpy(), cmap="PuOr", vmin=-limit, vmax=limit)


def mark_signs(axis: Axes, image: torch.Tensor, limit: float) -> None:
    """Write + and - on the strong parts of painted weights, for those who cannot tell the colours.

    Each square of 4×4 pixels gets a sign, in the middle of its pixels that are not 0, if there are
    three or more of them and their mean has a fifth of ``limit``.

    Args:
        image: they, shape (height, width).
        limit: the value painted in the strongest colour.
    """
    image = image.detach().cpu()
    for top in range(0, image.shape[0], 4):
        for left in range(0, image.shape[1], 4):
            square = image[top : top + 4, left : left + 4]
            places = square.nonzero().float()
            mean = square.sum().item() / max(len(places), 1)
            if len(places) >= 3 and abs(mean) >= 0.2 * limit:
                down, across = places.mean(0).tolist()
                axis.text(
                    left + across, top + down, "+" if mean > 0 else "\N{MINUS SIGN}",
                    ha="center", va="center", fontsize=10, fontweight="bold",
                    color="white" if abs(mean) > 0.55 * limit else "black",
                )  # fmt: skip


def weights_grid(
    images: torch.Tensor,
    titles: Sequence[str] | None,
    columns: int,
    size: tuple[float, float],
    label: str = "",
    aspect: float = 20,
) -> Figure:
    """Images of weights side by side, painted on one scale, with a colour bar.

    Args:
        images: float, shape (n, height, width); on the CPU, without gradient.
        size: width and height of one image in inches, its title included.
        label: what stands along the colour bar.
        aspect: how many times as long as wide that is.
    """
    figure, axes = tiles(len(images), titles, columns, size, beside=1)
    limit = images.abs().max().item() or 1.0
    for axis, image in zip(axes, images):
        drawn = paint_weights(axis, image, limit)
        if size[0] >= 2 and image.shape == (28, 28):  # else the signs hide the weights
            mark_signs(axis, image, limit)
    figure.colorbar(drawn, ax=figure.axes, shrink=0.9, label=label, aspect=aspect)
    return figure


def show_images(
    images: torch.Tensor | Sequence[torch.Tensor],
    alt: str,
    titles: Sequence[str] | None = None,
    columns: int = 8,
    size: float = 1.2,
    limits: tuple[float, float] | None = None,
    framed: bool = False,
) -> None:
    """Show grey-scale images side by side: ``show(image_grid(...), alt)`` in one call."""
    show(image_grid(images, titles, columns, size, limits, framed), alt)


def show_some(
    rows: torch.Tensor, labels: torch.Tensor, where: torch.Tensor, alt: str, n: int = 8
) -> None:
    """Show some of the 3s and 7s for which something holds, spread over all of them.

    Args:
        rows: digits, float, shape (m, 784).
        labels: 1 for a 3, 0 for a 7, m of them.
        where: for each digit whether it may be shown, m of True and False.
    """
    places = where.flatten().nonzero().flatten()
    if not len(labels) == len(where) == len(rows):
        raise ValueError(
            f"show_some: expected a label and True or False for each of {len(rows)} rows, "
            f"got {len(labels)} and {len(where)}"
        )
    if not len(places):
        print(say("There is no such digit."))
        return
    places = places[:: max(1, len(places) // n)][:n]
    titles = ["3" if label == 1 else "7" for label in labels.flatten()[places].tolist()]
    show_images(rows[places].view(-1, 28, 28), alt=alt, titles=titles)


def _check_description(alt: str) -> None:
    if len(alt.split()) < 3:  # words, not letters: Korean needs half as many of them
        raise ValueError(f"alt must describe what there is to see in a sentence, got {alt!r}")
