from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QRadioButton

from disco_desktop.app.library.profile import home_folder, memory_folder
from disco_desktop.app.library.settings import Preferences, ServerChoice, SettingsFile
from disco_desktop.app.server.in_use import ServerInUse
from disco_desktop.app.training.folder import TrainingFolder
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.cache_folder import cache_folder
from disco_desktop.engine.default_tasks.registry import task_provider
from disco_desktop.gui.pages.settings import SettingsPage
from disco_desktop.gui.pages.welcome import WelcomePage
from tests.gui.conftest import eventually

ELSEWHERE = ServerChoice("https://disco.example.org:8765", "ab" * 32)


@pytest.fixture
def preferences() -> Preferences:
    return Preferences(SettingsFile(home_folder()))


@pytest.fixture
async def server(tmp_path) -> ServerInUse:
    made = ServerInUse(tmp_path / "server")
    yield made
    await made.close()


@pytest.fixture
def current() -> CurrentSession:
    return CurrentSession()


@pytest.fixture
async def page(theme, preferences, server, current, errands, qtbot) -> SettingsPage:
    made = SettingsPage(theme, preferences, server, current, errands)
    qtbot.addWidget(made)
    made.show()
    return made


def kept():
    return SettingsFile(home_folder()).current


async def test_the_theme_changes_at_once_and_is_kept(page, theme):
    page._theme_choice.setCurrentIndex(page._theme_choice.findData("dark"))
    page._theme_choice.activated.emit(page._theme_choice.currentIndex())
    assert theme.tokens.is_dark
    await eventually(lambda: kept().theme == "dark")


async def test_figures_of_the_training_are_kept(page, qtbot):
    page._share.setValue(4)
    page._patience.setValue(45)
    await eventually(lambda: (kept().machine_share, kept().patience_minutes) == (40, 45))
    await eventually(lambda: page._share_words.text() == "40 %")
    await eventually(lambda: not page._errands._tasks)


async def test_a_device_that_is_not_there_cannot_be_chosen_and_says_why(page):
    items = page._device.model()
    by_device = {
        page._device.itemData(place): items.item(place) for place in range(page._device.count())
    }
    assert by_device["cpu"].isEnabled()
    assert not by_device["mps"].isEnabled()
    assert "not available on this system" in by_device["mps"].text()
    page._device.setCurrentIndex(page._device.findData("cpu"))
    page._device.activated.emit(page._device.currentIndex())
    await eventually(lambda: kept().device == "cpu")


async def test_how_participants_are_reached_is_kept(page, qtbot):
    peers = page._peers
    assert peers.port.text() == "Any free port"
    peers.port.setValue(4711)
    await eventually(lambda: kept().peer_port == 4711)
    assert peers.port.text() == "4711"
    peers.way.setCurrentIndex(1)
    peers.way.activated.emit(1)
    await eventually(lambda: kept().relay_only)
    await eventually(lambda: not peers.port.isEnabled())
    assert kept().peer_port == 4711
    peers.way.setCurrentIndex(0)
    peers.way.activated.emit(0)
    await eventually(peers.port.isEnabled)
    peers.port.setValue(0)
    await eventually(lambda: kept().peer_port is None)
    await eventually(lambda: not page._errands._tasks)


async def test_showing_settings_changes_none(page, preferences):
    await preferences.change(machine_share=30, patience_minutes=7, theme="light", device="cpu")
    await preferences.change(relay_only=True, peer_port=4711)
    assert page._peers.way.currentData() is True
    assert page._peers.port.value() == 4711
    assert page._share.value() == 3
    assert page._patience.value() == 7
    assert page._theme_choice.currentData() == "light"
    assert page._device.currentData() == "cpu"
    assert not page._errands._tasks


def radios(page: SettingsPage) -> dict[str, QRadioButton]:
    return {button.text(): button for button in page._servers.buttons()}


