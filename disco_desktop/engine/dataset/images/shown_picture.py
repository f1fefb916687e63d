"""A picture's file as a person wants to see it, and not as a network does."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from disco_desktop.engine.dataset.images.decoding import (
    LARGEST_FILE_BYTES,
    PictureRefusedError,
    decode_to_show,
    quietly,
)

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt


def shown_picture(path: Path, *, largest: int) -> npt.NDArray[np.uint8] | None:
    """Return a file's picture, uint8 (height, width, 3); None where it cannot be read (any more).

    Args:
        path: of a file, which may have been changed or deleted meanwhile.
        largest: pixels that it is wide and high at most.
    """
    try:
        with path.open("rb", buffering=0) as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE_BYTES:
                return None
            content = opened.read(LARGEST_FILE_BYTES)
        with quietly():
            return decode_to_show(content or b"", largest)
    except (OSError, ValueError, PictureRefusedError, MemoryError):
        return None
