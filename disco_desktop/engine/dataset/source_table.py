"""One file's rows as they stand there: every cell still text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.dataset.refused_file import refuse
from disco_desktop.engine.dataset.report import MENTIONED_ROWS, Problem

if TYPE_CHECKING:
    import numpy.typing as npt
    import polars as pl

LARGEST_FILE_BYTES = 4 << 30
LARGEST_CELLS = 30_000_000  # kept at once; all in all one takes about 80 bytes


@dataclass(frozen=True)
class SourceTable:
    """The rows of one file that could be read.

    Attributes:
        file: its name.
        frame: cells as text, null where empty; the columns asked for, or all.
        rows: int64 (n,), numbers of the data rows within the file, from one. Broken rows have a
            number too, and blank ones have none.
        lines: int64 (n,), where they begin in the file, or None where the format has no lines.
        count: data rows that hold anything, broken ones included.
        problems: what could not be read.
    """

    file: str
    frame: pl.DataFrame
    rows: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64] | None
    count: int
    problems: list[Problem] = field(default_factory=list)

    def mention(self, places: npt.NDArray[np.bool_]) -> tuple[list[int], list[int]]:
        """Return row numbers and line numbers of the first of the places that are true."""
        first = np.flatnonzero(places)[:MENTIONED_ROWS]
        lines = [] if self.lines is None else self.lines[first].tolist()
        return self.rows[first].tolist(), lines


def check_size(file: str, cells: int) -> None:
    """Refuse a table that would not fit into an ordinary machine's memory.

    Raises:
        FileRefusedError: it has too many cells.
    """
    if cells > LARGEST_CELLS:
        raise refuse("table_too_large", file, largest=LARGEST_CELLS)
