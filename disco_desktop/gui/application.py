"""The desktop program: from the command line to the last window closed."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QThread, QTimer

from disco_desktop import __version__
from disco_desktop.app.words.command_line import WRONG_CALL, Parser, WrongCallError
from disco_desktop.app.words.inert_text import inert
from disco_desktop.translation import language, use_interface, use_language

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

    from disco_desktop.gui.shell import Shell


def parse_arguments(arguments: Sequence[str] | None) -> Namespace:
    """Read the command line.

    Raises:
        WrongCallError: it is not as it should be.
    """
    parser = Parser(
        prog="disco-desktop", description="Train one model together, without sharing the data."
    )
    parser.add_argument(
        "--profile", type=_folder, metavar="DIR",
        help="keep models and settings in this folder; another profile is another participant",
    )  # fmt: skip
    parser.add_argument("--server", metavar="URL", help="use this server instead of the chosen one")
    parser.add_argument("--version", action="version", version=f"Disco Desktop {__version__}")
    return parser.parse_args(arguments)


def _folder(text: str) -> Path:
    """Read the path of a folder; one that is not there yet is made when it is needed."""
    path = Path(text).expanduser()
    try:
        path = path.resolve()
        nearest = next(place for place in (path, *path.parents) if place.exists())
        is_possible = nearest.is_dir()
    except (OSError, RuntimeError, ValueError):  # no name, or one that leads in a circle
        is_possible = False
    if not is_possible:
        raise ArgumentTypeError(f"{inert(text)!r} cannot be a folder: name another one")
    return path


def has_screen() -> bool:
    """Tell whether a window could be seen, or is drawn somewhere on purpose."""
    if sys.platform in ("win32", "darwin"):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


NO_SCREEN = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the application; return the exit code."""
    try:
        chosen = parse_arguments(arguments)
    except WrongCallError as error:
        sys.stderr.write(f"disco-desktop: {error}\n")
        return WRONG_CALL
    use_interface("window")
    if chosen.profile is not None:
        os.environ["DISCO_HOME"] = str(chosen.profile)
    if not has_screen():
        sys.stderr.write(
            "There is no screen to open a window on. `disco demo` shows the same on a terminal.\n"
        )
        return NO_SCREEN
    # Qt alone until the first picture: see first_paint.
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    from disco_desktop.gui.lean_imports import read_no_sources

    read_no_sources()
    from disco_desktop.gui.application import paint_while_loading
    from disco_desktop.resource_files import resource

    application = QApplication(sys.argv[:1])
    application.setApplicationName("disco-desktop")
    application.setApplicationDisplayName("Disco Desktop")
    application.setDesktopFileName("disco-desktop")
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(QIcon(str(resource("icons", "disco-desktop.svg"))))
    kept = kept_settings()
    speak(application, kept.language)
    from disco_desktop.gui.shell import Shell  # whose words are in that language

    shell = Shell(application)
    shell.window.place_as(kept.placement)
    shell.window.show()
    if not paint_while_loading(application):
        return 0
    return _run(application, shell, chosen.server)


class Kept(NamedTuple):
    """What the first picture needs of the settings.

    Attributes:
        placement: where the window was last time, in hexadecimal.
        language: the language that was chosen.
    """

    placement: str = ""
    language: str = "system"


def kept_settings() -> Kept:
    """Return it; read by hand, since the first picture is not to wait for the rest.

    What cannot be read is told of when the settings are loaded as a whole.
    """
    import json

    from disco_desktop.app.library.profile import home_folder

    try:
        kept = json.loads((home_folder() / "settings.json").read_text(encoding="utf-8"))
        placement = str(kept.get("window", ""))
        bytes.fromhex(placement)
        return Kept(placement, str(kept.get("language", "system")))
    except (OSError, ValueError, AttributeError):
        return Kept()


def speak(application: QApplication, chosen: str) -> None:
    """Use a language from here on, in the window's own dialogs too."""
    from PySide6.QtCore import QLibraryInfo, QTranslator

    if chosen != "system":
        use_language(chosen)
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language()}", folder):
        application.installTranslator(translator)


def _run(application: QApplication, shell: Shell, server: str | None) -> int:
    """Run the application's services on Qt's event loop, until the window is closed."""
    import asyncio

    from qasync import QEventLoop

    from disco_desktop import logs
    from disco_desktop.gui.application import GarbageCollection
    from disco_desktop.gui.desktop import Desktop

    logs.configure()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        desktop = Desktop(shell, server)
        GarbageCollection(application)
        runner.run(desktop.run())
    return 0


# What takes longest to import, and at last all pages and services. Loaded in a thread, they leave
# the window answering. None of them makes a widget while it is imported.
_MODULES = ("asyncio", "msgspec", "aiohttp", "qasync", "disco_desktop.gui.desktop")


class Loading(QThread):
    """Imports what the window does not need for its first picture."""

    def run(self) -> None:
        """Import."""
        for module in _MODULES:
            importlib.import_module(module)


def paint_while_loading(application: QApplication) -> bool:
    """Run the event loop until the rest is loaded; tell whether the window is still open."""
    loading = Loading()
    loading.finished.connect(lambda: application.exit(0))
    loading.start()
    application.exec()
    loading.wait()
    return any(window.isVisible() for window in application.topLevelWidgets())


_INTERVAL = 500  # milliseconds


class GarbageCollection(QObject):
    """Takes over from Python: looks now and then, and collects what is due.

    What the window begins with is left out of all collections to come, so that they stay short.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        # Not at once: the window has just begun to answer.
        QTimer.singleShot(_INTERVAL, self, self._leave_out_what_is_there)
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self.collect_what_is_due)
        self._timer.start()

    def _leave_out_what_is_there(self) -> None:
        gc.collect()
        gc.freeze()

    def collect_what_is_due(self) -> None:
        """Collect the oldest generation whose threshold is passed, and the younger ones with it."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in reversed(range(len(counts))):
            if 0 < thresholds[generation] < counts[generation]:
                gc.collect(generation)
                return
