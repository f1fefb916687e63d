from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from disco_desktop.gui.pages.home import HomePage
from disco_desktop.gui.widgets.card import ChoiceCard


@pytest.fixture
def page(theme, home_window) -> HomePage:
    made = HomePage(theme)
    home_window.setCentralWidget(made)
    home_window.show()
    return made


def card(page: HomePage, name: str) -> ChoiceCard:
    return next(one for one in page.findChildren(ChoiceCard) if one.accessibleName() == name)


@pytest.mark.parametrize(
    ("name", "signal"),
    [("Try it", "try_it"), ("Take part", "participate"), ("Use a model", "use_model")],
)
def test_a_way_in_is_taken_with_the_mouse_and_with_the_keyboard(page, qtbot, name, signal):
    chosen = card(page, name)
    assert chosen.accessibleDescription()
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(chosen, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(getattr(page, signal)):
            qtbot.keyClick(chosen, key)


def test_an_interrupted_training_is_offered_and_the_offer_taken_back(page, qtbot):
    go_on = next(one for one in page.findChildren(QPushButton) if "Continue" in one.text())
    assert not go_on.isVisible()
    page.offer_to_go_on("titanic", "Titanic")
    assert page._offer.text == "The training of “Titanic” was interrupted."
    with qtbot.waitSignal(page.go_on) as told:
        qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    assert told.args == ["titanic"]
    page.offer_to_go_on("", "")
    assert not go_on.isVisible()


def test_it_is_seen_whole_and_narrow_windows_stack_it(page, home_window, qtbot):
    def settled() -> bool:
        return page._drawing.y() == page._points.y()

    home_window.resize(1280, 800)
    qtbot.waitUntil(settled)
    assert page.verticalScrollBar().maximum() == 0
    home_window.resize(800, 640)
    qtbot.waitUntil(lambda: page._drawing.y() >= page._points.geometry().bottom())
    assert page.horizontalScrollBar().maximum() == 0
