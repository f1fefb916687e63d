"""Sample pictures: real digits cut from a sheet, and drawn ones where real may not be shipped.

They are there to try a task with, and say on their face that they are generated. What they show can
be learnt, and means nothing.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

NOTICE = "GENERATED"
_NOTE = """\
# Generated pictures

The program drew these pictures itself. They are no photographs and show nothing real: they are \
there to try this task with, where real pictures may not be shipped. A model that has learnt \
from them is of no use.
"""


def write_pictures(
    folder: Path,
    labels: Sequence[str],
    draw: Callable[[str, random.Random], Image.Image],
    *,
    each: int,
) -> None:
    """Draw pictures into a folder for each label, the same ones each time.

    Args:
        folder: an empty folder.
        labels: what pictures show.
        draw: draws one of a label.
        each: how many of each label.

    Raises:
        OSError: they could not be written.
    """
    (folder / "SOURCE.md").write_text(_NOTE, encoding="utf-8")
    for label in labels:
        (folder / label).mkdir()
        for number in range(1, each + 1):
            chance = random.Random(f"{label}/{number}")  # noqa: S311 - reproducible on purpose
            picture = draw(label, chance)
            _say_so(picture)
            picture.save(folder / label / f"{number:03}.png")


def _say_so(picture: Image.Image) -> None:
    """Write across the lower edge that the picture is generated."""
    size = max(9, picture.width // 9)
    brush = ImageDraw.Draw(picture)
    height = size + 4
    brush.rectangle((0, picture.height - height, picture.width, picture.height), fill="black")
    middle = (picture.width / 2, picture.height - height / 2)
    brush.text(middle, NOTICE, fill="white", anchor="mm", font=ImageFont.load_default(size))


def lung(label: str, chance: random.Random) -> Image.Image:
    """Draw a fan of grey with bright lines: upright for one label, level for the other."""
    side = 100
    grey = chance.randint(20, 60)
    picture = Image.new("RGB", (side, side))
    brush = ImageDraw.Draw(picture)
    brush.pieslice((-30, -70, side + 30, 100), 35, 145, fill=(grey, grey, grey))
    for _ in range(chance.randint(2, 4)):
        place, shade = chance.randint(25, 75), chance.randint(150, 255)
        if label == "COVID-Positive":
            line = (place, chance.randint(10, 25), place + chance.randint(-6, 6), 85)
        else:
            line = (25, place, 75, place + chance.randint(-3, 3))
        brush.line(line, fill=(shade, shade, shade), width=chance.randint(2, 5))
    return picture.filter(ImageFilter.GaussianBlur(1))


def face(label: str, chance: random.Random) -> Image.Image:
    """Draw a face: round with large eyes low down, or long with small ones high up."""
    side = 200
    is_child = label == "child"
    picture = Image.new("RGB", (side, side), _colour(chance, 60, 200))
    brush = ImageDraw.Draw(picture)
    middle = 100 + chance.randint(-15, 15)
    width, height = (65, 70) if is_child else (50, 85)
    top = 20 + chance.randint(-10, 10)
    skin = chance.choice(("#f0c8a0", "#c89060", "#8a5a38", "#ffe0bd"))
    brush.ellipse((middle - width, top, middle + width, top + 2 * height), fill=skin)
    eye, level = (12, top + height * 1.1) if is_child else (6, top + height * 0.8)
    for offset in (-28, 28):
        at = middle + offset
        brush.ellipse((at - eye, level - eye, at + eye, level + eye), fill="black")
    mouth = top + height * 1.5
    brush.arc((middle - 25, mouth - 12, middle + 25, mouth + 12), 20, 160, fill="#903030", width=4)
    return picture


_SHAPES = {
    "airplane": ((0.5, 0.05), (0.6, 0.5), (0.95, 0.7), (0.5, 0.65), (0.05, 0.7), (0.4, 0.5)),
    "automobile": ((0.1, 0.7), (0.1, 0.5), (0.3, 0.3), (0.7, 0.3), (0.9, 0.5), (0.9, 0.7)),
    "bird": ((0.1, 0.3), (0.5, 0.5), (0.9, 0.3), (0.5, 0.65)),
    "cat": ((0.25, 0.2), (0.4, 0.4), (0.6, 0.4), (0.75, 0.2), (0.75, 0.8), (0.25, 0.8)),
    "deer": ((0.3, 0.1), (0.5, 0.4), (0.7, 0.1), (0.6, 0.9), (0.4, 0.9)),
    "dog": ((0.2, 0.4), (0.8, 0.4), (0.8, 0.8), (0.65, 0.8), (0.65, 0.6), (0.2, 0.6)),
    "frog": ((0.1, 0.8), (0.3, 0.5), (0.7, 0.5), (0.9, 0.8)),
    "horse": ((0.1, 0.5), (0.7, 0.5), (0.8, 0.1), (0.95, 0.2), (0.85, 0.9), (0.1, 0.9)),
    "ship": ((0.05, 0.6), (0.95, 0.6), (0.75, 0.85), (0.25, 0.85)),
    "truck": ((0.05, 0.3), (0.6, 0.3), (0.6, 0.5), (0.95, 0.5), (0.95, 0.8), (0.05, 0.8)),
}
_COLOURS = dict(
    zip(
        _SHAPES,
        (
            "#d0d0e8", "#d03020", "#30a0e0", "#e09030", "#805020",
            "#c0a060", "#40b040", "#603018", "#4050a0", "#e0d030",
        ),
        strict=True,
    )
)  # fmt: skip


def shape(label: str, chance: random.Random) -> Image.Image:
    """Draw a coloured shape, another one for each label, somewhere on a coloured ground."""
    side = 96
    picture = Image.new("RGB", (side, side), _colour(chance, 0, 90))
    scale = side * chance.uniform(0.6, 0.8)
    left, top = (chance.uniform(0, side - scale) for _ in range(2))
    corners = [(left + x * scale, top * 0.7 + y * scale * 0.85) for x, y in _SHAPES[label]]
    ImageDraw.Draw(picture).polygon(corners, fill=_COLOURS[label])
    return picture


def _colour(chance: random.Random, least: int, most: int) -> tuple[int, int, int]:
    return chance.randint(least, most), chance.randint(least, most), chance.randint(least, most)


_DRAWN = {"cifar10": (shape, 20), "lus_covid": (lung, 60), "simple_face": (face, 50)}


def draw_samples(task_id: str, labels: Sequence[str], folder: Path) -> None:
    """Draw the sample pictures of a built-in task into an empty folder.

    Raises:
        OSError: they could not be written.
    """
    draw, each = _DRAWN[task_id]
    write_pictures(folder, labels, draw, each=each)


_SIDE = 28  # pixels of a digit
_ROWS_EACH, _COLUMNS = 5, 100  # of each digit on the sheet of samples


def cut_digits(folder: Path) -> None:
    """Cut the sheet of handwritten digits into a folder of 500 pictures for each digit.

    Raises:
        OSError: they could not be written.
    """
    sheet_folder = resource("tasks", "mnist", "sheet")
    source = sheet_folder / "SOURCE.md"
    (folder / source.name).write_bytes(source.read_bytes())
    with Image.open(sheet_folder / "digits.png") as sheet:
        sheet.load()
        for digit in range(10):
            (folder / str(digit)).mkdir()
            for place in range(_ROWS_EACH * _COLUMNS):
                row, column = divmod(place, _COLUMNS)
                left, top = column * _SIDE, (digit * _ROWS_EACH + row) * _SIDE
                cut = sheet.crop((left, top, left + _SIDE, top + _SIDE))
                cut.save(folder / str(digit) / f"{place + 1:03}.png")
