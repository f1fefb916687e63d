"""Tables of which the window sees a page at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import polars as pl

from disco_desktop.app.processes.assistant_messages import (
    LARGEST_PAGE,
    LONGEST_CELL,
    MOST_COLUMNS,
    PAGE_CELLS,
)
from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.dataset.excerpt import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import Row, Shape, View


PICTURE_ROWS = 60  # make a page of pictures: about what fits on a large screen


class Table(ABC):
    """Rows that can be looked at page by page, and written to a file.

    Attributes:
        shape: what it looks like.
    """

    shape: Shape

    @abstractmethod
    def page(self, number: int, view: View) -> list[Row]:
        """Return the rows of a page, counted from zero; none behind the end."""

    def picture(self, row: int, view: View) -> bytes:
        """Return a row's picture, counted from zero, as a JPEG; nothing where there is none."""
        return b""

    @abstractmethod
    def write_csv(self, path: Path) -> int:
        """Write everything to a file; return how many rows there are.

        Raises:
            StorageError: the file cannot be written.
            DataError: there is nothing to write.
        """


def shown_columns(names: Sequence[str], first: Sequence[str] = ()) -> list[str]:
    """Return the columns that fit, those named in `first` before the others."""
    ordered = [*(name for name in first if name in names)]
    ordered += [name for name in names if name not in set(ordered)]
    return ordered[:MOST_COLUMNS]


def shown_names(columns: Sequence[str]) -> list[str]:
    """Return the columns' names as they are shown."""
    return [excerpt(name, LONGEST_CELL) for name in columns]


def page_rows(columns: int) -> int:
    """Return how many rows make a page of so many columns."""
    return max(1, min(LARGEST_PAGE, PAGE_CELLS // max(columns, 1)))


def shown_cells(frame: pl.DataFrame, columns: Sequence[str]) -> list[list[str]]:
    """Return the cells of some rows as they are shown, row by row."""
    start = pl.col(columns).str.slice(0, LONGEST_CELL + 1).fill_null("")
    rows = frame.select(start).rows()
    return [[inert(cell, longest=LONGEST_CELL) for cell in row] for row in rows]
