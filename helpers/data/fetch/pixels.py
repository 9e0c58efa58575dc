"""Decode one image file, and notice when it is damaged.

A PNG is a signature and a row of chunks (length, kind, content, CRC): https://www.w3.org/TR/png-3/
A JPEG has no checksums; it is known by the marks at its start and at its end.
"""

import io
import zlib

import numpy as np
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile

from helpers.language import say

PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_START, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


def decode_image(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """The pixels of a grey PNG file, or of a PNG or JPEG file in colour.

    Args:
        data: the whole file; a ValueError says why it is not one, or is damaged.
        shape: what it must have: (height, width) when grey, (3, height, width) when in colour.

    Returns:
        uint8 of that shape, read-only; the colours are red, green, blue.

    Example:
        >>> from PIL import Image
        >>> file = io.BytesIO()
        >>> Image.new("L", (3, 2), color=7).save(file, "PNG")
        >>> decode_image(file.getvalue(), (2, 3)).tolist()
        [[7, 7, 7], [7, 7, 7]]
    """
    in_colour = len(shape) == 3
    kind = _kind_of(data, in_colour)
    height, width = shape[-2:]
    name, mode = ("in colour", "RGB") if in_colour else ("grey", "L")
    try:
        image = kind(io.BytesIO(data))
        if (image.mode, image.size) != (mode, (width, height)):
            wide, high = image.size
            raise ValueError(
                say(
                    "should be {name} (mode {mode}), {width}x{height}, but is mode {other}, "
                    "{wide}x{high}",
                    name=name,
                    mode=mode,
                    width=width,
                    height=height,
                    other=image.mode,
                    wide=wide,
                    high=high,
                )
            )
        # Only now: decoded, a small file may be gigabytes of pixels.
        array = np.frombuffer(image.tobytes(), np.uint8)
    except (OSError, SyntaxError, zlib.error) as error:
        raise ValueError(say("cannot be decoded ({error})", error=error)) from error
    # Pillow gives the colours of a pixel side by side; torch wants one plane a colour.
    return array.reshape(height, width, 3).transpose(2, 0, 1) if in_colour else array.reshape(shape)


def _kind_of(data: bytes, in_colour: bool) -> type[ImageFile]:
    if data.startswith(PNG_START):
        _check_chunks(data)
        return PngImageFile
    if not in_colour:
        raise ValueError(say("is not a PNG file"))
    if not data.startswith(JPEG_START):
        raise ValueError(say("is neither a PNG nor a JPEG file"))
    if not data.endswith(JPEG_END):
        raise ValueError(say("ends early"))
    from PIL.JpegImagePlugin import JpegImageFile  # slow to import, and most sets are PNG files

    return JpegImageFile


def _check_chunks(data: bytes) -> None:
    # Pillow alone would not do: it does not look at the CRC of the pixels' chunks.
    start, kind = len(PNG_START), b""
    while kind != b"IEND":
        end = start + 12 + int.from_bytes(data[start : start + 4])  # length, kind, content, CRC
        if len(data) < end:
            raise ValueError(say("ends early"))
        content = data[start + 4 : end - 4]
        if zlib.crc32(content) != int.from_bytes(data[end - 4 : end]):
            raise ValueError(say("is damaged (its checksum is wrong)"))
        start, kind = end, content[:4]