async def test_servers_are_chosen_known_and_forgotten(page, preferences, server, qtbot):
    assert list(radios(page)) == ["This computer"]
    page._form.confirmed.emit(ELSEWHERE)
    await eventually(lambda: server.state == "ready")
    assert server.address.fingerprint == ELSEWHERE.fingerprint
    assert kept().server == ELSEWHERE
    assert radios(page)[ELSEWHERE.url].isChecked()
    assert page._forgetting == []  # the one in use stays
    other = ServerChoice("https://other.example:8765")
    page._form.confirmed.emit(other)
    await eventually(lambda: kept().server == other)
    await eventually(lambda: len(page._forgetting) == 1)
    qtbot.mouseClick(page._forgetting[0], Qt.MouseButton.LeftButton)
    await eventually(lambda: list(radios(page)) == ["This computer", other.url])
    assert kept().servers == (other,)


async def test_a_servers_trouble_is_said(page, server):
    await server.use(ServerChoice("http://elsewhere.example"))
    assert server.state == "failed"
    assert "https://" in page._server_state.text()


async def test_servers_stay_while_a_training_is_under_way(page, current, tmp_path, titanic_plan):
    folder = TrainingFolder.begin(titanic_plan)
    session = current.begin(folder)
    assert not page._server_choices.isEnabled()
    assert not page._add.isEnabled()
    assert "running" in page._under_way.text
    await session.stop()
    assert page._server_choices.isEnabled()
    assert page._under_way.text == ""


@pytest.fixture
def titanic_plan(tmp_path):
    from disco_desktop.app.training.plan import TrainingPlan

    return TrainingPlan(
        task=task_provider("titanic").get_task(), data=str(tmp_path), users=1, same_data=False,
        scheme="local", server=None, fingerprint=None, epochs=1, round_duration=1, batch_size=30,
        seed=1, threads=None, save_as=None, created="2026-01-01T00:00:00+00:00",
    )  # fmt: skip


async def test_what_can_be_cleared_is_cleared_when_it_was_confirmed(page):
    damaged = memory_folder() / "damaged"
    damaged.mkdir(parents=True)
    (damaged / "a.safetensors").write_bytes(b"x" * 1_500)
    page.entered("")
    await eventually(page._clear.isEnabled)
    page._clear.trigger()
    box = page.findChild(QMessageBox)
    keep = box.defaultButton()
    (clear,) = (button for button in box.buttons() if button is not keep)
    clear.click()
    await eventually(lambda: not damaged.exists())
    await eventually(lambda: not page._clear.isEnabled())


async def test_the_cache_is_told_of_and_cleared(page):
    kept = cache_folder("pictures", "entry")
    kept.mkdir(parents=True)
    (kept / "pixels").write_bytes(b"x" * 2_500)
    page.entered("")
    await eventually(page._clear_cache.isEnabled)
    page._clear_cache.trigger()
    await eventually(lambda: not kept.exists())
    await eventually(lambda: not page._clear_cache.isEnabled())


@pytest.fixture
async def welcome(theme, preferences, server, errands, qtbot) -> WelcomePage:
    made = WelcomePage(theme, preferences, server, errands)
    qtbot.addWidget(made)
    made.show()
    made.entered("")
    made.ends = []
    made.done.connect(lambda: made.ends.append(kept()))
    return made


async def test_the_first_run_begins_with_this_computer(welcome, server):
    assert welcome.here.isChecked()
    assert not welcome.form.isVisible()
    await server.use(None)
    welcome.begin.trigger()
    await eventually(lambda: len(welcome.ends) == 1)
    assert welcome.ends[0].is_set_up
    assert welcome.ends[0].server is None
    assert server.is_here
    assert server.state in ("starting", "ready")


async def test_or_with_a_servers_address(welcome, server):
    welcome.elsewhere.click()
    assert welcome.form.isVisible()
    assert not welcome.begin.isEnabled()
    welcome.form.confirmed.emit(ELSEWHERE)
    await eventually(lambda: len(welcome.ends) == 1)
    assert welcome.ends[0].server == ELSEWHERE
    assert welcome.ends[0].is_set_up
    assert server.address.url == ELSEWHERE.url
