import io
import re

import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from helpers.pictures import canvas


@pytest.fixture
def shown(monkeypatch):
    """What `show` hands to the notebook: a list of (mime bundle, metadata)."""
    calls = []
    monkeypatch.setattr(
        canvas, "display", lambda bundle, metadata=None, raw=False: calls.append((bundle, metadata))
    )
    return calls


ALT = "A picture that is described in a whole sentence."


def test_show_gives_picture_and_words(shown):
    figure, axis = plt.subplots()
    axis.plot([1, 2])
    canvas.show(figure, ALT)
    ((bundle, metadata),) = shown
    assert Image.open(io.BytesIO(bundle["image/png"])).format == "PNG"
    assert bundle["text/plain"] == f"Picture: {ALT}"
    assert metadata == {"image/png": {"alt": ALT}}
    assert not plt.fignum_exists(figure.number)  # closed, so the notebook cannot show it twice


def test_show_says_the_titles_that_are_in_the_figure(shown):
    figure, axes = plt.subplots(1, 3)
    axes[0].set_title("difference\n0.25")
    axes[2].set_title("loss 3")
    canvas.show(figure, ALT)
    words = f"{ALT} Titles: difference 0.25 | loss 3."
    assert shown[0][0]["text/plain"] == f"Picture: {words}"
    assert shown[0][1] == {"image/png": {"alt": words}}


def test_show_takes_axes_and_pil_images(shown):
    canvas.show(plt.subplots()[1], ALT)
    canvas.show(Image.new("L", (28, 28)), ALT)
    assert Image.open(io.BytesIO(shown[1][0]["image/png"])).size == (28, 28)


def test_show_takes_axes_of_a_part_of_a_figure(shown):
    part = plt.figure(figsize=(2, 1)).subfigures(1, 2)[0]
    canvas.show(part.subplots(), ALT)
    width, height = Image.open(io.BytesIO(shown[0][0]["image/png"])).size
    assert width > 1.5 * height  # the whole figure


def test_axes_that_were_removed_cannot_be_shown(shown):
    axis = plt.subplots()[1]
    axis.remove()
    with pytest.raises(TypeError, match="got NoneType"):
        canvas.show(axis, ALT)


@pytest.mark.parametrize("alt", ["", "   ", "a plot"])
def test_show_wants_a_description(shown, alt):
    with pytest.raises(ValueError, match="must describe what there is to see"):
        canvas.show(Figure(), alt)
    assert shown == []


def test_show_names_what_it_cannot_show(shown):
    with pytest.raises(TypeError, match="got Tensor; for a tensor use show_images"):
        canvas.show(torch.zeros(28, 28), ALT)


def test_image_grid_draws_each_image_once():
    images = torch.arange(3).float()[:, None, None] * torch.eye(4)
    figure = canvas.image_grid(images, titles=["a", "b", "c"], columns=2)
    drawn = [axis for axis in figure.axes if axis.images]
    assert [axis.get_title() for axis in drawn] == ["a", "b", "c"]
    for axis, image in zip(drawn, images):
        assert torch.equal(torch.tensor(axis.images[0].get_array().data).float(), image)


def test_image_grid_paints_on_one_scale_when_told():
    images = torch.stack([torch.eye(3), 5 * torch.eye(3)])
    alone = [axis.images[0].get_clim() for axis in canvas.image_grid(images).axes]
    together = [
        axis.images[0].get_clim() for axis in canvas.image_grid(images, limits=(-1, 9)).axes
    ]
    assert alone == [(0, 1), (0, 5)] and together == [(-1, 9)] * 2


def test_image_grid_takes_a_tensor_that_wants_gradients():
    assert canvas.image_grid([torch.ones(3, 3, requires_grad=True)]).axes


