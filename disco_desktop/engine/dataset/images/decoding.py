"""From a picture's bytes to the pixels that a network sees."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, TiffImagePlugin, WebPImagePlugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from disco_desktop.engine.task.image import ImageData

# A JPEG of several pictures, as phones take them, is opened as MPO.
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")
LARGEST_FILE_BYTES = 256 << 20
MOST_PIXELS = 100_000_000  # decoded at once, a few hundred megabytes; no camera takes as many
VERSION = 1  # of what becomes of a picture; another one makes what was kept before useless

_DRAFTED = ("JPEG", "MPO")  # can be decoded in a fraction of their size
_ORIENTATION = 0x0112
_ON_THE_SIDE = (5, 6, 7, 8)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_REDUCING_GAP = 2.0

Image.preinit()  # knows of PNG, JPEG, GIF and BMP
_OTHERS = (TiffImagePlugin, WebPImagePlugin)  # known of because they are imported

# What a file claims of its size is checked here, with an error instead of Pillow's warning.
Image.MAX_IMAGE_PIXELS = None


class Picture(NamedTuple):
    """What a file holds.

    Attributes:
        pixels: uint8 (height, width, channels), as the task asks for.
        digest: 16 bytes that tell different pixels apart.
        width, height: of the file's own picture.
    """

    pixels: npt.NDArray[np.uint8]
    digest: bytes
    width: int
    height: int


class PictureRefusedError(Exception):
    """A picture cannot be used; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def quietly() -> Iterator[None]:
    """Keep Pillow from warning of oddities in files; to be entered where threads are started."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode(content: bytes, data: ImageData) -> Picture:
    """Decode a picture and bring it to a task's size and channels.

    Raises:
        PictureRefusedError: it is empty, too large, or no picture that can be decoded.
    """
    with _opened(content) as image:
        width, height = image.size
        pixels = _pixels(image, data)
    digest = blake2b(pixels.data, digest_size=16).digest()
    return Picture(pixels, digest, width, height)


def decode_to_show(content: bytes, largest: int) -> npt.NDArray[np.uint8]:
    """Decode a picture to be looked at: all of it, upright and in colour.

    Args:
        content: of the file.
        largest: pixels that it is wide and high at most.

    Returns:
        uint8 (height, width, 3).

    Raises:
        PictureRefusedError: as in `decode`.
    """
    with _opened(content) as image:
        if image.format in _DRAFTED:
            image.draft("RGB", (largest, largest))
        shown = _upright(image, "RGB").convert("RGB")
        shown.thumbnail((largest, largest), reducing_gap=_REDUCING_GAP)
        return np.asarray(shown)


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """Open a picture; whatever goes wrong with it is a refusal."""
    if not content:
        raise PictureRefusedError("pictures_empty")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureRefusedError("pictures_too_large")
            yield image
    except PictureRefusedError:
        raise
    except Exception as error:  # a damaged file makes Pillow raise nearly anything
        raise PictureRefusedError("pictures_unreadable") from error


def _pixels(image: Image.Image, data: ImageData) -> npt.NDArray[np.uint8]:
    mode = "L" if data.channels == 1 else "RGB"
    if image.format in _DRAFTED:
        image.draft(mode, _drafted(image.size, data, is_turned=_orientation(image) in _ON_THE_SIDE))
    seen = _resized(_upright(image, mode), data)
    # Several times as fast for a small picture as numpy's own way of asking for its content.
    values = np.frombuffer(seen.tobytes(), dtype=np.uint8)
    pixels = np.empty((data.height, data.width, data.channels), dtype=np.uint8)
    pixels[:] = values.reshape(data.height, data.width, -1)
    return pixels


def _upright(image: Image.Image, mode: str) -> Image.Image:
    """Return the whole picture as the camera was held, in a mode, or in grey where it is grey."""
    image.load()
    turn = _TURNS.get(_orientation(image))  # asked again, since Pillow turns a TIFF by itself
    whole = _in_eight_bits(image)
    if turn is not None:
        whole = whole.transpose(turn)
    # Grey takes a third of the work; it becomes colour at the end.
    if whole.mode != "L" or "transparency" in whole.info:
        whole = _opaque(whole).convert(mode)
    return whole


def _orientation(image: Image.Image) -> int:
    """Return how the camera was held, as its EXIF data say; 1 is upright."""
    found = image.getexif().get(_ORIENTATION, 1)
    return found if isinstance(found, int) else 1


def _drafted(size: tuple[int, int], data: ImageData, *, is_turned: bool) -> tuple[int, int]:
    """Return the least size that a JPEG must be decoded in, before it is turned."""
    width, height = size[::-1] if is_turned else size
    drawn = _drawn(width, height, data)
    return drawn[::-1] if is_turned else drawn


def _drawn(width: int, height: int, data: ImageData) -> tuple[int, int]:
    """Return the size of the whole picture once it fits into, covers, or is the task's size."""
    if data.resize == "stretch":
        return data.width, data.height
    scales = data.width / width, data.height / height
    scale = min(scales) if data.resize == "fit" else max(scales)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Scale a loaded picture of more bits: its kind's full range becomes 0 to 255."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all():
        raise PictureRefusedError("pictures_unreadable")
    top = float(values.max(initial=0.0))
    if image.mode.startswith("I;16"):
        values /= 257.0
    elif image.mode == "F":  # by convention from 0 to 1; others write 0 to 255
        values *= 255.0 if top <= 1.0 else 1.0
    elif top > 255.0:
        values /= 257.0 if top <= 65_535.0 else 16_843_009.0
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _opaque(image: Image.Image) -> Image.Image:
    """Put what can be seen through on black."""
    if image.mode not in ("RGBA", "LA", "PA", "RGBa", "La") and "transparency" not in image.info:
        return image
    above = image.convert("RGBA")
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, above)


def _resized(image: Image.Image, data: ImageData) -> Image.Image:
    size = (data.width, data.height)
    if image.size == size:
        return image
    how = Image.Resampling.BILINEAR
    if data.resize == "stretch":
        return image.resize(size, how, reducing_gap=_REDUCING_GAP)
    if data.resize == "crop":
        return image.resize(size, how, box=_middle(image.size, size), reducing_gap=_REDUCING_GAP)
    drawn = image.resize(_drawn(*image.size, data), how, reducing_gap=_REDUCING_GAP)
    canvas = Image.new(image.mode, size)
    canvas.paste(drawn, ((size[0] - drawn.width) // 2, (size[1] - drawn.height) // 2))
    return canvas


def _middle(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the largest box of the wanted proportions in the middle of a picture."""
    scale = min(size[0] / wanted[0], size[1] / wanted[1])
    width, height = wanted[0] * scale, wanted[1] * scale
    left, upper = (size[0] - width) / 2, (size[1] - height) / 2
    return left, upper, left + width, upper + height
