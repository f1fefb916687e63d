"""Small pictures for the window, of what the network sees."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from disco_desktop.app.assistant_messages import LARGEST_PICTURE_BYTES, LARGEST_PICTURE_SIDE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LARGE_SIDE = 1_024
_QUALITIES = (90, 75, 50, 25)


def thumbnail(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return a JPEG of pixels (height, width, channels), within the limits of the messages."""
    values = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
    picture = Image.fromarray(values)
    picture.thumbnail((LARGEST_PICTURE_SIDE, LARGEST_PICTURE_SIDE))
    for quality in _QUALITIES:
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=quality)
        if stream.tell() <= LARGEST_PICTURE_BYTES:
            return stream.getvalue()
    return b""  # no picture of this size takes as much


def large_picture(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return a JPEG of all that the network sees, at most `LARGE_SIDE` pixels wide and high."""
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    picture.thumbnail((LARGE_SIDE, LARGE_SIDE))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=95)
    return stream.getvalue()
