"""Small pictures as an assistant hands them out: real JPEGs, each of another colour."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage

from disco_desktop.app.processes.assistant_messages import Row, Shape, View
from disco_desktop.app.processes.paged_rows import PagedRows
from disco_desktop.engine.task.image import ImageData
from disco_desktop.engine.task.outcome import ClassOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

ANIMALS = ImageData(
    height=32,
    width=32,
    outcome=ClassOutcome(
        name="animal", values=("cat", "dog", "owl"), labels=("a cat", "a dog", "an owl")
    ),
)


def jpeg(number: int = 0, *, width: int = 24, height: int = 16) -> bytes:
    """Return a picture in a colour of its own."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsv(number * 37 % 360, 200, 220))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPEG")
    return bytes(content.data())


def checked(number: int) -> Row:
    """Return a row of checked pictures; each fifth cannot be used."""
    label = ANIMALS.values[number % 3]
    if number % 5 == 4:
        return Row(number + 1, [f"{label}/{number}.png", label], is_used=False,
                   marks={0: "cell_missing"})  # fmt: skip
    return Row(number + 1, [f"{label}/{number}.png", label], picture=jpeg(number))


def paged(
    pictures: Sequence[Row], *, page_rows: int = 48, columns: Sequence[str] = ("file", "label")
) -> PagedRows:
    """Return pictures that are read page by page."""

    async def read(page: int, view: View) -> Sequence[Row]:
        await asyncio.sleep(0)
        return pictures[page * page_rows : (page + 1) * page_rows]

    shape = Shape(columns=[*columns], rows=len(pictures), page_rows=page_rows, has_pictures=True)
    return PagedRows(shape, read)
