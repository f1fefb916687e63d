"""The rows of a table as Qt's views see them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from disco_desktop.app.processes.assistant_messages import Row, Shape, View
from disco_desktop.app.processes.paged_rows import PagedRows
from disco_desktop.gui.item_models.rows import IS_FIGURE, TONE, LeadingColumn, RowsModel
from tests.gui.conftest import eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ["Age", "Fare"]
TABLE = [
    Row(2, ["22", "7.25"], prediction=1),
    Row(3, ["x", "8"], is_used=False, marks={0: "cell_not_number"}, prediction=0),
    Row(4, ["", "8"], marks={0: "cells_filled_center", 1: "cell_far_out"}, prediction=0),
    Row(5, [], is_used=False),
]


def paged(table: Sequence[Row], *, page_rows: int = 2) -> PagedRows:
    async def read(page: int, view: View) -> Sequence[Row]:
        await asyncio.sleep(0)
        return table[page * page_rows : (page + 1) * page_rows]

    shape = Shape(columns=COLUMNS, rows=len(table), page_rows=page_rows, numbering="line")
    return PagedRows(shape, read)


@pytest.fixture
def model(qapp) -> RowsModel:
    leading = LeadingColumn("Prediction", lambda row: f"{row.prediction}", is_figure=True)
    made = RowsModel((leading,))
    made.tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return made


async def shown(model: RowsModel, rows: PagedRows) -> None:
    model.show_rows(rows)
    numbers = range(0, model.rowCount(), rows.shape.page_rows)
    for number in numbers:
        model.index(number, 0).data()
        await eventually(lambda number=number: rows.row(number) is not None)


async def test_rows_come_when_they_are_looked_at(model):
    rows = paged(TABLE)
    model.show_rows(rows)
    assert (model.rowCount(), model.columnCount()) == (4, 3)
    assert model.index(0, 1).data() == "…"
    await eventually(lambda: model.index(0, 1).data() == "22")
    assert model.headerData(0, Qt.Orientation.Vertical) == "2"
    assert model.headerData(3, Qt.Orientation.Vertical) == "…"
    assert rows.known_row(3) is None
    assert model.headerData(0, Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole) == "Line 2"
    titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(3)]
    assert titles == ["Prediction", "Age", "Fare"]
    await rows.close()


async def test_cells_say_what_is_the_matter_with_them(model):
    rows = paged(TABLE)
    await shown(model, rows)
    tones = [[model.index(row, column).data(TONE) for column in (1, 2)] for row in range(4)]
    assert tones == [["", ""], ["danger", "muted"], ["filled", "warning"], ["danger", "danger"]]
    tip = Qt.ItemDataRole.ToolTipRole
    assert "number" in model.index(1, 1).data(tip)
    assert "left out" in model.index(1, 2).data(tip)
    assert "average" in model.index(2, 1).data(tip)
    assert model.index(3, 1).data() == "unreadable"
    assert model.index(3, 2).data() == ""
    assert model.index(0, 0).data() == "1"
    assert model.index(0, 0).data(IS_FIGURE)
    assert not model.index(0, 1).data(IS_FIGURE)
    await rows.close()


async def test_other_rows_leave_nothing_of_the_first(model):
    first, second = paged(TABLE), paged(TABLE[:1])
    await shown(model, first)
    model.show_rows(second)
    assert model.rowCount() == 1
    first.row(3)
    await shown(model, second)
    assert model.index(0, 1).data() == "22"
    model.show_rows(None)
    assert (model.rowCount(), model.columnCount()) == (0, 0)
    await first.close()
    await second.close()


async def test_a_hundred_thousand_rows_are_not_asked_for_at_once(qapp):
    asked = []

    async def read(page: int, view: View) -> Sequence[Row]:
        asked.append(page)
        return [Row(page * 200 + place, ["1", "2"]) for place in range(200)]

    model = RowsModel()
    rows = PagedRows(Shape(columns=COLUMNS, rows=100_000, page_rows=200), read)
    model.show_rows(rows)
    assert model.index(99_999, 0).data() == "…"
    await eventually(lambda: model.index(99_999, 0).data() == "1")
    assert asked == [499]
    await rows.close()
