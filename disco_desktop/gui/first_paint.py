"""A window on the screen at once, and the rest of the program loaded meanwhile."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

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
