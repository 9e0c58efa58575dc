"""Decode one PNG file, and notice when it is damaged.

A PNG is a signature and a row of chunks (length, kind, content, CRC): https://www.w3.org/TR/png-3/
"""

import io
import zlib

import numpy as np
from PIL.PngImagePlugin import PngImageFile

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def decode(data: bytes, shape: tuple[int, int]) -> np.ndarray:
    """The pixels of a grey PNG file.

    Args:
        data: the whole file.
        shape: the height and width it must have.

    Returns:
        uint8 (height, width), read-only.

    Raises:
        ValueError: when a checksum fails, the file ends early or it is another kind of image.

    Example:
        >>> from PIL import Image
        >>> file = io.BytesIO()
        >>> Image.new("L", (3, 2), color=7).save(file, "PNG")
        >>> decode(file.getvalue(), (2, 3)).tolist()
        [[7, 7, 7], [7, 7, 7]]
    """
    _check_chunks(data)
    try:
        image = PngImageFile(io.BytesIO(data))
        pixels = image.tobytes()
    except (OSError, SyntaxError, zlib.error) as error:
        raise ValueError(f"cannot be decoded ({error})") from error
    height, width = shape
    if (image.mode, image.size) != ("L", (width, height)):
        wide, high = image.size
        raise ValueError(
            f"should be grey (mode L), {width}x{height}, but is mode {image.mode}, {wide}x{high}"
        )
    return np.frombuffer(pixels, np.uint8).reshape(shape)


def _check_chunks(data: bytes) -> None:
    # Pillow alone would not do: it does not look at the CRC of the pixels' chunks.
    if not data.startswith(SIGNATURE):
        raise ValueError("is not a PNG file")
    start, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        end = start + 12 + int.from_bytes(data[start : start + 4])  # length, kind, content, CRC
        if len(data) < end:
            raise ValueError("ends early")
        content = data[start + 4 : end - 4]
        if zlib.crc32(content) != int.from_bytes(data[end - 4 : end]):
            raise ValueError("is damaged (its checksum is wrong)")
        start, kind = end, content[:4]
