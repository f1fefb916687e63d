"""Small pictures for the window, of what the network sees."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from disco_desktop.app.processes.assistant_messages import (
    LARGEST_PICTURE_BYTES,
    LARGEST_PICTURE_SIDE,
)
from disco_desktop.engine.dataset.images.shown_picture import shown_picture

if TYPE_CHECKING:
    from pathlib import Path

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


def large_picture(path: Path, pixels: npt.NDArray[np.uint8] | None) -> bytes:
    """Return a JPEG of a file, at most `LARGE_SIDE` pixels wide and high.

    Where it cannot be read any more, that which the network sees, if it is given; else nothing.
    """
    shown = shown_picture(path, largest=LARGE_SIDE)
    if shown is None:
        shown = pixels
    if shown is None:
        return b""
    picture = Image.fromarray(shown[:, :, 0] if shown.shape[2] == 1 else shown)
    picture.thumbnail((LARGE_SIDE, LARGE_SIDE))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90)
    return stream.getvalue()
