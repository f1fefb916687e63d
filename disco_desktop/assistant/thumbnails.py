"""Small pictures for the window, of what the network sees."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from disco_desktop.app.assistant_messages import LARGEST_PICTURE_BYTES, LARGEST_PICTURE_SIDE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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
