"""The desktop program: from the command line to the last window closed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from disco_desktop.app.command_line import WRONG_CALL, WrongCallError
from disco_desktop.gui.arguments import parse_arguments
from disco_desktop.gui.screen import has_screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

    from disco_desktop.gui.shell import Shell

NO_SCREEN = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the application; return the exit code."""
    try:
        chosen = parse_arguments(arguments)
    except WrongCallError as error:
        sys.stderr.write(f"disco-desktop: {error}\n")
        return WRONG_CALL
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
    from disco_desktop.engine.resources import resource
    from disco_desktop.gui.first_paint import paint_while_loading
    from disco_desktop.gui.shell import Shell

    application = QApplication(sys.argv[:1])
    application.setApplicationName("disco-desktop")
    application.setApplicationDisplayName("Disco Desktop")
    application.setDesktopFileName("disco-desktop")
    application.setQuitOnLastWindowClosed(False)
    application.setWindowIcon(QIcon(str(resource("icons", "disco-desktop.svg"))))
    shell = Shell(application)
    shell.window.show()
    if not paint_while_loading(application):
        return 0
    return _run(application, shell, chosen.server)


def _run(application: QApplication, shell: Shell, server: str | None) -> int:
    """Run the application's services on Qt's event loop, until the window is closed."""
    import asyncio

    from qasync import QEventLoop

    from disco_desktop import logs
    from disco_desktop.gui.desktop import Desktop
    from disco_desktop.gui.garbage import GarbageCollection

    logs.configure()
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        desktop = Desktop(shell, server)
        GarbageCollection(application)
        runner.run(desktop.run())
    return 0
