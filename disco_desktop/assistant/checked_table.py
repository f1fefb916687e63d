"""The rows of data that were checked, with the cells that have a problem."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from disco_desktop.app.processes.assistant_messages import Row, Shape
from disco_desktop.assistant.tables import (
    Table,
    page_rows,
    shown_cells,
    shown_columns,
    shown_names,
)
from disco_desktop.engine.dataset.column_checks import check_rows
from disco_desktop.engine.dataset.examination import row_offsets
from disco_desktop.engine.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from disco_desktop.app.processes.assistant_messages import View
    from disco_desktop.engine.dataset.column_checks import Findings
    from disco_desktop.engine.dataset.examination import Examination
    from disco_desktop.engine.dataset.source_table import SourceTable
    from disco_desktop.engine.task.tabular import TabularData


class CheckedTable(Table):
    """A row for each data row of the files, in their order; those that cannot be read are empty."""

    def __init__(self, data: TabularData, examination: Examination) -> None:
        self._data = data
        self._tables = examination.tables
        self._offsets = row_offsets(self._tables)
        names = self._tables[0].frame.columns if self._tables else []
        self._columns = shown_columns(names)
        self.shape = Shape(
            columns=shown_names(self._columns),
            hidden_columns=len(names) - len(self._columns),
            rows=examination.count,
            page_rows=page_rows(len(self._columns)),
            files=[(table.file, table.count) for table in self._tables],
            numbering="row" if any(table.lines is None for table in self._tables) else "line",
        )

    def page(self, number: int, view: View) -> list[Row]:
        """Return rows in the order of the files, whatever the view."""
        first = number * self.shape.page_rows
        behind = first + self.shape.page_rows
        rows: list[Row] = []
        for table, offset in zip(self._tables, self._offsets, strict=True):
            start, end = max(first - offset, 0), min(behind - offset, table.count)
            if start < end:
                rows += self._rows(table, start + 1, end)
        return rows

    def _rows(self, table: SourceTable, first: int, last: int) -> Iterator[Row]:
        """Yield the rows with these numbers within their file, both included."""
        start, end = np.searchsorted(table.rows, [first, last + 1]).tolist()
        length = end - start
        part = replace(
            table,
            frame=table.frame.slice(start, length),
            rows=table.rows[start:end],
            lines=None if table.lines is None else table.lines[start:end],
            problems=[],
        )
        found = check_rows(
            self._data, part, with_outcome=True, with_group=self._data.group is not None
        )
        cells = shown_cells(part.frame, self._columns)
        marks = self._marks(found, length)
        places = {number: place for place, number in enumerate(part.rows.tolist())}
        for number in range(first, last + 1):
            place = places.get(number)
            if place is None:
                yield Row(_known_line(table, number), [], is_used=False)
            else:
                yield Row(
                    number if part.lines is None else int(part.lines[place]),
                    cells[place],
                    is_used=bool(found.is_usable[place]),
                    marks=marks[place],
                )

    def _marks(self, found: Findings, rows: int) -> list[dict[int, str]]:
        marks: list[dict[int, str]] = [{} for _ in range(rows)]
        for code, column, where in found.marked:
            if column in self._columns:
                place = self._columns.index(column)
                for row in np.flatnonzero(where).tolist():
                    marks[row].setdefault(place, code)
        return marks

    def write_csv(self, path: Path) -> NoReturn:
        """Raise DataError: what was checked is in a file already."""
        raise DataError("nothing_to_write")


def _known_line(table: SourceTable, number: int) -> int:
    """Return where a row begins that could not be read, if a problem mentions it."""
    for problem in table.problems:
        if number in problem.rows and problem.lines:
            return problem.lines[problem.rows.index(number)]
    return 0
