"""The pictures of data that were checked, with what is the matter with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from disco_desktop.app.assistant_messages import LONGEST_CELL, Row, Shape
from disco_desktop.app.inert_text import inert
from disco_desktop.assistant.tables import Table, page_rows
from disco_desktop.assistant.thumbnails import thumbnail
from disco_desktop.engine.dataset.images.image_reader import FILE_COLUMN
from disco_desktop.engine.dataset.images.label_list import LABEL_COLUMN
from disco_desktop.engine.dataset.images.picture_examination import labels_of
from disco_desktop.engine.dataset.images.picture_files import shown_path
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.app.assistant_messages import View
    from disco_desktop.engine.dataset.images.picture_examination import PictureExamination
    from disco_desktop.engine.task.image import ImageData

_FILE_CELL, _LABEL_CELL = 0, 1
# What is wrong with a file's label and not with its picture.
_OF_LABELS = ("pictures_without_label", "label_folders_unknown", "listed_file_two_labels")


class CheckedPictures(Table):
    """A row for each file, in the order of their paths."""

    def __init__(self, data: ImageData, examination: PictureExamination) -> None:
        self._examination = examination
        self._labels = labels_of(data, examination.outcomes)
        count = len(examination.files)
        self.shape = Shape(
            columns=[FILE_COLUMN, LABEL_COLUMN],
            rows=count,
            page_rows=page_rows(2),
            files=[(examination.name, count)] if count else [],
            has_pictures=True,
        )

    def page(self, number: int, view: View) -> list[Row]:
        """Return rows in the order of the files, whatever the view."""
        first = number * self.shape.page_rows
        behind = min(first + self.shape.page_rows, self.shape.rows)
        return [self._row(place) for place in range(first, behind)]

    def _row(self, place: int) -> Row:
        found = self._examination
        cells = [shown_path(found.files[place].path), self._labels[place]]
        code = found.marks.get(place)
        marks = {}
        if code is not None:
            marks[_LABEL_CELL if code in _OF_LABELS else _FILE_CELL] = code
        pixels = int(found.pictures.places[place])
        return Row(
            place + 1,
            [inert(cell, longest=LONGEST_CELL) for cell in cells],
            is_used=bool(found.is_usable[place]),
            marks=marks,
            picture=thumbnail(found.pictures.pixels[pixels]) if pixels >= 0 else b"",
        )

    def write_csv(self, path: Path) -> NoReturn:
        """Raise DataError: what was checked is in files already."""
        raise DataError("nothing_to_write")
