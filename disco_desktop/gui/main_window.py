"""The main window: the sidebar, the bar above a task's steps, and the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from disco_desktop.gui.widgets.layout import column, row

if TYPE_CHECKING:
    from disco_desktop.gui.navigation import Navigator, Place
    from disco_desktop.gui.pages.page import Page
    from disco_desktop.gui.widgets.sidebar import Sidebar

SMALLEST = (960, 640)
FIRST = (1280, 800)


class MainWindow(QMainWindow):
    """Shows the page of the place where one is."""

    def __init__(self, navigator: Navigator, sidebar: Sidebar) -> None:
        super().__init__()
        self.setWindowTitle("Disco Desktop")
        self.setMinimumSize(*SMALLEST)
        self.resize(*FIRST)
        self._sidebar = sidebar
        self._pages: dict[str, Page] = {}
        self._stack = QStackedWidget()
        self._above = column(spacing=0)
        whole = QWidget()
        whole.setLayout(row(sidebar, column(self._above, self._stack, spacing=0), spacing=0))
        self.setCentralWidget(whole)
        navigator.moved.connect(self.show_place)

    def add_page(self, page: Page) -> None:
        """Make a page one that can be gone to."""
        self._pages[page.name] = page
        self._stack.addWidget(page)

    def show_above(self, widget: QWidget) -> None:
        """Put something above the pages."""
        self._above.addWidget(widget)

    def show_place(self, place: Place) -> None:
        """Show a place's page."""
        page = self._pages[place.page]
        page.entered(place.subject)
        self._stack.setCurrentWidget(page)
        self._sidebar.show_place(place, belongs_to=page.belongs_to)
        page.verticalScrollBar().setValue(0)
