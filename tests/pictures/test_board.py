"""A drawing ends as MNIST's images are, is kept, and is not trusted."""

import base64
import io
import random

import ipywidgets as widgets
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from torch import nn

from helpers.data import Batches, data_home, images_and_labels, load
from helpers.metrics import mnist_loss
from helpers.models import is_3, mnist_distance
from helpers.pictures import board, canvas
from helpers.pictures.board import PREFIX, SIDE, drawing_board, my_drawing
from helpers.settings import setting


@pytest.fixture(scope="module")
def digits():
    """From this machine's own home, where they need not be unpacked for one test."""
    return load("mnist_sample")


@pytest.fixture(autouse=True)
def somebody(tmp_path, monkeypatch):
    """Somebody who can draw, and has not yet."""
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LESSONS_HEADLESS", raising=False)


def blank():
    return Image.new("L", (SIDE, SIDE))


def block(left, top, width, height, value=255):
    """A drawing with one filled rectangle."""
    drawing = blank()
    drawing.paste(value, (left, top, left + width, top + height))
    return drawing


def png(drawing, kind="PNG"):
    file = io.BytesIO()
    drawing.save(file, format=kind)
    return file.getvalue()


def url(data):
    return PREFIX + base64.b64encode(data).decode()


def keep(data):
    file = data_home().parent / "drawings" / "digit.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def stand_in():
    return board._prepared(board._stand_in())


def is_stand_in(image):
    return torch.equal(image, stand_in())


def centre(image):
    """Where the centre of mass is: (y, x), in pixels from the upper left corner."""
    places = torch.arange(28) + 0.5
    return [(image.sum(axis) * places).sum() / image.sum() for axis in (1, 0)]


# Preparation.


@pytest.mark.parametrize(
    ("left", "top", "width", "height", "box"),
    [
        (0, 0, 200, 200, (4, 4, 24, 24)),  # ten pixels of the board for each of the image
        (80, 80, 200, 200, (4, 4, 24, 24)),
        (0, 0, 280, 280, (4, 4, 24, 24)),  # all of the board
        (30, 10, 100, 200, (9, 4, 19, 24)),  # proportions are kept
        (30, 10, 200, 100, (4, 9, 24, 19)),
        (279, 279, 1, 1, (4, 4, 24, 24)),  # a dot becomes large
        (0, 100, 280, 2, (4, 14, 24, 15)),  # and a thin line does not vanish
    ],
)
def test_a_rectangle_fits_the_box_and_is_in_the_middle(left, top, width, height, box):
    image = board._prepared(block(left, top, width, height))
    expected = torch.zeros(28, 28)
    expected[box[1] : box[3], box[0] : box[2]] = 1
    torch.testing.assert_close(image, expected)


def test_edges_are_means_of_the_pixels_that_they_cover():
    drawing = block(40, 40, 195, 200)  # 19.5 pixels, so 20, each of 9.75 of the board
    drawing.paste(51, (50, 40, 60, 240))  # a fifth of white, in a column of its own but for 0.25
    image = board._prepared(drawing)
    assert image.dtype == torch.float32 and (image[4:24] == image[4]).all()
    assert image[4, 4] == 1 and image[4, 5] == pytest.approx(0.2, abs=0.03)
    assert (image[4, 7:24] == 1).all() and image[4, 24:].sum() == 0


def test_the_centre_of_mass_is_in_the_middle_by_hand():
    """A bar of 2x20 on the left, a foot of 18x2: 40 and 36 pixels with centres 1 and 11."""
    drawing = block(0, 0, 20, 200)
    drawing.paste(255, (20, 180, 200, 200))
    image = board._prepared(drawing)
    # From the left (40 * 1 + 36 * 11) / 76 = 5.7, so it begins at 14 - 5.7 = 8.3, of which 8 fits.
    assert image[:, 8:10].sum() == 40 and image[:, :8].sum() == 0
    # From above (40 * 10 + 36 * 19) / 76 = 14.3, so it would begin at -0.3.
    assert image[0, 8] == 1 and image[18:20, 10:28].sum() == 36 and image[20:].sum() == 0


