import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from helpers.data.fetch.pixels import decode_image

GREY, COLOUR = (28, 28), (3, 32, 32)
SIZE = st.integers(1, 30)


def packed(image: Image.Image, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


RANDOM = np.random.default_rng(0)
WHOLE = packed(Image.fromarray(RANDOM.integers(0, 256, (28, 28), dtype=np.uint8)))
JPEG = packed(Image.fromarray(RANDOM.integers(0, 256, (32, 32, 3), dtype=np.uint8)), "JPEG")


@given(arrays(np.uint8, st.tuples(SIZE, SIZE) | st.tuples(SIZE, SIZE, st.just(3))))
@settings(max_examples=100, deadline=None)
def test_gives_the_pixels_as_torch_has_them(pixels):
    wanted = pixels if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    decoded = decode_image(packed(Image.fromarray(pixels)), wanted.shape)
    assert decoded.dtype == np.uint8 and np.array_equal(decoded, wanted)


def test_a_jpeg_in_colour_is_what_pillow_makes_of_it():
    wanted = np.asarray(Image.open(io.BytesIO(JPEG))).transpose(2, 0, 1)
    assert np.array_equal(decode_image(JPEG, COLOUR), wanted)


def test_finds_a_flipped_bit_wherever_it_is():
    for at in range(len(WHOLE)):
        damaged = bytearray(WHOLE)
        damaged[at] ^= 1 << (at % 8)
        with pytest.raises(ValueError):
            decode_image(bytes(damaged), GREY)


@pytest.mark.parametrize("keep", [0, 2, 5, 8, 20, 100, 0.3, 0.6, -2, -1])
@pytest.mark.parametrize("data, shape", [(WHOLE, GREY), (JPEG, COLOUR)], ids=["PNG", "JPEG"])
def test_finds_a_file_that_ends_early(data, shape, keep):
    length = int(keep * len(data)) if isinstance(keep, float) else keep
    with pytest.raises(ValueError, match="ends early|is not a PNG|neither a PNG nor a JPEG"):
        decode_image(data[:length], shape)


def new(mode, size, format="PNG"):
    return packed(Image.new(mode, size), format)


@pytest.mark.parametrize(
    "data, shape, message",
    [
        (new("RGB", (28, 28)), GREY, "is mode RGB, 28x28"),
        (new("L", (27, 28)), GREY, "should be grey.*28x28, but is mode L, 27x28"),
        (new("L", (28, 28), "JPEG"), GREY, "is not a PNG"),
        (WHOLE[:8] + WHOLE[-12:], GREY, "cannot be decoded"),
        (new("L", (32, 32)), COLOUR, "should be in colour.*32x32, but is mode L, 32x32"),
        (new("L", (32, 32), "JPEG"), COLOUR, "should be in colour.*is mode L"),
        (new("RGBA", (32, 32)), COLOUR, "is mode RGBA"),
        (new("CMYK", (32, 32), "JPEG"), COLOUR, "is mode CMYK"),
        (new("RGB", (32, 31), "JPEG"), COLOUR, "is mode RGB, 32x31"),
        (new("RGB", (32, 32), "GIF"), COLOUR, "is neither a PNG nor a JPEG file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_says_what_else_it_is(data, shape, message):
    with pytest.raises(ValueError, match=message):
        decode_image(data, shape)


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_the_size_is_looked_at_before_anything_is_decoded(monkeypatch, format):
    """A small file may hold gigabytes of black."""
    bomb = new("RGB", (5000, 5000), format)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", None)  # whoever calls it fails
    with pytest.raises(ValueError, match="but is mode RGB, 5000x5000"):
        decode_image(bomb, COLOUR)
