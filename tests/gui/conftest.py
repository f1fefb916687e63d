"""The window's parts without a screen, on the event loop that the application runs on."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QMainWindow
from qasync import QEventLoop

from disco_desktop.app.training.known_keys import KnownKeys
from disco_desktop.gui.background_tasks import Errands
from disco_desktop.gui.main_window import Navigator, Place
from disco_desktop.gui.theme.theme import Theme
from disco_desktop.gui.widgets.toasts import Toasts
from disco_desktop.translation import use_interface

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from disco_desktop.engine.errors import DiscoError

PATIENCE = 60.0  # seconds until something that should come about counts as missing


def application() -> QApplication:
    """Return the one application object of these tests."""
    return QApplication.instance() or QApplication(["disco-desktop"])


class Loop(QEventLoop):
    """The window's event loop, whose callbacks run as its own at any time.

    pytest-qt processes Qt's events between the steps of a test, when no asyncio loop runs; a task
    that goes on just then must not fail for it.
    """

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: object, context=None
    ):
        run = functools.partial(self._run_as_own, callback)
        return super().call_later(delay, run, *args, context=context)

    def _run_as_own(self, callback: Callable[..., object], *args: object) -> None:
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            callback(*args)
        finally:
            asyncio._set_running_loop(before)


@pytest.hookimpl
def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run asynchronous tests on Qt's event loop, as the window runs."""
    return {"qt": lambda: Loop(application())}


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return application()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.fixture
def navigator() -> Navigator:
    return Navigator(Place("home"))


class Told(list["DiscoError"]):
    """The errors that the window would show."""


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def errands(told: Told, home_window: QMainWindow):
    """Errands whose errors are collected, and none of which outlives the test, or its window."""
    made = Errands(told.append)
    yield made
    await made.close()


@pytest.fixture
def keys(tmp_path: Path) -> KnownKeys:
    """The keys that a person has compared: none yet."""
    return KnownKeys(tmp_path / "profile")


@pytest.fixture
def home_window(qapp: QApplication) -> Iterator[QMainWindow]:
    """An empty window for a page and what lies over it.

    It is not left to `qtbot`, which would close it while errands still change what is in it.
    """
    made = QMainWindow()
    made.resize(1280, 800)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def toasts(home_window: QMainWindow, theme: Theme) -> Toasts:
    return Toasts(theme, home_window)


async def eventually(holds: Callable[[], bool]) -> None:
    """Let the event loop run until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _words_of_the_window() -> Iterator[None]:
    use_interface("window")
    yield
    use_interface("terminal")


@pytest.fixture(autouse=True)
def _quick_children(quick_children: None) -> None:
    """Load torch once for all the children that the pages start."""


@pytest.fixture(autouse=True)
def _garbage_in_one_thread(qapp: QApplication) -> Iterator[None]:
    """Collect garbage in Qt's thread alone, as the window does."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def _no_window_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a window open."""
    yield
    left = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    for widget in left:
        widget.close()
    if left:
        pytest.fail(f"left open: {left}", pytrace=False)
