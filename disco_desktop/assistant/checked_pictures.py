"""The pictures of data that were checked, with what is the matter with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np

from disco_desktop.app.processes.assistant_messages import LONGEST_CELL, Row, Shape
from disco_desktop.app.words.inert_text import inert
from disco_desktop.assistant.tables import PICTURE_ROWS, Table
from disco_desktop.assistant.thumbnails import large_picture, thumbnail
from disco_desktop.engine.dataset.images.image_reader import FILE_COLUMN
from disco_desktop.engine.dataset.images.label_list import LABEL_COLUMN
from disco_desktop.engine.dataset.images.picture_examination import labels_of
from disco_desktop.engine.dataset.images.picture_files import shown_path
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from disco_desktop.app.processes.assistant_messages import View
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
            page_rows=PICTURE_ROWS,
            files=[(examination.name, count)] if count else [],
            has_pictures=True,
        )
        self._view: View | None = None
        self._chosen = np.arange(0)

    def page(self, number: int, view: View) -> list[Row]:
        """Return the rows that the view asks for, in the order of the files."""
        first = number * self.shape.page_rows
        chosen = self._choose(view)[first : first + self.shape.page_rows]
        return [self._row(place) for place in chosen.tolist()]

    def _choose(self, view: View) -> npt.NDArray[np.int64]:
        """Return the places of the files that are looked at; of a label, those that are used."""
        if view != self._view:
            found = self._examination
            if view.is_left_out:
                is_chosen = ~found.is_usable
            elif view.truth is not None:
                is_chosen = found.is_usable & (found.outcomes == view.truth)
            else:
                is_chosen = np.ones(len(found.files), dtype=np.bool_)
            self._view, self._chosen = view, np.flatnonzero(is_chosen)
        return self._chosen

    def picture(self, row: int, view: View) -> bytes:
        """Return a file's picture, larger than in a page."""
        chosen = self._choose(view)
        if not 0 <= row < len(chosen):
            return b""
        found, place = self._examination, int(chosen[row])
        seen = int(found.pictures.places[place])
        pixels = found.pictures.pixels[seen] if seen >= 0 else None
        return large_picture(found.root / found.files[place].path, pixels)

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
