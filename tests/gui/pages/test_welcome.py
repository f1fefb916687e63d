"""The first page of the first run, with real servers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from disco_desktop.app.library.settings import Preferences, ServerChoice, SettingsFile
from disco_desktop.app.server.in_use import ServerInUse
from disco_desktop.gui.pages.welcome import WelcomePage
from tests.gui.conftest import eventually
from tests.server.running_server import running_server, weights_of


@pytest.fixture
def preferences(tmp_path) -> Preferences:
    return Preferences(SettingsFile(tmp_path / "home"))


@pytest.fixture
async def server(tmp_path):
    made = ServerInUse(tmp_path / "server")
    yield made
    await made.close()


@pytest.fixture
async def page(theme, preferences, server, errands, home_window) -> WelcomePage:
    made = WelcomePage(theme, preferences, server, errands)
    home_window.setCentralWidget(made)
    home_window.show()
    home_window.activateWindow()
    made.entered("")
    made.told = []
    made.done.connect(lambda: made.told.append((preferences.current.server, server.state)))
    return made


async def test_enter_is_enough_for_this_computer(page, preferences, server, tmp_path):
    assert page.here.isChecked()
    assert not page.form.isVisible()
    assert not preferences.current.is_set_up
    page.begin.trigger()
    await eventually(lambda: bool(page.told))
    assert page.told == [(None, "starting")]
    assert preferences.current.is_set_up
    assert SettingsFile(tmp_path / "home").current.is_set_up
    assert server.is_here


async def test_a_server_that_runs_here_already_is_left_alone(page, server):
    await server.use(None)
    running = server._running
    page.begin.trigger()
    await eventually(lambda: bool(page.told))
    assert server._running is running


async def test_a_servers_address_is_checked_and_used(page, preferences, server, qtbot, tmp_path):
    qtbot.mouseClick(page.elsewhere, Qt.MouseButton.LeftButton)
    assert page.form.isVisible()
    assert not page.begin.isEnabled()
    assert not any(
        one.isVisible() for one in page.findChildren(QPushButton) if "Start" in one.text()
    )
    async with running_server(tmp_path, initial=weights_of([0.0])) as running:
        qtbot.keyClicks(page.form.address, running.url)
        qtbot.keyClick(page.form.address, Qt.Key.Key_Return)
        await eventually(page.form._seen.isVisible)
        page.form.use.trigger()
        await eventually(lambda: bool(page.told))
    choice = ServerChoice(running.url)
    assert page.told == [(choice, "ready")]
    assert preferences.current.servers == (choice,)
    assert (server.address.url, server.is_here) == (running.url, False)


async def test_who_comes_back_to_this_computer_begins_here(page, qtbot):
    page.elsewhere.setChecked(True)
    qtbot.mouseClick(page.here, Qt.MouseButton.LeftButton)
    assert page.begin.isEnabled()
    assert not page.form.isVisible()


async def test_a_choice_that_cannot_be_kept_is_in_force_and_said(page, server, told, tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    page.begin.trigger()
    await eventually(lambda: bool(page.told) and bool(told))
    assert page.told == [(None, "starting")]
    assert server.is_here
    assert len(told) == 1
