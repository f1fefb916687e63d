from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from disco_desktop.gui.widgets.buttons import ActionButton
from disco_desktop.gui.widgets.card import column
from disco_desktop.gui.widgets.toasts import LARGEST_NUMBER, Toasts


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(1000, 700)
    made.button = QPushButton("Something else")
    made.setLayout(column(made.button, None))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    return made


@pytest.fixture
def toasts(window, theme):
    return Toasts(theme, window)


def test_a_toast_goes_by_itself(qtbot, toasts):
    toast = toasts.say("Exported.", seconds=0.1)
    assert toasts.isVisible()
    with qtbot.waitSignals([toast.expired, toast.gone]):
        pass
    assert toasts.shown == []
    assert not toasts.isVisible()


def test_taking_its_action_is_not_expiring(qtbot, toasts):
    undo = QAction("&Undo", toasts)
    toast = toasts.say("Deleted.", action=undo)
    expired = []
    toast.expired.connect(lambda: expired.append(toast))
    with qtbot.waitSignal(toast.gone):
        qtbot.mouseClick(toast.findChild(ActionButton), Qt.MouseButton.LeftButton)
    assert expired == []
    assert not undo.isEnabled()


def test_the_oldest_makes_room(toasts):
    gone = []
    for number in range(LARGEST_NUMBER + 1):
        toasts.say(str(number)).expired.connect(lambda number=number: gone.append(number))
    assert gone == [0]
    assert [toast.text for toast in toasts.shown] == ["1", "2", "3"]


def test_the_keyboard_reaches_the_action_and_comes_back(qtbot, window, toasts):
    window.button.setFocus()
    undone = []
    undo = QAction("&Undo", toasts)
    undo.triggered.connect(lambda: undone.append(True))
    toast = toasts.say("Deleted.", action=undo, seconds=0.1)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    focused = window.focusWidget()
    assert isinstance(focused, ActionButton)
    for _ in range(4):  # its time stands still meanwhile
        with qtbot.waitSignal(toast._clock.timeout):
            pass
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert undone == [True]
    assert window.focusWidget() is window.button


def test_escape_closes_it_from_the_keyboard(qtbot, window, toasts):
    window.button.setFocus()
    toast = toasts.say("Imported.")
    qtbot.keyClick(window, Qt.Key.Key_F6)
    with qtbot.waitSignal(toast.expired):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert window.focusWidget() is window.button


def test_it_stays_in_the_corner(window, toasts):
    toasts.say("A long notice about something that was done to a model. " * 3)
    window.resize(1200, 800)
    place = toasts.geometry()
    assert window.width() - place.right() == window.height() - place.bottom()
    assert place.width() > 300
