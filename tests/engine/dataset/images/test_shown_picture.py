"""Pictures as a person sees them: whole, upright, in colour, never too large."""

from __future__ import annotations

import numpy as np
from PIL import Image

from disco_desktop.engine.dataset.images.shown_picture import shown_picture
from tests.engine.dataset.images.conftest import picture


def test_a_small_picture_is_shown_pixel_by_pixel(tmp_path):
    made = picture(1, (30, 20))
    made.save(tmp_path / "a.png")
    assert np.array_equal(shown_picture(tmp_path / "a.png", largest=100), np.asarray(made))


def test_a_large_one_keeps_its_proportions(tmp_path):
    for name in ("a.png", "a.jpg"):
        picture(1, (400, 100)).save(tmp_path / name)
        assert shown_picture(tmp_path / name, largest=200).shape == (50, 200, 3)


def test_grey_and_clear_ones_are_in_colour(tmp_path):
    picture(1, (8, 8), "L").save(tmp_path / "grey.png")
    assert shown_picture(tmp_path / "grey.png", largest=50).shape == (8, 8, 3)
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert not shown_picture(tmp_path / "clear.png", largest=50).any()


def test_it_is_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(1, (40, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert shown_picture(tmp_path / "a.jpg", largest=100).shape == (40, 20, 3)


def test_what_is_no_picture_is_none(tmp_path):
    (tmp_path / "a.png").write_bytes(b"none")
    (tmp_path / "b.png").write_bytes(b"")
    for name in ("a.png", "b.png", "gone.png", ".", "nul\0.png"):
        assert shown_picture(tmp_path / name, largest=100) is None
