"""The window fits its screen and comes back to where it was."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from shiboken6 import isValid

from disco_desktop.gui.application import Kept, kept_settings
from disco_desktop.gui.dialogs.closing import CloseQuestion
from disco_desktop.gui.main_window import MainWindow, Navigator, Place
from disco_desktop.gui.widgets.sidebar import Sidebar


@pytest.fixture
def make(theme, qtbot):
    made = []

    def make() -> MainWindow:
        navigator = Navigator(Place("home"))
        sidebar = Sidebar(navigator, theme, (("home", "Home", "home"),))
        made.append(MainWindow(navigator, sidebar, theme))
        return made[-1]

    yield make
    for window in made:
        window.really_close()
        window.deleteLater()


def test_it_is_no_larger_than_its_screen(make):
    room = make().screen().availableSize()
    window = make()
    assert room.expandedTo(window.size()) == room
    assert room.expandedTo(window.minimumSize()) == room
    window.place_as(placement_of(make, QSize(9_000, 9_000)))
    assert room.expandedTo(window.size()) == room


def placement_of(make, size: QSize) -> str:
    other = make()
    other.setMinimumSize(0, 0)
    other.resize(size)
    return other.placement


def test_it_comes_back_to_where_it_was(make, qtbot):
    first = make()
    first.setMinimumSize(100, 100)
    first.show()
    first.setGeometry(QRect(30, 40, 610, 420))
    kept = first.placement
    second = make()
    second.setMinimumSize(100, 100)
    second.place_as(kept)
    assert second.size() == QSize(610, 420)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"window": 5}', '{"window": "xyz"}'])
def test_settings_that_tell_nothing_are_passed_over(content, tmp_path, monkeypatch):
    monkeypatch.setenv("DISCO_HOME", str(tmp_path))
    if content is not None:
        (tmp_path / "settings.json").write_text(content)
    assert kept_settings() == Kept()


def test_what_was_kept_is_found(make, tmp_path, monkeypatch):
    monkeypatch.setenv("DISCO_HOME", str(tmp_path))
    kept = make().placement
    (tmp_path / "settings.json").write_text(json.dumps({"window": kept}))
    assert kept_settings() == Kept(placement=kept)


def test_closing_asks_whoever_owns_the_window(make, qtbot):
    window = make()
    window.show()
    with qtbot.waitSignal(window.close_asked):
        window.close()
    assert window.isVisible()
    window.really_close()
    assert not window.isVisible()


@pytest.mark.parametrize("is_together", [True, False])
def test_enter_keeps_training_and_leaving_is_a_choice(is_together, home_window, qtbot):
    question = CloseQuestion(is_together, home_window)
    with qtbot.waitExposed(question):
        question.open()
    with qtbot.waitSignal(question.rejected):
        qtbot.keyClick(question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not isValid(question))
    question = CloseQuestion(is_together, home_window)
    with qtbot.waitExposed(question):
        question.open()
    with qtbot.waitSignal(question.accepted):
        qtbot.mouseClick(question.leave, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not isValid(question))