def test_a_large_blob_at_an_edge_is_in_the_middle_with_all_its_ink():
    drawing = block(0, 0, 150, 280)
    drawing.paste(255, (150, 0, 280, 10))  # a whisker to the other side
    image = board._prepared(drawing)
    y, x = centre(image)
    assert abs(y - 14) <= 0.5 and abs(x - 14) <= 0.5
    rows, columns = (image.sum(axis).nonzero() for axis in (1, 0))
    assert len(rows) == len(columns) == 20


POINTS = st.tuples(st.integers(-20, SIDE + 20), st.integers(-20, SIDE + 20))
STROKES = st.lists(st.lists(POINTS, min_size=2, max_size=8), min_size=1, max_size=4)


@pytest.mark.slow
@given(strokes=STROKES, width=st.integers(1, 40), value=st.integers(1, 255))
def test_any_strokes_are_an_image_with_the_same_centre(strokes, width, value):
    drawing = blank()
    pen = ImageDraw.Draw(drawing)
    pen.point((100, 100), fill=value)  # the others may all lie beside the board
    for stroke in strokes:
        pen.line(stroke, fill=value, width=width)
    image = board._prepared(drawing)
    assert image.shape == (28, 28) and image.dtype == torch.float32
    assert image.min() >= 0 and image.max() <= 1
    for axis in (1, 0):
        lines = image.sum(axis).nonzero()[:, 0]
        if not len(lines):
            assert value < 255  # so thin and faint that nothing is left of it
            continue
        first, last = int(lines[0]), int(lines[-1])
        assert last - first < 20
        middle = centre(image)[0 if axis == 1 else 1]
        assert abs(middle - 14) <= 0.501 or first <= 1 or last >= 26


def test_where_a_drawing_is_on_the_board_makes_no_difference():
    shapes = []
    for x, y in ((10, 10), (60, 75)):
        drawing = blank()
        ImageDraw.Draw(drawing).line([(x, y), (x + 150, y + 20), (x + 60, y + 180)], 255, 14)
        shapes.append(board._prepared(drawing))
    torch.testing.assert_close(*shapes)


# The stand-in.


def test_the_stand_in_is_a_narrow_3():
    image = stand_in()
    rows, columns = (image.sum(axis).nonzero()[:, 0] for axis in (1, 0))
    assert len(rows) == 20 and len(columns) == 7
    assert image.min() >= 0 and image.max() <= 1 and image.mean() == pytest.approx(0.0432, abs=1e-3)
    # Two bows that are open on the left, as only a 3 has.
    left, right = image[:, :13], image[:, 14:]
    for row in (9, 17, 19):
        assert left[row].sum() == 0 and right[row].sum() > 1


@pytest.mark.slow
@pytest.mark.skipif(not setting("LESSONS_MIRROR"), reason="needs the real images")
def test_the_stand_in_deceives_the_baseline_and_no_linear_model(digits):
    threes, sevens = (digits.of("train", name) for name in digits.classes)
    means = [images.float().mean(0) / 255 for images in (threes, sevens)]
    distances = [mnist_distance(stand_in(), mean).item() for mean in means]
    assert distances == pytest.approx([0.1252, 0.1173], abs=5e-4)
    assert not is_3(stand_in(), *means)

    torch.manual_seed(0)
    model = nn.Linear(28 * 28, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    batches = Batches(*images_and_labels(threes, sevens), batch_size=256, shuffle=True)
    for _ in range(20):
        for images, labels in batches:
            mnist_loss(model(images), labels).backward()
            optimizer.step()
            optimizer.zero_grad()
    assert model(stand_in().view(1, -1)).item() > 2  # a logit: surely a 3


def test_blank_or_nothing_gives_the_stand_in():
    assert is_stand_in(my_drawing())
    keep(png(blank()))
    assert is_stand_in(my_drawing())


# Keeping.


def test_what_is_kept_is_read_again():
    keep(png(block(0, 0, 200, 100)))
    assert torch.equal(my_drawing(), board._prepared(block(0, 0, 200, 100)))


def test_headless_nobody_has_drawn(monkeypatch):
    keep(png(block(0, 0, 200, 100)))
    monkeypatch.setenv("LESSONS_HEADLESS", "1")
    assert is_stand_in(my_drawing())


SMALL = Image.new("L", (SIDE, SIDE - 1), 255)
FOREIGN = {
    "empty": b"",
    "text": b"a digit",
    "another size": png(SMALL),
    "another kind": png(block(0, 0, 9, 9), "JPEG"),
    "only its start": board.PNG_START,
    "cut off": png(Image.effect_noise((SIDE, SIDE), 50))[:-2000],
    "too long": png(Image.effect_noise((SIDE, SIDE), 50)) + bytes(board.LARGEST),
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_a_damaged_or_foreign_file_counts_as_nothing(data, request):
    keep(data)
    if "too long" in request.node.name:  # what follows the picture is not read
        assert my_drawing().shape == (28, 28)
    else:
        assert is_stand_in(my_drawing())


def test_a_folder_in_the_place_of_the_file_counts_as_nothing():
    keep(b"").unlink()
    (data_home().parent / "drawings" / "digit.png").mkdir()
    assert is_stand_in(my_drawing())


@given(st.integers(0, 2**32))
def test_no_damage_makes_it_fail(seed):
    chance = random.Random(seed)
    data = bytearray(png(block(30, 30, 100, 200)))
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    drawing = board._board(bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]))
    assert drawing is None or drawing.size == (SIDE, SIDE) and drawing.getbbox()


