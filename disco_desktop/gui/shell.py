"""The window with its sidebar and first page: all that the first picture needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from disco_desktop.gui.main_window import MainWindow, Navigator, Place
from disco_desktop.gui.pages.home import HomePage
from disco_desktop.gui.theme.theme import Theme
from disco_desktop.gui.widgets.sidebar import Sidebar
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from disco_desktop.gui.theme.theme import ThemeChoice


class Shell(QObject):
    """Theme, navigation and window; the services come later and fill in the other pages."""

    def __init__(self, application: QApplication, theme: ThemeChoice = "system") -> None:
        super().__init__(application)
        self.theme = Theme(application, theme)
        self.navigator = Navigator(Place("home"))
        places = (
            ("home", tr("Home"), "home"),
            ("tasks", tr("Tasks"), "tasks"),
            ("library", tr("Models"), "library"),
            ("", "", ""),
            ("leaves", tr("Privacy log"), "shield"),
            ("settings", tr("Settings"), "settings"),
            ("help", tr("Help"), "help"),
        )
        self.sidebar = Sidebar(self.navigator, self.theme, places)
        self.window = MainWindow(self.navigator, self.sidebar, self.theme)
        self.home = HomePage(self.theme)
        self.window.add_page(self.home)
        self.window.show_place(self.navigator.place)
