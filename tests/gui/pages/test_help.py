from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from disco_desktop.gui.main_window import Place
from disco_desktop.gui.pages.help import HelpPage
from disco_desktop.gui.shortcuts import shortcuts_in
from tests.gui.conftest import eventually


@pytest.fixture
async def page(theme, navigator, errands, home_window) -> HelpPage:
    made = HelpPage(theme, navigator, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    made.entered("")
    return made


def visible(page: HelpPage) -> list[str]:
    return [name for name, part in page._parts.items() if part.content and part.content.isVisible()]


async def test_it_begins_with_how_it_works(page, navigator):
    assert visible(page) == ["how"]
    (to_leaves,) = (one for one in page.findChildren(QAction) if "Privacy" in one.text())
    to_leaves.trigger()
    assert navigator.place == Place("leaves")


async def test_a_place_names_the_part_to_show(page, qtbot):
    page.entered("words")
    assert visible(page) == ["words"]
    qtbot.mouseClick(page._parts["about"].button, Qt.MouseButton.LeftButton)
    assert visible(page) == ["about"]
    page.entered("no such part")
    assert visible(page) == ["about"]
    page.entered("")
    assert visible(page) == ["about"]
    page.entered("how")
    assert visible(page) == ["how"]


async def test_shortcuts_are_those_of_the_actions(page, home_window):
    rename = QAction("&Rename…", home_window)
    rename.setShortcut("F2")
    home_window.addAction(rename)
    without = QAction("Without keys", home_window)
    home_window.addAction(without)
    page.entered("keyboard")
    found = {(one.what, one.keys, one.where) for one in shortcuts_in(home_window)}
    assert ("Rename", "F2", "Everywhere") in found
    assert not any(what == "Without keys" for what, _, _ in found)
    rows = {
        tuple(page._shortcuts.index(row, part).data() for part in range(3))
        for row in range(page._shortcuts.rowCount())
    }
    assert ("Everywhere", "Rename", "F2") in rows
    assert ("Everywhere", "Press the button", "Space") in rows


async def test_the_libraries_are_listed_with_their_licences(page):
    page.entered("about")
    await eventually(lambda: page._components.rowCount() > 10)
    names = {page._components.index(row, 0).data() for row in range(page._components.rowCount())}
    assert {"numpy", "PySide6_Essentials", "torch"} <= names


async def test_the_drawing_can_be_read_aloud_and_drawn_in_both_themes(page, theme):
    from disco_desktop.gui.widgets.drawings import FederatedDrawing

    drawing = page.findChild(FederatedDrawing)
    assert "data that stay" in drawing.accessibleDescription()
    light = drawing.grab().toImage()
    theme.choose("dark")
    assert drawing.grab().toImage() != light