# The board.


@pytest.fixture
def shown(monkeypatch):
    """Shows a board; gives its page, its line and what takes the drawings."""

    def show_board():
        boxes = []
        monkeypatch.setattr(board, "display", boxes.append)
        drawing_board()
        ((box),) = boxes
        assert "drawing-board" in box._dom_classes
        return box.children

    return show_board


def test_what_is_sent_is_kept_and_cleared(shown):
    page, line, sent = shown()
    assert "Draw a digit" in line.value and 'role="status"' in line.value
    drawing = block(20, 40, 50, 160)
    sent.value = url(png(drawing.convert("RGBA")))  # as a browser does
    assert "kept" in line.value
    assert torch.equal(my_drawing(), board._prepared(drawing))
    assert [f.name for f in (data_home().parent / "drawings").iterdir()] == ["digit.png"]
    sent.value = "clear"
    assert "Draw a digit" in line.value and is_stand_in(my_drawing())


def test_a_new_board_begins_with_what_is_kept(shown):
    drawing = block(20, 40, 50, 160)
    before = shown()
    before[2].value = url(png(drawing))
    page, line, _ = shown()
    assert url(png(drawing)) in page.value and "kept" in line.value
    assert url(png(blank())) in before[0].value


REFUSED = {
    "text": "a digit",
    "no base64": PREFIX + "*" * 40,
    "no ASCII": PREFIX + "ü" * 40,
    "no picture": url(b"a digit"),
    "another size": url(png(SMALL)),
    "blank": url(png(blank())),
    "another kind": "data:image/jpeg;base64," + base64.b64encode(png(SMALL, "JPEG")).decode(),
    "too long": url(png(block(0, 0, 9, 9)) + bytes(board.LARGEST)),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_passed_over(shown, text):
    _, line, sent = shown()
    said = line.value
    sent.value = text
    assert line.value == said and is_stand_in(my_drawing())
    assert not (data_home().parent / "drawings").exists()


def test_a_drawing_that_cannot_be_kept_is_said_so(shown):
    _, line, sent = shown()
    folder = data_home().parent / "drawings"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    sent.value = url(png(block(0, 0, 9, 9)))
    assert "cannot be kept" in line.value and is_stand_in(my_drawing())


def test_the_page_speaks_and_has_no_script_of_its_own(shown):
    page, _, sent = shown()
    assert isinstance(page, widgets.HTML) and "<script" not in page.value
    for words in (
        'role="img" aria-label="A black board',
        'aria-label="Clear',
        "touch-action: none",
    ):
        assert words in page.value
    assert "=>" not in page.value and "=&gt;" in page.value  # the script is escaped
    assert sent.layout.display == "none"


def test_headless_the_stand_in_is_shown(monkeypatch):
    monkeypatch.setenv("LESSONS_HEADLESS", "1")
    calls = []
    monkeypatch.setattr(canvas, "display", lambda bundle, **how: calls.append((bundle, how)))
    monkeypatch.setattr(board, "widgets", None)
    drawing_board()
    (((bundle, how)),) = calls
    assert Image.open(io.BytesIO(bundle["image/png"])).size == (SIDE, SIDE)
    assert "narrow 3" in how["metadata"]["image/png"]["alt"]
