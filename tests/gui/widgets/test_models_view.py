"""The table of models with the keyboard, the mouse, and little room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from disco_desktop.gui.item_models.models import ModelColumn, ModelsModel
from disco_desktop.gui.widgets.models_view import ROW_HEIGHT, ModelsView
from tests.gui.item_models.test_models import records

LESS_TELLING = (ModelColumn.TASK, ModelColumn.SCHEME, ModelColumn.SIZE)


@pytest.fixture
def view(theme, home_window, qtbot) -> ModelsView:
    models = ModelsModel()
    models.show_records(records(3))
    made = ModelsView(theme, models)
    made.models = models  # the view does not own it
    home_window.setCentralWidget(made)
    home_window.show()
    qtbot.waitExposed(home_window)
    return made


def opened(view: ModelsView) -> list[str]:
    names: list[str] = []
    view.opened.connect(lambda index: names.append(index.siblingAtColumn(0).data()))
    return names


def test_enter_and_a_double_click_open_a_model(view, qtbot):
    names = opened(view)
    view.setCurrentIndex(view.models.index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Enter)
    assert names == ["Model 1"]
    place = view.visualRect(view.models.index(2, ModelColumn.NAME)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert names == ["Model 1", "Model 0"]


def test_the_latest_come_first_and_a_header_sorts(view, qtbot):
    def names() -> list[str]:
        return [view.models.index(row, ModelColumn.NAME).data() for row in range(3)]

    assert names() == ["Model 2", "Model 1", "Model 0"]
    header = view.horizontalHeader()
    where = header.sectionViewportPosition(ModelColumn.NAME) + 20
    qtbot.mouseClick(
        header.viewport(),
        Qt.MouseButton.LeftButton,
        pos=QPoint(where, 10),
    )
    assert names() == ["Model 0", "Model 1", "Model 2"]


@pytest.mark.parametrize(
    ("width", "left_out"), [(1280, 0), (860, 1), (740, 2), (600, 3), (320, 3)]
)  # fmt: skip
def test_what_there_is_no_room_for_is_left_out(view, home_window, qtbot, width, left_out):
    home_window.resize(width, 600)
    qtbot.waitUntil(lambda: view.width() == home_window.width())
    gone = [part for part in LESS_TELLING if view.isColumnHidden(part)]
    assert gone == list(LESS_TELLING[3 - left_out :])
    for part in (ModelColumn.NAME, ModelColumn.CREATED, ModelColumn.ACCURACY):
        assert not view.isColumnHidden(part)
    home_window.resize(1280, 800)
    qtbot.waitUntil(lambda: not any(view.isColumnHidden(part) for part in LESS_TELLING))


def test_rows_are_chosen_whole_and_drawn_so_in_both_themes(view, theme):
    before = view.viewport().grab().toImage()
    view.selectRow(1)
    assert {index.row() for index in view.selectedIndexes()} == {1}
    assert len(view.selectedIndexes()) == len(ModelColumn)
    assert view.rowHeight(0) == ROW_HEIGHT
    chosen = view.viewport().grab().toImage()
    assert chosen != before
    theme.choose("dark")
    assert view.viewport().grab().toImage() != chosen