@pytest.mark.parametrize(
    ("images", "titles", "message"),
    [
        (torch.zeros(0, 2, 2), None, "at least one image"),
        (torch.zeros(2, 3, 4, 4), None, r"\(height, width\), got \(3, 4, 4\)"),
        (torch.zeros(2, 4, 4), ["one"], "2 images but 1 titles"),
    ],
)
def test_image_grid_names_bad_input(images, titles, message):
    with pytest.raises(ValueError, match=message):
        canvas.image_grid(images, titles)


def test_show_images_shows_the_grid(shown):
    canvas.show_images(torch.zeros(2, 4, 4), ALT)
    assert shown[0][1] == {"image/png": {"alt": ALT}}


def test_show_some_spreads_over_all_that_may_be_shown(shown):
    rows, labels = torch.zeros(40, 784), torch.tensor([1] * 20 + [0] * 20).unsqueeze(1)
    canvas.show_some(rows, labels, torch.arange(40) % 2 == 0, ALT, n=4)
    assert shown[0][0]["text/plain"].endswith("Titles: 3 | 3 | 7 | 7.")


def test_show_some_says_when_there_is_none(shown, capsys):
    canvas.show_some(torch.zeros(3, 784), torch.ones(3, 1), torch.zeros(3) > 0, ALT)
    assert not shown and capsys.readouterr().out == "There is no such digit.\n"


def test_show_some_names_sizes_that_do_not_match():
    with pytest.raises(ValueError, match="each of 3 rows, got 2 and 3"):
        canvas.show_some(torch.zeros(3, 784), torch.ones(2, 1), torch.ones(3) > 0, ALT)


def test_images_may_have_frames():
    for framed in (False, True):
        (axis,) = canvas.image_grid(torch.zeros(1, 2, 2), framed=framed).axes
        assert axis.axison == framed
    assert axis.spines["top"].get_visible() and len(axis.get_xticks()) == 0


def test_show_pixels_gives_the_same_page_every_time(shown):
    image = torch.arange(48, dtype=torch.uint8).reshape(6, 8)
    for _ in range(2):
        canvas.show_pixels(image, rows=range(1, 3), columns=range(2, 5), alt=ALT)
    (first, _), (second, _) = shown
    assert first == second and first["text/plain"] == f"Table: {ALT}"
    cells = [int(number) for number in re.findall(r">(\d+)</td>", first["text/html"])]
    assert cells == [10, 11, 12, 18, 19, 20]
    heads = [int(number) for number in re.findall(r">(\d+)</th>", first["text/html"])]
    assert heads == [2, 3, 4, 1, 2]
    with pytest.raises(ValueError, match="must describe"):
        canvas.show_pixels(image, range(1), range(1), "table")
    with pytest.raises(TypeError, match="must be uint8, .* got torch.float32"):
        canvas.show_pixels(image / 255, range(1), range(1), ALT)


def test_show_pixels_can_be_read_on_every_shade(shown):
    canvas.show_pixels(
        torch.arange(256, dtype=torch.uint8).reshape(16, 16), range(16), range(16), alt=ALT
    )
    ((data, _),) = shown
    pairs = re.findall(r"background-color: (#\w+);\n  color: (#\w+);", data["text/html"])
    assert len(pairs) == 256

    def luminance(colour: str) -> float:  # as WCAG 2.2 has it
        wide = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
        parts = [int(wide[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear))

    for ground, letters in pairs:
        dark, light = sorted((luminance(ground), luminance(letters)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ground, letters)


def test_style_sets_the_palette():
    with plt.rc_context():
        canvas.style()
        colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert colours[:2] == [canvas.BLUE, canvas.ORANGE]
        assert len(set(colours)) == len(colours)


def test_a_whole_data_set_is_no_picture():
    with pytest.raises(ValueError, match=r"at most 400 images in a picture, got 6131; draw some"):
        canvas.image_grid(torch.zeros(6131, 28, 28))
    with pytest.raises(ValueError, match="1 or more columns, got 0"):
        canvas.image_grid(torch.zeros(2, 28, 28), columns=0)
    assert not plt.get_fignums()
