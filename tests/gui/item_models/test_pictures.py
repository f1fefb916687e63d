"""Pictures as Qt's views see them, and what is said of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from disco_desktop.app.processes.assistant_messages import Row, Shape
from disco_desktop.app.processes.paged_rows import PagedRows
from disco_desktop.gui.data_words import OutcomeTiles, checked_tile
from disco_desktop.gui.item_models.pictures import PICTURE, TILE, PicturesModel
from tests.gui.conftest import eventually
from tests.gui.pictures import checked, jpeg, paged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disco_desktop.app.processes.assistant_messages import View

SHAPE = Shape(columns=["filename", "size"], rows=1, page_rows=1, has_pictures=True)


@pytest.fixture
def model(qapp) -> PicturesModel:
    made = PicturesModel(checked_tile)
    made.tester = QAbstractItemModelTester(
        made, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return made


async def test_pictures_come_when_they_are_looked_at(model):
    rows = paged([checked(number) for number in range(50)], page_rows=20)
    model.put_across(4)
    model.show_rows(rows)
    assert (model.rowCount(), model.columnCount()) == (13, 4)
    first = model.place(0)
    assert first.data() == "…"
    assert first.data(TILE) is None
    assert first.data(PICTURE) == b""
    await eventually(lambda: first.data() == "cat")
    assert first.data(PICTURE) == jpeg(0)
    assert rows.known_row(40) is None
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == "cat/0.png, cat"
    await rows.close()


async def test_nobody_gets_behind_the_last_picture(model):
    rows = paged([checked(number) for number in range(6)])
    model.put_across(4)
    model.show_rows(rows)
    behind = model.index(1, 2)
    assert model.number(model.index(1, 1)) == 5
    assert model.number(behind) is None
    assert behind.flags() == Qt.ItemFlag.NoItemFlags
    assert behind.data() is None
    await rows.close()


async def test_what_arrives_is_drawn_where_it_is(model, qtbot):
    rows = paged([checked(number) for number in range(30)], page_rows=10)
    model.put_across(4)
    model.show_rows(rows)
    changed = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    model.row(12)
    await eventually(lambda: bool(changed))
    assert changed[0] == (2, 4)
    model.put_across(7)
    assert model.place(12) == model.index(1, 5)
    await rows.close()


async def test_other_pictures_leave_nothing_of_the_first(model):
    first, second = paged([checked(0)] * 3), paged([checked(1)])
    model.show_rows(first)
    model.show_rows(second)
    assert model.count == 1
    first.row(0)
    await eventually(lambda: model.place(0).data() == "dog")
    model.show_rows(None)
    assert (model.rowCount(), model.count) == (0, 0)
    await first.close()
    await second.close()


async def test_a_hundred_thousand_are_not_asked_for_at_once(qapp):
    asked = []

    async def read(page: int, view: View) -> Sequence[Row]:
        asked.append(page)
        return [checked(page * 50 + place) for place in range(50)]

    model = PicturesModel(checked_tile)
    shape = Shape(columns=["file", "label"], rows=100_000, page_rows=50, has_pictures=True)
    rows = PagedRows(shape, read)
    model.put_across(9)
    model.show_rows(rows)
    last = model.place(99_998)
    assert last.data() == "…"
    await eventually(lambda: last.data() == checked(99_998).cells[1])
    assert asked == [1999]
    await rows.close()


def test_a_picture_that_is_left_out_says_why():
    tile = checked_tile(checked(4), SHAPE)
    assert (tile.title, tile.tone, tile.sign) == ("left out", "danger", "error")
    assert "must not be empty" in tile.said
    assert checked_tile(Row(1, []), SHAPE).text


def test_right_and_wrong_are_told_by_more_than_a_colour():
    tiles = OutcomeTiles()
    tiles.labels = ["cat", "dog"]
    row = Row(7, ["a/b.png", "9"], truth=0, prediction=0, probability=0.874)
    right = tiles.tested(row, SHAPE)
    assert (right.title, right.text) == ("cat, 87 %", "true: cat")
    assert (right.tone, right.sign) == ("success", "check")
    wrong = tiles.tested(Row(7, ["a/b.png"], truth=0, prediction=1, probability=0.5), SHAPE)
    assert (wrong.tone, wrong.sign) == ("danger", "close")
    assert wrong.said == "a/b.png: predicted dog (50.0 %), true value cat, wrong"
    assert tiles.details(row, SHAPE) == [
        ("filename", "a/b.png"), ("size", "9"), ("True", "cat"), ("Predicted", "cat"),
        ("Probability", "87.4 %"), ("Number", "7"),
    ]  # fmt: skip


def test_what_cannot_be_predicted_says_so():
    tiles = OutcomeTiles()
    tiles.labels = ["cat", "dog"]
    none = tiles.predicted(Row(1, ["x.png"], is_used=False), SHAPE)
    assert (none.title, none.tone, none.sign) == ("not possible", "danger", "error")
    some = tiles.predicted(Row(1, ["x.png"], prediction=1, probability=1.0), SHAPE)
    assert (some.title, some.text, some.tone) == ("dog, 100 %", "x.png", "")


def test_names_from_elsewhere_do_nothing():
    tile = checked_tile(Row(1, ["a\u202egnp\n.png", "c\u0007at"]), SHAPE)
    assert "\u202e" not in tile.text + tile.said
    assert "\u0007" not in tile.title + tile.said
