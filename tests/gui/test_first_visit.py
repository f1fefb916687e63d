"""A page is made when one goes there first, and the window shows where one is by then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from disco_desktop.gui.main_window import MainWindow, Navigator, Place
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.widgets.sidebar import Sidebar

PAGES = ("one", "two")


class Noting(Page):
    """A page that notes for which subjects it was entered."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.subjects: list[str] = []
        self.unstyled: list[QWidget] = []
        self.add(*(QLabel(f"{number}") for number in range(50)))

    def entered(self, subject: str) -> None:
        self.subjects.append(subject)
        if len(self.subjects) == 1:
            styled = Qt.WidgetAttribute.WA_WState_Polished
            self.unstyled = [w for w in self.findChildren(QWidget) if not w.testAttribute(styled)]


class Made(dict[str, Noting]):
    """The pages that were made, each once."""

    def make(self, name: str) -> Noting:
        assert name not in self
        self[name] = Noting(name)
        return self[name]


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def window(qtbot, theme, made) -> MainWindow:
    navigator = Navigator(Place("start"))
    shown = MainWindow(navigator, Sidebar(navigator, theme, ()), theme)
    qtbot.addWidget(shown)
    shown.add_page(Noting("start"))
    for name in PAGES:
        shown.offer_page(name, lambda name=name: made.make(name))
    shown.navigator = navigator
    shown.show()
    yield shown
    shown.really_close()


def test_a_page_is_made_once_and_entered_each_time(window, made, qtbot):
    assert made == {}
    for subject in ("a", "b"):
        window.navigator.go("one", subject)
        qtbot.waitUntil(lambda: "one" in made and made["one"].isVisible())
        window.navigator.go("start")
    assert made["one"].subjects == ["a", "b"]
    assert list(made) == ["one"]


def test_a_page_is_styled_before_it_is_shown(window, made, qtbot):
    """What Qt does to new widgets is a step of its own, after which the window answers."""
    window.navigator.go("one", "a")
    qtbot.waitUntil(lambda: "one" in made and made["one"].isVisible())
    assert len(made["one"].findChildren(QLabel)) >= 50
    assert made["one"].unstyled == []


def test_who_has_gone_on_meanwhile_is_not_led_back(window, made, qtbot):
    window.navigator.go("one", "a")
    window.navigator.go("two", "b")
    qtbot.waitUntil(lambda: set(made) == {"one", "two"} and made["two"].isVisible())
    assert made["one"].subjects == []
    window.navigator.go("one", "c")
    qtbot.waitUntil(made["one"].isVisible)
    assert made["one"].subjects == ["c"]
    assert not made["two"].isVisible()


def test_who_comes_back_with_another_subject_before_it_is_made_sees_that(window, made, qtbot):
    window.navigator.go("one", "a")
    window.navigator.go("one", "b")
    qtbot.waitUntil(lambda: "one" in made and made["one"].isVisible())
    assert made["one"].subjects == ["b"]
