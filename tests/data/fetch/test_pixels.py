import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from helpers.data.fetch.pixels import decode_image

PIXELS = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
COLOURS = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def png(image: Image.Image, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


WHOLE = png(Image.fromarray(PIXELS))
JPEG = png(Image.fromarray(COLOURS), "JPEG")


@given(arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30))))
@settings(max_examples=50, deadline=None)
def test_gives_the_pixels(pixels):
    decoded = decode_image(png(Image.fromarray(pixels)), pixels.shape)
    assert decoded.dtype == np.uint8 and np.array_equal(decoded, pixels)


def test_finds_a_flipped_bit_wherever_it_is():
    for at in range(len(WHOLE)):
        damaged = bytearray(WHOLE)
        damaged[at] ^= 1 << (at % 8)
        with pytest.raises(ValueError):
            decode_image(bytes(damaged), (28, 28))


@pytest.mark.parametrize("length", [0, 5, 8, 20, 100, len(WHOLE) - 1])
def test_finds_a_file_that_ends_early(length):
    with pytest.raises(ValueError, match="ends early|is not a PNG"):
        decode_image(WHOLE[:length], (28, 28))


@pytest.mark.parametrize(
    "data, message",
    [
        (png(Image.new("RGB", (28, 28))), "is mode RGB, 28x28"),
        (png(Image.new("L", (27, 28))), "should be grey.*28x28, but is mode L, 27x28"),
        (png(Image.new("L", (28, 28)), "JPEG"), "is not a PNG"),
        (WHOLE[:8] + WHOLE[-12:], "cannot be decoded"),
    ],
)
def test_says_what_else_it_is(data, message):
    with pytest.raises(ValueError, match=message):
        decode_image(data, (28, 28))


@given(arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30), st.just(3))))
@settings(max_examples=50, deadline=None)
def test_gives_the_colours_as_torch_has_them(pixels):
    wanted = pixels.transpose(2, 0, 1)
    decoded = decode_image(png(Image.fromarray(pixels)), wanted.shape)
    assert decoded.dtype == np.uint8 and np.array_equal(decoded, wanted)


def test_a_jpeg_in_colour_is_what_pillow_makes_of_it():
    wanted = np.asarray(Image.open(io.BytesIO(JPEG))).transpose(2, 0, 1)
    assert np.array_equal(decode_image(JPEG, (3, 32, 32)), wanted)


@pytest.mark.parametrize("keep", [0, 2, 20, 0.3, 0.6, -2, -1])
def test_finds_a_jpeg_that_ends_early(keep):
    length = int(keep * len(JPEG)) if isinstance(keep, float) else keep
    with pytest.raises(ValueError, match="ends early|neither a PNG nor a JPEG"):
        decode_image(JPEG[:length], (3, 32, 32))


@pytest.mark.parametrize(
    "data, message",
    [
        (png(Image.new("L", (32, 32))), "should be in colour.*32x32, but is mode L, 32x32"),
        (png(Image.new("L", (32, 32)), "JPEG"), "should be in colour.*is mode L"),
        (png(Image.new("RGBA", (32, 32))), "is mode RGBA"),
        (png(Image.new("CMYK", (32, 32)), "JPEG"), "is mode CMYK"),
        (png(Image.new("RGB", (32, 31)), "JPEG"), "is mode RGB, 32x31"),
        (png(Image.new("RGB", (32, 32)), "GIF"), "is neither a PNG nor a JPEG file"),
        (b"", "is neither a PNG nor a JPEG file"),
    ],
)
def test_says_what_else_it_is_than_in_colour(data, message):
    with pytest.raises(ValueError, match=message):
        decode_image(data, (3, 32, 32))


def test_the_size_is_looked_at_before_anything_is_decoded(monkeypatch):
    """A small file may hold gigabytes of black."""

    def decoded(*args):
        raise AssertionError("it was decoded")

    bombs = [png(Image.new("RGB", (5000, 5000)), format) for format in ("PNG", "JPEG")]
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    for bomb in bombs:
        with pytest.raises(ValueError, match="but is mode RGB, 5000x5000"):
            decode_image(bomb, (3, 32, 32))
