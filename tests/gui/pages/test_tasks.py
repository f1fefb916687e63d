"""The list of tasks with a real server, and without one."""

from __future__ import annotations

import socket

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListView, QPushButton

from disco_desktop.app.library.settings import ServerChoice
from disco_desktop.app.server.in_use import ServerInUse, TaskCatalogue
from disco_desktop.gui.pages.tasks import TasksPage
from disco_desktop.gui.widgets.chips import ServerChip
from tests.gui.conftest import eventually


@pytest.fixture
async def server(tmp_path) -> ServerInUse:
    made = ServerInUse(tmp_path / "server")
    yield made
    await made.close()


@pytest.fixture
def catalogue(server) -> TaskCatalogue:
    return TaskCatalogue(server)


@pytest.fixture
async def page(theme, navigator, catalogue, errands, home_window) -> TasksPage:
    made = TasksPage(theme, navigator, catalogue, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    return made


@pytest.fixture
def nobody() -> ServerChoice:
    """The address of a server that is not there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return ServerChoice(f"http://127.0.0.1:{probe.getsockname()[1]}")


def words(page) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


async def test_it_waits_for_the_server_here_and_shows_its_tasks(
    page, server, catalogue, navigator, qtbot
):
    assert "Loading tasks" in words(page)
    await server.use(None)
    await eventually(lambda: server.state == "ready")
    page.entered("")
    await eventually(lambda: catalogue.state == "loaded")
    view = page.findChild(QListView)
    assert view.isVisible()
    page._search.setText("titANIC")
    place = view.visualRect(view.model().index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (navigator.place.page, navigator.place.subject) == ("task", "titanic")
    page._search.setText("no such task")
    assert "No matching tasks" in words(page)


async def test_a_server_that_is_not_there_is_said_and_asked_again(
    page, server, catalogue, nobody, theme, qtbot
):
    chip = ServerChip(theme, server, catalogue)
    qtbot.addWidget(chip)
    await server.use(nobody)
    await catalogue.refresh()
    shown = words(page)
    assert "The server cannot be reached" in shown
    assert not any("Errno" in text or "Error" in text for text in shown)
    assert chip.accessibleName() == "127.0.0.1 cannot be reached"
    again = next(one for one in page.findChildren(QPushButton) if "again" in one.text())
    with qtbot.waitSignal(page.retry):
        qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    await server.use(None)
    await eventually(lambda: server.state == "ready")
    await catalogue.refresh()
    assert page.findChild(QListView).isVisible()
    assert chip.accessibleName() == "Server on this computer is ready"
