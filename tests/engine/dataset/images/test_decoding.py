"""Every kind of picture becomes the same pixels; what is none is refused."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from disco_desktop.engine.dataset.images.decoding import (
    MOST_PIXELS,
    PictureRefusedError,
    decode,
    quietly,
)
from tests.engine.dataset.images.conftest import data_of, picture


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def pixels(image: Image.Image, kind: str = "PNG", **changes: object) -> np.ndarray:
    return decode(encoded(image, kind), data_of(**changes)).pixels


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_lossless_kinds_give_the_same_pixels(kind: str) -> None:
    original = picture(1)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    found = decode(encoded(original, kind, **options), data_of())
    assert np.array_equal(found.pixels, np.asarray(original))
    assert (found.width, found.height) == (16, 16)
    assert found.digest == decode(encoded(original), data_of()).digest


def test_a_jpeg_comes_near() -> None:
    smooth = Image.linear_gradient("L").resize((400, 400)).convert("RGB")
    found = pixels(smooth, "JPEG").astype(int)
    expected = np.asarray(smooth.resize((16, 16), Image.Resampling.BOX)).astype(int)
    assert np.abs(found - expected).max() <= 6


def test_grey_becomes_three_equal_channels_and_colour_one() -> None:
    grey = picture(2, mode="L")
    found = pixels(grey)
    assert found.shape == (16, 16, 3)
    assert np.array_equal(found, np.repeat(np.asarray(grey)[:, :, None], 3, axis=2))
    assert pixels(picture(3), channels=1).shape == (16, 16, 1)


def test_sixteen_bits_are_scaled_and_not_cut() -> None:
    ramp = np.linspace(0, 65_535, 256).astype(np.uint16).reshape(16, 16)
    for kind in ("PNG", "TIFF"):
        found = pixels(Image.fromarray(ramp), kind)
        assert np.abs(found[:, :, 0].astype(int).ravel() - np.arange(256)).max() <= 1


def test_floating_point_from_zero_to_one_is_scaled() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
    found = pixels(Image.fromarray(ramp), "TIFF")
    assert np.abs(found[:, :, 0].astype(int).ravel() - np.arange(256)).max() <= 1


def test_what_can_be_seen_through_is_on_black() -> None:
    image = Image.new("RGBA", (16, 16), (200, 100, 50, 0))
    image.paste((200, 100, 50, 255), (0, 0, 8, 16))
    found = pixels(image)
    assert found[0, 0].tolist() == [200, 100, 50]
    assert found[0, 15].tolist() == [0, 0, 0]


def test_a_palette_is_looked_up_its_transparency_too() -> None:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.paste(0, (0, 0, 8, 16))
    stream = io.BytesIO()
    image.save(stream, "PNG", transparency=0)
    found = decode(stream.getvalue(), data_of()).pixels
    assert found[0, 0].tolist() == [0, 0, 0]
    assert found[0, 15].tolist() == [40, 50, 60]


def test_of_a_moving_gif_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    stream = io.BytesIO()
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    assert decode(stream.getvalue(), data_of()).pixels[8, 8].tolist() == [255, 0, 0]


def test_of_a_phones_two_pictures_in_one_file_the_first_counts() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("white", "black")]
    stream = io.BytesIO()
    frames[0].save(stream, "MPO", save_all=True, append_images=frames[1:])
    assert decode(stream.getvalue(), data_of()).pixels.min() > 250


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_held_otherwise_gives_the_same_picture(kind: str, orientation: int) -> None:
    upright = Image.new("L", (16, 16), 0)
    upright.paste(255, (0, 0, 8, 8))  # upper left is white
    upright.paste(128, (8, 0, 16, 8))
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    held = upright if back is None else upright.transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    held.save(stream, kind, exif=exif)
    found = decode(stream.getvalue(), data_of()).pixels[:, :, 0].astype(int)
    assert abs(found[2, 2] - 255) < 12
    assert abs(found[2, 13] - 128) < 12
    assert found[13].max() < 12


class TestProportions:
    """A picture twice as wide as high: white left half, grey right half."""

    @pytest.fixture
    def wide(self) -> Image.Image:
        image = Image.new("L", (64, 32), 100)
        image.paste(255, (0, 0, 32, 32))
        return image

    def test_fitted_it_is_whole_on_black(self, wide: Image.Image) -> None:
        found = pixels(wide, resize="fit")[:, :, 0]
        assert found[:4].max() == found[12:].max() == 0
        assert found[8, 0] == 255
        assert found[8, 15] == 100

    def test_cropped_it_fills_all_and_loses_its_sides(self, wide: Image.Image) -> None:
        found = pixels(wide, resize="crop")[:, :, 0]
        assert found[0, 0] == found[15, 0] == 255
        assert found[0, 15] == found[15, 15] == 100

    def test_stretched_it_is_whole_and_fills_all(self, wide: Image.Image) -> None:
        found = pixels(wide, resize="stretch")[:, :, 0]
        assert found[0, 3] == 255
        assert found[15, 12] == 100

    def test_a_task_may_want_other_than_squares(self, wide: Image.Image) -> None:
        found = pixels(wide, height=16, width=32)[:, :, 0]
        assert found.shape == (16, 32)
        assert found[0, 0] == 255
        assert found[15, 31] == 100

    def test_a_large_jpeg_is_decoded_small_and_keeps_its_proportions(self) -> None:
        image = Image.new("L", (1600, 800), 100)
        image.paste(255, (0, 0, 800, 800))
        found = pixels(image, "JPEG", resize="fit")[:, :, 0].astype(int)
        assert found[:4].max() == 0
        assert abs(found[8, 1] - 255) < 4
        assert abs(found[8, 14] - 100) < 4


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def bomb(width: int, height: int) -> bytes:
    """A small PNG file that says it is huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "pictures_empty"),
        (b"\x89PNG\r\n\x1a\n", "pictures_unreadable"),
        (b"not a picture", "pictures_unreadable"),
        (bomb(60_000, 60_000), "pictures_too_large"),
        (bomb(MOST_PIXELS + 1, 1), "pictures_too_large"),
        (bomb(100, 100), "pictures_unreadable"),
        (encoded(picture(1))[:-300], "pictures_unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "pictures_unreadable"),
    ],
)
def test_what_cannot_be_used_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(PictureRefusedError) as raised:
        decode(content, data_of())
    assert raised.value.code == code


_ORIGINALS = [encoded(picture(5), kind) for kind in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")]


@given(
    st.sampled_from(_ORIGINALS),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 1_000),
)
def test_whatever_is_wrong_with_a_file_it_is_pixels_or_a_refusal(
    content: bytes, changes: list[tuple[int, int]], lost: int
) -> None:
    damaged = bytearray(content[: max(1, len(content) - lost)])
    for place, value in changes:
        damaged[place % len(damaged)] = value
    with quietly():
        try:
            found = decode(bytes(damaged), data_of())
        except PictureRefusedError:
            return
    assert found.pixels.shape == (16, 16, 3)
