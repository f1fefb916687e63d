"""Choosing data: dropped, picked, or those that come with a task."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from disco_desktop.engine.task.text import TextData
from disco_desktop.gui.widgets.data_choice import DataChoice
from tests.gui.pictures import ANIMALS
from tests.gui.titanic import TASK


@pytest.fixture
def choice(theme, home_window) -> DataChoice:
    made = DataChoice(theme, "Drop it here")
    home_window.setCentralWidget(made)
    home_window.show()
    made.taken = []
    made.chosen.connect(made.taken.append)
    return made


def drop(choice: DataChoice, *urls: str) -> bool:
    """Drag something over the widget and let go of it; tell whether it was taken."""
    mime = QMimeData()
    mime.setUrls([QUrl(url) for url in urls])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(choice, enter)
    if enter.isAccepted():
        place = QPointF(5, 5)
        event = QDropEvent(place, Qt.DropAction.CopyAction, mime, buttons, keys)
        QApplication.sendEvent(choice, event)
    return enter.isAccepted()


def test_one_thing_of_this_computer_is_taken(choice, tmp_path):
    path = tmp_path / "a table.csv"
    assert drop(choice, QUrl.fromLocalFile(str(path)).toString())
    assert choice.taken == [path]
    assert choice._name.text() == "a table.csv"
    assert choice._line.accessibleName() == "Chosen: a table.csv"
    assert not choice.zone.isVisible()


@pytest.mark.parametrize(
    "urls", [(), ("https://example.org/a.csv",), ("file:///a.csv", "file:///b.csv")]
)
def test_nothing_else_is_taken(choice, urls):
    assert not drop(choice, *urls)
    assert choice.taken == []
    assert choice.zone.isVisible()


def picker(choice: DataChoice) -> QFileDialog:
    return choice.findChild(QFileDialog)


def test_a_folder_is_picked_with_the_keyboard(choice, tmp_path, qtbot):
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(choice, Qt.Key.Key_O, keys)
    dialog = picker(choice)
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.setDirectory(str(tmp_path.parent))
    dialog.selectFile(str(tmp_path))
    dialog.accept()
    assert choice.taken == [tmp_path]


def test_who_gives_up_picking_keeps_what_was_chosen(choice, tmp_path, qtbot):
    path = tmp_path / "a.csv"
    path.write_text("x")
    choice.choose(path)
    qtbot.keyClick(choice, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    dialog = picker(choice)
    assert Path(dialog.directory().path()) == tmp_path
    dialog.reject()
    assert choice.taken == [path]
    assert choice._name.text() == "a.csv"


@pytest.mark.parametrize(
    ("data", "hint", "names"),
    [
        (TASK.data, "CSV, Parquet or Excel.", "Tables (*.csv"),
        (ANIMALS, "Pictures in folders.", "Lists of pictures (*.csv)"),
        (TextData(context=64), "Text files.", "Texts (*.txt)"),
    ],
    ids=["table", "pictures", "text"],
)
def test_what_is_expected_is_said_and_looked_for(choice, data, hint, names, qtbot):
    choice.expect(data)
    assert choice.zone._words.text().startswith(hint)
    choice._file.trigger()
    dialog = picker(choice)
    assert dialog.nameFilters()[0].startswith(names)
    assert dialog.nameFilters()[-1] == "All files (*)"
    dialog.reject()


def test_a_line_offers_the_same_ways_and_the_sample_only_where_there_is_one(choice, tmp_path):
    choice.choose(tmp_path)
    other = next(one for one in choice.findChildren(QPushButton) if "other" in one.text())
    assert other.isVisible()

    def offered() -> list[str]:
        return [one.text().replace("&", "") for one in other.menu().actions() if one.isVisible()]

    assert offered() == ["Choose a file…", "Choose a folder…"]
    choice.offer_sample(tmp_path)
    assert offered()[2:] == ["Use sample data"]
    assert choice._name.text() == "Sample data"
    assert choice._where.toolTip() == ""
    choice.offer_sample(None)
    assert choice._name.text() == tmp_path.name
    choice.show_choice(None)
    assert choice.zone.isVisible()
