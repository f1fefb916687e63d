"""The sidebar: where one can go, and what is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QPushButton, QVBoxLayout

from disco_desktop.gui.theme.theme import icon
from disco_desktop.gui.theme.tokens import MEDIUM, SMALL, TINY
from disco_desktop.gui.widgets.card import column, row
from disco_desktop.gui.widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from disco_desktop.gui.main_window import Navigator, Place
    from disco_desktop.gui.theme.theme import Theme


class Sidebar(QFrame):
    """The main places as buttons; what is shown below them can be set."""

    def __init__(
        self, navigator: Navigator, theme: Theme, places: Sequence[tuple[str, str, str]]
    ) -> None:
        """Make buttons for places, each a page, its title and its icon; "" is a gap."""
        super().__init__()
        self.setProperty("role", "sidebar")
        self._theme = theme
        self._buttons: dict[str, tuple[QPushButton, str]] = {}
        self._mark = QLabel()
        self._group = QButtonGroup(self)
        self._below: QVBoxLayout = column(spacing=SMALL)
        brand = row(self._mark, Text("Disco Desktop", size="strong", is_wrapped=False), None)
        rows = column(brand, MEDIUM, spacing=TINY, margin=MEDIUM)
        for page, title, icon_name in places:
            if not page:
                rows.addStretch(1)
                continue
            button = QPushButton(title)
            button.setProperty("role", "navigation")
            button.setCheckable(True)
            button.setIconSize(QSize(20, 20))
            button.clicked.connect(lambda _=False, page=page: navigator.go(page))
            self._group.addButton(button)
            self._buttons[page] = (button, icon_name)
            rows.addWidget(button)
        rows.addLayout(self._below)
        self.setLayout(rows)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def show_below(self, widget: QWidget) -> None:
        """Add something under the buttons."""
        self._below.addWidget(widget)

    def show_place(self, place: Place, *, belongs_to: str) -> None:
        """Mark the button that a place belongs to."""
        button = self._buttons.get(belongs_to)
        self._group.setExclusive(False)
        for other, _ in self._buttons.values():
            other.setChecked(button is not None and other is button[0])
        self._group.setExclusive(True)

    def _paint_icons(self) -> None:
        tokens = self._theme.tokens
        self._mark.setPixmap(icon("disco", tokens.accent, size=26).pixmap(26, 26))
        for button, name in self._buttons.values():
            button.setIcon(icon(name, tokens.muted, checked=tokens.accent))
