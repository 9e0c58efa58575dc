import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from helpers.data.png import decode

PIXELS = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)


def png(image: Image.Image, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


WHOLE = png(Image.fromarray(PIXELS))


@given(arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30))))
@settings(max_examples=50, deadline=None)
def test_gives_the_pixels(pixels):
    decoded = decode(png(Image.fromarray(pixels)), pixels.shape)
    assert decoded.dtype == np.uint8 and np.array_equal(decoded, pixels)


def test_finds_a_flipped_bit_wherever_it_is():
    for at in range(len(WHOLE)):
        damaged = bytearray(WHOLE)
        damaged[at] ^= 1 << (at % 8)
        with pytest.raises(ValueError):
            decode(bytes(damaged), (28, 28))


@pytest.mark.parametrize("length", [0, 5, 8, 20, 100, len(WHOLE) - 1])
def test_finds_a_file_that_ends_early(length):
    with pytest.raises(ValueError, match="ends early|is not a PNG"):
        decode(WHOLE[:length], (28, 28))


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
        decode(data, (28, 28))
